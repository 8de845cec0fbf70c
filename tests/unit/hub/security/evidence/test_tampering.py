"""Whoever holds the database changes history: each way of it is found, and where."""

import pytest

from evidence_verifier.note import NoteError
from hub.core.evidence import LogDamagedError
from hub.security.evidence.checking import Checked, known_from
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.log_key import LogSigner
from hub.store.record import leaf_of
from tests.unit.hub.security.evidence.conftest import Office

EXCHANGES = 150  # 600 entries: two whole tiles and a part of one


@pytest.fixture
async def signed(office: Office) -> Office:
    """600 entries under checkpoints at 40, 300 and 600."""
    for number in range(1, EXCHANGES + 1):
        await office.exchange()
        if number in {10, 75, 150}:
            await office.checkpointer.checkpoint()
    return office


def places(checked: Checked) -> set[tuple[int, int]]:
    return {(finding.first, finding.last) for finding in checked.findings}


def said(checked: Checked) -> str:
    return "\n".join(map(str, checked.findings))


async def test_an_untouched_store_is_well(signed: Office) -> None:
    checked = await signed.check()
    assert checked.findings == []
    assert (checked.entries, checked.checkpoints, checked.bodies, checked.unsigned) == (600, 3, 300, 0)
    assert checked.keys == [str(signed.signer.key)]


async def test_entries_after_the_last_checkpoint_are_told_as_not_signed_yet(signed: Office) -> None:
    await signed.exchange()
    checked = await signed.check()
    assert (checked.findings, checked.unsigned) == ([], 4)


async def test_a_rewritten_record_is_found_at_its_entry(signed: Office) -> None:
    with signed.database() as database:
        database.execute(
            "UPDATE entry SET record = CAST(replace(record, 'client:portal', 'client:porta1') AS BLOB) WHERE seq = 401"
        )
    checked = await signed.check()
    assert (401, 401) in places(checked)
    assert "leaf differs" in said(checked)


async def test_a_record_rewritten_with_its_leaf_is_found_in_its_tile(signed: Office) -> None:
    rewrite(signed, 301, b'"portal"', b'"porta1"')
    checked = await signed.check()
    assert (257, 512) in places(checked)
    assert (301, 600) in places(checked), (
        "and under the checkpoint that covers it and its predecessor does not"
    )


async def test_a_record_rewritten_with_leaf_and_nodes_is_found_under_its_checkpoint(signed: Office) -> None:
    rewrite(signed, 61, b'"portal"', b'"porta1"')
    with signed.database() as database:
        database.execute("DELETE FROM log_node")
    checked = await signed.check()
    assert places(checked) == {(41, 300), (0, 0)}
    assert "the checkpoint at 600 entries disagrees too" in said(checked)


async def test_history_that_was_cut_off_is_found(signed: Office) -> None:
    cut(signed, 597)
    checked = await signed.check()
    assert places(checked) == {(598, 600)}
    assert "removed from the end" in said(checked)


async def test_an_entry_that_was_removed_from_the_middle_is_found(signed: Office) -> None:
    with signed.database() as database:
        database.execute("DELETE FROM document WHERE seq = 200")
        database.execute("DELETE FROM entry WHERE seq = 200")
    checked = await signed.check()
    assert (200, 200) in places(checked)
    assert "missing" in said(checked)


async def test_an_entry_removed_with_the_others_moved_up_is_found(signed: Office) -> None:
    with signed.database() as database:
        database.execute("DELETE FROM document")
        database.execute("DELETE FROM entry WHERE seq = 200")
        for seq in range(201, 601):
            database.execute("UPDATE entry SET seq = ? WHERE seq = ?", (seq - 1, seq))
    checked = await signed.check()
    assert (41, 300) in places(checked)
    assert (600, 600) in places(checked)


async def test_entries_that_changed_places_are_found(signed: Office) -> None:
    with signed.database() as database:
        database.execute("DELETE FROM document")
        for old, new in ((345, -1), (350, 345), (-1, 350)):
            database.execute("UPDATE entry SET seq = ? WHERE seq = ?", (new, old))
    checked = await signed.check()
    assert {(257, 512), (301, 600)} <= places(checked)


async def test_an_entry_that_was_slipped_in_is_found(signed: Office) -> None:
    with signed.database() as database:
        database.execute("DELETE FROM document")
        for seq in range(600, 99, -1):
            database.execute("UPDATE entry SET seq = ? WHERE seq = ?", (seq + 1, seq))
        row = database.execute("SELECT record, leaf FROM entry WHERE seq = 99").fetchone()
        database.execute(
            "INSERT INTO entry (seq, exchange_id, number, at_us, state, record, leaf)"
            " SELECT 100, exchange_id, 99, at_us, state, ?, ? FROM entry WHERE seq = 99",
            row,
        )
    checked = await signed.check()
    assert (41, 300) in places(checked)


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "failed"), ("at_us", 5), ("number", 7), ("exchange_id", "somebody-else")],
)
async def test_a_column_that_says_otherwise_than_its_record_is_found(
    signed: Office, column: str, value: object
) -> None:
    with signed.database() as database:
        database.execute(f"UPDATE entry SET {column} = ? WHERE seq = 420", (value,))  # noqa: S608 - from the list above
    checked = await signed.check()
    assert places(checked) == {(420, 420)}
    assert f"the column {column}" in said(checked)


