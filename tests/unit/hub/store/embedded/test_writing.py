"""Group commit and its disturbances."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.core.errors import NotRecordedError, StateConflictError
from hub.core.exchange import State, Transition
from hub.core.message import Role
from hub.core.ports import ClientRecord, Query
from hub.store.appends import Append
from hub.store.embedded import EmbeddedStore
from hub.store.embedded import writer as writing
from hub.store.embedded.checkpoints import Checkpoints
from hub.store.embedded.commit import Refusal, commit
from hub.store.record import UnrecordableError, leaf_of
from tests.conformance.samples import begin, claim, document, move
from tests.unit.hub.store.embedded.conftest import make_sealer


async def test_every_commit_is_synced(store: EmbeddedStore) -> None:
    def pragmas(connection: sqlite3.Connection) -> tuple[int, str, int]:
        return tuple(
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "journal_mode", "foreign_keys")
        )

    assert await store._writer.run(pragmas) == (2, "wal", 1)  # 2 is FULL


async def test_concurrent_appends_share_commits(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []

    def counted(connection: sqlite3.Connection, appends: Sequence[Append]) -> list[Refusal | None]:
        groups.append(len(appends))
        return commit(connection, appends)

    monkeypatch.setattr(writing, "commit", counted)

    await asyncio.gather(*(store.journal.append([begin()[1]]) for _ in range(100)))

    assert groups == [100]


async def test_the_journal_is_numbered_densely_and_its_leaves_are_true(
    store: EmbeddedStore, folder: Path
) -> None:
    _, first = begin()
    await store.journal.append([first])
    outcomes = await asyncio.gather(
        *(store.journal.append([begin(documents=(document(),))[1]]) for _ in range(40)),
        *(store.journal.append([first]) for _ in range(20)),  # refused: must not take a number
        *(store.journal.append([begin()[1]]) for _ in range(40)),
        return_exceptions=True,
    )
    assert sum(outcome is not None for outcome in outcomes) == 20

    with sqlite3.connect(folder / "journal.db") as connection:
        rows = connection.execute("SELECT seq, record, leaf FROM entry ORDER BY seq").fetchall()
    connection.close()
    assert [seq for seq, _, _ in rows] == list(range(1, 82))
    assert all(leaf == leaf_of(record) for _, record, leaf in rows)


async def test_an_exchange_begun_and_moved_on_within_one_commit_is_one_row(store: EmbeddedStore) -> None:
    exchange, first = begin()
    steps = move(exchange, State.ACCEPTED, State.DELIVERING, State.COMPLETED)

    await asyncio.gather(*(store.journal.append([step]) for step in [first, *steps]))

    [found] = await store.journal.find(Query())
    assert (found.state, found.number, found.begun_us) == (State.COMPLETED, 4, first.entry.at_us)


async def test_a_document_without_commitment_is_refused_alone(store: EmbeddedStore) -> None:
    _, bare = begin()
    unlawful = Transition(bare.entry, (document(),))

    outcomes = await asyncio.gather(
        store.journal.append([begin()[1]]), store.journal.append([unlawful]), return_exceptions=True
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], UnrecordableError)


async def test_two_documents_of_one_role_are_refused(store: EmbeddedStore) -> None:
    _, first = begin(documents=(document(b"a"), document(b"b", Role.REQUEST)))

    with pytest.raises(UnrecordableError):
        await store.journal.append([first])


async def test_what_sqlite_cannot_hold_fails_alone(store: EmbeddedStore) -> None:
    """JSON holds numbers up to 2^64, SQLite half of that: an oversight would reach the writer's thread."""
    _, too_late = begin(at_us=2**63)
    good = [begin() for _ in range(10)]

    outcomes = await asyncio.gather(
        *(store.journal.append([first]) for _, first in good[:5]),
        store.journal.append([too_late]),
        *(store.journal.append([first]) for _, first in good[5:]),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes if outcome] == [NotRecordedError]
    for exchange, _ in good:
        assert await store.journal.history(exchange.id)


