"""Clients on AMQP: their queues are declared, what comes in is recorded before it is acknowledged (G1), and what they
are owed is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog
from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from pamqp.common import FieldValue

from hub.core import codes
from hub.core.errors import NotRecordedError
from hub.core.exchange import Entry
from hub.core.message import JSON
from hub.core.ports import ClientRecord, ClientRegistry, Journal
from hub.gateway.amqp.intake import call_from
from hub.gateway.amqp.link import AWAY, Link, within
from hub.gateway.amqp.names import PROBLEM, from_hub, to_hub
from hub.gateway.amqp.telling import Teller, put
from hub.gateway.http import HttpLimits
from hub.gateway.problem import PROBLEM_JSON, problem_body
from hub.runtime.call import Answer
from hub.runtime.pipeline import Pipeline

log = structlog.get_logger(__name__)

PREFETCH = 32
"""Messages of one client under way at once: one client's flood leaves the others their turn."""
LOOK_EVERY_S = 0.5
ANSWERED_WITHIN_S = 10.0
PAUSE_S = 1.0
MOST_WAITING = 100_000
"""What a client's queue holds before the hub leaves the rest in the journal, to be told later."""
_NOT_TAKEN = frozenset({codes.NOT_RECORDED, codes.STOPPING, codes.OVERLOADED})
_QUORUM: Mapping[str, FieldValue] = {
    "x-queue-type": "quorum",
    "x-max-length": MOST_WAITING,
    "x-overflow": "reject-publish",
}


@dataclass(frozen=True, slots=True)
class _Served:
    """A client whose queue is consumed."""

    channel: AbstractChannel
    queue: AbstractQueue
    consumer: str


