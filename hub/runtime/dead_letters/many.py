"""One decision about many dead letters: those with some ids, or all of one cause; a page at a time, and paced.

The pace lies in the journal: each redelivered exchange is due a little later than the one before, so that a partner
that has just come back is not run over, whatever becomes of the process that was told to redeliver.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from hub.core.errors import ExchangeError
from hub.core.values import US_PER_S
from hub.runtime.dead_letters.desk import DeadLetters, Done

MOST_AT_ONCE: Final = 1000


@dataclass(slots=True)
class ManyDone:
    """What became of one page."""

    done: list[Done] = field(default_factory=list)
    refused: list[tuple[str, ExchangeError]] = field(default_factory=list)
    following: str = ""
    """The cursor of the next page; empty after the last."""
    next_us: int = 0
    """From when on the next page is to be due, to keep the pace."""


async def chosen(
    desk: DeadLetters, ids: Sequence[str], group: str, after: str, limit: int
) -> tuple[list[str], str]:
    """The ids to decide about, and the cursor of the next page. Each id once, however often it is given."""
    if ids:
        return list(dict.fromkeys(ids)), ""
    found, following = await desk.page(after, limit, group)
    return [summary.exchange_id for summary in found], following


async def act_on(
    ids: Sequence[str],
    act: Callable[[str, int], Awaitable[Done]],
    *,
    from_us: int,
    per_second: float,
) -> ManyDone:
    """Do something about each, told from when on (UTC, microseconds); one that is refused holds up no other.

    What was done before takes no place in the pace. Raises NotRecordedError: those before it are done, and doing
    all of it again does nothing twice.
    """
    result = ManyDone(next_us=from_us)
    for id_ in ids:
        try:
            done = await act(id_, result.next_us)
        except ExchangeError as error:
            result.refused.append((id_, error))
            continue
        result.done.append(done)
        if not done.is_repetition:
            result.next_us += int(US_PER_S / per_second)
    return result
