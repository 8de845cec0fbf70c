"""Counters in PostgreSQL."""

from hub.store.clustered.database import Database, writing

_TAKE = """
INSERT INTO counter (name, period, count) SELECT $1, $2, 1 WHERE $3 > 0
    ON CONFLICT (name, period) DO UPDATE SET count = counter.count + 1 WHERE counter.count < $3 RETURNING true
"""
_FORGET = "WITH gone AS (DELETE FROM counter WHERE period < $1 RETURNING 1) SELECT count(*) FROM gone"


class ClusteredCounters:
    """The Counters port; see there for what it promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, period: str, most: int) -> bool:
        async with writing(self._database) as connection:
            return bool(await connection.fetchval(_TAKE, name, period, most))

    async def forget(self, before_period: str) -> int:
        async with writing(self._database) as connection:
            gone: int = await connection.fetchval(_FORGET, before_period)
            return gone
