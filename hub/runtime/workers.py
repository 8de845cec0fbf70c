"""Workers go on from the channels; the sweeper offers again whatever is due and was lost on the way."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import structlog

from hub.core import codes
from hub.core.errors import ExchangeError, NotRecordedError, StateConflictError
from hub.core.events import OF_SUBSCRIPTIONS
from hub.core.exchange import FINAL, Entry, Exchange, Opening, State
from hub.core.ports import ANYBODY, Channel, ChannelClosedError, DocumentDamagedError, Query, Summary, Turn
from hub.routing.plan import Plan
from hub.runtime.codec import RecordedRequests
from hub.runtime.composite.composite import concerns
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.flow import Flow
from hub.runtime.offers import SWEEP_EVERY_S, SWEEP_MOST, SWEEP_OF_EACH, Lanes, Offers, next_pause_s
from hub.runtime.pipeline import Pipeline
from hub.runtime.recorder import Recorder
from hub.runtime.resume import JSON_ONLY, plan_of, resume

log = structlog.get_logger(__name__)

TAKEN_UP_AT_ONCE = 1000
PAUSE_AFTER_TROUBLE_S = 1.0
FAULTS_UNTIL_SET_ASIDE = 10
"""After so many tries that no error explains, an exchange is a person's."""
MOST_FAULTY = 10_000
ACCEPTED_AT = 2
"""The entry at which an exchange stands that has just been received and accepted."""
UNDER_WAY = frozenset(State) - FINAL
_LEFT_BEHIND = (State.DELIVERING, State.UNCERTAIN, State.ACCEPTED)
"""What waits for a process, and not for a time or for somebody's answer."""
_NOBODYS_CHANNEL = "hub"
"""Where exchanges go that wait for no partner."""


