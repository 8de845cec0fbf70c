"""One exchange's entries with their places in the log, its documents, and who read them, in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hub.core.evidence import BodyReading, KeptDocument, Row
from hub.core.ports import Sealer
from hub.store.clustered.database import Database, writing
from hub.store.clustered.ids import is_id
from hub.store.clustered.reader import Reader
from hub.store.evidence import kept_document
from hub.store.reading_record import decode_reading, encode_reading
from hub.store.record import decode, leaf_of

_ENTRIES = """
SELECT b.first_seq + e.place AS seq, e.record,
    substring(b.leaves FROM e.place * 32 + 1 FOR 32) AS leaf
    FROM entry AS e JOIN log_batch AS b ON b.id = e.batch WHERE e.exchange_id = $1 ORDER BY e.number
"""
_RECORDS = "SELECT record FROM entry WHERE exchange_id = $1 ORDER BY number"
_SEALED = "SELECT number, role, sealed FROM document WHERE exchange_id = $1"
_READINGS = "SELECT record FROM body_reading WHERE exchange_id = $1 ORDER BY seq"
_LOCK = "SELECT pg_advisory_xact_lock($1)"
_LOCKED = 0x50564E44_0004
_LAST = "SELECT coalesce(max(seq), 0) FROM body_reading"
_RECORD = "INSERT INTO body_reading (seq, exchange_id, record, leaf) VALUES ($1, $2, $3, $4)"


class ClusteredEvidenceSource:
    """The EvidenceSource port; see there for what it promises."""

    def __init__(self, reader: Reader, sealer: Sealer) -> None:
        self._reader = reader
        self._sealer = sealer

    async def entries(self, exchange_id: str) -> tuple[Row, ...]:
        if not is_id(exchange_id):
            return ()
        await self._reader.number_log()
        rows = await self._reader.fetch(_ENTRIES, exchange_id)
        return tuple(Row(row["seq"], exchange_id, row["record"], row["leaf"]) for row in rows)

    async def documents(self, exchange_id: str) -> tuple[KeptDocument, ...]:
        if not is_id(exchange_id):
            return ()
        records = await self._reader.fetch(_RECORDS, exchange_id)
        sealed = {
            (row["number"], row["role"]): row["sealed"]
            for row in await self._reader.fetch(_SEALED, exchange_id)
        }
        # In a thread of its own: a data key of another day or node has to be fetched first.
        return await asyncio.to_thread(self._open_all, exchange_id, records, sealed)

    def _open_all(
        self, exchange_id: str, records: Sequence[Any], sealed: dict[tuple[int, str], bytes]
    ) -> tuple[KeptDocument, ...]:
        entries = [decode(row["record"]) for row in records]
        return tuple(
            kept_document(
                self._sealer, exchange_id, entry.number, fact, sealed.get((entry.number, fact.role.value))
            )
            for entry in entries
            for fact in entry.documents
        )


class ClusteredBodyReadings:
    """The BodyReadings port; see there for what it promises."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    async def record(self, readings: Sequence[BodyReading]) -> None:
        records = [(reading.exchange_id, encode_reading(reading)) for reading in readings]
        async with writing(self._database) as connection, connection.transaction():
            await connection.execute(_LOCK, _LOCKED)
            last = await connection.fetchval(_LAST)
            await connection.executemany(
                _RECORD,
                [(seq, id_, record, leaf_of(record)) for seq, (id_, record) in enumerate(records, last + 1)],
            )

    async def of(self, exchange_id: str) -> tuple[BodyReading, ...]:
        return tuple(
            decode_reading(row["record"]) for row in await self._reader.fetch(_READINGS, exchange_id)
        )
