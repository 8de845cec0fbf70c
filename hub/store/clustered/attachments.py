"""Runs the operations of attachments in PostgreSQL."""

from collections.abc import Callable
from typing import TypeVar

import asyncpg

from hub.core.errors import NotRecordedError
from hub.store.attachments.registry import run_async
from hub.store.attachments.statements import Operation
from hub.store.clustered.database import Database, writing
from hub.store.clustered.reader import Reader

T = TypeVar("T")
_TRIES = 5
_GOT_IN_THE_WAY = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ForeignKeyViolationError,  # collected by another node between two statements
)


class ClusteredTransactions:
    """``hub.store.attachments.registry.Transactions``. Each writes over a connection of its own: they are rare."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    async def write(self, operation: Callable[[], Operation[T]]) -> T:
        async with writing(self._database) as connection:
            for _ in range(_TRIES):
                try:
                    async with connection.transaction():
                        return await run_async(operation(), connection.fetch)
                except _GOT_IN_THE_WAY:
                    continue
        raise NotRecordedError("others changed the same attachments meanwhile")

    async def read(self, operation: Callable[[], Operation[T]]) -> T:
        return await run_async(operation(), self._reader.fetch)