async def test_a_body_that_was_changed_or_swapped_is_found(signed: Office) -> None:
    with signed.database() as database:
        database.execute("UPDATE document SET sealed = zeroblob(60) WHERE seq = 5")
        one, other = (
            database.execute("SELECT sealed FROM document WHERE seq = ?", (seq,)).fetchone()[0]
            for seq in (9, 13)
        )
        database.execute("UPDATE document SET sealed = ? WHERE seq = 9", (other,))
        database.execute("UPDATE document SET sealed = ? WHERE seq = 13", (one,))
    checked = await signed.check()
    assert places(checked) == {(5, 5), (9, 9), (13, 13)}


async def test_a_body_that_was_destroyed_is_told_and_is_no_fault(signed: Office) -> None:
    with signed.database() as database:
        database.execute("DELETE FROM document WHERE seq = 5")
    checked = await signed.check()
    assert (checked.findings, checked.lost, checked.bodies) == ([], 1, 299)


async def test_a_checkpoint_that_was_changed_is_found(signed: Office) -> None:
    with signed.database() as database:
        database.execute("UPDATE log_checkpoint SET note = replace(note, '300', '299') WHERE size = 300")
        database.execute("UPDATE log_checkpoint SET root = zeroblob(32) WHERE size = 40")
    text = said(await signed.check())
    assert "the checkpoint at 300 entries" in text
    assert "the checkpoint at 40 entries is not the one that was signed" in text


async def test_nothing_is_signed_any_more_over_a_history_that_was_changed(signed: Office) -> None:
    rewrite(signed, 600, b"partner", b"partnar")
    await signed.exchange()
    with pytest.raises(LogDamagedError, match="not those that were signed"):
        await signed.checkpointer.checkpoint()


async def test_nothing_is_signed_any_more_over_a_history_that_was_cut(signed: Office) -> None:
    cut(signed, 500)
    with pytest.raises(LogDamagedError, match="shortened"):
        await signed.checkpointer.checkpoint()


class TestWithTheKeyToo:
    """The operator holds the log's key as well: then only what is kept elsewhere can tell."""

    async def rewritten(self, signed: Office) -> str:
        """Rewrite an entry and sign everything anew; gives the checkpoint that somebody kept before."""
        kept = (await signed.store.journal_log.checkpoints(at_least=300))[0].note
        rewrite(signed, 61, b'"portal"', b'"porta1"')
        with signed.database() as database:
            database.execute("DELETE FROM log_node")
            database.execute("DELETE FROM log_checkpoint")
        await signed.checkpointer.checkpoint()
        return kept

    async def test_the_store_alone_looks_well(self, signed: Office) -> None:
        await self.rewritten(signed)
        assert (await signed.check()).findings == []

    async def test_a_checkpoint_that_was_kept_elsewhere_tells(self, signed: Office) -> None:
        kept = await self.rewritten(signed)
        known = known_from(kept, "hub.example/journal", [signed.signer.key], "the notary's copy")
        checked = await signed.check(known)
        assert places(checked) == {(1, 300)}
        assert "the notary's copy" in said(checked)

    async def test_a_checkpoint_beyond_the_end_tells_that_history_was_cut(self, signed: Office) -> None:
        kept = (await signed.store.journal_log.checkpoints(newest_first=True))[0].note
        with signed.database() as database:
            database.execute("DELETE FROM log_checkpoint WHERE size > 300")
        cut(signed, 300)
        known = known_from(kept, "hub.example/journal", [signed.signer.key], "the notary's copy")
        assert (await signed.check()).findings == []
        assert places(await signed.check(known)) == {(301, 600)}

    async def test_a_checkpoint_kept_elsewhere_that_agrees_is_counted(self, signed: Office) -> None:
        kept = (await signed.store.journal_log.checkpoints(at_least=300))[0].note
        known = known_from(kept, "hub.example/journal", [signed.signer.key], "the notary's copy")
        checked = await signed.check(known)
        assert (checked.findings, checked.outside) == ([], 1)

    async def test_a_checkpoint_of_another_log_or_key_is_not_taken_for_this_ones(
        self, signed: Office
    ) -> None:
        other = LogSigner(b"o" * 32, "hub.example/journal").sign(300, b"r" * 32)
        with pytest.raises(NoteError, match="none of this log's keys"):
            known_from(other, "hub.example/journal", [signed.signer.key], "copy")
        with pytest.raises(NoteError, match="another log"):
            known_from(signed.signer.sign(1, bytes(32)), "hub.example/other", [signed.signer.key], "copy")

    async def test_another_key_than_the_published_one_is_found(self, signed: Office) -> None:
        other = Checkpointer(signed.store.journal_log, LogSigner(b"o" * 32, "hub.example/journal"))
        await signed.exchange()
        await other.checkpoint()
        checked = await signed.check(keys=[signed.signer.key])
        assert "signed with another key" in said(checked)
        assert len(checked.keys) == 2


def rewrite(office: Office, seq: int, old: bytes, new: bytes) -> None:
    """Change an entry's record and its leaf with it."""
    with office.database() as database:
        (record,) = database.execute("SELECT record FROM entry WHERE seq = ?", (seq,)).fetchone()
        changed = record.replace(old, new)
        assert changed != record
        row = (changed, leaf_of(changed), seq)
        database.execute("UPDATE entry SET record = ?, leaf = ? WHERE seq = ?", row)


def cut(office: Office, last: int) -> None:
    with office.database() as database:
        database.execute("DELETE FROM document WHERE seq > ?", (last,))
        database.execute("DELETE FROM entry WHERE seq > ?", (last,))
