"""The connection to RabbitMQ: one per node, made anew for ever."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError
from pamqp.common import FieldTable
from yarl import URL

from hub.store.clustered.channel import CLOSED_WITHIN_S, BrokerChannel, answered
from hub.store.unusable import StoreUnusableError

_log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 5.0
CONNECT_AGAIN_AFTER_S = 0.5
HEARTBEAT_S = 5
"""A broker or node that says nothing for twice that long is taken for lost."""


class Broker:
    """Hands out channels that live through every loss of the broker. Used from one event loop."""

    def __init__(self, url: str) -> None:
        """Raises StoreUnusableError for an address that cannot be one."""
        logging.getLogger("aiormq.connection").setLevel(
            logging.CRITICAL
        )  # what it has to say is said here, once
        try:
            address = URL(url)
        except ValueError as error:
            raise StoreUnusableError(f"PEYVAND_AMQP_URL is no address: {error}") from error
        if address.scheme not in {"amqp", "amqps"} or not address.host:
            raise StoreUnusableError("PEYVAND_AMQP_URL must look like amqp://user:password@host:5672/vhost")
        self._url = address if "heartbeat" in address.query else address.update_query(heartbeat=HEARTBEAT_S)
        self._connection: AbstractConnection | None = None
        self._namespace = ""
        self._has_changed = asyncio.Event()
        self._is_closed = False
        self._channels: list[BrokerChannel] = []
        self._task: asyncio.Task[None] | None = None
        self._on_loss: Callable[[], None] = lambda: None
        self.was_reached = False
        """Whether it has been reached since the start."""
        self.trouble = "RabbitMQ has not been reached yet"
        """Why nothing is handed out between nodes just now, in words; empty if it is."""

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.ensure_future(self._connect_for_ever())

    def call_on_loss(self, call: Callable[[], None]) -> None:
        """Have a function called whenever the broker was lost: it may have forgotten what it was given."""
        self._on_loss = call

    def name_queues(self, namespace: str) -> None:
        """Say whose queues they are: hubs with different stores may share a broker. Channels wait for that."""
        self._namespace = namespace
        self._has_changed.set()

    def channel(self, partner: str, prefetch: int) -> BrokerChannel:
        """A partner's channel; ``prefetch`` is how many references this node holds at once."""
        channel = BrokerChannel(partner, prefetch, self.queue)
        self._channels.append(channel)
        return channel

    async def queue(self, partner: str) -> tuple[AbstractConnection, str]:
        """The connection and a queue's name, waited for if need be."""
        while self._connection is None or not self._namespace:
            self._has_changed.clear()
            await self._has_changed.wait()
        return self._connection, f"peyvand.{self._namespace}.{partner}"

    async def close(self) -> None:
        """Close all channels and the connection. May be called twice."""
        self._is_closed = True
        for channel in self._channels:
            await channel.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _connect_for_ever(self) -> None:
        while not self._is_closed:
            try:
                await self._stay_connected()
            except (OSError, TimeoutError, AMQPError) as error:
                self._note_trouble(f"RabbitMQ cannot be reached: {error or type(error).__name__}")
            await asyncio.sleep(CONNECT_AGAIN_AFTER_S)

    async def _stay_connected(self) -> None:
        lost = asyncio.Event()
        name: FieldTable = {"connection_name": "peyvand"}
        connecting = aio_pika.connect(self._url, timeout=CONNECT_WITHIN_S, client_properties=name)
        connection = await answered(connecting)
        try:
            connection.close_callbacks.add(lambda *_: lost.set())
            self._connection = connection
            self._has_changed.set()
            if self.trouble and self.was_reached:
                _log.warning("RabbitMQ is back")
            self.trouble, self.was_reached = "", True
            await lost.wait()
            self._on_loss()
            self._note_trouble(
                "the connection to RabbitMQ was lost; each node works off what it is offered itself"
            )
        finally:
            self._connection = None
            with suppress(OSError, TimeoutError, AMQPError):
                async with asyncio.timeout(CLOSED_WITHIN_S):
                    await answered(connection.close())

    def _note_trouble(self, trouble: str) -> None:
        if not self.trouble or not self.was_reached:
            _log.error("%s", trouble)
        self.trouble = trouble
