"""One log's leaves, nodes and checkpoints in PostgreSQL. Appending leaves is not done here: entries bring them."""

from collections.abc import Mapping, Sequence

from hub.core.evidence import Attested, Checkpoint, NodeHash, Row, Timestamp
from hub.store.clustered.database import Database, writing
from hub.store.clustered.evidence_rows import Rows
from hub.store.clustered.reader import Reader

_NODES = "SELECT place, hash FROM log_node WHERE log = $1 AND level = $2 AND place >= $3 AND place < $4 ORDER BY place"
# Those that somebody else attests are found from their own indexes: nobody walks past a year of others.
_CONDITIONS: Mapping[Attested | None, str] = {
    None: "size >= $2",
    Attested.AUTHORITY: (
        "size IN (SELECT DISTINCT t.size FROM log_timestamp AS t WHERE t.log = $1 AND t.size >= $2"
        " ORDER BY t.size {order} LIMIT $3)"
    ),
    Attested.WITNESS: "size >= $2 AND is_cosigned",
}
_CHECKPOINTS: Mapping[Attested | None, str] = {
    by: f"SELECT size, root, at_us, key, note FROM log_checkpoint WHERE log = $1 AND {condition}"  # noqa: S608 - all texts stand here
    " ORDER BY size {order} LIMIT $3"
    for by, condition in _CONDITIONS.items()
}
_TIMESTAMPS = "SELECT size, at_us, authority, token FROM log_timestamp WHERE log = $1 AND size = ANY ($2) ORDER BY at_us"
_LOCK = "SELECT pg_advisory_xact_lock($1, hashtext($2))"
_LOCKED = 0x50564E44
_NEWEST = "SELECT coalesce(max(size), 0) FROM log_checkpoint WHERE log = $1"
_KEEP_NODE = "INSERT INTO log_node (log, level, place, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_KEEP = "INSERT INTO log_checkpoint (log, size, root, at_us, key, note) VALUES ($1, $2, $3, $4, $5, $6)"
_COSIGN = """
UPDATE log_checkpoint SET note = note || $3, is_cosigned = true
    WHERE log = $1 AND size = $2 AND strpos(note, $3) = 0
"""
_STAMP = """
INSERT INTO log_timestamp (log, size, at_us, authority, token) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (log, size, at_us) DO UPDATE SET authority = excluded.authority, token = excluded.token
"""


class ClusteredEvidenceLog:
    """The EvidenceLog port; see there for what it promises. Any number of nodes may keep it."""

    def __init__(self, database: Database, reader: Reader, rows: Rows) -> None:
        self._database = database
        self._reader = reader
        self._rows = rows
        self._log = rows.log

    async def size(self) -> int:
        return await self._rows.size()

    async def hashes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        if not level:
            return await self._rows.leaves(start + 1, end)  # `seq` counts from 1, a leaf's index from 0
        hashes: list[bytes] = []
        for row in await self._reader.fetch(_NODES, self._log, level, start, end):
            if row["place"] != start + len(hashes):
                break
            hashes.append(row["hash"])
        return hashes

    async def rows(self, after: int, limit: int, *, with_bodies: bool = False) -> tuple[Row, ...]:
        return await self._rows.rows(after, limit, with_bodies=with_bodies)

    async def keep(self, checkpoint: Checkpoint, nodes: Sequence[NodeHash]) -> bool:
        async with writing(self._database) as connection, connection.transaction():
            await connection.execute(_LOCK, _LOCKED, self._log)  # nodes of a cluster may all want to
            if await connection.fetchval(_NEWEST, self._log) >= checkpoint.size:
                return False
            await connection.executemany(_KEEP_NODE, [(self._log, *node) for node in nodes])
            said = (checkpoint.size, checkpoint.root, checkpoint.at_us, checkpoint.key, checkpoint.note)
            await connection.execute(_KEEP, self._log, *said)
        return True

    async def checkpoints(
        self, *, at_least: int = 0, limit: int = 1, newest_first: bool = False, by: Attested | None = None
    ) -> tuple[Checkpoint, ...]:
        statement = _CHECKPOINTS[by].format(order="DESC" if newest_first else "ASC")
        found = await self._reader.fetch(statement, self._log, at_least, limit)
        stamps: dict[int, list[Timestamp]] = {row["size"]: [] for row in found}
        if found:
            for size, *stamp in await self._reader.fetch(_TIMESTAMPS, self._log, list(stamps)):
                stamps[size].append(Timestamp(*stamp))
        return tuple(
            Checkpoint(size, root, at_us, key, note, tuple(stamps[size]))
            for size, root, at_us, key, note in found
        )

    async def add_cosignature(self, size: int, line: str) -> None:
        async with writing(self._database) as connection:
            await connection.execute(_COSIGN, self._log, size, f"{line}\n")

    async def add_timestamp(self, size: int, timestamp: Timestamp) -> None:
        stamp = (timestamp.at_us, timestamp.authority, timestamp.token)
        async with writing(self._database) as connection:
            await connection.execute(_STAMP, self._log, size, *stamp)
