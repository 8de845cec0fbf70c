"""Finding out what became of appends whose connection was lost before the answer came."""

import asyncio
from collections.abc import Sequence

from hub.core.errors import NotRecordedError
from hub.store.clustered.batch import Work
from hub.store.clustered.database import UNREACHABLE, Backend, Connection, Database, told

SETTLE_WITHIN_S = 5.0
_LOOK_AGAIN_AFTER_S = 0.05

_RECORDS = "SELECT exchange_id, number, record FROM entry WHERE exchange_id = ANY ($1) AND number = ANY ($2)"

_END = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2"


async def settle(database: Database, lost: Backend, works: Sequence[Work]) -> list[NotRecordedError | None]:
    """Say of each append whether it counts: None if it does.

    The old connection's process may still be committing, so it is ended first. If the database cannot be asked in
    time, nobody can tell: NotRecordedError for all of them.
    """
    trouble = "the database was lost while it recorded"
    try:
        async with asyncio.timeout(SETTLE_WITHIN_S):
            while True:
                try:
                    return await _ask(database, lost, works)
                except NotRecordedError as error:
                    trouble = str(error)
                except UNREACHABLE as error:
                    trouble = f"the database does not answer: {told(error)}"
                await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
    except TimeoutError:
        return [NotRecordedError(f"nobody can tell whether it was recorded: {trouble}") for _ in works]


async def _ask(database: Database, lost: Backend, works: Sequence[Work]) -> list[NotRecordedError | None]:
    connection = await database.connect_writer()
    try:
        await _see_off(connection, lost)
        firsts = [work.append.lines[0] for work in works]
        rows = await connection.fetch(
            _RECORDS,
            [line.entry.exchange_id for line in firsts],
            list({line.entry.number for line in firsts}),
        )
        there = {(str(row["exchange_id"]), row["number"]): row["record"] for row in rows}
        # With replicas that commits wait for, the lost commit may have been cut short while it waited. A commit
        # of our own comes after it in the log: once that one is answered, both are everywhere they have to be.
        await connection.execute("SELECT pg_logical_emit_message(true, 'peyvand', 'settled')")
    finally:
        connection.terminate()
    outcomes: list[NotRecordedError | None] = []
    for line in firsts:
        counts = there.get((line.entry.exchange_id, line.entry.number)) == line.record
        outcomes.append(None if counts else NotRecordedError("the database was lost before it recorded"))
    return outcomes


async def _see_off(connection: Connection, lost: Backend) -> None:
    """Wait until the old connection's process is no more; after a restart of the server it never was."""
    while True:
        still_there = await connection.fetchval(_END, lost.pid, lost.since)
        if not still_there:
            return
        await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
