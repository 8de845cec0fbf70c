"""Wrapped data keys in PostgreSQL, beside what they encrypt."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from hub.core.errors import NotRecordedError
from hub.store.clustered.database import Database, writing

T = TypeVar("T")
WITHIN_S = 3.0


class ClusteredDataKeys:
    """The DataKeys port. Synchronous, as a key is needed in the middle of sealing: a thread does the waiting.

    A sealer asks once a day, and once for each other day's key; so each call connects anew. Raises
    NotRecordedError if the database does not answer within three seconds.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="data-keys", daemon=True)
        self._thread.start()

    def load(self, key_id: str) -> bytes | None:
        return self._wait_for(self._load(key_id))

    def save(self, key_id: str, wrapped: bytes) -> bytes:
        return self._wait_for(self._save(key_id, wrapped))

    def close(self) -> None:
        """End the thread. May be called twice."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop.is_closed():
            work.close()
            raise NotRecordedError("the store is closed")
        return asyncio.run_coroutine_threadsafe(self._in_time(work), self._loop).result()

    @staticmethod
    async def _in_time(work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(WITHIN_S):
                return await work
        except TimeoutError as error:
            raise NotRecordedError("the database did not answer for a data key") from error

    async def _load(self, key_id: str) -> bytes | None:
        async with writing(self._database) as connection:
            wrapped: bytes | None = await connection.fetchval(
                "SELECT wrapped FROM data_key WHERE id = $1", key_id
            )
            return wrapped

    async def _save(self, key_id: str, wrapped: bytes) -> bytes:
        async with writing(self._database) as connection:
            await connection.execute(
                "INSERT INTO data_key (id, wrapped) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                key_id,
                wrapped,
            )
            kept: bytes | None = await connection.fetchval(
                "SELECT wrapped FROM data_key WHERE id = $1", key_id
            )
        if kept is None:
            raise NotRecordedError(f"data key {key_id} vanished while it was kept")
        return kept
