"""Idempotency keys in PostgreSQL. They are claimed by the journal's append."""

from hub.core.ports import Claim
from hub.store.clustered.database import Database, writing
from hub.store.clustered.reader import Reader

_FORGOTTEN_AT_ONCE = 1000
_FIND = """
SELECT owner, key, fingerprint, exchange_id, expires_us FROM claim
    WHERE owner = $1 AND key = $2 AND expires_us > $3
"""
_RELEASE = "DELETE FROM claim WHERE owner = $1 AND key = $2 AND exchange_id = $3 RETURNING 1"
_FORGET = """
WITH gone AS (
    DELETE FROM claim WHERE (owner, key) IN (SELECT owner, key FROM claim WHERE expires_us < $1 LIMIT $2)
    AND expires_us < $1 RETURNING 1
) SELECT count(*) FROM gone
"""


class ClusteredIdempotency:
    """The Idempotency port; see there for what it promises."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    async def find(self, owner: str, key: str, now_us: int) -> Claim | None:
        rows = await self._reader.fetch(_FIND, owner, key, now_us)
        if not rows:
            return None
        [(owner, key, fingerprint, exchange_id, expires_us)] = rows
        return Claim(owner, key, fingerprint, str(exchange_id), expires_us)

    async def release(self, owner: str, key: str, exchange_id: str) -> bool:
        async with writing(self._database) as connection:
            return await connection.fetchval(_RELEASE, owner, key, exchange_id) is not None

    async def forget(self, expired_before_us: int) -> int:
        forgotten = 0
        async with writing(self._database) as connection:
            while True:  # in small transactions, so that appends need not wait for a long one
                count: int = await connection.fetchval(_FORGET, expired_before_us, _FORGOTTEN_AT_ONCE)
                forgotten += count
                if count < _FORGOTTEN_AT_ONCE:
                    return forgotten
