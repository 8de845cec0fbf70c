"""Brings one subscriber its events: in order per key, again until it takes them, from a position in the log.

Memory is bounded by the window, whatever waits in the log. What a kill leaves behind: the position of a second ago,
and the record of each attempt; whoever goes on from there finds what was delivered and does not repeat it, and repeats
what was cut off under the same message id.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from hub.core import codes
from hub.core.errors import ExchangeError, NotRecordedError, StateConflictError
from hub.core.events import EventLog, LoggedEvent, Subscription, SubscriptionState
from hub.core.exchange import Exchange
from hub.core.ports import DocumentDamagedError
from hub.core.values import US_PER_S
from hub.runtime.events.interest import EventReader, Interest, Parcel
from hub.runtime.events.record import DeliveryRecord, Facts, attempts, first_attempt_us

log = structlog.get_logger(__name__)

WINDOW: Final = 64
"""How many events one subscriber is read ahead: a key that cannot be delivered holds up no more than that."""
AT_ONCE: Final = 4
LOOK_AGAIN_S: Final = 0.5
"""How soon an event is seen that another node has taken in."""
KEPT_BYTES: Final = 16 * 1024
"""Events larger than this are read again when their turn comes."""
LONGEST_RETRY_AFTER_S: Final = 3600.0
PAUSE_AFTER_TROUBLE_S: Final = 1.0


class Sender(Protocol):
    """Hands one event to a subscriber, once."""

    async def send(self, subscription: Subscription, message_id: str, event: bytes) -> Facts:
        """Send a structured CloudEvent, in the form the subscription asks for; gives facts for the record.

        ``message_id`` is the same for every attempt. Raises ExchangeError with a ``subscriber.*`` or
        ``subscription.*`` code, soon: it never takes longer than a minute.
        """
        ...


Stop = Callable[[Subscription, SubscriptionState, str], Awaitable[None]]
"""Takes a subscription out of service, with the code that says why. Raises NotRecordedError."""


@dataclass(slots=True)
class _Slot:
    """One event in the window."""

    logged: LoggedEvent
    key: str = ""
    parcel: Parcel | None = None
    is_judged: bool = False
    is_done: bool = False
    is_under_way: bool = False
    due_s: float = 0.0
    """Not before then, on the loop's clock."""


