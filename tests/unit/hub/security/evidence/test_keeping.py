"""The background work: what is due when, and what happens when no time can be had."""

from dataclasses import replace

import pytest

from evidence_verifier.merkle import leaf_hash
from hub.core.errors import NotRecordedError
from hub.core.evidence import Row
from hub.security.evidence.checkpointing import Checkpointer, stamped_text
from hub.security.evidence.keeping import EvidenceKeeper, Rhythm
from hub.security.evidence.log_key import LogSigner
from tests.fakes.evidence_log import FakeAuthority, FakeEvidenceLog

SIGNER = LogSigner(b"s" * 32, "hub.example/journal")
S = 1_000_000
RHYTHM = Rhythm(
    checkpoint_every_s=10, checkpoint_every_entries=100, stamp_every_s=60, stamp_again_s=5, stamp_limit_s=100
)


class World:
    def __init__(self, rhythm: Rhythm = RHYTHM, *, with_authority: bool = True) -> None:
        self.now_us = 1000 * S
        self.is_leader = True
        self.log = FakeEvidenceLog()
        self.authority = FakeAuthority()
        checkpointer = Checkpointer(self.log, SIGNER, self.clock_us)
        self.keeper = EvidenceKeeper(
            [checkpointer],
            self.authority if with_authority else None,
            rhythm,
            may_sign=lambda: self.is_leader,
            clock_us=self.clock_us,
        )

    def clock_us(self) -> int:
        return self.now_us

    def append(self, count: int = 1) -> None:
        for number in range(len(self.log.entries) + 1, len(self.log.entries) + count + 1):
            self.log.entries.append(Row(number, "x", b"%d" % number, leaf_hash(b"%d" % number)))

    async def after(self, seconds: float) -> None:
        self.now_us += round(seconds * S)
        await self.keeper.turn()


async def test_an_entry_is_signed_at_the_latest_after_a_while() -> None:
    world = World()
    world.append()
    await world.after(0)
    world.append()
    await world.after(9)
    assert [*world.log.kept] == [1]
    await world.after(1)
    assert [*world.log.kept] == [1, 2]
    await world.after(100)
    assert [*world.log.kept] == [1, 2], "without new entries nothing is signed"


async def test_many_entries_are_signed_at_once() -> None:
    world = World()
    world.append()
    await world.after(0)
    world.append(100)
    await world.after(1)
    assert [*world.log.kept] == [1, 101]


async def test_a_checkpoint_is_stamped_and_then_not_for_a_while() -> None:
    world = World()
    world.append()
    await world.after(0)
    assert world.authority.asked == [stamped_text(replace(world.log.kept[1], timestamps=()))]
    assert len(world.log.kept[1].timestamps) == 1
    world.append()
    await world.after(30)
    assert len(world.authority.asked) == 1
    await world.after(30)
    assert len(world.log.kept[2].timestamps) == 1


async def test_what_is_stamped_is_not_stamped_again() -> None:
    world = World()
    world.append()
    await world.after(0)
    await world.after(1000)
    assert len(world.authority.asked) == 1
    assert world.keeper.unstamped_s == 0


async def test_a_stamp_that_could_not_be_had_is_asked_for_again_soon() -> None:
    world = World()
    world.authority.is_down = True
    world.append()
    await world.after(0)
    await world.after(4)
    assert len(world.authority.asked) == 1
    world.authority.is_down = False
    await world.after(1)
    assert len(world.log.kept[1].timestamps) == 1


async def test_it_is_alarming_first_and_closed_only_beyond_the_limit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.authority.is_down = True
    world.append()
    await world.after(0)
    await world.after(40)
    assert not any(record.levelname == "ERROR" for record in caplog.records)
    await world.after(20)
    assert "new exchanges will be refused" in caplog.text
    assert not world.keeper.is_stamp_overdue
    assert world.keeper.unstamped_s == 60
    await world.after(41)
    assert world.keeper.is_stamp_overdue
    assert "no new exchange is taken in" in caplog.text
    world.authority.is_down = False
    await world.after(5)
    assert not world.keeper.is_stamp_overdue
    assert "taken in" in caplog.records[-1].message


async def test_without_a_limit_it_is_never_closed() -> None:
    world = World(replace(RHYTHM, stamp_limit_s=None))
    world.authority.is_down = True
    world.append()
    await world.after(0)
    await world.after(10_000_000)
    assert not world.keeper.is_stamp_overdue


async def test_without_an_authority_nothing_is_overdue() -> None:
    world = World(with_authority=False)
    world.append()
    await world.after(0)
    await world.after(1000)
    assert (world.keeper.unstamped_s, world.keeper.is_stamp_overdue) == (0, False)


async def test_a_log_that_was_shortened_is_alarming_and_does_not_end_the_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.append(5)
    await world.after(0)
    kept = world.log.entries
    world.log.entries = kept[:3]
    world.log.entries.append(replace(kept[3], leaf=bytes(32)))
    world.append(5)
    await world.after(20)
    assert "not those that were signed" in world.keeper.trouble
    assert "evidence cannot be kept" in caplog.text
    world.log.entries = kept
    world.append()
    await world.after(20)
    assert world.keeper.trouble == ""


async def test_a_store_that_does_not_answer_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.append()

    async def fails() -> int:
        raise NotRecordedError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(world.log, "size", fails)
        await world.after(0)
        assert world.keeper.trouble == "the disk is away"
    await world.after(10)
    assert (world.keeper.trouble, [*world.log.kept]) == ("", [1])


async def test_what_is_left_is_signed_at_the_end() -> None:
    world = World()
    world.append()
    await world.keeper.finish()
    assert [*world.log.kept] == [1]


async def test_a_node_that_does_not_lead_only_watches() -> None:
    leader, other = World(), World()
    other.log, other.is_leader = leader.log, False
    other.keeper = EvidenceKeeper(
        [Checkpointer(leader.log, SIGNER, other.clock_us)],
        other.authority,
        RHYTHM,
        may_sign=lambda: other.is_leader,
        clock_us=other.clock_us,
    )
    leader.append()
    await other.after(20)
    await other.keeper.finish()
    assert (leader.log.kept, other.authority.asked) == ({}, [])
    leader.authority.is_down = True
    await leader.after(0)
    await other.after(120)
    assert other.keeper.is_stamp_overdue, "it knows when to refuse"
    assert other.authority.asked == []
