"""Counters in SQLite."""

import sqlite3

from hub.store.embedded.writer import Writer

_TAKE = """
INSERT INTO counter (name, period, count) SELECT ?1, ?2, 1 WHERE ?3 > 0
    ON CONFLICT (name, period) DO UPDATE SET count = count + 1 WHERE count < ?3 RETURNING count
"""


class EmbeddedCounters:
    """The Counters port; see there for what it promises."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def take(self, name: str, period: str, most: int) -> bool:
        def count(connection: sqlite3.Connection) -> bool:
            return bool(connection.execute(_TAKE, (name, period, most)).fetchall())

        return await self._writer.run(count)

    async def forget(self, before_period: str) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return connection.execute("DELETE FROM counter WHERE period < ?", (before_period,)).rowcount

        return await self._writer.run(delete)
