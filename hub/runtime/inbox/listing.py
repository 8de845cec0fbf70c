"""Lists of open work items, the nearest deadline first.

A page costs one pass over what waits in the partner's channel, and memory for the page alone.
"""

import heapq
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from hub.core.exchange import RENEWED_DEADLINE, State
from hub.core.ports import Journal, Query, Summary
from hub.runtime.inbox.officers import Officer
from hub.runtime.inbox.standing import Standing, standing_of

PAGE: Final = 500
NO_DEADLINE_US: Final = 2**62
"""Where what has no deadline stands in the order: last."""
_WAITING: Final = frozenset({State.WAITING_REPLY})


@dataclass(frozen=True, slots=True)
class Listed:
    """An open work item in a list."""

    summary: Summary
    standing: Standing
    deadline_us: int
    """0 for none."""

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in the order."""
        return (self.deadline_us or NO_DEADLINE_US, self.summary.exchange_id)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which work items are wanted; conditions that are set must all hold."""

    is_claimed: bool | None = None
    claimed_by: str = ""
    due_before_us: int = 0
    after: tuple[int, str] = (0, "")
    """The place of the last one of the page before."""
    limit: int = 50

    def takes(self, item: Listed) -> bool:
        """Whether an item is wanted."""
        return (
            (self.is_claimed is None or self.is_claimed == bool(item.standing.claimed_by))
            and (not self.claimed_by or self.claimed_by == item.standing.claimed_by)
            and (not self.due_before_us or 0 < item.deadline_us < self.due_before_us)
            and item.place > self.after
        )


async def page_of(journal: Journal, officer: Officer, wish: Wish) -> tuple[list[Listed], bool]:
    """The first wanted items of the officer's office, and whether there are more. Raises NotRecordedError."""
    found: list[tuple[tuple[int, str], Listed]] = []
    async for item in _open_items(journal, officer):
        if wish.takes(item):
            found.append((item.place, item))
            if len(found) >= PAGE + wish.limit:
                found = heapq.nsmallest(wish.limit + 1, found, key=lambda pair: pair[0])
    first = heapq.nsmallest(wish.limit + 1, found, key=lambda pair: pair[0])
    return [item for _, item in first[: wish.limit]], len(first) > wish.limit


async def _open_items(journal: Journal, officer: Officer) -> AsyncIterator[Listed]:
    after = ""
    while True:
        page = await journal.find(
            Query(channel=officer.partner, states=_WAITING, after=after, limit=PAGE, with_last_entry=True)
        )
        for summary in page:
            standing = standing_of(summary.last) if summary.last is not None else None
            if standing is not None and officer.office in standing.offices and summary.last is not None:
                renewed = summary.last.detail.get(RENEWED_DEADLINE)
                deadline_us = renewed if isinstance(renewed, int) else summary.opening.deadline_us
                yield Listed(summary, standing, deadline_us)
        if len(page) < PAGE:
            return
        after = page[-1].exchange_id
