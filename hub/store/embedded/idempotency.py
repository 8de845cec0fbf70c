"""Idempotency keys in SQLite. They are claimed by the journal's append."""

import sqlite3

from hub.core.ports import Claim
from hub.store.embedded.reader import Reader
from hub.store.embedded.writer import Writer

_FORGOTTEN_AT_ONCE = 1000


class EmbeddedIdempotency:
    """The Idempotency port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def find(self, owner: str, key: str, now_us: int) -> Claim | None:
        def read(connection: sqlite3.Connection) -> Claim | None:
            row = connection.execute(
                "SELECT owner, key, fingerprint, exchange_id, expires_us FROM claim"
                " WHERE owner = ? AND key = ? AND expires_us > ?",
                (owner, key, now_us),
            ).fetchone()
            return None if row is None else Claim(*row)

        return await self._reader.run(read)

    async def release(self, owner: str, key: str, exchange_id: str) -> bool:
        def delete(connection: sqlite3.Connection) -> bool:
            text = "DELETE FROM claim WHERE owner = ? AND key = ? AND exchange_id = ?"
            return connection.execute(text, (owner, key, exchange_id)).rowcount > 0

        return await self._writer.run(delete)

    async def forget(self, expired_before_us: int) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "DELETE FROM claim WHERE (owner, key) IN"
                " (SELECT owner, key FROM claim WHERE expires_us < ? LIMIT ?)",
                (expired_before_us, _FORGOTTEN_AT_ONCE),
            ).rowcount

        forgotten = 0
        while True:  # in small transactions, so that appends need not wait for a long one
            count = await self._writer.run(delete)
            forgotten += count
            if count < _FORGOTTEN_AT_ONCE:
                return forgotten
