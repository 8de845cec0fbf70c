"""What every node does beside its exchanges: it looks after the registry, the lease and the days to come."""

import asyncio
import logging
import time

from hub.core.errors import NotRecordedError
from hub.store.clustered.clients import CHANGES, ClusteredClients
from hub.store.clustered.database import UNREACHABLE, Connection, Database, durability_trouble, told
from hub.store.clustered.ids import today
from hub.store.clustered.lease import Lease
from hub.store.clustered.partitions import days_ahead, ensure_days

_log = logging.getLogger(__name__)

ROUND_EVERY_S = 0.25
_RENEW_EVERY_S = 1.0
_LOOK_AHEAD_EVERY_S = 600.0
_CONNECT_AGAIN_AFTER_S = 0.5


class Upkeep:
    """A task of its own, with a connection of its own, that goes on for ever."""

    def __init__(self, database: Database, clients: ClusteredClients, lease: Lease) -> None:
        self._database = database
        self._clients = clients
        self._lease = lease
        self._wake = asyncio.Event()
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None
        self._renewed = self._looked_ahead = float("-inf")
        self.warning = ""
        """What an operator should know of the database server, though it works."""

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.ensure_future(self._go_on_for_ever())

    async def close(self) -> None:
        """Stop; the lease is given up. May be called twice."""
        self._is_closed = True
        self._wake.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on_for_ever(self) -> None:
        is_failing = False
        while not self._is_closed:
            try:
                connection = await self._database.connect()
                try:
                    if is_failing:
                        _log.warning("the store is looked after again")
                    is_failing = False
                    await self._look_after(connection)
                finally:
                    connection.terminate()
            except (NotRecordedError, *UNREACHABLE) as error:
                if not is_failing:
                    _log.error("the store cannot be looked after: %s", told(error))
                is_failing = True
            except Exception:  # noqa: BLE001 - logged whole; a fault must not end what goes on for ever
                _log.exception("fault of the store's upkeep; it goes on")
            if not self._is_closed:
                await asyncio.sleep(_CONNECT_AGAIN_AFTER_S)

    async def _look_after(self, connection: Connection) -> None:
        await connection.add_listener(CHANGES, lambda *_: self._wake.set())
        self.warning = await durability_trouble(connection)
        while not self._is_closed:
            await self._go_round(connection)
            self._wake.clear()
            try:
                async with asyncio.timeout(ROUND_EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                continue
        await self._lease.give_up(connection)

    async def _go_round(self, connection: Connection) -> None:
        await self._clients.refresh(connection)
        now = time.monotonic()
        if now >= self._renewed + _RENEW_EVERY_S:
            await self._lease.renew(connection)
            self._renewed = now
        if now >= self._looked_ahead + _LOOK_AHEAD_EVERY_S:
            await ensure_days(connection, days_ahead(today()))
            self._looked_ahead = now
