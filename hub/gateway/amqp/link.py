"""A connection to RabbitMQ that is made anew for ever, and never waited for longer than it lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError
from pamqp.common import FieldTable
from yarl import URL

from hub.store.clustered.channel import CLOSED_WITHIN_S, answered

log = structlog.get_logger(__name__)

CONNECT_WITHIN_S = 5.0
AGAIN_AFTER_S = 0.5
HEARTBEAT_S = 5
AWAY = (AMQPError, OSError, TimeoutError, RuntimeError)
"""What calls on a connection raise once it is gone."""


class Link:
    """Keeps something going on a connection. Used from one event loop."""

    def __init__(self, url: str, use: Callable[[AbstractConnection], Coroutine[Any, Any, None]]) -> None:
        """``use`` works on one connection until it is cancelled or raises one of AWAY.

        Raises ValueError for an address that cannot be one.
        """
        logging.getLogger("aiormq.connection").setLevel(logging.CRITICAL)  # what it has to say is said here
        address = URL(url)
        if address.scheme not in {"amqp", "amqps"} or not address.host:
            raise ValueError("it must look like amqp://user:password@host:5672/vhost")
        self._url = address if "heartbeat" in address.query else address.update_query(heartbeat=HEARTBEAT_S)
        self._use = use
        self._task: asyncio.Task[None] | None = None
        self.trouble = "the clients' RabbitMQ has not been reached yet"
        """Why nothing goes in or out just now, in words; empty if it does."""

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.ensure_future(self._for_ever())

    async def stop(self) -> None:
        """Let go of the connection. May be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _for_ever(self) -> None:
        while True:
            try:
                await self._once()
                self._note("the connection to the clients' RabbitMQ was lost")
            except AWAY as error:
                self._note(f"the clients' RabbitMQ cannot be used: {error or type(error).__name__}")
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _once(self) -> None:
        name: FieldTable = {"connection_name": "peyvand clients"}
        connecting = aio_pika.connect(self._url, timeout=CONNECT_WITHIN_S, client_properties=name)
        connection = await answered(connecting)
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        try:
            if self.trouble:
                log.warning("the clients' RabbitMQ is there")
            self.trouble = ""
            await unless(lost, self._use(connection))
        finally:
            with suppress(*AWAY):
                async with asyncio.timeout(CLOSED_WITHIN_S):
                    await answered(connection.close())

    def _note(self, trouble: str) -> None:
        if trouble != self.trouble:
            log.error("clients on AMQP are cut off", reason=trouble)
        self.trouble = trouble


async def unless(gone: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Let something run until what it works on is gone: it may wait for answers that never come.

    Raises what the work raises.
    """
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(gone.wait())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
    if not working.cancelled():
        working.result()


async def within(seconds: float, word: Awaitable[Any]) -> Any:
    """The broker's answer. Raises one of AWAY, TimeoutError for none in time."""
    async with asyncio.timeout(seconds):
        return await answered(word)
