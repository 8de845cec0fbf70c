"""What every channel promises."""

import asyncio

import pytest

from hub.core.ports import Channel, ChannelClosedError


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
