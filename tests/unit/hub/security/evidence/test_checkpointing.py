"""Checkpoints cost what is new, and continue one another."""

from itertools import pairwise

import pytest

from evidence_verifier.merkle import is_consistent, leaf_hash
from evidence_verifier.note import Note, TreeHead
from hub.core.evidence import Row
from hub.security.evidence.checkpointing import Checkpointer, head_of, stamped_text
from hub.security.evidence.log_key import LogSigner, default_origin
from hub.security.evidence.tree import Frontier, Tree
from hub.security.key_file import KeyUnusableError
from tests.fakes.evidence_log import FakeEvidenceLog

SIGNER = LogSigner(b"s" * 32, "hub.example/journal")


def append(log: FakeEvidenceLog, count: int) -> None:
    for number in range(len(log.entries) + 1, len(log.entries) + count + 1):
        record = b"%d" % number
        log.entries.append(Row(number, "x", record, leaf_hash(record)))


@pytest.fixture
def log() -> FakeEvidenceLog:
    return FakeEvidenceLog()


@pytest.fixture
def checkpointer(log: FakeEvidenceLog) -> Checkpointer:
    return Checkpointer(log, SIGNER, lambda: 5)


async def test_of_an_empty_log_nothing_is_signed(checkpointer: Checkpointer) -> None:
    assert await checkpointer.checkpoint() is None


async def test_a_checkpoint_says_how_many_entries_and_their_root(
    checkpointer: Checkpointer, log: FakeEvidenceLog
) -> None:
    append(log, 700)
    checkpoint = await checkpointer.checkpoint()
    assert checkpoint is not None
    frontier = Frontier()
    for row in log.entries:
        frontier.add(row.leaf)
    assert (checkpoint.size, checkpoint.root, checkpoint.at_us) == (700, frontier.root(), 5)
    note = Note.parse(checkpoint.note)
    assert TreeHead.parse(note.text) == ("hub.example/journal", 700, frontier.root())
    assert note.signed_by(SIGNER.key) is not None
    assert head_of(checkpoint).size == 700
    assert stamped_text(checkpoint) == checkpoint.note.encode()


async def test_without_new_entries_there_is_no_new_checkpoint(
    checkpointer: Checkpointer, log: FakeEvidenceLog
) -> None:
    append(log, 3)
    assert await checkpointer.checkpoint() == await checkpointer.checkpoint()
    assert len(log.kept) == 1


async def test_each_continues_the_one_before(checkpointer: Checkpointer, log: FakeEvidenceLog) -> None:
    heads = []
    for count in (1, 2, 253, 1, 300, 66_000):
        append(log, count)
        checkpoint = await checkpointer.checkpoint()
        assert checkpoint is not None
        heads.append((checkpoint.size, checkpoint.root))
    tree = Tree(log, heads[-1][0])
    for old, new in pairwise(heads):
        assert is_consistent(old, new, await tree.consistency(old[0], new[0]))
    assert {level for level, _ in log.nodes} == {1, 2}
    assert len([place for level, place in log.nodes if level == 1]) == heads[-1][0] // 256


async def test_a_checkpoint_reads_what_is_new_and_a_few_tiles(
    checkpointer: Checkpointer, log: FakeEvidenceLog
) -> None:
    append(log, 70_000)
    await checkpointer.checkpoint()
    append(log, 10)
    log.hashes_read = 0
    await checkpointer.checkpoint()
    assert log.hashes_read <= 10 + 3 * 256


async def test_a_proof_reads_a_few_tiles_however_long_the_log_is(
    checkpointer: Checkpointer, log: FakeEvidenceLog
) -> None:
    append(log, 140_000)
    await checkpointer.checkpoint()
    log.reads = log.hashes_read = 0
    await Tree(log, 140_000).inclusion(77_777, 140_000)
    assert log.hashes_read <= 6 * 256
    assert log.reads <= 6


async def test_two_that_work_at_once_sign_one_history(log: FakeEvidenceLog) -> None:
    append(log, 5)
    one, other = Checkpointer(log, SIGNER), Checkpointer(log, SIGNER)
    assert (await one.checkpoint(), len(log.kept)) == (await other.checkpoint(), 1)


def test_an_origin_is_a_key_name() -> None:
    with pytest.raises(KeyUnusableError, match="neither spaces nor plus"):
        LogSigner(b"s" * 32, "a log")


def test_a_log_without_a_name_is_named_after_its_key() -> None:
    assert default_origin(b"s" * 32) == f"peyvand/{SIGNER.key.public.hex()[:16]}"
