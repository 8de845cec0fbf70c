"""What every store promises of its counters."""

import asyncio

from hub.core.ports import Counters


async def test_as_many_as_were_agreed_and_not_one_more(counters: Counters) -> None:
    assert [await counters.take("bank", "2026-11-22", 3) for _ in range(5)] == [
        True,
        True,
        True,
        False,
        False,
    ]


async def test_of_several_at_once_no_more_than_were_agreed(counters: Counters) -> None:
    taken = await asyncio.gather(*(counters.take("bank", "2026-11-22", 4) for _ in range(12)))
    assert sum(taken) == 4


async def test_names_and_periods_are_counted_apart(counters: Counters) -> None:
    assert await counters.take("bank", "2026-11-22", 1)
    assert await counters.take("bank", "2026-11-23", 1)
    assert await counters.take("office", "2026-11-22", 1)
    assert not await counters.take("bank", "2026-11-22", 1)


async def test_a_quota_that_was_raised_lets_more_through(counters: Counters) -> None:
    assert await counters.take("bank", "2026-11-22", 1)
    assert not await counters.take("bank", "2026-11-22", 1)
    assert await counters.take("bank", "2026-11-22", 2)


async def test_a_quota_of_nothing(counters: Counters) -> None:
    assert not await counters.take("bank", "2026-11-22", 0)


async def test_what_is_over_is_forgotten(counters: Counters) -> None:
    assert await counters.take("bank", "2026-11-21", 1)
    assert await counters.take("bank", "2026-11-22", 1)
    assert await counters.forget("2026-11-22") == 1
    assert await counters.forget("2026-11-22") == 0
    assert await counters.take("bank", "2026-11-21", 1)
    assert not await counters.take("bank", "2026-11-22", 1)
