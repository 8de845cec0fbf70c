"""Dead letters with one cause are one group, however their ids and numbers differ."""

from hub.core import codes
from hub.runtime.dead_letters.cause import MOST_GROUPS, grouped, kind_of
from hub.runtime.dead_letters.many import act_on, chosen
from tests.unit.hub.runtime.dead_letters.dead import bench, decision


def test_a_kind_is_what_stays_when_ids_numbers_and_quoted_words_go() -> None:
    one = kind_of({"detail": "entry 17 of 019aab5e-7c1d-7d0e-9b1a-3f2f6c1f5a10 knows no 'seal'"})
    other = kind_of({"detail": "entry 4 of 01a203a2-07d0-7c01-883f-dc621686ad9e knows no 'stamp'"})
    assert one == other == "entry # of # knows no #"


def test_a_kind_names_what_lay_behind_an_unknown_outcome() -> None:
    assert kind_of({"cause": "partner.timeout"}) == "partner.timeout"
    assert len(kind_of({"detail": "x" * 1000})) < 200


async def test_dead_letters_are_grouped_with_count_age_and_samples() -> None:
    desk = bench()
    first = [await desk.dead() for _ in range(4)]
    desk.hub.clock.pass_s(9)
    other = await desk.dead(codes.PARTNER_CREDENTIALS)

    many, one = await desk.desk.groups()

    assert (many.count, many.cause.code, many.cause.partner) == (4, "partner.tls_failed", "office")
    assert (many.cause.contract, many.cause.route) == ("deeds.inquiry@1.0", "to-office")
    assert many.samples == tuple(sorted(first)[:3])
    assert (one.count, one.samples) == (1, (other,))
    assert one.oldest_us - many.newest_us == 9_000_000


async def test_what_was_taken_up_is_in_no_group_any_more() -> None:
    desk = bench()
    await desk.desk.discard(await desk.dead(), decision())
    assert await desk.desk.groups() == []


async def test_there_are_never_more_groups_than_can_be_held() -> None:
    desk = bench()
    await desk.dead()
    [summary], _ = await desk.desk.page()
    groups = {str(number): None for number in range(MOST_GROUPS)}
    grouped([summary], groups)  # type: ignore[arg-type]  # only their number counts
    [others] = [group for group in groups.values() if group is not None]
    assert others.cause.kind == "(others)"  # type: ignore[unreachable]  # as above


async def test_one_group_is_redelivered_page_by_page_and_paced() -> None:
    desk = bench()
    mine = sorted([await desk.dead() for _ in range(5)])
    await desk.dead(codes.PARTNER_CREDENTIALS)
    [group] = [each for each in await desk.desk.groups() if each.count == 5]
    start_us = desk.hub.clock.now_us

    async def act(id_: str, at_us: int):
        return await desk.desk.redeliver(id_, decision(), not_before_us=at_us)

    after, at_us, done = "", start_us, []
    while True:
        ids, after = await chosen(desk.desk, (), group.cause.id, after, 2)
        page = await act_on(ids, act, from_us=at_us, per_second=2)
        at_us = page.next_us
        done += [each.exchange_id for each in page.done]
        if not after:
            break

    assert done == mine
    due = [desk.hub.history(id_)[-1].due_us - start_us for id_ in mine]
    assert due == [0, 500_000, 1_000_000, 1_500_000, 2_000_000]


async def test_one_that_is_refused_holds_up_no_other_and_repeating_does_nothing_twice() -> None:
    desk = bench()
    alive = (await desk.hub.handle(respond_async=True)).exchange_id
    dead = await desk.dead()

    async def act(id_: str, at_us: int):
        return await desk.desk.redeliver(id_, decision(action="a"), not_before_us=at_us)

    ids, _ = await chosen(desk.desk, (alive, dead, dead), "", "", 10)
    for repetition in (False, True):
        page = await act_on(ids, act, from_us=0, per_second=10)
        assert [(done.exchange_id, done.is_repetition) for done in page.done] == [(dead, repetition)]
        assert [(id_, error.code) for id_, error in page.refused] == [(alive, codes.DEAD_LETTER_MOVED_ON)]
