"""One exchange's entries with their places in the log, its documents, and who read them, in SQLite."""

import sqlite3
from collections.abc import Sequence

from hub.core.evidence import BodyReading, KeptDocument, Row
from hub.core.ports import Sealer
from hub.store.embedded.reader import Reader
from hub.store.embedded.statements import DOCUMENTS_PER_ENTRY, PLACES
from hub.store.embedded.writer import Writer
from hub.store.evidence import kept_document
from hub.store.reading_record import decode_reading, encode_reading
from hub.store.record import decode, leaf_of

_ENTRIES = "SELECT seq, exchange_id, record, leaf FROM entry WHERE exchange_id = ? ORDER BY number"
_DOCUMENT = "SELECT sealed FROM document WHERE id = ?"
_READINGS = "SELECT record FROM body_reading WHERE exchange_id = ? ORDER BY seq"


class EmbeddedEvidenceSource:
    """The EvidenceSource port; see there for what it promises."""

    def __init__(self, reader: Reader, sealer: Sealer) -> None:
        self._reader = reader
        self._sealer = sealer

    async def entries(self, exchange_id: str) -> tuple[Row, ...]:
        return await self._reader.run(
            lambda connection: tuple(Row(*row) for row in connection.execute(_ENTRIES, (exchange_id,)))
        )

    async def documents(self, exchange_id: str) -> tuple[KeptDocument, ...]:
        def read(connection: sqlite3.Connection) -> tuple[KeptDocument, ...]:
            kept: list[KeptDocument] = []
            for seq, _, record, _ in connection.execute(_ENTRIES, (exchange_id,)).fetchall():
                entry = decode(record)
                for fact in entry.documents:
                    place = seq * DOCUMENTS_PER_ENTRY + PLACES[fact.role.value]
                    row = connection.execute(_DOCUMENT, (place,)).fetchone()
                    sealed = None if row is None else row[0]
                    kept.append(kept_document(self._sealer, exchange_id, entry.number, fact, sealed))
            return tuple(kept)

        return await self._reader.run(read)


class EmbeddedBodyReadings:
    """The BodyReadings port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def record(self, readings: Sequence[BodyReading]) -> None:
        records = [(reading.exchange_id, encode_reading(reading)) for reading in readings]

        def write(connection: sqlite3.Connection) -> None:
            (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM body_reading").fetchone()
            connection.executemany(
                "INSERT INTO body_reading (seq, exchange_id, record, leaf) VALUES (?, ?, ?, ?)",
                [(seq, id_, record, leaf_of(record)) for seq, (id_, record) in enumerate(records, last + 1)],
            )

        await self._writer.run(write)

    async def of(self, exchange_id: str) -> tuple[BodyReading, ...]:
        return await self._reader.run(
            lambda connection: tuple(
                decode_reading(record) for (record,) in connection.execute(_READINGS, (exchange_id,))
            )
        )
