"""Subscriptions in PostgreSQL."""

from collections.abc import Collection

from hub.core.errors import StateConflictError
from hub.core.events import Move, Subscription
from hub.store.clustered.database import Database, writing
from hub.store.clustered.ids import is_id
from hub.store.clustered.reader import Reader
from hub.store.subscription_record import decode_subscription, encode_subscription

_ADD = (
    "INSERT INTO subscription (id, client, number, run_us, position, record) VALUES ($1, $2, $3, $4, $5, $6)"
)
_READ = "SELECT id::text, client, number, run_us, position, record FROM subscription"
_REPLACE = """
UPDATE subscription SET number = $2, run_us = $3, position = $4, record = $5
    WHERE id = $1 AND number = $2 - 1 RETURNING true
"""
_ADVANCE = """
UPDATE subscription SET position = greatest(subscription.position, m.position)
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS m(id, run_us, position)
    WHERE subscription.id = m.id AND subscription.run_us = m.run_us RETURNING subscription.id::text
"""


class ClusteredSubscriptions:
    """The Subscriptions port; see there for what it promises."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    async def add(self, subscription: Subscription) -> None:
        async with writing(self._database) as connection:
            await connection.execute(
                _ADD,
                subscription.id,
                subscription.client,
                subscription.number,
                subscription.run_us,
                subscription.position,
                encode_subscription(subscription),
            )

    async def get(self, subscription_id: str) -> Subscription | None:
        if not is_id(subscription_id):
            return None
        rows = await self._reader.fetch(f"{_READ} WHERE id = $1", subscription_id)
        return decode_subscription(*rows[0]) if rows else None

    async def list(self, client: str | None = None) -> tuple[Subscription, ...]:
        rows = await self._reader.fetch(f"{_READ} WHERE $1::text IS NULL OR client = $1 ORDER BY id", client)
        return tuple(decode_subscription(*row) for row in rows)

    async def replace(self, subscription: Subscription) -> None:
        async with writing(self._database) as connection:
            replaced = await connection.fetchval(
                _REPLACE,
                subscription.id,
                subscription.number,
                subscription.run_us,
                subscription.position,
                encode_subscription(subscription),
            )
        if not replaced:
            raise StateConflictError(f"subscription {subscription.id} was changed or removed meanwhile")

    async def advance(self, moves: Collection[Move]) -> frozenset[str]:
        columns = [list(column) for column in zip(*sorted(moves), strict=True)]
        if not columns:
            return frozenset()
        async with writing(self._database) as connection:
            rows = await connection.fetch(_ADVANCE, *columns)
        return frozenset(row["id"] for row in rows)

    async def remove(self, subscription_id: str) -> bool:
        if not is_id(subscription_id):
            return False
        async with writing(self._database) as connection:
            return bool(
                await connection.fetchval(
                    "DELETE FROM subscription WHERE id = $1 RETURNING true", subscription_id
                )
            )
