"""A partner's channel on a quorum queue of RabbitMQ."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, HeadersType
from aio_pika.exceptions import MessageProcessError
from aiormq.exceptions import AMQPError, DeliveryError, PublishError
from pamqp.common import FieldValue

from hub.core.ports import ANYBODY, Taken, Turn
from hub.core.route import Urgency
from hub.store.clustered.allowance import Allowance
from hub.store.fair_queue import FairQueue
from hub.store.in_process_channel import InProcessChannel

_log = logging.getLogger(__name__)

MAX_WAITING = 10_000
"""What a queue holds; what finds it full is worked off by the node that offers it."""
MAX_UNPUBLISHED = 10_000
PUBLISHED_AT_ONCE = 128
CONFIRMED_WITHIN_S = 10.0
ATTACHED_WITHIN_S = 10.0
TOLD_WITHIN_S = 2.0
CLOSED_WITHIN_S = 2.0
ATTACH_AGAIN_AFTER_S = 0.5
_LONGEST_REFERENCE = 64
GOES_FIRST = ":first"
"""What the name of a partner's first queue ends with; no partner's name holds a colon."""
_SENDER, _URGENCY = "peyvand-sender", "peyvand-urgency"
T = TypeVar("T")

_QUORUM: Mapping[str, FieldValue] = {
    "x-queue-type": "quorum",
    "x-max-length": MAX_WAITING,
    "x-overflow": "reject-publish",
}
_AWAY = (AMQPError, OSError, TimeoutError, RuntimeError)
"""What calls on a channel raise once it or its connection is gone."""


async def answered(word: Awaitable[T]) -> T:
    """Wait for the broker's answer. Raises ConnectionError where the client library cancels what will never come.

    Such a cancellation is meant for nobody: let through, it would end the task that waits.
    """
    try:
        return await word
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionError("the connection to RabbitMQ was closed") from None


class BrokerChannel:
    """The Channel port; see there for what it promises.

    ``put`` only remembers; a task publishes, with confirms, beside all requests. What has arrived and is not taken
    yet is held in memory, up to the prefetch. While the broker is away, what this node is offered it works off
    itself; doubles that come of it are told by the journal's numbers.

    A queue of the broker knows only first in, first out. So there are two for each partner: the one goes first
    and takes a few references of each sender, the other takes the heaps. Nodes take from both alike and put what
    they hold into turns.
    """

    def __init__(
        self,
        partner: str,
        prefetch: int,
        reach: Callable[[str], Awaitable[tuple[AbstractConnection, str]]],
    ) -> None:
        """``reach`` waits for the broker and gives the connection and the name of the partner's queue."""
        self._partner = partner
        self._queue = ""
        self._allowance = Allowance()
        self._prefetch = prefetch
        self._reach = reach
        self._here = InProcessChannel()
        self._messages: dict[str, AbstractIncomingMessage] = {}
        self._unpublished = FairQueue(MAX_UNPUBLISHED)
        self._wake = asyncio.Event()
        self.attached = asyncio.Event()
        """Set while the broker has a hand in it."""
        self._is_closed = False
        self._task = asyncio.ensure_future(self._serve_for_ever())

    async def put(self, exchange_id: str, turn: Turn = ANYBODY) -> None:
        if self._is_closed:
            return
        if not self.attached.is_set():
            await self._here.put(exchange_id, turn)
        elif self._unpublished.put(exchange_id, turn):
            self._wake.set()

    async def take(self) -> Taken:
        taken = await self._here.take()
        message = self._messages.pop(taken.exchange_id, None)
        if message is None:
            return taken

        async def settle() -> None:
            await taken.settle()
            await _tell(message, message.ack)

        async def give_back() -> None:
            await taken.settle()
            await _tell(message, lambda: message.reject(requeue=True))

        return Taken(taken.exchange_id, settle, give_back)

    async def close(self) -> None:
        self._is_closed = True
        await self._here.close()
        self._wake.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _serve_for_ever(self) -> None:
        while not self._is_closed:
            connection, self._queue = await self._reach(self._partner)
            try:
                await self._serve(connection)
            except _AWAY as error:
                _log.warning("channel %s was lost: %s", self._queue, error or type(error).__name__)
            await asyncio.sleep(ATTACH_AGAIN_AFTER_S)

    async def _serve(self, connection: AbstractConnection) -> None:
        """Consume and publish until the connection or the channel is gone, whatever is being waited for then."""
        gone = asyncio.Event()
        # What is under way on a lost connection may never be answered, not even with an error.
        connection.close_callbacks.add(lambda *_: gone.set())
        if connection.is_closed:
            raise ConnectionError("the connection to RabbitMQ was closed")
        serving = asyncio.ensure_future(self._use(connection, gone))
        leaving = asyncio.ensure_future(gone.wait())
        try:
            await asyncio.wait({serving, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not serving.done():
                serving.cancel()
            await asyncio.gather(serving, leaving, return_exceptions=True)
        if serving.cancelled():
            raise ConnectionError("the connection to RabbitMQ was lost")
        await serving

    async def _use(self, connection: AbstractConnection, gone: asyncio.Event) -> None:
        """Attach, then publish what comes, for ever. Raises what ends the channel."""
        async with asyncio.timeout(ATTACHED_WITHIN_S):
            channel = await answered(connection.channel(publisher_confirms=True, on_return_raises=True))
        try:
            async with asyncio.timeout(ATTACHED_WITHIN_S):
                await answered(channel.set_qos(prefetch_count=self._prefetch))
                for name in (self._queue + GOES_FIRST, self._queue):
                    declared = channel.declare_queue(name, durable=True, arguments=dict(_QUORUM))
                    await answered((await answered(declared)).consume(self._arrived))
            channel.close_callbacks.add(lambda *_: gone.set())
            self.attached.set()
            while not channel.is_closed:
                if self._unpublished:
                    await self._publish(channel)
                else:
                    self._wake.clear()
                    await self._wake.wait()
        finally:
            self.attached.clear()
            self._messages.clear()  # they are the broker's again
            while self._unpublished:
                await self._here.put(*self._unpublished.take())
            with suppress(*_AWAY):
                async with asyncio.timeout(CLOSED_WITHIN_S):
                    await answered(channel.close())

    async def _publish(self, channel: AbstractChannel) -> None:
        """Publish some of what waits, in order, and see what the broker says. Raises what ends the channel."""
        many = min(len(self._unpublished), PUBLISHED_AT_ONCE)
        unconfirmed = dict(self._unpublished.take() for _ in range(many))

        async def publish(exchange_id: str) -> None:
            if await self._is_confirmed(channel, exchange_id, unconfirmed[exchange_id]):
                del unconfirmed[exchange_id]

        try:
            said = await asyncio.gather(*map(publish, tuple(unconfirmed)), return_exceptions=True)
        finally:
            for exchange_id, turn in unconfirmed.items():  # this node can do it
                await self._here.put(exchange_id, turn)
        for trouble in said:
            if isinstance(trouble, BaseException):
                raise trouble

    async def _is_confirmed(self, channel: AbstractChannel, exchange_id: str, turn: Turn) -> bool:
        """Publish a reference; False if the broker refuses it. Raises what ends the channel."""
        headers: HeadersType = {_SENDER: turn.sender, _URGENCY: turn.urgency.value}
        message = Message(exchange_id.encode(), headers=headers, delivery_mode=DeliveryMode.PERSISTENT)
        queue = self._queue + (GOES_FIRST if self._allowance.take(turn) else "")
        word = channel.default_exchange.publish(message, queue, mandatory=True)
        try:
            # The client library's own limit leaves out the wait for the socket, which may have no end.
            async with asyncio.timeout(CONFIRMED_WITHIN_S):
                await answered(word)
        except PublishError:
            raise  # returned: the queue is gone, and will be declared anew
        except DeliveryError:  # the queue is full, or just recovering
            return False
        return True

    async def _arrived(self, message: AbstractIncomingMessage) -> None:
        exchange_id = _reference(message.body)
        if exchange_id is None:
            _log.error("channel %s holds something that is no reference; it is thrown away", self._queue)
            await _tell(message, message.ack)
        elif exchange_id in self._messages:  # one that waits here already is enough
            await _tell(message, message.ack)
        else:
            self._messages[exchange_id] = message
            await self._here.put(exchange_id, _turn(message))


async def _tell(message: AbstractIncomingMessage, word: Callable[[], Awaitable[None]]) -> None:
    """Tell the broker what became of a message, if it is still there to hear: else it offers it again."""
    with suppress(*_AWAY, MessageProcessError):
        if not message.channel.is_closed:
            async with asyncio.timeout(TOLD_WITHIN_S):  # a channel that is just going away may never answer
                await answered(word())


def _turn(message: AbstractIncomingMessage) -> Turn:
    """Whose turn a message is, as the node that offered it said; one of an earlier version says nothing."""
    urgency, sender = message.headers.get(_URGENCY), message.headers.get(_SENDER, "")
    known = {each.value: each for each in Urgency}
    return Turn(str(sender), known.get(str(urgency), Urgency.NORMAL))


def _reference(body: bytes) -> str | None:
    """The reference that a message carries, if it looks like one."""
    if not body or len(body) > _LONGEST_REFERENCE:
        return None
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None
