"""Other processes: one that is killed in the middle, one that shares the file, one with a full disk."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.core.ports import ClientRecord
from hub.store.embedded import EmbeddedStore
from hub.store.record import leaf_of
from tests.conformance.samples import begin
from tests.unit.hub.store.embedded.conftest import make_sealer

ROOT = Path(__file__).parents[5]

APPEND_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from hub.core.exchange import State
from hub.store.embedded import EmbeddedStore
from tests.conformance.samples import begin, document, move
from tests.unit.hub.store.embedded.conftest import make_sealer

async def client(store):
    while True:
        exchange, first = begin(documents=(document(bytes(3000)),))
        await store.journal.append([first, *move(exchange, State.ACCEPTED)])
        print(exchange.id, 2, flush=True)
        await store.journal.append(move(exchange, State.DELIVERING))
        print(exchange.id, 3, flush=True)

async def main():
    store = EmbeddedStore(Path(sys.argv[1]), make_sealer)
    await asyncio.gather(*(client(store) for _ in range(16)))

asyncio.run(main())
"""

FILL_THE_DISK = """
import asyncio, resource, sys
from pathlib import Path
from hub.core.errors import NotRecordedError
from hub.store.embedded import EmbeddedStore
from tests.conformance.samples import begin, document
from tests.unit.hub.store.embedded.conftest import make_sealer

async def main():
    async with EmbeddedStore(Path(sys.argv[1]), make_sealer) as store:
        await store.journal.append([begin()[1]])
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))  # no file may grow beyond this
        kept = []
        for _ in range(100):
            exchange, first = begin(documents=(document(bytes(20_000)),))
            try:
                await store.journal.append([first])
            except NotRecordedError:
                break
            kept.append(exchange.id)
        else:
            raise SystemExit("the disk never became full")
        for id_ in kept:
            assert await store.journal.documents(id_)
        assert not await store.journal.history(exchange.id)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await store.journal.append([first])
        assert await store.journal.documents(exchange.id)
        print(len(kept), "kept")

asyncio.run(main())
"""

ADD_CLIENT = """
import asyncio, sys
from pathlib import Path
from hub.core.ports import ClientRecord
from hub.store.embedded import EmbeddedStore
from tests.unit.hub.store.embedded.conftest import make_sealer

async def main():
    async with EmbeddedStore(Path(sys.argv[1]), make_sealer) as store:
        await store.clients.add(ClientRecord("portal", "aaaaaaaa", "cd" * 32, ("registry.title-inquiry@1",), 1))

asyncio.run(main())
"""


def start(script: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.faults
@pytest.mark.parametrize("lines", [1, 40, 400])
async def test_a_killed_process_loses_nothing_it_acknowledged(folder: Path, lines: int) -> None:
    process = start(APPEND_FOR_EVER, folder)
    if process.stdout is None:
        pytest.fail("no pipe")
    acknowledged = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    acknowledged += process.stdout.read().splitlines(keepends=True)  # said before it died
    process.stdout.close()
    process.wait()

    async with EmbeddedStore(folder, make_sealer) as store:
        for line in acknowledged:
            if line.endswith("\n"):
                id_, number = line.split()
                assert len(await store.journal.history(id_)) >= int(number)
                assert [document.body for _, document in await store.journal.documents(id_)] == [bytes(3000)]
    assert_sound(folder)


def assert_sound(folder: Path) -> None:
    """No gap in the journal, no half append, no broken page, no projection that lags behind."""
    with sqlite3.connect(folder / "journal.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute("SELECT seq, record, leaf FROM entry ORDER BY seq").fetchall()
        halves = connection.execute(
            "SELECT id FROM exchange WHERE number < 2 OR number <>"
            " (SELECT max(number) FROM entry WHERE exchange_id = exchange.id)"
        ).fetchall()
        bodies = connection.execute("SELECT count(*) FROM document").fetchone()[0]
        exchanges = connection.execute("SELECT count(*) FROM exchange").fetchone()[0]
    connection.close()
    assert [seq for seq, _, _ in rows] == list(range(1, len(rows) + 1))
    assert all(leaf == leaf_of(record) for _, record, leaf in rows)
    assert halves == []
    assert bodies == exchanges


@pytest.mark.faults
def test_a_disk_that_refuses_to_grow_stops_recording_and_nothing_else(folder: Path) -> None:
    process = start(FILL_THE_DISK, folder)
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 0, output
    assert output.endswith("kept\n")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - another process cannot set an event of this one
            await asyncio.sleep(0.01)


async def test_a_client_added_by_another_process_is_let_in(store: EmbeddedStore, folder: Path) -> None:
    assert not await store.clients.list()
    process = start(ADD_CLIENT, folder)
    await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0

    await until(lambda: store.clients.by_prefix("aaaaaaaa") is not None)  # nobody asks the registry to look
    assert [record.name for record in await store.clients.list()] == ["portal"]


async def test_two_stores_of_one_folder_make_one_journal(store: EmbeddedStore, folder: Path) -> None:
    async with EmbeddedStore(folder, make_sealer) as other:
        begun = [begin() for _ in range(60)]
        await asyncio.gather(
            *(
                (store if place % 2 else other).journal.append([first])
                for place, (_, first) in enumerate(begun)
            )
        )
        for exchange, _ in begun:
            assert await store.journal.history(exchange.id) == await other.journal.history(exchange.id)
        twins = [begin(exchange_id=begun[0][0].id)[1]]
        outcomes = await asyncio.gather(
            store.journal.append(twins), other.journal.append(twins), return_exceptions=True
        )
        assert None not in outcomes

    with sqlite3.connect(folder / "journal.db") as connection:
        assert connection.execute("SELECT count(*), max(seq) FROM entry").fetchone() == (60, 60)
    connection.close()


async def test_a_client_revoked_by_another_store_is_seen(store: EmbeddedStore, folder: Path) -> None:
    await store.clients.add(ClientRecord("portal", "aaaaaaaa", "cd" * 32, (), 1))
    async with EmbeddedStore(folder, make_sealer) as other:
        await other.clients.revoke("portal", 99)

    def is_revoked() -> bool:
        record = store.clients.by_prefix("aaaaaaaa")
        return record is not None and record.revoked_us == 99

    await until(is_revoked)
