"""The journal in PostgreSQL."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hub.core.exchange import Entry, Transition
from hub.core.message import Document, Role
from hub.core.ports import Claim, DocumentDamagedError, Query, Sealer, Summary
from hub.store.appends import prepare
from hub.store.clustered.finding import LAST, OPENINGS, last_entries_of, openings_of, summaries, to_sql
from hub.store.clustered.ids import is_id
from hub.store.clustered.reader import Reader
from hub.store.clustered.writer import Writer
from hub.store.documents import open_document
from hub.store.record import RecordError, decode

_HISTORY = "SELECT record FROM entry WHERE exchange_id = $1 ORDER BY number"
_DOCUMENTS = """
SELECT e.number, e.record, d.role, d.sealed
    FROM document AS d JOIN entry AS e ON e.exchange_id = d.exchange_id AND e.number = d.number
    WHERE d.exchange_id = $1 AND e.exchange_id = $1 ORDER BY e.number
"""


class ClusteredJournal:
    """The Journal port; see there for what it promises."""

    def __init__(self, writer: Writer, reader: Reader, sealer: Sealer) -> None:
        self._writer = writer
        self._reader = reader
        self._sealer = sealer

    async def append(self, transitions: Sequence[Transition], claim: Claim | None = None) -> None:
        self._writer.check_open()  # before anything is sealed: a new day's key would be asked for in vain
        await self._writer.append(prepare(transitions, claim, self._sealer))

    async def history(self, exchange_id: str) -> tuple[Entry, ...]:
        if not is_id(exchange_id):
            return ()
        return tuple(decode(row["record"]) for row in await self._reader.fetch(_HISTORY, exchange_id))

    async def documents(self, exchange_id: str) -> tuple[tuple[int, Document], ...]:
        if not is_id(exchange_id):
            return ()
        rows = await self._reader.fetch(_DOCUMENTS, exchange_id)
        # In a thread of its own: a data key of another day or node has to be fetched first.
        return await asyncio.to_thread(self._open_all, exchange_id, rows)

    async def find(self, query: Query) -> tuple[Summary, ...]:
        text, values = to_sql(query)
        rows = await self._reader.fetch(text, *values)
        if not rows:
            return ()
        ids = [row["id"] for row in rows]
        openings = openings_of(await self._reader.fetch(OPENINGS, ids))
        if not query.with_last_entry:
            return summaries(rows, openings)
        numbers = list({row["number"] for row in rows})
        return summaries(rows, openings, last_entries_of(await self._reader.fetch(LAST, ids, numbers)))

    def _open_all(self, exchange_id: str, rows: Sequence[Any]) -> tuple[tuple[int, Document], ...]:
        opened: list[tuple[int, int, Document]] = []
        for row in rows:
            number = row["number"]
            try:
                facts = decode(row["record"]).documents
                roles = [fact.role for fact in facts]
                place = roles.index(Role(row["role"]))
            except (RecordError, ValueError) as error:
                raise DocumentDamagedError(
                    f"entry {number} of exchange {exchange_id} knows no document of role {row['role']!r}"
                ) from error
            document = open_document(self._sealer, exchange_id, number, facts[place], row["sealed"])
            opened.append((number, place, document))
        opened.sort(key=lambda found: found[:2])
        return tuple((number, document) for number, _, document in opened)
