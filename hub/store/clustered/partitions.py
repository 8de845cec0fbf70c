"""Partitions by day: made ahead of time, let go when their time is over."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

from hub.store.clustered.database import Connection
from hub.store.clustered.ids import first_id_of

Table: TypeAlias = Literal["entry", "document"]
TABLES: tuple[Table, ...] = ("entry", "document")
DAYS_AHEAD = 7
_ONE_AT_A_TIME = 0x50564E44_0003
_NAME = re.compile(r"(entry|document)_(\d{8})")


class RetentionError(Exception):
    """A day cannot be let go; the text says why."""


def days_ahead(today: date) -> list[date]:
    """The days whose partitions should be there: yesterday (a clock may be behind), today, and a week more."""
    return [today + timedelta(days=offset) for offset in range(-1, DAYS_AHEAD + 1)]


async def ensure_days(connection: Connection, days: Iterable[date]) -> list[date]:
    """Make the days' partitions unless they exist; gives the days that were missing. Appends go on meanwhile.

    A new table is attached, not created as a partition: that takes no lock that an append would wait for.
    """
    missing = sorted(set(days) - set(await days_of(connection, "document")))
    if not missing:
        return []
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)
        for table in TABLES:
            there = set(await days_of(connection, table))
            for day in missing:
                if day not in there:
                    await _make(connection, table, day)
    return missing


async def days_of(connection: Connection, table: Table) -> list[date]:
    """The days of which a table holds a partition, in order."""
    rows = await connection.fetch(
        "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = to_regclass($1) ORDER BY c.relname",
        table,
    )
    matches = (_NAME.fullmatch(row["relname"]) for row in rows)
    return [datetime.strptime(match[2], "%Y%m%d").replace(tzinfo=UTC).date() for match in matches if match]


async def drop_documents(connection: Connection, day: date) -> None:
    """Destroy all bodies of exchanges that began on a day; their entries, and with them the proofs, stay.

    Raises RetentionError if an exchange of that day may still need its bodies.
    """
    await _check_all_ended(connection, day)
    if day in await days_of(connection, "document"):
        await _detach(connection, "document", day)
        await connection.execute(f"DROP TABLE {_name('document', day)}")


async def detach_entries(connection: Connection, day: date) -> str:
    """Take a day's entries out of the journal, into a table of their own to be archived; gives its name.

    Their leaves stay in the log: proofs about all other entries stay whole, and the archived records can be proved
    too. The exchanges of that day are found no more. Raises RetentionError if one of them has not ended, or if the
    day's documents have not been dropped yet.
    """
    await _check_all_ended(connection, day)
    if day in await days_of(connection, "document"):
        raise RetentionError(f"the documents of {day} are still there: drop them first")
    name = _name("entry", day)
    if day in await days_of(connection, "entry"):
        await _detach(connection, "entry", day)
    begin, end = first_id_of(day), first_id_of(day + timedelta(days=1))
    await connection.execute("DELETE FROM exchange WHERE id >= $1 AND id < $2", begin, end, timeout=600)
    return name


async def _check_all_ended(connection: Connection, day: date) -> None:
    begin, end = first_id_of(day), first_id_of(day + timedelta(days=1))
    row = await connection.fetchrow(
        "SELECT id, state FROM exchange WHERE state <> 'completed' AND id >= $1 AND id < $2"
        " AND state NOT IN ('rejected', 'failed', 'expired', 'cancelled') ORDER BY id LIMIT 1",
        begin,
        end,
    )
    if row is not None:
        raise RetentionError(f"exchange {row['id']} of {day} has not ended ({row['state']})")


async def _make(connection: Connection, table: Table, day: date) -> None:
    name, begin, end = _name(table, day), first_id_of(day), first_id_of(day + timedelta(days=1))
    await connection.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    # Known to hold, so that attaching need not look at the rows.
    await connection.execute(
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}')"
    )


async def _detach(connection: Connection, table: Table, day: date) -> None:
    # CONCURRENTLY waits for those who read, and lets appends go on.
    await connection.execute(
        f"ALTER TABLE {table} DETACH PARTITION {_name(table, day)} CONCURRENTLY", timeout=600
    )


def _name(table: Table, day: date) -> str:
    return f"{table}_{day:%Y%m%d}"
