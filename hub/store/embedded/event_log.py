"""The event log in SQLite: a view of the journal, whose `seq` is the position."""

import sqlite3

from hub.core.events import BEGINNING, LoggedEvent
from hub.store.embedded.reader import Reader
from hub.store.embedded.writer import Writer

_FORGOTTEN_AT_ONCE = 1000
_READ = """
SELECT seq, exchange_id, contract, at_us FROM event WHERE contract = ? AND seq > ? ORDER BY seq LIMIT ?
"""
_END = "SELECT max(seq) FROM event WHERE contract = ?"
_POSITION_AT = "SELECT min(seq) - 1 FROM event WHERE contract = ? AND at_us >= ?"
_FORGET = """
DELETE FROM event WHERE (contract, seq) IN (
    SELECT contract, seq FROM event WHERE contract = ? AND at_us < ? LIMIT ?
)
"""


class EmbeddedEventLog:
    """The EventLog port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def read(self, contract: str, after: int, limit: int) -> tuple[LoggedEvent, ...]:
        def read(connection: sqlite3.Connection) -> tuple[LoggedEvent, ...]:
            rows = connection.execute(_READ, (contract, after, limit))
            return tuple(LoggedEvent(*row) for row in rows)

        return await self._reader.run(read)

    async def end(self, contract: str) -> int:
        return await self._reader.run(lambda connection: _end(connection, contract))

    async def position_at(self, contract: str, at_us: int) -> int:
        def read(connection: sqlite3.Connection) -> int:
            (position,) = connection.execute(_POSITION_AT, (contract, at_us)).fetchone()
            return _end(connection, contract) if position is None else int(position)

        return await self._reader.run(read)

    async def forget(self, contract: str, before_us: int) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return connection.execute(_FORGET, (contract, before_us, _FORGOTTEN_AT_ONCE)).rowcount

        forgotten = 0
        while True:  # in small transactions, so that appends need not wait for a long one
            count = await self._writer.run(delete)
            forgotten += count
            if count < _FORGOTTEN_AT_ONCE:
                return forgotten


def _end(connection: sqlite3.Connection, contract: str) -> int:
    (position,) = connection.execute(_END, (contract,)).fetchone()
    return BEGINNING if position is None else int(position)
