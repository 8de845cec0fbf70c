"""Reading: a few threads with a connection each. In WAL mode they never hold up the writer."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hub.core.errors import NotRecordedError
from hub.store.embedded.database import Database

_THREADS = 2
T = TypeVar("T")


class Reader:
    """Runs reading functions away from the event loop, each in one consistent view of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="journal-reader")

    async def run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Give what the function gives. Raises what it raises, and NotRecordedError if the store does not answer."""
        try:
            reading = asyncio.get_running_loop().run_in_executor(self._pool, self._read, read)
        except RuntimeError as error:  # how a pool says that it was shut down
            raise NotRecordedError("the store is closed") from error
        return await reading

    def close(self) -> None:
        """Finish what is being read, then close. Blocks meanwhile."""
        self._pool.shutdown(wait=True)
        while self._connections:
            self._connections.pop().close()

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                return read(connection)
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise NotRecordedError(f"the store could not be read: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._database.connect_reader()
            self._connections.append(connection)
        return connection
