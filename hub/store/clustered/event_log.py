"""The event log in PostgreSQL: a view of the journal, in the journal's order."""

from hub.core.events import BEGINNING, LoggedEvent
from hub.store.clustered.database import Database, writing
from hub.store.clustered.reader import Reader

_FORGOTTEN_AT_ONCE = 1000
_READ = """
SELECT position, exchange_id::text, contract, at_us FROM event
    WHERE contract = $1 AND position > $2 ORDER BY position LIMIT $3
"""
_END = (
    "SELECT position FROM event WHERE contract = $1 AND position IS NOT NULL ORDER BY position DESC LIMIT 1"
)
_POSITION_AT = """
SELECT min(position) - 1 AS position FROM event WHERE contract = $1 AND at_us >= $2 AND position IS NOT NULL
"""
_FORGET = """
WITH gone AS (
    DELETE FROM event WHERE exchange_id IN (
        SELECT exchange_id FROM event WHERE contract = $1 AND at_us < $2 AND position IS NOT NULL LIMIT $3
    ) RETURNING 1
) SELECT count(*) FROM gone
"""


class ClusteredEventLog:
    """The EventLog port; see there for what it promises."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    async def read(self, contract: str, after: int, limit: int) -> tuple[LoggedEvent, ...]:
        await self._reader.place_events()
        rows = await self._reader.fetch(_READ, contract, after, limit)
        return tuple(LoggedEvent(*row) for row in rows)

    async def end(self, contract: str) -> int:
        await self._reader.place_events()
        rows = await self._reader.fetch(_END, contract)
        return int(rows[0]["position"]) if rows else BEGINNING

    async def position_at(self, contract: str, at_us: int) -> int:
        await self._reader.place_events()
        [row] = await self._reader.fetch(_POSITION_AT, contract, at_us)
        return await self.end(contract) if row["position"] is None else int(row["position"])

    async def forget(self, contract: str, before_us: int) -> int:
        await self._reader.place_events()
        forgotten = 0
        async with writing(self._database) as connection:
            while True:  # in small transactions, so that nobody waits for a long one
                count: int = await connection.fetchval(_FORGET, contract, before_us, _FORGOTTEN_AT_ONCE)
                forgotten += count
                if count < _FORGOTTEN_AT_ONCE:
                    return forgotten
