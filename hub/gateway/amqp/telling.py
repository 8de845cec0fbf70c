"""Tells clients on AMQP how their exchanges ended: each end is published until the broker has confirmed it."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import orjson
import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import DeliveryError, PublishError

from hub.core.errors import ExchangeError, NotRecordedError, StateConflictError
from hub.core.exchange import Entry, Exchange
from hub.core.message import JSON
from hub.core.ports import DocumentDamagedError, Journal, Query
from hub.core.values import now_us
from hub.gateway.amqp.link import within
from hub.gateway.amqp.names import PREFIX, PROBLEM, REPLY, from_hub, place_of
from hub.gateway.problem import PROBLEM_JSON, problem_body
from hub.runtime.replay import end_of

log = structlog.get_logger(__name__)

CONFIRMED_WITHIN_S = 10.0
LOOK_EVERY_S = 2.0
PAGE = 200


class Teller:
    """Publishes ends. What this node brought to an end it tells at once; what was left over, one node of all.

    An end that waits to be told is found by its place in the journal (``Exchange.owes_reply``), so nothing is
    forgotten by a process that dies; dying between the broker's confirmation and the note of it, the end is
    told twice, under the same message id.
    """

    def __init__(self, journal: Journal, may_sweep: Callable[[], bool]) -> None:
        self._journal = journal
        self._may_sweep = may_sweep
        self._soon: dict[str, None] = {}
        self._wake = asyncio.Event()

    def tell_soon(self, exchange_id: str) -> None:
        """Take note that an exchange may have an end to be told."""
        if len(self._soon) < PAGE * 50:  # beyond that, the journal remembers
            self._soon[exchange_id] = None
            self._wake.set()

    async def work(self, channel: AbstractChannel, clients: Callable[[], Iterable[str]]) -> None:
        """Tell, for ever. Raises what ends the channel."""
        sweep_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                soon, self._soon = self._soon, {}
                for exchange_id in soon:
                    await self.tell(channel, exchange_id)
                if loop.time() >= sweep_at:
                    sweep_at = loop.time() + LOOK_EVERY_S
                    if self._may_sweep():
                        for client in clients():
                            await self._sweep(channel, client)
            except NotRecordedError:
                log.warning("the journal does not answer; ends are told later")
                await asyncio.sleep(LOOK_EVERY_S)
            if not self._soon:
                self._wake.clear()
                try:
                    async with asyncio.timeout(max(0.0, sweep_at - loop.time())):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def _sweep(self, channel: AbstractChannel, client: str) -> None:
        for summary in await self._journal.find(Query(channel=place_of(client), limit=PAGE)):
            if not await self.tell(channel, summary.exchange_id):
                return  # its queue is full: the others have their turn

    async def tell(self, channel: AbstractChannel, exchange_id: str) -> bool:
        """Tell one end, if it is owed; False if the client's queue takes no more. Raises as ``work`` does."""
        entries = await self._journal.history(exchange_id)
        if not entries:
            return True
        exchange = Exchange.replay(entries)
        if not exchange.owes_reply or not exchange.channel.startswith(PREFIX):
            return True
        try:
            reply, problem = await end_of(self._journal, entries)
        except DocumentDamagedError:
            log.exception("a recorded reply is damaged", exchange_id=exchange_id)
            return True
        if not await self.publish(channel, entries, reply, problem):
            return False
        with suppress(StateConflictError):  # somebody else has told it too, or a person has taken it up again
            await self._journal.append([exchange.tell(at_us=now_us(), cause="hub")])
        return True

    async def publish(
        self,
        channel: AbstractChannel,
        entries: tuple[Entry, ...],
        reply: bytes | None,
        problem: ExchangeError | None,
        correlation_id: str = "",
    ) -> bool:
        """Put an end into its client's queue; False if that takes no more. Raises what ends the channel."""
        exchange_id, opening = entries[0].exchange_id, entries[0].opening
        if opening is None:
            return True
        state = entries[-1].state.value
        kind, content_type, body = REPLY, JSON, reply
        if body is None:
            kind, content_type = PROBLEM, PROBLEM_JSON.decode()
            body = (
                problem_body(problem, exchange_id, "fa")
                if problem
                else orjson.dumps({"exchange_id": exchange_id, "state": state})
            )
        headers = {"Exchange-Id": exchange_id, "Contract-Version": opening.version, "State": state}
        if opening.case_id:
            headers["Case-Id"] = opening.case_id
        return await put(
            channel,
            opening.sender,
            body,
            kind=f"{opening.contract}#{kind}",
            content_type=content_type,
            message_id=exchange_id,
            correlation_id=correlation_id or correlation_of(entries),
            headers=headers,
        )


def correlation_of(entries: tuple[Entry, ...]) -> str:
    """The message id under which the client asked."""
    return str(entries[0].detail.get("message_id", ""))


async def put(
    channel: AbstractChannel,
    client: str,
    body: bytes,
    *,
    kind: str,
    content_type: str,
    message_id: str,
    correlation_id: str,
    headers: dict[str, str],
) -> bool:
    """Publish into a client's queue and wait for the broker's word; False if the queue is full.

    Raises what ends the channel.
    """
    message = Message(
        body,
        delivery_mode=DeliveryMode.PERSISTENT,
        content_type=content_type,
        message_id=message_id,
        correlation_id=correlation_id or None,
        type=kind,
        app_id="peyvand",
        headers=dict(headers),
    )
    word = channel.default_exchange.publish(message, from_hub(client), mandatory=True)
    try:
        await within(CONFIRMED_WITHIN_S, word)
    except PublishError:
        raise  # returned: the queue is gone, and will be declared anew
    except DeliveryError:
        return False
    return True