class Courier:
    """Serves one subscription until it is cancelled or stops by itself."""

    def __init__(
        self,
        subscription: Subscription,
        interest: Interest,
        *,
        event_log: EventLog,
        record: DeliveryRecord,
        sender: Sender,
        stop: Stop,
    ) -> None:
        self.subscription = subscription
        self.position = subscription.position
        """Up to where everything has been dealt with."""
        self.woken = asyncio.Event()
        self.is_stopping = False
        self._interest = interest
        self._log = event_log
        self._record = record
        self._reader = EventReader(record.journal)
        self._sender = sender
        self._stop = stop
        self._cursor = subscription.position
        self._window: OrderedDict[int, _Slot] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: tuple[SubscriptionState, str] | None = None
        self._draw = random.Random()  # noqa: S311 - jitter, not a secret

    async def run(self) -> None:
        """Go on until cancelled, told to stop by ``is_stopping``, or out of service."""
        try:
            while self._ended is None and not (self.is_stopping and not self._tasks):
                self.woken.clear()
                try:
                    await self._read_ahead()
                    await self._start_ready()
                except NotRecordedError:
                    await asyncio.sleep(PAUSE_AFTER_TROUBLE_S)
                await self._wait()
            if self._ended is not None:
                await asyncio.gather(*self._tasks, return_exceptions=True)
                await self._stop(self.subscription, *self._ended)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        due = [slot.due_s for slot in self._window.values() if not slot.is_done and slot.due_s]
        timeout_s = min([LOOK_AGAIN_S, *(max(at - loop.time(), 0.01) for at in due)])
        try:
            async with asyncio.timeout(timeout_s):
                await self.woken.wait()
        except TimeoutError:
            return

    async def _read_ahead(self) -> None:
        room = WINDOW - len(self._window)
        if room > 0 and not self.is_stopping:
            for logged in await self._log.read(self.subscription.contract, self._cursor, room):
                self._window[logged.position] = _Slot(logged)
                self._cursor = logged.position

    async def _start_ready(self) -> None:
        """Begin what may be delivered now: of each key the earliest event alone."""
        now_s = asyncio.get_running_loop().time()
        taken: set[str] = set()
        for slot in tuple(self._window.values()):
            if len(self._tasks) >= AT_ONCE or self.is_stopping or self._ended:
                break
            if not slot.is_judged:
                await self._judge(slot)
            if slot.is_done or (slot.key and slot.key in taken):
                continue
            taken.add(slot.key)
            if not slot.is_under_way and slot.due_s <= now_s:
                slot.is_under_way = True
                task = asyncio.ensure_future(self._deliver(slot))
                self._tasks.add(task)
                task.add_done_callback(self._end_task)
        self._move_on()

    def _end_task(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self.woken.set()

    def _move_on(self) -> None:
        while self._window:
            position, slot = next(iter(self._window.items()))
            if not slot.is_done:
                return
            del self._window[position]
            self.position = position

    async def _judge(self, slot: _Slot) -> None:
        """Whether the event is for this subscriber at all. What cannot be judged is set aside for a person."""
        try:
            parcel = await self._prepared(slot)
        except ExchangeError as error:
            await self._record.set_aside(self.subscription, slot.logged, self._interest.version.ref, error)
            log.warning("an event was set aside", subscription=self.subscription.id, code=error.code.id)
            parcel = None
        slot.is_judged, slot.is_done = True, parcel is None
        if parcel is not None:
            slot.key = parcel.key
            slot.parcel = parcel if len(parcel.event.structured()) <= KEPT_BYTES else None

    async def _prepared(self, slot: _Slot) -> Parcel | None:
        try:
            return slot.parcel or await self._reader.parcel(self._interest, slot.logged)
        except DocumentDamagedError as error:
            raise ExchangeError(codes.INTERNAL, "the recorded event cannot be opened") from error

    async def _deliver(self, slot: _Slot) -> None:
        loop = asyncio.get_running_loop()
        try:
            slot.is_done = await self._attempt(slot)
        except NotRecordedError:
            slot.due_s = loop.time() + PAUSE_AFTER_TROUBLE_S
        except StateConflictError:
            slot.due_s = loop.time() + PAUSE_AFTER_TROUBLE_S  # another node is at it, for a moment
        except Exception:
            log.exception("fault of a courier", subscription=self.subscription.id)
            slot.due_s = loop.time() + PAUSE_AFTER_TROUBLE_S * 5
        finally:
            slot.is_under_way = False

    async def _attempt(self, slot: _Slot) -> bool:
        """Send an event once; says whether it has been dealt with."""
        parcel = await self._prepared(slot)
        if parcel is None:
            return True
        subscription = self.subscription
        begun = await self._record.begin(subscription, slot.logged, parcel.ref, parcel.event.structured())
        if begun is None:
            return True
        exchange, body = begun
        try:
            facts = await self._sender.send(subscription, slot.logged.exchange_id, body)
        except ExchangeError as error:
            await self._record.failed(exchange, subscription, error)
            self._put_off(slot, exchange, error)
            return False
        await self._record.delivered(exchange, subscription, facts)
        return True

    def _put_off(self, slot: _Slot, exchange: Exchange, error: ExchangeError) -> None:
        """Try again later, unless it has been tried for too long or can never do."""
        retry, now_us = self.subscription.retry, self._record.clock_us()
        since_us = max(first_attempt_us(exchange), self.subscription.changed_us)
        if error.code is codes.SUBSCRIBER_GONE:
            self._ended = (SubscriptionState.DISABLED, error.code.id)
        elif not error.code.retryable or now_us - since_us >= retry.give_up_after_s * US_PER_S:
            self._ended = (SubscriptionState.PARKED, error.code.id)
        longest_s = min(retry.longest_s, retry.first_s * 2 ** min(attempts(exchange) - 1, 20))
        told_s = min(float(error.retry_after_s or 0), LONGEST_RETRY_AFTER_S)
        pause_s = max(self._draw.uniform(0, longest_s), told_s)
        slot.due_s = asyncio.get_running_loop().time() + pause_s
