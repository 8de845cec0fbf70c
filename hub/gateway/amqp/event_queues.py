"""Events on clients' own queues: CloudEvents over AMQP, each confirmed by the broker before it counts as delivered.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md (structured mode)
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import DeliveryError
from pamqp.common import FieldValue

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.events import Subscription
from hub.gateway.amqp.link import AWAY, Link, within
from hub.gateway.amqp.names import event_queue

_WITHIN_S: Final = 10.0
_MEDIA_TYPE: Final = "application/cloudevents+json; charset=utf-8"


class EventQueues:
    """Hands events to a client's queue; a broker that is away is a subscriber that cannot be reached just now."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for an address that cannot be one."""
        self._link = Link(url, self._hold)
        self._channel: AbstractChannel | None = None
        self._declared: set[str] = set()

    def start(self) -> None:
        """Begin to connect."""
        self._link.start()

    async def stop(self) -> None:
        """Let go of the broker."""
        await self._link.stop()

    async def send(
        self, subscription: Subscription, message_id: str, event: bytes
    ) -> Mapping[str, str | int]:
        """Publish an event, and wait until the broker has it on disk. Raises ExchangeError (``subscriber.*``)."""
        channel, queue = self._channel, event_queue(subscription.client, subscription.queue)
        if channel is None or channel.is_closed:
            raise ExchangeError(codes.SUBSCRIBER_UNREACHABLE, "RabbitMQ cannot be reached")
        message = Message(
            event,
            content_type=_MEDIA_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=message_id,
            headers={"subscription": subscription.id},
        )
        try:
            if queue not in self._declared:
                arguments: dict[str, FieldValue] = {"x-queue-type": "quorum"}
                await within(_WITHIN_S, channel.declare_queue(queue, durable=True, arguments=arguments))
                self._declared.add(queue)
            word = channel.default_exchange.publish(message, routing_key=queue, mandatory=True)
            await within(_WITHIN_S, word)
        except DeliveryError:
            self._declared.discard(queue)  # the queue is gone, or full and set to refuse: ask again next time
            raise ExchangeError(codes.SUBSCRIBER_REFUSED, facts={"queue": subscription.queue}) from None
        except AWAY:
            raise ExchangeError(codes.SUBSCRIBER_UNREACHABLE, "RabbitMQ cannot be reached") from None
        return {"queue": subscription.queue}

    async def _hold(self, connection: AbstractConnection) -> None:
        """Keep a channel with confirms, for as long as the connection or the channel lives."""
        channel = await within(_WITHIN_S, connection.channel(publisher_confirms=True, on_return_raises=True))
        closed = asyncio.Event()
        channel.close_callbacks.add(lambda *_: closed.set())
        self._channel, self._declared = channel, set()
        try:
            await closed.wait()
        finally:
            self._channel = None
