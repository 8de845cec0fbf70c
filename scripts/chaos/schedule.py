"""Faults amid messages: each fault has its share of the messages, before, while and after it is in force."""

import asyncio
import random
from collections.abc import Sequence

from scripts.chaos.faults.fault import Fault
from scripts.chaos.messages import ClientMessage
from scripts.chaos.senders import Clients
from scripts.chaos.town import Town
from scripts.services.throwaway import say

PER_FAULT = 1000
"""How many messages a fault has at most; where there are more, faults come again."""
_BEFORE, _AFTER = 0.2, 0.2
_ALREADY_SENT = 0.5
_LOOK_AGAIN_AFTER_S = 0.05


def in_turn(faults: Sequence[Fault], messages: int, draw: random.Random) -> list[Fault]:
    """Which faults come, in which order: each at least once, and as often as there are messages for it."""
    rounds = max(1, messages // (PER_FAULT * len(faults)))
    order: list[Fault] = []
    for _ in range(rounds):
        again = list(faults)
        draw.shuffle(again)
        order += again
    return order


async def run(
    town: Town, clients: Clients, messages: Sequence[ClientMessage], faults: Sequence[Fault]
) -> None:
    """Send all messages while the faults come and go. Raises UnavailableError for a fault that cannot be had."""
    total = len(messages)
    bounds = [total * place // len(faults) for place in range(len(faults) + 1)]
    for place, fault in enumerate(faults):
        share = messages[bounds[place] : bounds[place + 1]]
        say(
            f"[{place + 1}/{len(faults)}] {fault.name}: {len(share)} messages, {clients.sent} of {total} sent"
        )
        await _amid(town, clients, share, fault)


async def _amid(town: Town, clients: Clients, share: Sequence[ClientMessage], fault: Fault) -> None:
    before, after = int(len(share) * _BEFORE), len(share) - int(len(share) * _AFTER)
    already = clients.sent + int(before * _ALREADY_SENT)
    sending = [asyncio.create_task(clients.send_all(share[:before]))]
    try:
        while clients.sent < already:  # noqa: ASYNC110 - many tasks count there
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
        sending.append(asyncio.create_task(clients.send_all(share[before:after])))
        await fault.begin(town)
        try:
            await asyncio.sleep(fault.holds_s)
        finally:
            await fault.end(town)
        sending.append(asyncio.create_task(clients.send_all(share[after:])))
        await town.ready()
        await asyncio.gather(*sending)
    finally:
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
