"""What every channel promises."""

import asyncio

import pytest

from hub.core.ports import Channel, ChannelClosedError, Turn
from hub.core.route import Urgency


async def test_first_in_first_out(channel: Channel) -> None:
    for id_ in ("a", "b", "c"):
        await channel.put(id_)

    assert [(await channel.take()).exchange_id for _ in range(3)] == ["a", "b", "c"]


async def test_take_waits_for_a_reference(channel: Channel) -> None:
    taking = asyncio.create_task(channel.take())
    await asyncio.sleep(0)
    assert not taking.done()
    await channel.put("a")

    assert (await taking).exchange_id == "a"


async def test_what_is_given_back_is_offered_again(channel: Channel) -> None:
    await channel.put("a")
    taken = await channel.take()
    await taken.give_back()

    assert (await channel.take()).exchange_id == "a"


async def test_what_is_settled_is_forgotten(channel: Channel) -> None:
    await channel.put("a")
    await (await channel.take()).settle()
    await channel.put("b")

    assert (await channel.take()).exchange_id == "b"


async def test_what_is_put_while_it_is_taken_is_offered_again(channel: Channel) -> None:
    await channel.put("a")
    taken = await channel.take()
    await channel.put("a")
    await taken.settle()

    assert (await channel.take()).exchange_id == "a"


async def test_many_takers_share_the_references(channel: Channel) -> None:
    takers = [asyncio.create_task(channel.take()) for _ in range(10)]
    for number in range(10):
        await channel.put(str(number))

    taken = await asyncio.gather(*takers)
    assert sorted(reference.exchange_id for reference in taken) == [str(number) for number in range(10)]


async def test_a_cancelled_taker_loses_nothing(channel: Channel) -> None:
    impatient, patient = asyncio.create_task(channel.take()), asyncio.create_task(channel.take())
    await asyncio.sleep(0)
    await channel.put("a")
    impatient.cancel()

    async with asyncio.timeout(10):
        assert (await patient).exchange_id == "a"
    assert impatient.cancelled()


async def test_closing_sends_the_waiting_away(channel: Channel) -> None:
    takers = [asyncio.create_task(channel.take()) for _ in range(3)]
    await asyncio.sleep(0)
    await channel.close()

    outcomes = await asyncio.gather(*takers, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ChannelClosedError] * 3


async def test_after_closing_nothing_is_taken_and_nothing_raised(channel: Channel) -> None:
    await channel.put("a")
    taken = await channel.take()
    await channel.close()
    await channel.close()
    await channel.put("b")
    await taken.give_back()

    with pytest.raises(ChannelClosedError):
        await channel.take()


HEAP = 1000


async def place_of(channel: Channel, exchange_id: str) -> int:
    """How many references are taken, and settled, before this one is."""
    async with asyncio.timeout(60):
        for place in range(HEAP + 1):
            taken = await channel.take()
            await taken.settle()
            if taken.exchange_id == exchange_id:
                return place
    raise AssertionError(f"{exchange_id} never came")


async def test_one_sender_s_heap_does_not_hold_up_another_s_first(channel: Channel) -> None:
    for number in range(HEAP):
        await channel.put(f"heap-{number}", Turn("busy"))
    await channel.put("first", Turn("quiet"))
    assert await place_of(channel, "first") < HEAP // 2


async def test_the_urgent_overtake(channel: Channel) -> None:
    for number in range(HEAP):
        await channel.put(f"heap-{number}", Turn("one"))
    await channel.put("urgent", Turn("one", Urgency.HIGH))
    assert await place_of(channel, "urgent") < HEAP // 2


async def test_the_urgent_do_not_hold_up_the_others_for_ever(channel: Channel) -> None:
    await channel.put("patient", Turn("one", Urgency.LOW))
    for number in range(HEAP):
        await channel.put(f"urgent-{number}", Turn("one", Urgency.HIGH))
    assert await place_of(channel, "patient") < HEAP


async def test_of_one_sender_the_order_stays(channel: Channel) -> None:
    turn = Turn("one", Urgency.HIGH)
    for number in range(20):
        await channel.put(str(number), turn)
    assert [(await channel.take()).exchange_id for _ in range(20)] == [str(number) for number in range(20)]
