"""Reading: a few connections of their own, which cannot write."""

from typing import Any

import asyncpg

from hub.core.errors import NotRecordedError
from hub.store.clustered.database import LOST, UNREACHABLE, Database, told

CONNECTIONS = 4
_PLACE = "BEGIN READ WRITE; SELECT place_events(); COMMIT"
_NUMBER = "BEGIN READ WRITE; SELECT number_batches(); COMMIT"


class Reader:
    """Runs queries. Raises NotRecordedError if the database does not answer. Used from one event loop."""

    def __init__(self, database: Database, *, connections: int = CONNECTIONS) -> None:
        self._database = database
        self._connections = connections
        self._pool: asyncpg.Pool | None = None
        self._is_closed = False

    async def fetch(self, query: str, *values: object) -> list[Any]:
        """The rows of a query."""
        try:
            return await self._fetch(query, *values)
        except LOST:
            pass  # perhaps only this connection was: a restart of the server ends all that were open
        except asyncpg.PostgresError as error:
            raise NotRecordedError(f"the database could not be read: {told(error)}") from error
        try:
            return await self._fetch(query, *values)
        except UNREACHABLE as error:
            raise NotRecordedError(f"the database does not answer: {told(error)}") from error

    async def number_log(self) -> None:
        """Give every committed batch its place in the log: the one thing that readers write."""
        while await self.fetch("SELECT 1 FROM log_batch WHERE first_seq IS NULL LIMIT 1"):
            try:
                await (await self._opened()).execute(_NUMBER)
            except UNREACHABLE as error:
                raise NotRecordedError(f"the log could not be numbered: {told(error)}") from error

    async def place_events(self) -> None:
        """Give every committed event its position in the log; it follows from the log's own order."""
        while await self.fetch("SELECT 1 FROM event WHERE position IS NULL LIMIT 1"):
            await self.number_log()
            try:
                await (await self._opened()).execute(_PLACE)
            except UNREACHABLE as error:
                raise NotRecordedError(f"the event log could not be placed: {told(error)}") from error

    async def close(self) -> None:
        """Close all connections; later calls raise NotRecordedError. May be called twice."""
        self._is_closed = True
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.terminate()

    async def _fetch(self, query: str, *values: object) -> list[Any]:
        rows: list[Any] = await (await self._opened()).fetch(query, *values)
        return rows

    async def _opened(self) -> asyncpg.Pool:
        if self._is_closed:
            raise NotRecordedError("the store is closed")
        if self._pool is None:
            self._pool = self._database.pool(self._connections)
        return await self._pool
