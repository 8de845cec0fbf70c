"""Events on clients' own queues: CloudEvents over AMQP, each confirmed by the broker before it counts as delivered.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md (structured mode)
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import DeliveryError
from aiormq.exceptions import AMQPError

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.events import Subscription
from hub.store.clustered.broker import Broker

_WITHIN_S: Final = 10.0
_MEDIA_TYPE: Final = "application/cloudevents+json; charset=utf-8"


class QueueSender:
    """Hands events to a client's queue; a broker that is away is a subscriber that cannot be reached just now."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._channel: tuple[AbstractConnection, AbstractChannel] | None = None
        self._declared: set[str] = set()
        self._opening = asyncio.Lock()

    async def send(
        self, subscription: Subscription, message_id: str, event: bytes
    ) -> Mapping[str, str | int]:
        """Publish an event, and wait until the broker has it on disk."""
        queue = f"client.{subscription.client}.{subscription.queue}"
        message = Message(
            event,
            content_type=_MEDIA_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=message_id,
            headers={"subscription": subscription.id},
        )
        try:
            async with asyncio.timeout(_WITHIN_S):
                channel, name = await self._ready(queue)
                await channel.default_exchange.publish(message, routing_key=name, mandatory=True)
        except DeliveryError:
            self._declared.discard(queue)  # the queue is gone, or full and set to refuse: ask again next time
            raise ExchangeError(codes.SUBSCRIBER_REFUSED, facts={"queue": subscription.queue}) from None
        except (OSError, TimeoutError, AMQPError, RuntimeError):
            self._channel = None
            raise ExchangeError(codes.SUBSCRIBER_UNREACHABLE, "RabbitMQ cannot be reached") from None
        return {"queue": subscription.queue}

    async def _ready(self, queue: str) -> tuple[AbstractChannel, str]:
        """A channel with confirms, and the queue there."""
        async with self._opening:
            connection, name = await self._broker.queue(queue)
            if self._channel is None or self._channel[0] is not connection or self._channel[1].is_closed:
                self._channel = connection, await connection.channel(publisher_confirms=True)
                self._declared.clear()
            channel = self._channel[1]
            if queue not in self._declared:
                await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
                self._declared.add(queue)
            return channel, name
