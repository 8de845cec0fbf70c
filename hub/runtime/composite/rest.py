"""Ending what is left of a composite's parts, in one commit with the composite's own end.

A part that has not left the hub is cancelled. One whose partner may have acted on an earlier try is not tried again,
and fails as uncertain as it is. What is at a partner just now, or acknowledged by it, and what waits for a person, is
left as it is; a worker that takes such a part up again looks whether it is still wanted.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from hub.core import codes
from hub.core.errors import StateConflictError
from hub.core.exchange import Exchange, State, Transition
from hub.core.ports import Journal
from hub.runtime.composite.record import Gathering, is_composite
from hub.runtime.outcomes import may_have_acted

TRIES: Final = 10
"""How often a part that moves on in between has the rest looked at anew."""
AppendAll: TypeAlias = Callable[[Exchange, Sequence[Transition]], Awaitable[None]]
_UNDELIVERED: Final = frozenset({State.ACCEPTED, State.WAITING_RETRY})


async def end_whole(
    journal: Journal, exchange: Exchange, moved: Transition, append: AppendAll
) -> tuple[Exchange, ...]:
    """Record one move; where a composite is cancelled by it, with its parts. Gives the parts that were ended.

    Raises as ``append`` does; StateConflictError if the exchange has moved on, or its parts will not hold still.
    """
    if exchange.state is not State.CANCELLED or not is_composite(exchange.history):
        await append(exchange, [moved])
        return ()
    return await end_with_rest(
        journal,
        exchange,
        lambda rest: append(exchange, [moved, *rest]),
        before=moved.entry.number - 1,
        cause=moved.entry.cause,
        at_us=moved.entry.at_us,
    )


async def end_with_rest(
    journal: Journal,
    exchange: Exchange,
    append: Callable[[Sequence[Transition]], Awaitable[None]],
    *,
    before: int,
    cause: str,
    at_us: int,
) -> tuple[Exchange, ...]:
    """Record a composite's end together with those of its parts that are not wanted any more; gives these.

    ``append`` records the composite's own entries, which follow its entry ``before``, with those that it is given.
    Raises as it does; StateConflictError if the composite has moved on, or its parts will not hold still.
    """
    for tried in range(TRIES):
        rest = await _ends(journal, exchange.id, cause, at_us)
        try:
            await append([transition for _, transition in rest])
        except StateConflictError:
            if len(await journal.history(exchange.id)) != before or tried == TRIES - 1:
                raise
            continue
        return tuple(part for part, _ in rest)
    return ()


def call_off(part: Exchange, *, cause: str, at_us: int) -> Transition | None:
    """End a part that nobody waits for any more; None if it cannot be ended here."""
    detail = {"with": part.opening.parent}
    if part.state in _UNDELIVERED and may_have_acted(part.history):
        code = codes.OUTCOME_UNKNOWN.id
        return part.advance(State.FAILED, at_us=at_us, cause=cause, code=code, detail=detail)
    if part.state in _UNDELIVERED or (part.state is State.WAITING_REPLY and is_composite(part.history)):
        code = codes.EXCHANGE_CANCELLED.id
        return part.advance(State.CANCELLED, at_us=at_us, cause=cause, code=code, detail=detail)
    return None


async def _ends(
    journal: Journal, exchange_id: str, cause: str, at_us: int
) -> list[tuple[Exchange, Transition]]:
    """Of all parts that can be ended, and of the parts of those that are composites themselves."""
    gathering = Gathering.of(await journal.history(exchange_id))
    found: list[tuple[Exchange, Transition]] = []
    for record in gathering.parts if gathering else ():
        entries = await journal.history(record.exchange_id) if record.exchange_id else ()
        if not entries:
            continue
        part = Exchange.replay(entries)
        ended = call_off(part, cause=cause, at_us=at_us)
        if ended is not None:
            found.append((part, ended))
            found += await _ends(journal, part.id, cause, at_us)
    return found
