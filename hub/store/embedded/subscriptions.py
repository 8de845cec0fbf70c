"""Subscriptions in SQLite."""

import sqlite3
from collections.abc import Collection

from hub.core.errors import StateConflictError
from hub.core.events import Move, Subscription
from hub.store.embedded.reader import Reader
from hub.store.embedded.writer import Writer
from hub.store.subscription_record import decode_subscription, encode_subscription

_COLUMNS = "id, client, number, run_us, position, record"


class EmbeddedSubscriptions:
    """The Subscriptions port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def add(self, subscription: Subscription) -> None:
        row = (
            subscription.id,
            subscription.client,
            subscription.number,
            subscription.run_us,
            subscription.position,
            encode_subscription(subscription),
        )
        statement = f"INSERT INTO subscription ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - names
        await self._writer.run(lambda connection: connection.execute(statement, row).rowcount)

    async def get(self, subscription_id: str) -> Subscription | None:
        found = await self._read("id = ?", subscription_id)
        return found[0] if found else None

    async def list(self, client: str | None = None) -> tuple[Subscription, ...]:
        return await self._read("?1 IS NULL OR client = ?1", client)

    async def replace(self, subscription: Subscription) -> None:
        values = (
            subscription.number,
            subscription.run_us,
            subscription.position,
            encode_subscription(subscription),
            subscription.id,
            subscription.number - 1,
        )

        def update(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "UPDATE subscription SET number = ?, run_us = ?, position = ?, record = ?"
                " WHERE id = ? AND number = ?",
                values,
            ).rowcount

        if not await self._writer.run(update):
            raise StateConflictError(f"subscription {subscription.id} was changed or removed meanwhile")

    async def advance(self, moves: Collection[Move]) -> frozenset[str]:
        statement = "UPDATE subscription SET position = max(position, ?) WHERE id = ? AND run_us = ?"

        def update(connection: sqlite3.Connection) -> frozenset[str]:
            moved = (
                id_
                for id_, run_us, position in moves
                if connection.execute(statement, (position, id_, run_us)).rowcount
            )
            return frozenset(moved)

        return await self._writer.run(update) if moves else frozenset()

    async def remove(self, subscription_id: str) -> bool:
        def delete(connection: sqlite3.Connection) -> int:
            return connection.execute("DELETE FROM subscription WHERE id = ?", (subscription_id,)).rowcount

        return bool(await self._writer.run(delete))

    async def _read(self, condition: str, value: str | None) -> tuple[Subscription, ...]:
        query = f"SELECT {_COLUMNS} FROM subscription WHERE {condition} ORDER BY id"  # noqa: S608 - our own

        def read(connection: sqlite3.Connection) -> tuple[Subscription, ...]:
            return tuple(decode_subscription(*row) for row in connection.execute(query, (value,)))

        return await self._reader.run(read)
