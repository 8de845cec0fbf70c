"""What every implementation of EvidenceLog, EvidenceSource and BodyReadings promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.core.evidence import (
    Attested,
    BodyReading,
    Checkpoint,
    EvidenceLog,
    NodeHash,
    Timestamp,
)
from hub.core.exchange import State
from hub.core.ports import DataKeys, Sealer
from hub.security.evidence.checking import Check
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.log_key import LogSigner
from hub.security.sealing import EnvelopeSealer
from hub.store.clustered import ClusteredStore
from hub.store.embedded import EmbeddedStore
from hub.store.record import decode, leaf_of
from tests.conformance.samples import begin, document, move
from tests.fakes.evidence_log import FakeEvidenceLog

AnyStore = EmbeddedStore | ClusteredStore


def make_sealer(keys: DataKeys) -> Sealer:
    return EnvelopeSealer(b"m" * 32, keys)


@pytest.fixture(params=["embedded", "clustered"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyStore]:
    if request.param == "clustered":
        url = request.getfixturevalue("database_url")
        async with ClusteredStore(url, make_sealer, tmp_path / "shared") as clustered:
            yield clustered
        return
    async with EmbeddedStore(tmp_path / "store", make_sealer) as embedded:
        yield embedded


async def fill(store: AnyStore, exchanges: int = 3) -> list[str]:
    ids = []
    for _ in range(exchanges):
        exchange, transition = begin(documents=(document(),))
        await store.journal.append([transition, *move(exchange, State.ACCEPTED)])
        ids.append(exchange.id)
    return ids


@pytest.fixture(params=["fake", "real"])
async def log(request: pytest.FixtureRequest, store: AnyStore) -> EvidenceLog:
    """A log of six entries."""
    await fill(store)
    if request.param == "real":
        return store.journal_log
    fake = FakeEvidenceLog()
    fake.entries = [*await store.journal_log.rows(0, 100)]
    return fake


def checkpoint(size: int, note: str = "note\n") -> Checkpoint:
    return Checkpoint(size, bytes([size % 256]) * 32, 1000 + size, "key", note)


async def test_leaves_come_by_index_from_zero(log: EvidenceLog) -> None:
    rows = await log.rows(0, 100)
    assert await log.size() == 6
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [*await log.hashes(0, 0, 6)] == [leaf_of(row.record) for row in rows] == [row.leaf for row in rows]
    assert [*await log.hashes(0, 2, 4)] == [rows[2].leaf, rows[3].leaf]
    assert [*await log.hashes(0, 5, 9)] == [rows[5].leaf], "what is not there is not invented"


async def test_rows_come_in_pages(log: EvidenceLog) -> None:
    page = await log.rows(2, 3)
    assert [row.seq for row in page] == [3, 4, 5]
    assert page[0].exchange_id == decode(page[0].record).exchange_id
    assert all(row.faults == () for row in page)


async def test_a_checkpoint_and_its_nodes_are_kept_together(log: EvidenceLog) -> None:
    assert await log.keep(checkpoint(4), [NodeHash(1, 0, b"a" * 32), NodeHash(1, 1, b"b" * 32)])
    assert await log.checkpoints() == (checkpoint(4),)
    assert [*await log.hashes(1, 0, 2)] == [b"a" * 32, b"b" * 32]
    assert [*await log.hashes(1, 1, 5)] == [b"b" * 32]
    assert [*await log.hashes(2, 0, 1)] == []


async def test_checkpoints_only_grow(log: EvidenceLog) -> None:
    assert await log.keep(checkpoint(4), [])
    assert not await log.keep(checkpoint(4, "another\n"), [NodeHash(1, 0, b"x" * 32)])
    assert not await log.keep(checkpoint(3), [])
    assert await log.keep(checkpoint(6), [])
    assert [one.size for one in await log.checkpoints(limit=10)] == [4, 6]
    assert (await log.checkpoints())[0].note == "note\n"
    assert [*await log.hashes(1, 0, 1)] == [], "what was not kept left nothing"


async def test_a_kept_node_never_changes(log: EvidenceLog) -> None:
    await log.keep(checkpoint(4), [NodeHash(1, 0, b"a" * 32)])
    await log.keep(checkpoint(5), [NodeHash(1, 0, b"z" * 32)])
    assert [*await log.hashes(1, 0, 1)] == [b"a" * 32]


async def test_checkpoints_are_found_by_size_from_either_end(log: EvidenceLog) -> None:
    for size in (2, 4, 6):
        await log.keep(checkpoint(size), [])
    assert [one.size for one in await log.checkpoints(at_least=3)] == [4]
    assert [one.size for one in await log.checkpoints(at_least=4)] == [4]
    assert [one.size for one in await log.checkpoints(newest_first=True, limit=2)] == [6, 4]
    assert await log.checkpoints(at_least=7) == ()


async def test_what_others_attest_is_found(log: EvidenceLog) -> None:
    for size in (2, 4, 6):
        await log.keep(checkpoint(size, "text\n\n\u2014 log c2ln\n"), [])
    stamp = Timestamp(77, "CN=time", b"token")
    await log.add_timestamp(4, stamp)
    await log.add_cosignature(6, "\u2014 witness c2ln")
    await log.add_cosignature(6, "\u2014 witness c2ln")
    (stamped,) = await log.checkpoints(by=Attested.AUTHORITY, limit=5)
    (witnessed,) = await log.checkpoints(by=Attested.WITNESS, limit=5)
    assert (stamped.size, stamped.timestamps) == (4, (stamp,))
    assert (witnessed.size, witnessed.note) == (6, "text\n\n\u2014 log c2ln\n\u2014 witness c2ln\n")
    assert await log.checkpoints(by=Attested.AUTHORITY, at_least=5) == ()
    assert (await log.checkpoints(by=Attested.AUTHORITY, newest_first=True))[0].size == 4


async def test_an_exchange_is_found_with_the_places_of_its_entries(store: AnyStore) -> None:
    ids = await fill(store)
    rows = await store.evidence_source.entries(ids[1])
    assert [row.seq for row in rows] == [3, 4]
    assert {decode(row.record).exchange_id for row in rows} == {ids[1]}
    assert await store.evidence_source.entries("nobody") == ()


async def test_a_document_comes_with_what_its_commitment_needs(store: AnyStore) -> None:
    (id_,) = await fill(store, 1)
    (kept,) = await store.evidence_source.documents(id_)
    assert kept.document is not None
    assert (kept.number, kept.lost) == (1, "")
    assert kept.document.fact() == (await store.journal.history(id_))[0].documents[0]


async def test_readings_are_recorded_in_order_and_are_a_log_of_their_own(store: AnyStore) -> None:
    first = BodyReading(5, "x-1", "operator:a", "court order")
    second = BodyReading(6, "x-1", "person:b", "complaint")
    await store.body_readings.record([first, BodyReading(5, "x-2", "operator:a", "court order")])
    await store.body_readings.record([second])
    assert await store.body_readings.of("x-1") == (first, second)
    rows = await store.reading_log.rows(0, 10)
    assert [(row.seq, row.exchange_id, row.faults) for row in rows] == [
        (1, "x-1", ()),
        (2, "x-2", ()),
        (3, "x-1", ()),
    ]
    assert [*await store.reading_log.hashes(0, 0, 3)] == [leaf_of(row.record) for row in rows]
    assert await store.journal_log.size() == 0


async def test_a_log_without_entries_is_empty(store: AnyStore) -> None:
    assert await store.journal_log.size() == 0
    assert await store.journal_log.rows(0, 10) == ()
    assert await store.journal_log.checkpoints() == ()


async def test_what_is_signed_over_it_is_what_a_walk_through_it_finds(store: AnyStore) -> None:
    checkpointer = Checkpointer(store.journal_log, LogSigner(b"s" * 32, "hub.example/journal"))
    for _ in range(3):
        await fill(store, 100)
        await checkpointer.checkpoint()
    checked = await Check(store.journal_log).run()
    assert (checked.findings, checked.entries, checked.checkpoints, checked.bodies) == ([], 600, 3, 300)
