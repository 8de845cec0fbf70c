"""A log's entries as they lie in PostgreSQL, each with what contradicts its record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from hub.core.evidence import Row
from hub.core.ports import Sealer
from hub.store.clustered.reader import Reader
from hub.store.evidence import look_at_bodies, reading_row
from hub.store.record import RecordError, decode

_LEAF_BYTES = 32
_JOURNAL_SIZE = """
SELECT first_seq + size - 1 AS last FROM log_batch WHERE first_seq IS NOT NULL ORDER BY first_seq DESC LIMIT 1
"""
_BATCHES = """
SELECT id, first_seq, leaves FROM log_batch
    WHERE first_seq <= $2 AND first_seq >= coalesce((
        SELECT b.first_seq FROM log_batch AS b WHERE b.first_seq <= $1 ORDER BY b.first_seq DESC LIMIT 1), 1)
    ORDER BY first_seq
"""
"""The batches that hold a range of numbers, both ends included."""
_ENTRIES = "SELECT batch, place, exchange_id, number, record FROM entry WHERE batch >= $1 AND batch <= $2"
_SEALED = "SELECT exchange_id, number, role, sealed FROM document WHERE exchange_id = ANY ($1)"
_READING_SIZE = "SELECT max(seq) AS last FROM body_reading"
_READING_LEAVES = "SELECT seq, leaf FROM body_reading WHERE seq >= $1 AND seq <= $2 ORDER BY seq"
_READINGS = "SELECT seq, exchange_id, record, leaf FROM body_reading WHERE seq > $1 ORDER BY seq LIMIT $2"


class Rows(Protocol):
    """Where a log's entries lie, and how they are looked at."""

    log: str

    async def size(self) -> int:
        """The highest ``seq``."""
        ...

    async def leaves(self, first: int, last: int) -> list[bytes]:
        """The leaves with ``seq`` from the first to the last, ending where one is missing."""
        ...

    async def rows(self, after: int, limit: int, *, with_bodies: bool) -> tuple[Row, ...]:
        """The entries beyond ``after``, each with what is wrong with it."""
        ...


class JournalRows:
    """The journal's entries, with their sealed documents. Leaves are kept apart from them, by batches."""

    log = "journal"

    def __init__(self, reader: Reader, sealer: Sealer) -> None:
        self._reader = reader
        self._sealer = sealer

    async def size(self) -> int:
        await self._reader.number_log()
        found = await self._reader.fetch(_JOURNAL_SIZE)
        return int(found[0]["last"]) if found else 0

    async def leaves(self, first: int, last: int) -> list[bytes]:
        leaves: list[bytes] = []
        for batch in await self._reader.fetch(_BATCHES, first, last):
            start, hashes = batch["first_seq"], batch["leaves"]
            if start > first + len(leaves):
                break
            places = range(first + len(leaves) - start, min(last - start + 1, len(hashes) // _LEAF_BYTES))
            leaves += [hashes[place * _LEAF_BYTES : (place + 1) * _LEAF_BYTES] for place in places]
        return leaves

    async def rows(self, after: int, limit: int, *, with_bodies: bool) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = ()
        size = await self.size()
        while not rows and after < size:  # a whole page may have been archived
            rows = await self._page(after + 1, min(after + limit, size), with_bodies=with_bodies)
            after += limit
        return rows

    async def _page(self, first: int, last: int, *, with_bodies: bool) -> tuple[Row, ...]:
        batches = {batch["id"]: batch for batch in await self._reader.fetch(_BATCHES, first, last)}
        if not batches:
            return ()
        numbered: list[tuple[int, bytes, Any]] = []
        for entry in await self._reader.fetch(_ENTRIES, min(batches), max(batches)):
            batch = batches.get(entry["batch"])
            if batch is None:
                continue
            seq, place = batch["first_seq"] + entry["place"], entry["place"] * _LEAF_BYTES
            if first <= seq <= last:
                numbered.append((seq, batch["leaves"][place : place + _LEAF_BYTES], entry))
        numbered.sort(key=lambda found: found[0])
        sealed: Mapping[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
        if with_bodies:
            sealed = await self._sealed([str(entry["exchange_id"]) for _, _, entry in numbered])
        return tuple(
            [self._row(seq, leaf, entry, sealed if with_bodies else None) for seq, leaf, entry in numbered]
        )

    async def _sealed(self, ids: Sequence[str]) -> Mapping[tuple[str, int], dict[str, bytes]]:
        sealed: dict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
        for row in await self._reader.fetch(_SEALED, list(set(ids))):
            sealed[str(row["exchange_id"]), row["number"]][row["role"]] = row["sealed"]
        return sealed

    def _row(
        self, seq: int, leaf: bytes, found: Any, sealed: Mapping[tuple[str, int], dict[str, bytes]] | None
    ) -> Row:
        exchange_id, number, record = str(found["exchange_id"]), found["number"], found["record"]
        try:
            entry = decode(record)
        except RecordError as error:
            return Row(seq, exchange_id, record, leaf, (str(error),))
        faults = [
            f"the column {column} says {stored!r}, the record {recorded!r}"
            for column, stored, recorded in (
                ("exchange_id", exchange_id, entry.exchange_id),
                ("number", number, entry.number),
            )
            if stored != recorded
        ]
        bodies = lost = 0
        if sealed is not None:
            of_entry = sealed.get((exchange_id, number), {})
            bodies, lost, wrong = look_at_bodies(self._sealer, entry, of_entry)
            faults += wrong
        return Row(seq, exchange_id, record, leaf, tuple(faults), bodies, lost)


class ReadingRows:
    """Who read bodies."""

    log = "reading"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def size(self) -> int:
        [row] = await self._reader.fetch(_READING_SIZE)
        return row["last"] or 0

    async def leaves(self, first: int, last: int) -> list[bytes]:
        leaves: list[bytes] = []
        for row in await self._reader.fetch(_READING_LEAVES, first, last):
            if row["seq"] != first + len(leaves):
                break
            leaves.append(row["leaf"])
        return leaves

    async def rows(self, after: int, limit: int, *, with_bodies: bool) -> tuple[Row, ...]:
        del with_bodies  # a reading has none
        return tuple(reading_row(*row) for row in await self._reader.fetch(_READINGS, after, limit))
