"""One log's leaves, nodes and checkpoints in SQLite. Appending leaves is not done here: entries bring them along."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Protocol

from hub.core.evidence import Attested, Checkpoint, NodeHash, Row, Timestamp
from hub.store.embedded.reader import Reader
from hub.store.embedded.writer import Writer

_NODES = (
    "SELECT place, hash FROM log_node WHERE log = ? AND level = ? AND place >= ? AND place < ? ORDER BY place"
)
# Those that somebody else attests are found from their own indexes: nobody walks past a year of others.
_CHECKPOINTS: Mapping[Attested | None, str] = {
    by: f"SELECT size, root, at_us, key, note FROM log_checkpoint WHERE log = ?1 AND {condition}"  # noqa: S608 - all texts stand here
    for by, condition in {
        None: "size >= ?2",
        Attested.AUTHORITY: (
            "size IN (SELECT DISTINCT size FROM log_timestamp WHERE log = ?1 AND size >= ?2"
            " ORDER BY size {order} LIMIT ?3)"
        ),
        Attested.WITNESS: "size >= ?2 AND is_cosigned",
    }.items()
}
_BY_SIZE = " ORDER BY size {order} LIMIT ?3"
_TIMESTAMPS = "SELECT at_us, authority, token FROM log_timestamp WHERE log = ? AND size = ? ORDER BY at_us"


class Rows(Protocol):
    """Where a log's entries lie, and how they are looked at."""

    log: str
    size: str
    """Statement: the highest ``seq``."""
    leaves: str
    """Statement: ``seq`` and leaf of a range, beyond the first and up to the second value, in order."""

    def read(
        self, connection: sqlite3.Connection, after: int, limit: int, *, with_bodies: bool
    ) -> tuple[Row, ...]:
        """The entries beyond ``after``, each with what is wrong with it."""
        ...


class EmbeddedEvidenceLog:
    """The EvidenceLog port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader, rows: Rows) -> None:
        self._writer = writer
        self._reader = reader
        self._rows = rows
        self._log = rows.log

    async def size(self) -> int:
        return await self._reader.run(
            lambda connection: int(connection.execute(self._rows.size).fetchone()[0])
        )

    async def hashes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        def read(connection: sqlite3.Connection) -> list[bytes]:
            if level:
                found = connection.execute(_NODES, (self._log, level, start, end))
                expected = start
            else:
                found = connection.execute(self._rows.leaves, (start, end))
                expected = start + 1  # `seq` counts from 1, a leaf's index from 0
            hashes: list[bytes] = []
            for place, hash_ in found:
                if place != expected:
                    break
                hashes.append(hash_)
                expected += 1
            return hashes

        return await self._reader.run(read)

    async def rows(self, after: int, limit: int, *, with_bodies: bool = False) -> tuple[Row, ...]:
        return await self._reader.run(
            lambda connection: self._rows.read(connection, after, limit, with_bodies=with_bodies)
        )

    async def keep(self, checkpoint: Checkpoint, nodes: Sequence[NodeHash]) -> bool:
        def write(connection: sqlite3.Connection) -> bool:
            (newest,) = connection.execute(
                "SELECT coalesce(max(size), 0) FROM log_checkpoint WHERE log = ?", (self._log,)
            ).fetchone()
            if newest >= checkpoint.size:
                return False
            connection.executemany(
                "INSERT INTO log_node (log, level, place, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(self._log, *node) for node in nodes],
            )
            connection.execute(
                "INSERT INTO log_checkpoint (log, size, root, at_us, key, note) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self._log,
                    checkpoint.size,
                    checkpoint.root,
                    checkpoint.at_us,
                    checkpoint.key,
                    checkpoint.note,
                ),
            )
            return True

        return await self._writer.run(write)

    async def checkpoints(
        self, *, at_least: int = 0, limit: int = 1, newest_first: bool = False, by: Attested | None = None
    ) -> tuple[Checkpoint, ...]:
        order = "DESC" if newest_first else "ASC"
        statement = (_CHECKPOINTS[by] + _BY_SIZE).format(order=order)

        def read(connection: sqlite3.Connection) -> tuple[Checkpoint, ...]:
            return tuple(
                Checkpoint(size, root, at_us, key, note, self._timestamps(connection, size))
                for size, root, at_us, key, note in connection.execute(
                    statement, (self._log, at_least, limit)
                ).fetchall()
            )

        return await self._reader.run(read)

    async def add_cosignature(self, size: int, line: str) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE log_checkpoint SET note = note || ?1, is_cosigned = 1 WHERE log = ?2 AND size = ?3 AND instr(note, ?1) = 0",
                (f"{line}\n", self._log, size),
            )

        await self._writer.run(write)

    async def add_timestamp(self, size: int, timestamp: Timestamp) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO log_timestamp (log, size, at_us, authority, token) VALUES (?, ?, ?, ?, ?)",
                (self._log, size, timestamp.at_us, timestamp.authority, timestamp.token),
            )

        await self._writer.run(write)

    def _timestamps(self, connection: sqlite3.Connection, size: int) -> tuple[Timestamp, ...]:
        return tuple(Timestamp(*row) for row in connection.execute(_TIMESTAMPS, (self._log, size)))