class Workers:
    """Delivers what waits, one group of tasks per partner: a slow partner holds up nobody else (G9)."""

    def __init__(
        self,
        *,
        configuration: CurrentConfiguration,
        recorder: Recorder,
        open_channel: Callable[[str], Channel],
        per_partner: int,
        workers_of: Callable[[str], int | None] = lambda _: None,
        recorded: RecordedRequests = JSON_ONLY,
        may_sweep: Callable[[], bool] = lambda: True,
        by_pattern: Mapping[str, Callable[[Sequence[Entry]], Awaitable[None]]] = MappingProxyType({}),
    ) -> None:
        """``workers_of`` says how many a partner has, if not ``per_partner``.

        ``by_pattern`` takes up what is no use of a client's contract, and so has no route.

        ``may_sweep`` tells whether it is this process that offers again what is due: of several, one does.
        """
        self._configuration = configuration
        self._recorder = recorder
        self._journal = recorder.journal
        self._open_channel = open_channel
        self._per_partner = per_partner
        self._workers_of = workers_of
        self._may_sweep = may_sweep
        self._by_pattern = by_pattern
        recorder.part_ends.tell = self.offer
        self._recorded = recorded
        self._channels: dict[str, Channel] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._offered = Offers(recorder.clock_us)
        self._orphans: set[str] = set()
        self._faults: Counter[str] = Counter()
        self._consumers: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def offer(self, channel: str, exchange_id: str, number: int = ACCEPTED_AT, turn: Turn = ANYBODY) -> None:
        """Hand an exchange to a partner's workers, unless it has been handed to them lately as it stands now.

        ``number`` is the entry it stands at: what another process has moved on meanwhile is offered anew.
        """
        self._offer(channel, exchange_id, number, turn)

    def _offer(self, channel: str, exchange_id: str, number: int, turn: Turn) -> bool:
        """Says whether it was not on its way already."""
        if self._is_stopping or not self._offered.add(exchange_id, number):
            return False
        self._start(self._channel(channel or _NOBODYS_CHANNEL).put(exchange_id, turn))
        return True

    def start(self, pipeline: Pipeline) -> None:
        """Begin to sweep and to work."""
        self._pipeline = pipeline
        self._start(self._sweep_for_ever())

    def attend(self, partners: Iterable[str]) -> None:
        """Take what waits for these partners, whoever offered it."""
        if not self._is_stopping:
            for name in (*partners, _NOBODYS_CHANNEL):
                self._channel(name)

    def forget_offers(self) -> None:
        """Offer again whatever is due: channels may have lost what they were offered."""
        self._offered.clear()

    async def drain(self) -> None:
        """Take nothing new from now on, and wait until nothing is being delivered."""
        self._is_stopping = True
        for channel in self._channels.values():
            await channel.close()
        if self._consumers:
            await asyncio.wait(self._consumers)

    async def stop(self) -> None:
        """Take nothing new and stop; what is under way is taken up again after the next start."""
        self._is_stopping = True
        for channel in self._channels.values():
            await channel.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def take_up_left_behind(self) -> int:
        """Offer everything that is under way: its process is gone. Says how much that was.

        For set-ups in which one process owns the store, called before the first exchange is taken in.
        Elsewhere an orphan is known by its ``due_us`` alone.
        """
        taken_up = 0
        for state in _LEFT_BEHIND:  # one by one: each is found in the order of an index
            after: str | None = ""
            while after is not None:
                wanted = Query(states=frozenset({state}), after=after, limit=TAKEN_UP_AT_ONCE)
                page = await self._journal.find(wanted)
                taken_up += sum(map(self._take_up, page))
                after = page[-1].exchange_id if len(page) == TAKEN_UP_AT_ONCE else None
        return taken_up

    def _take_up(self, summary: Summary) -> bool:
        if _is_of_a_subscription(summary.opening) or self._is_paced(summary):
            return False
        self._orphans.add(summary.exchange_id)
        self.offer(summary.channel, summary.exchange_id, summary.number, self._turn(summary))
        return True

    def _is_paced(self, summary: Summary) -> bool:
        """Whether a person has taken it up again for a later time: nobody's death has to do with its waiting."""
        is_taken_up_again = summary.state is State.ACCEPTED and summary.number > ACCEPTED_AT
        return is_taken_up_again and summary.due_us > self._recorder.clock_us()

    async def sweep(self) -> int:
        """Offer what is due, of each sender for each partner what has waited longest; says what ``progress`` does.

        Whatever waits at one partner or of one sender, the first of each other is offered in the same sweep (G9).
        What is on its way already is not offered again, and nothing behind it is before some of it has arrived:
        the queues hold a part of the heap, the journal the rest.
        """
        # A channel may have lost what it was offered. Offering twice what it still has does no harm.
        self._offered.forget_old()
        due = Query(
            states=UNDER_WAY,
            due_before_us=self._recorder.clock_us(),
            of_each=SWEEP_OF_EACH,
            limit=SWEEP_MOST,
        )
        lanes = Lanes()
        for summary in await self._journal.find(due):
            turn = self._turn(summary)
            is_new = self._offer(summary.channel, summary.exchange_id, summary.number, turn)
            lanes.count(summary, is_new=is_new)
        return lanes.progress()

    async def work(self, exchange_id: str) -> None:
        """Bring one exchange as far as it goes now.

        Does nothing if it has ended, is not yet due, or somebody else moves it on. Raises NotRecordedError.
        """
        entries = await self._journal.history(exchange_id)
        if not entries or entries[-1].state in FINAL or _is_of_a_subscription(entries[0].opening):
            self._orphans.discard(exchange_id)
            return
        if entries[-1].due_us > self._recorder.clock_us() and exchange_id not in self._orphans:
            return
        try:
            await self._move_on(entries)
        except StateConflictError:
            log.info("somebody else moved it on", exchange_id=exchange_id)
        self._orphans.discard(exchange_id)

    async def _move_on(self, entries: tuple[Entry, ...]) -> None:
        opening = entries[0].opening
        take_up = self._by_pattern.get(opening.pattern) if opening is not None else None
        if take_up is not None:
            await take_up(entries)
            return
        configuration = self._configuration.now
        try:
            flow = await resume(self._journal, entries, configuration, self._recorded)
            plan = plan_of(flow, configuration)
        except NotRecordedError:
            raise
        except ExchangeError as error:
            await self._set_aside(entries, error)
        except Exception as fault:
            exchange_id = entries[0].exchange_id
            if not isinstance(fault, DocumentDamagedError) and self._may_pass(exchange_id):
                raise
            # A damaged record, or a fault that comes each time: a person must look.
            log.exception("an exchange cannot be taken up", exchange_id=exchange_id)
            await self._set_aside(entries, ExchangeError(codes.INTERNAL, "the exchange cannot be taken up"))
        else:
            await self._go_on(flow, plan, configuration)

    def _may_pass(self, exchange_id: str) -> bool:
        """Count a fault; says whether it may yet have been the moment's and not the exchange's."""
        if len(self._faults) >= MOST_FAULTY:
            self._faults.clear()
        self._faults[exchange_id] += 1
        return self._faults[exchange_id] < FAULTS_UNTIL_SET_ASIDE

    async def _go_on(self, flow: Flow, plan: Plan, configuration: Configuration) -> None:
        exchange = flow.exchange
        if concerns(flow, plan) or await self._pipeline.composite.call_off(flow):
            if not exchange.is_final:
                await self._pipeline.deliver(flow, plan, configuration)
            return
        if exchange.state is State.DELIVERING:
            # The process that called the partner died or was cut off: nobody knows whether it acted.
            self._recorder.advance(
                flow,
                State.UNCERTAIN,
                code=codes.OUTCOME_UNKNOWN.id,
                detail={"detail": "the hub stopped while it was calling the partner"},
                channel=plan.endpoint.partner,
                due_us=self._recorder.clock_us() + (plan.inquiry.every_us if plan.inquiry else 0),
            )
        if exchange.state is State.UNCERTAIN and not await self._pipeline.inquiries.may_be_delivered(
            flow, plan, configuration
        ):
            return
        if exchange.state is State.WAITING_REPLY:
            await self._pipeline.deadlines.look_after(flow, configuration)
            return
        deadline_us = exchange.deadline_us
        if deadline_us and self._recorder.clock_us() >= deadline_us:
            await self._recorder.expire(flow)
        else:
            await self._pipeline.deliver(flow, plan, configuration)

    def _turn(self, summary: Summary) -> Turn:
        """Whose turn it is when it is offered again; how urgent, as far as all routes for it agree."""
        opening = summary.opening
        return Turn(opening.sender, self._configuration.now.routing.urgency(opening))

    async def _set_aside(self, entries: tuple[Entry, ...], error: ExchangeError) -> None:
        """What can no longer be carried out needs a person."""
        exchange = Exchange.replay(entries)
        state = State.FAILED if exchange.state is State.RECEIVED else State.DEAD_LETTERED
        await self._recorder.end(exchange, state, cause="hub", error=error)

    # tasks

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _channel(self, name: str) -> Channel:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = self._open_channel(name)
            for _ in range(self._workers_of(name) or self._per_partner):
                consumer = self._start(self._consume(channel))
                self._consumers.add(consumer)
                consumer.add_done_callback(self._consumers.discard)
        return channel

    async def _consume(self, channel: Channel) -> None:
        while True:
            try:
                taken = await channel.take()
            except ChannelClosedError:
                return
            try:
                await self.work(taken.exchange_id)
            except NotRecordedError:
                await asyncio.sleep(PAUSE_AFTER_TROUBLE_S)
                await taken.give_back()
                continue
            except Exception:
                # Whatever it was, the worker goes on with others; the sweeper offers this one again.
                log.exception("fault of a worker", exchange_id=taken.exchange_id)
            await taken.settle()
            self._offered.settle(taken.exchange_id)

    async def _sweep_for_ever(self) -> None:
        pause_s = SWEEP_EVERY_S
        while True:
            progress = 0
            try:
                if self._may_sweep():
                    progress = await self.sweep()
            except NotRecordedError:
                log.warning("the journal cannot be read just now; sweeping again")
            except Exception:
                log.exception("fault of the sweeper")
            pause_s = next_pause_s(pause_s, progress)
            await asyncio.sleep(pause_s)


def _is_of_a_subscription(opening: Opening | None) -> bool:
    """Whether an exchange is no worker's: whoever serves the subscription goes on with it."""
    return opening is not None and opening.pattern in OF_SUBSCRIPTIONS
