"""A log's entries as they lie in SQLite, each with what contradicts its record."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hub.core.evidence import Row
from hub.core.ports import Sealer
from hub.store.embedded.statements import DOCUMENTS_PER_ENTRY
from hub.store.evidence import look_at_bodies, reading_row
from hub.store.record import RecordError, decode

_ENTRIES = """
SELECT seq, exchange_id, number, at_us, state, record, leaf FROM entry WHERE seq > ? ORDER BY seq LIMIT ?
"""
_DOCUMENTS = "SELECT seq, role, sealed FROM document WHERE id >= ? AND id < ?"
_READINGS = "SELECT seq, exchange_id, record, leaf FROM body_reading WHERE seq > ? ORDER BY seq LIMIT ?"


class JournalRows:
    """The journal's entries, with their sealed documents."""

    log = "journal"
    size = "SELECT coalesce(max(seq), 0) FROM entry"
    leaves = "SELECT seq, leaf FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq"

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def read(
        self, connection: sqlite3.Connection, after: int, limit: int, *, with_bodies: bool
    ) -> tuple[Row, ...]:
        found = connection.execute(_ENTRIES, (after, limit)).fetchall()
        sealed: dict[int, dict[str, bytes]] = defaultdict(dict)
        if found and with_bodies:
            bounds = (found[0][0] * DOCUMENTS_PER_ENTRY, (found[-1][0] + 1) * DOCUMENTS_PER_ENTRY)
            for seq, role, body in connection.execute(_DOCUMENTS, bounds):
                sealed[seq][role] = body
        return tuple([self._row(row, sealed[row[0]], with_bodies=with_bodies) for row in found])

    def _row(self, row: Sequence[Any], sealed: dict[str, bytes], *, with_bodies: bool) -> Row:
        seq, exchange_id, number, at_us, state, record, leaf = row
        try:
            entry = decode(record)
        except RecordError as error:
            return Row(seq, exchange_id, record, leaf, (str(error),))
        faults = [
            f"the column {column} says {stored!r}, the record {recorded!r}"
            for column, stored, recorded in (
                ("exchange_id", exchange_id, entry.exchange_id),
                ("number", number, entry.number),
                ("at_us", at_us, entry.at_us),
                ("state", state, entry.state.value),
            )
            if stored != recorded
        ]
        bodies = lost = 0
        if with_bodies:
            bodies, lost, wrong = look_at_bodies(self._sealer, entry, sealed)
            faults += wrong
        return Row(seq, exchange_id, record, leaf, tuple(faults), bodies, lost)


class ReadingRows:
    """Who read bodies."""

    log = "reading"
    size = "SELECT coalesce(max(seq), 0) FROM body_reading"
    leaves = "SELECT seq, leaf FROM body_reading WHERE seq > ? AND seq <= ? ORDER BY seq"

    def read(
        self, connection: sqlite3.Connection, after: int, limit: int, *, with_bodies: bool
    ) -> tuple[Row, ...]:
        del with_bodies  # a reading has none
        return tuple(reading_row(*row) for row in connection.execute(_READINGS, (after, limit)))