async def test_a_full_disk_refuses_and_the_hub_goes_on_when_there_is_room(store: EmbeddedStore) -> None:
    exchange, first = begin()
    await store.journal.append([first])

    def fill(connection: sqlite3.Connection) -> int:
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        limit: int = connection.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone()[0]
        return limit

    await store._writer.run(fill)
    big = [begin(documents=(document(bytes(100_000)),)) for _ in range(5)]
    outcomes = await asyncio.gather(
        *(store.journal.append([first]) for _, first in big), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [NotRecordedError] * 5
    assert "full" in str(outcomes[0])
    assert await store.journal.history(big[0][0].id) == ()

    # The next attempt opens a new connection, which has no such limit: as if somebody had made room.
    await store.journal.append([big[0][1]])
    assert await store.journal.documents(big[0][0].id)
    assert await store.journal.history(exchange.id)


async def test_a_refusal_is_not_told_when_what_it_rests_on_was_not_recorded(store: EmbeddedStore) -> None:
    await store._writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
    (one, first), (other, second) = begin(documents=(document(bytes(100_000)),)), begin()

    outcomes = await asyncio.gather(
        store.journal.append([first], claim(one.id)),
        store.journal.append([second], claim(other.id)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [NotRecordedError] * 2


async def test_a_locked_file_refuses_and_recovers(store: EmbeddedStore, folder: Path) -> None:
    await store.journal.append([begin(documents=(document(),))[1]])
    other = sqlite3.connect(folder / "journal.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotRecordedError, match="locked"):
        await store.journal.append([begin()[1]])
    other.execute("ROLLBACK")
    other.close()

    await store.journal.append([begin()[1]])


class _Failing:
    """A connection whose COMMIT reports an error after, or before, it has done its work."""

    def __init__(self, real: sqlite3.Connection, *, does_commit: bool) -> None:
        self._real = real
        self._does_commit = does_commit

    def execute(self, text: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if text == "COMMIT":
            if self._does_commit:
                self._real.execute(text)
            raise sqlite3.OperationalError("disk I/O error")
        return self._real.execute(text, values)

    @property
    def in_transaction(self) -> bool:
        return self._real.in_transaction

    def close(self) -> None:
        self._real.close()


@pytest.mark.parametrize("does_commit", [True, False])
async def test_after_a_commit_of_unknown_outcome_the_file_is_asked(
    store: EmbeddedStore, *, does_commit: bool
) -> None:
    await store.journal.append([begin()[1]])
    real = store._writer._connection
    assert real is not None
    store._writer._connection = _Failing(real, does_commit=does_commit)  # type: ignore[assignment]  # a stand-in
    exchange, first = begin()

    [outcome] = await asyncio.gather(store.journal.append([first]), return_exceptions=True)

    assert (outcome is None) == does_commit
    assert bool(await store.journal.history(exchange.id)) == does_commit
    await store.journal.append([begin()[1]])


async def test_waiting_work_is_bounded(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAITING_APPENDS", 10)

    outcomes = await asyncio.gather(
        *(store.journal.append([begin()[1]]) for _ in range(30)), return_exceptions=True
    )
    assert outcomes.count(None) == 10
    assert sum(isinstance(outcome, NotRecordedError) for outcome in outcomes) == 20
    await store.journal.append([begin()[1]])


async def test_waiting_bytes_are_bounded(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WAITING_BYTES", 250_000)

    outcomes = await asyncio.gather(
        *(store.journal.append([begin(documents=(document(bytes(100_000)),))[1]]) for _ in range(9)),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 3
    await store.journal.append([begin()[1]])


async def test_a_caller_that_gives_up_does_not_disturb_the_others(store: EmbeddedStore) -> None:
    appends = [asyncio.create_task(store.journal.append([begin()[1]])) for _ in range(3)]
    await asyncio.sleep(0)
    appends[1].cancel()

    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), asyncio.CancelledError, type(None)]
    await store.journal.append([begin()[1]])


async def test_closing_records_what_waits(folder: Path) -> None:
    store = EmbeddedStore(folder, make_sealer)
    begun = [begin() for _ in range(50)]
    appends = [asyncio.create_task(store.journal.append([first])) for _, first in begun]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*appends)

    async with EmbeddedStore(folder, make_sealer) as reopened:
        assert len(await reopened.journal.find(Query())) == 50


async def test_a_closed_store_says_so(store: EmbeddedStore) -> None:
    await store.close()
    await store.close()

    with pytest.raises(NotRecordedError):
        await store.journal.append([begin()[1]])
    with pytest.raises(NotRecordedError):
        await store.journal.history("x")
    with pytest.raises(NotRecordedError):
        await store.clients.list()
    with pytest.raises(NotRecordedError):
        await store.clients.add(ClientRecord("portal", "aaaaaaaa", "", (), 0))


async def test_a_long_log_is_finished_by_the_writer(
    store: EmbeddedStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints: Checkpoints = store._writer._checkpoints
    await store.journal.append([begin(documents=(document(bytes(1_000_000)),))[1]])
    checkpoints._is_log_long = True
    await store.journal.append([begin()[1]])
    await store.journal.append([begin()[1]])  # answered after the writer has finished the log

    assert (folder / "journal.db").stat().st_size > 1_000_000
    assert not checkpoints._is_log_long


async def test_many_expired_claims_are_forgotten_in_parts(store: EmbeddedStore) -> None:
    def insert(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO claim VALUES ('portal', ?, '', 'x', 1)", [(str(number),) for number in range(2500)]
        )

    await store._writer.run(insert)

    assert await store.idempotency.forget(2) == 2500


async def test_a_job_that_fails_changes_nothing(store: EmbeddedStore) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO claim VALUES ('portal', 'k', '', 'x', 9)")
        raise StateConflictError("half way")

    with pytest.raises(StateConflictError):
        await store._writer.run(half)
    assert await store.idempotency.find("portal", "k", 0) is None


async def test_appends_and_jobs_keep_their_order(store: EmbeddedStore) -> None:
    def count(connection: sqlite3.Connection) -> int:
        found: int = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        return found

    async def append() -> None:
        await store.journal.append([begin()[1]])

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(
            append(), store._writer.run(count), append(), append(), store._writer.run(count), append()
        )

    assert list(outcomes) == [None, 1, None, None, 3, None]
    assert len(await store.journal.find(Query())) == 4
