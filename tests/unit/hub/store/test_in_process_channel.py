"""What the channel inside one process promises beyond the port."""

import asyncio

from hub.store.in_process_channel import InProcessChannel


async def test_what_a_worker_forgets_returns_by_itself() -> None:
    channel = InProcessChannel(lease_s=0.01)
    await channel.put("a")
    forgotten = await channel.take()

    async with asyncio.timeout(10):
        again = await channel.take()
    assert again.exchange_id == "a"
    await forgotten.settle()  # too late, and harmless: the other one holds it now
    await again.give_back()
    assert (await channel.take()).exchange_id == "a"
    await channel.close()


async def test_what_waits_already_is_not_queued_twice() -> None:
    channel = InProcessChannel()
    for id_ in ("a", "b", "a", "a"):
        await channel.put(id_)
    await (await channel.take()).settle()
    await (await channel.take()).settle()
    taking = asyncio.create_task(channel.take())
    await asyncio.sleep(0)

    assert not taking.done()
    await channel.put("c")
    assert (await taking).exchange_id == "c"
    await channel.close()


async def test_the_queue_is_bounded_and_the_rest_is_left_to_the_sweeper() -> None:
    channel = InProcessChannel(max_waiting=2)
    for id_ in ("a", "b", "c"):
        await channel.put(id_)
    assert [(await channel.take()).exchange_id for _ in range(2)] == ["a", "b"]
    await channel.put("c")

    assert (await channel.take()).exchange_id == "c"
    await channel.close()


async def test_settling_ends_the_lease() -> None:
    channel = InProcessChannel()
    await channel.put("a")
    taken = await channel.take()
    await taken.settle()
    await taken.give_back()  # only the first of the two counts

    assert not channel._leases
    assert not channel._waiting
    await channel.close()
