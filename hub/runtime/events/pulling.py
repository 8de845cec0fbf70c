"""Events for those who fetch them: pages after a position, and the position up to which they were dealt with."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson
import structlog

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.events import EventLog, LoggedEvent, Move, Subscription, Subscriptions, position_text
from hub.core.ports import DocumentDamagedError
from hub.runtime.events.interest import EventReader, Interest, Parcel
from hub.runtime.events.record import DeliveryRecord, Facts

log = structlog.get_logger(__name__)

LOOK_AGAIN_S: Final = 0.5
PAGE_BYTES: Final = 1024 * 1024
"""A page ends with the event that takes it beyond that."""
READ_AT_ONCE: Final = 100


@dataclass(slots=True)
class _Page:
    """Events as they are collected."""

    lines: list[bytes]
    size: int
    position: int


class Pulling:
    """Serves subscriptions of kind ``pull``."""

    def __init__(self, subscriptions: Subscriptions, event_log: EventLog, record: DeliveryRecord) -> None:
        self._subscriptions = subscriptions
        self._event_log = event_log
        self._record = record
        self._reader = EventReader(record.journal)

    async def fetch(
        self,
        subscription: Subscription,
        interest: Interest,
        *,
        after: int,
        limit: int,
        wait_s: float,
        is_stopping: Callable[[], bool],
    ) -> bytes:
        """A page of events after a position, as JSON; waits for the first. Recorded before it is given (G1)."""
        end = asyncio.get_running_loop().time() + wait_s
        page = _Page([], 0, after)
        while True:
            await self._collect(subscription, interest, page, limit)
            left_s = end - asyncio.get_running_loop().time()
            if page.lines or left_s <= 0 or is_stopping():
                break
            await asyncio.sleep(min(LOOK_AGAIN_S, left_s))
        body = b'{"events":[%s],"next":"%s"}' % (b",".join(page.lines), position_text(page.position).encode())
        if page.lines:
            facts: Facts = {
                "after": position_text(after),
                "next": position_text(page.position),
                "events": len(page.lines),
            }
            await self._record.handed_over(subscription, interest.version.ref, body, facts)
        return body

    async def commit(self, subscription: Subscription, position: int) -> None:
        """All up to there has been dealt with. Raises ExchangeError for a position that is not in the log yet."""
        if position > await self._event_log.end(subscription.contract):
            raise ExchangeError(codes.SUBSCRIPTION_INVALID, "this position is not in the log")
        moved = await self._subscriptions.advance([Move(subscription.id, subscription.run_us, position)])
        if not moved:
            raise ExchangeError(codes.SUBSCRIPTION_CHANGED)
        if position > subscription.position:
            cause = f"client:{subscription.client}"
            await self._record.changed(subscription, "commit", cause, {"position": position_text(position)})

    async def _collect(self, subscription: Subscription, interest: Interest, page: _Page, limit: int) -> None:
        """Add what is there to a page until it is full."""
        while len(page.lines) < limit and page.size < PAGE_BYTES:
            found = await self._event_log.read(subscription.contract, page.position, READ_AT_ONCE)
            for logged in found:
                parcel = await self._parcel(subscription, interest, logged)
                page.position = logged.position
                if parcel is not None:
                    line = _line(logged, parcel)
                    page.lines.append(line)
                    page.size += len(line)
                if len(page.lines) >= limit or page.size >= PAGE_BYTES:
                    return
            if len(found) < READ_AT_ONCE:
                return

    async def _parcel(
        self, subscription: Subscription, interest: Interest, logged: LoggedEvent
    ) -> Parcel | None:
        try:
            return await self._reader.parcel(interest, logged)
        except DocumentDamagedError:
            error = ExchangeError(codes.INTERNAL, "the recorded event cannot be opened")
        except ExchangeError as fault:
            error = fault
        await self._record.set_aside(subscription, logged, interest.version.ref, error)
        log.error("an event was set aside", subscription=subscription.id, code=error.code.id)
        return None


def _line(logged: LoggedEvent, parcel: Parcel) -> bytes:
    event = orjson.Fragment(parcel.event.structured())
    return orjson.dumps({"position": position_text(logged.position), "event": event})
