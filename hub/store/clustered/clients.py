"""The client registry in PostgreSQL, answered from memory."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from hub.core.errors import NotRecordedError
from hub.core.ports import ClientExistsError, ClientRecord
from hub.store.clustered.database import Connection, Database, writing

CHANGES = "peyvand_clients"
"""Where every change is announced (LISTEN, NOTIFY); what was missed is seen by its number."""

_CHANGED = "SELECT number FROM client_change"
_ALL = """
SELECT c.number, k.name, k.key_prefix, k.key_hash, k.grants, k.created_us, k.revoked_us, k.partner,
    k.office
    FROM client_change AS c LEFT JOIN client AS k ON true ORDER BY k.name, k.id
"""
_INSERT = """
INSERT INTO client (name, key_prefix, key_hash, grants, created_us, revoked_us, partner, office)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_REVOKE = "UPDATE client SET revoked_us = $2 WHERE name = $1 AND revoked_us = 0 RETURNING id"


class ClusteredClients:
    """The ClientRegistry port; see there for what it promises.

    Whoever looks after the store calls ``refresh`` several times a second, and at once when a change is announced.
    While the database cannot be reached, the clients known so far stay valid.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = -1
        self._records: tuple[ClientRecord, ...] = ()
        self._by_prefix: Mapping[str, ClientRecord] = {}

    def by_prefix(self, key_prefix: str) -> ClientRecord | None:
        return self._by_prefix.get(key_prefix)

    async def add(self, record: ClientRecord) -> None:
        values = (record.name, record.key_prefix, record.key_hash, list(record.grants))
        async with writing(self._database) as connection:
            try:
                async with connection.transaction():
                    await connection.execute(
                        _INSERT, *values, record.created_us, record.revoked_us, record.partner, record.office
                    )
                    await self._announce(connection)
            except asyncpg.UniqueViolationError as error:
                raise ClientExistsError(_in_words(record, error)) from error
            await self._load(connection)

    async def list(self) -> tuple[ClientRecord, ...]:
        async with writing(self._database) as connection:
            await self._load(connection)
        return self._records

    async def revoke(self, name: str, at_us: int) -> bool:
        async with writing(self._database) as connection:
            async with connection.transaction():
                revoked = await connection.fetch(_REVOKE, name, at_us)
                if revoked:
                    await self._announce(connection)
            await self._load(connection)
        return bool(revoked)

    async def refresh(self, connection: Connection) -> None:
        """Take over what has changed since the last look. Raises what the connection raises."""
        if await connection.fetchval(_CHANGED) != self._number:
            await self._load(connection)

    async def _load(self, connection: Connection) -> None:
        rows = await connection.fetch(_ALL)
        if not rows:
            raise NotRecordedError("the client registry is damaged: client_change is empty")
        number = rows[0]["number"]
        if number < self._number:  # read before, answered after another look
            return
        records = [_record(row) for row in rows if row["name"] is not None]
        self._number, self._records = number, tuple(records)
        self._by_prefix = {record.key_prefix: record for record in records}

    @staticmethod
    async def _announce(connection: Connection) -> None:
        await connection.execute("UPDATE client_change SET number = number + 1")
        await connection.execute(f"NOTIFY {CHANGES}")


def _record(row: Any) -> ClientRecord:
    return ClientRecord(
        name=row["name"],
        key_prefix=row["key_prefix"],
        key_hash=row["key_hash"],
        grants=tuple(row["grants"]),
        created_us=row["created_us"],
        revoked_us=row["revoked_us"],
        partner=row["partner"],
        office=row["office"],
    )


def _in_words(record: ClientRecord, error: asyncpg.UniqueViolationError) -> str:
    if error.constraint_name == "client_key_prefix":
        return f"there is a key that begins with {record.key_prefix}; make another one"
    return f"there is a client named {record.name}; revoke it first"
