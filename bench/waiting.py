"""A store in which many exchanges wait for a partner that takes nothing, made through the journal's own port."""

import asyncio
import statistics
import time
from dataclasses import dataclass

from hub.app.settings import Settings
from hub.app.setups import open_store
from hub.core.exchange import Exchange, Opening, State, Transition
from hub.core.ports import Journal, Query
from hub.core.values import US_PER_S, new_id, now_us
from hub.runtime.offers import SWEEP_MOST, SWEEP_OF_EACH
from hub.runtime.workers import UNDER_WAY

CHANNEL = "silent-office"
SENDERS = 100
DUE_IN_S = 3600
_AT_ONCE = 200
_BESIDE = 8
_TRIES = 9


@dataclass(frozen=True)
class Sweeps:
    """What the sweeper's question to the store takes, in milliseconds: median of some, all of it counted."""

    nothing_due_ms: float
    all_due_ms: float
    """With everything that waits due at once, and all of it of ``SENDERS`` lanes."""
    all_due_found: int


async def fill(settings: Settings, many: int) -> None:
    """Have so many exchanges wait, each with its three entries, for a time an hour ahead."""
    async with open_store(settings) as store:
        batches = iter(range(0, many, _AT_ONCE))

        async def work() -> None:
            for start in batches:
                size = min(_AT_ONCE, many - start)
                await store.journal.append(
                    [each for number in range(start, start + size) for each in waiting(number)]
                )

        await asyncio.gather(*(work() for _ in range(_BESIDE)))


def waiting(number: int) -> list[Transition]:
    """One that has been accepted and put off."""
    at_us = now_us()
    later_us = at_us + DUE_IN_S * US_PER_S
    opening = Opening(
        "bench.title-inquiry",
        "1.0",
        f"client-{number % SENDERS}",
        "request-reply",
        deadline_us=at_us + 24 * DUE_IN_S * US_PER_S,
    )
    cause = f"client:{opening.sender}"
    exchange, received = Exchange.start(new_id(), opening, state=State.RECEIVED, at_us=at_us, cause=cause)
    accepted = exchange.advance(State.ACCEPTED, at_us=at_us, cause="hub", channel=CHANNEL, due_us=at_us)
    put_off = exchange.advance(
        State.WAITING_RETRY,
        at_us=at_us,
        cause="hub",
        code="partner.circuit_open",
        channel=CHANNEL,
        due_us=later_us + number,
    )
    return [received, accepted, put_off]


async def look_at_sweeps(settings: Settings) -> Sweeps:
    """Ask what a sweep asks, now and as if it were later."""
    async with open_store(settings) as store:
        nothing_ms, _ = await _asked(store.journal, now_us())
        all_ms, found = await _asked(store.journal, now_us() + 2 * DUE_IN_S * US_PER_S)
    return Sweeps(nothing_ms, all_ms, found)


async def _asked(journal: Journal, before_us: int) -> tuple[float, int]:
    query = Query(states=UNDER_WAY, due_before_us=before_us, of_each=SWEEP_OF_EACH, limit=SWEEP_MOST)
    took: list[float] = []
    found = 0
    for _ in range(_TRIES):
        begun = time.monotonic()
        found = len(await journal.find(query))
        took.append((time.monotonic() - begun) * 1000)
    return round(statistics.median(took), 1), found
