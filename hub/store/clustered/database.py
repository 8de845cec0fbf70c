"""Connections to PostgreSQL: how they are made, what is checked on them, and which errors mean what."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from hub.core.errors import NotRecordedError
from hub.store.clustered.hosts import for_reading, one_by_one
from hub.store.unusable import StoreUnusableError

Connection: TypeAlias = asyncpg.Connection

SCHEMA = "0008"
"""The migration that this version of the hub works with: the newest one in ``migrations/versions``."""

NOTHING = "0000"
"""The schema of a database that no migration has seen."""

CONNECT_WITHIN_S = 3.0
STATEMENT_WITHIN_S = 5.0
LOCK_WITHIN_S = 3.0
CALL_WITHIN_S = STATEMENT_WITHIN_S + 2.0
"""After that long a silent server counts as lost: it gives up on a statement earlier by itself."""

_SETTINGS = {
    "application_name": "peyvand",
    "statement_timeout": f"{STATEMENT_WITHIN_S * 1000:.0f}",
    "lock_timeout": f"{LOCK_WITHIN_S * 1000:.0f}",
    "idle_in_transaction_session_timeout": "10000",
    "timezone": "UTC",
    # A node that was cut off must not keep anything for hours: the server notices in half a minute.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}
_READING = {
    "default_transaction_read_only": "on",
    # Plans are made with the values at hand: only partitions that can hold what is sought are looked at.
    "plan_cache_mode": "force_custom_plan",
}
_WRITING = {
    # All that is read while writing is found by key; a plan made while the tables were empty must not stay.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a call on a connection that has just broken off in mid-answer is told
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
)
"""Errors after which nobody knows, from this connection, what became of what was under way on it."""

UNREACHABLE = (*LOST, asyncpg.PostgresError)
"""Errors of a statement that is only read, or of connecting."""


@dataclass(frozen=True, slots=True)
class Backend:
    """The server's process behind a connection, told apart from later ones with the same number."""

    pid: int
    since: datetime


class Database:
    """Where the database is, and how connections to it are opened. Holds no connection itself.

    Everything raises NotRecordedError where the database cannot be reached or does not answer in time.
    """

    def __init__(self, url: str) -> None:
        self._servers = one_by_one(url)
        self._readable = one_by_one(for_reading(url))
        self._found = 0

    async def connect_writer(self) -> Connection:
        """A connection whose every commit is on disk when it returns, whatever the server's own default is."""
        connection = await self._connect(_SETTINGS | _WRITING)
        try:
            if await connection.fetchval("SHOW synchronous_commit") == "off":
                await connection.execute("SET synchronous_commit = on")
            is_replica = await connection.fetchval("SHOW transaction_read_only") == "on"
        except UNREACHABLE as error:
            connection.terminate()
            raise NotRecordedError(f"the database does not answer: {told(error)}") from error
        if is_replica:
            connection.terminate()
            raise NotRecordedError("the database takes no writes: it is a replica, or set to read only")
        return connection

    async def connect(self) -> Connection:
        """A connection for anything else than appending."""
        return await self._connect(_SETTINGS)

    async def connect_for_migrating(self) -> Connection:
        """A connection whose statements may take their time: building an index can."""
        return await self._connect({**_SETTINGS, "statement_timeout": "0"})

    def pool(self, size: int) -> "asyncpg.Pool":
        """Connections that cannot write, opened when they are needed; to be awaited before each use."""
        return asyncpg.create_pool(
            min_size=0,
            max_size=size,
            connect=self._connect_reader,
            command_timeout=CALL_WITHIN_S,
            server_settings=_SETTINGS | _READING,
        )

    async def _connect_reader(self, *_: object, **how: Any) -> Connection:
        return await self._first_of(self._readable, **how)

    async def _connect(self, server_settings: dict[str, str]) -> Connection:
        try:
            return await self._first_of(self._servers, server_settings=server_settings)
        except (*UNREACHABLE, ValueError) as error:
            raise NotRecordedError(f"the database cannot be reached: {told(error)}") from error

    async def _first_of(self, servers: Sequence[str], **how: Any) -> Connection:
        """Connect to the first server that will do, beginning with the one that did last time."""
        trouble: Exception = OSError("the address names no server")
        begin = self._found
        for place in range(len(servers)):
            number = (begin + place) % len(servers)
            try:
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    connection = await asyncpg.connect(servers[number], **how)
            except UNREACHABLE as error:
                trouble = error
            else:
                self._found = number
                return connection
        raise trouble


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[Connection]:
    """A connection for something rare, opened and closed for it. Raises NotRecordedError for its troubles."""
    connection = await database.connect_writer()
    try:
        yield connection
    except UNREACHABLE as error:
        raise NotRecordedError(f"the database could not be written: {told(error)}") from error
    finally:
        connection.terminate()


async def backend_of(connection: Connection) -> Backend:
    """Who serves a connection."""
    row = await connection.fetchrow(
        "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    )
    return Backend(row["pid"], row["backend_start"])


async def schema_of(connection: Connection) -> str:
    """The newest migration that a database has seen, or NOTHING."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return NOTHING
    return str(await connection.fetchval("SELECT max(version_num) FROM alembic_version") or NOTHING)


async def check_schema(connection: Connection) -> None:
    """Make sure that the database is one this version of the hub can work with. Raises StoreUnusableError."""
    found = await schema_of(connection)
    if found == NOTHING:
        raise StoreUnusableError("the database has not been set up for the hub: run `peyvand migrate`")
    if found < SCHEMA:
        raise StoreUnusableError(
            f"the database is of an earlier version of the hub (schema {found}, this one needs {SCHEMA}): "
            "run `peyvand migrate`; hubs that run meanwhile go on"
        )
    if found > SCHEMA:
        raise StoreUnusableError(
            f"the database is of a newer version of the hub (schema {found}, this one knows {SCHEMA}): "
            "start that version, or restore a backup from before the upgrade"
        )


async def identity_of(connection: Connection) -> str:
    """What tells this database from every other one; replicas that take over have it too."""
    row = await connection.fetchrow(
        "SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()) AS oid"
        " FROM pg_control_system()"
    )
    return f"{row['system_identifier'] & 0xFFFFFFFF:08x}-{row['oid']}"


async def durability_trouble(connection: Connection) -> str:
    """What stands against a commit surviving a power cut, in words; empty if nothing does."""
    off = [
        name
        for name in ("fsync", "full_page_writes")
        if await connection.fetchval("SELECT current_setting($1)", name) == "off"
    ]
    if not off:
        return ""
    return (
        f"{' and '.join(off)} is off on the database server: a power cut can lose or damage what was recorded"
    )


def told(error: BaseException) -> str:
    """An error in words; some of them come without any."""
    return str(error).partition("\n")[0] or type(error).__name__
