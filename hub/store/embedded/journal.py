"""The journal in SQLite."""

import sqlite3
from collections.abc import Sequence

from hub.core.exchange import Entry, Transition
from hub.core.message import Document, Role
from hub.core.ports import Claim, DocumentDamagedError, Query, Sealer, Summary
from hub.store.appends import prepare
from hub.store.documents import open_document
from hub.store.embedded.finding import find
from hub.store.embedded.reader import Reader
from hub.store.embedded.writer import Writer
from hub.store.record import RecordError, decode

_HISTORY = "SELECT record FROM entry WHERE exchange_id = ? ORDER BY number"
# An entry's documents are found by the range of their ids, see statements.DOCUMENTS_PER_ENTRY.
_DOCUMENTS = """
SELECT entry.number, entry.record, document.role, document.sealed
    FROM entry CROSS JOIN document ON document.id BETWEEN entry.seq * 8 AND entry.seq * 8 + 7
    WHERE entry.exchange_id = ? ORDER BY entry.number, document.id
"""


class EmbeddedJournal:
    """The Journal port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader, sealer: Sealer) -> None:
        self._writer = writer
        self._reader = reader
        self._sealer = sealer

    async def append(self, transitions: Sequence[Transition], claim: Claim | None = None) -> None:
        await self._writer.append(prepare(transitions, claim, self._sealer))

    async def history(self, exchange_id: str) -> tuple[Entry, ...]:
        def read(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            return tuple(decode(record) for (record,) in connection.execute(_HISTORY, (exchange_id,)))

        return await self._reader.run(read)

    async def documents(self, exchange_id: str) -> tuple[tuple[int, Document], ...]:
        def read(connection: sqlite3.Connection) -> tuple[tuple[int, Document], ...]:
            rows = connection.execute(_DOCUMENTS, (exchange_id,))
            return tuple(
                (number, self._open(exchange_id, number, record, role, sealed))
                for number, record, role, sealed in rows
            )

        return await self._reader.run(read)

    async def find(self, query: Query) -> tuple[Summary, ...]:
        return await self._reader.run(lambda connection: find(connection, query))

    def _open(self, exchange_id: str, number: int, record: bytes, role: str, sealed: bytes) -> Document:
        try:
            facts = {fact.role: fact for fact in decode(record).documents}
            fact = facts[Role(role)]
        except (RecordError, KeyError, ValueError) as error:
            raise DocumentDamagedError(
                f"entry {number} of exchange {exchange_id} knows no document of role {role!r}"
            ) from error
        return open_document(self._sealer, exchange_id, number, fact, sealed)