class AmqpClients:
    """Serves the queues of all clients that are registered. Used from one event loop."""

    def __init__(
        self,
        url: str,
        *,
        pipeline: Pipeline,
        clients: ClientRegistry,
        journal: Journal,
        limits: HttpLimits,
        may_sweep: Callable[[], bool],
    ) -> None:
        self._pipeline = pipeline
        self._registry = clients
        self._journal = journal
        self._limits = limits
        self._teller = Teller(journal, may_sweep)
        self._link = Link(url, self._serve)
        self._serving: dict[str, _Served] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._expected: set[str] = set()
        """What was taken in here and has not ended yet; beyond MOST_WAITING, the journal remembers."""
        self._is_stopping = False

    @property
    def trouble(self) -> str:
        """Why clients on AMQP are not served just now, in words; empty if they are."""
        return self._link.trouble

    def start(self) -> None:
        """Begin to connect."""
        self._link.start()

    def ended(self, exchange_id: str) -> None:
        """Take note that an exchange has ended on this node."""
        if exchange_id in self._expected:
            self._expected.discard(exchange_id)
            self._teller.tell_soon(exchange_id)

    async def drain(self) -> None:
        """Take nothing new, and finish what is under way; what was not taken stays in the queues."""
        self._is_stopping = True
        for served in tuple(self._serving.values()):
            with suppress(*AWAY):
                await within(ANSWERED_WITHIN_S, served.queue.cancel(served.consumer))
        if self._working:
            await asyncio.wait(self._working, timeout=ANSWERED_WITHIN_S)

    async def stop(self) -> None:
        """Let go of the broker: what was not acknowledged is delivered again, to whichever node is there."""
        self._is_stopping = True
        await self._link.stop()

    async def _serve(self, connection: AbstractConnection) -> None:
        """Work on one connection until it is gone."""
        self._serving = {}
        out = await within(
            ANSWERED_WITHIN_S, connection.channel(publisher_confirms=True, on_return_raises=True)
        )
        lost = asyncio.Event()
        out.close_callbacks.add(lambda *_: lost.set())
        telling = asyncio.ensure_future(self._teller.work(out, lambda: tuple(self._serving)))
        try:
            while not lost.is_set():
                await self._attend(connection, out)
                if telling.done():
                    telling.result()
                await asyncio.wait({telling}, timeout=LOOK_EVERY_S)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            self._serving = {}

    async def _attend(self, connection: AbstractConnection, out: AbstractChannel) -> None:
        """Serve who is registered now; who was revoked is served no longer."""
        if self._is_stopping:
            return
        try:
            records = {record.name: record for record in await self._registry.list() if not record.revoked_us}
        except NotRecordedError:
            return
        for name, served in tuple(self._serving.items()):
            if name not in records or served.channel.is_closed:
                del self._serving[name]
                await within(ANSWERED_WITHIN_S, served.channel.close())
        for name, record in records.items():
            if name not in self._serving:
                self._serving[name] = await self._begin(connection, out, record)

    async def _begin(
        self, connection: AbstractConnection, out: AbstractChannel, record: ClientRecord
    ) -> _Served:
        """Declare what is a client's own, and consume what it sends."""
        channel: AbstractChannel = await within(ANSWERED_WITHIN_S, connection.channel())
        await within(ANSWERED_WITHIN_S, channel.set_qos(prefetch_count=PREFETCH))
        name = record.name
        exchange = await within(
            ANSWERED_WITHIN_S, channel.declare_exchange(to_hub(name), ExchangeType.FANOUT, durable=True)
        )
        queue = await within(
            ANSWERED_WITHIN_S, channel.declare_queue(to_hub(name), durable=True, arguments=dict(_QUORUM))
        )
        await within(ANSWERED_WITHIN_S, queue.bind(exchange))
        await within(
            ANSWERED_WITHIN_S, channel.declare_queue(from_hub(name), durable=True, arguments=dict(_QUORUM))
        )
        arrived = partial(self._arrived, out, record.key_prefix)
        return _Served(channel, queue, await within(ANSWERED_WITHIN_S, queue.consume(arrived)))

    async def _arrived(self, out: AbstractChannel, key_prefix: str, message: AbstractIncomingMessage) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        try:
            await self._take(out, key_prefix, message)
        except AWAY as error:
            log.info("a message is delivered again", reason=str(error) or type(error).__name__)
        except Exception:
            log.exception("fault while a message was taken from a client's queue")
            await _tell(message, lambda: message.reject(requeue=True), after_s=PAUSE_S)

    async def _take(self, out: AbstractChannel, key_prefix: str, message: AbstractIncomingMessage) -> None:
        record = self._registry.by_prefix(key_prefix)
        if record is None or record.revoked_us or self._is_stopping:
            await _tell(message, lambda: message.reject(requeue=True), after_s=PAUSE_S)
            return
        answer = await self._pipeline.handle(call_from(message, record, self._limits))
        if answer.state is None or (answer.problem is not None and answer.problem.code in _NOT_TAKEN):
            await _tell(message, lambda: message.reject(requeue=True), after_s=PAUSE_S)
            return
        if await self._is_told(out, record, message, answer):
            await _tell(message, message.ack)
        else:  # its queue is full: it must read before it goes on asking
            await _tell(message, lambda: message.reject(requeue=True), after_s=PAUSE_S)

    async def _is_told(
        self, out: AbstractChannel, record: ClientRecord, message: AbstractIncomingMessage, answer: Answer
    ) -> bool:
        """Tell at once what is known at once: a refusal, or the end that the same message came to earlier."""
        message_id = message.message_id or ""
        if answer.problem is None and answer.reply is None:
            if len(self._expected) < MOST_WAITING:
                self._expected.add(answer.exchange_id)
            self._teller.tell_soon(answer.exchange_id)  # it may have ended while it was being taken in
            return True
        entries: tuple[Entry, ...] = await self._journal.history(answer.exchange_id)
        if entries and entries[0].opening is not None and entries[0].opening.reply_to:
            return await self._teller.publish(out, entries, answer.reply, answer.problem, message_id)
        problem = answer.problem
        body = problem_body(problem, answer.exchange_id, "fa") if problem else answer.reply or b""
        return await put(
            out,
            record.name,
            body,
            kind=f"#{PROBLEM}",
            content_type=PROBLEM_JSON.decode() if problem else JSON,
            message_id=answer.exchange_id,
            correlation_id=message_id,
            headers={"Exchange-Id": answer.exchange_id, "State": str(answer.state)},
        )


async def _tell(
    message: AbstractIncomingMessage, word: Callable[[], Awaitable[None]], after_s: float = 0.0
) -> None:
    """Tell the broker what became of a message, if it is still there to hear: else it offers it again."""
    if after_s:
        await asyncio.sleep(after_s)
    with suppress(*AWAY):
        if not message.channel.is_closed:
            await within(ANSWERED_WITHIN_S, word())
