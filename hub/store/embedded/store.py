"""The embedded store as one thing to open and to close."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.core.attachments import Segments
from hub.core.ports import DataKeys, Sealer
from hub.store.attachments.file_segments import FileSegments
from hub.store.attachments.registry import Registry
from hub.store.claim_check import SegmentedClaimCheck
from hub.store.embedded.attachments import EmbeddedTransactions
from hub.store.embedded.clients import EmbeddedClients
from hub.store.embedded.counters import EmbeddedCounters
from hub.store.embedded.data_keys import EmbeddedDataKeys
from hub.store.embedded.database import FILE_NAME, Database
from hub.store.embedded.event_log import EmbeddedEventLog
from hub.store.embedded.evidence_log import EmbeddedEvidenceLog
from hub.store.embedded.evidence_rows import JournalRows, ReadingRows
from hub.store.embedded.evidence_source import EmbeddedBodyReadings, EmbeddedEvidenceSource
from hub.store.embedded.idempotency import EmbeddedIdempotency
from hub.store.embedded.journal import EmbeddedJournal
from hub.store.embedded.reader import Reader
from hub.store.embedded.subscriptions import EmbeddedSubscriptions
from hub.store.embedded.writer import Writer

BUSY_TIMEOUT_S = 5.0
DOCUMENTS_FOLDER = "documents"


class EmbeddedStore:
    """Journal, idempotency keys, clients, data keys, claim check and evidence of one folder.

    Several processes may have it open at once. ``make_sealer`` is given the store's data keys, since a sealer
    keeps its wrapped keys beside what it encrypts. Used from one event loop. Raises StoreUnusableError if the
    folder cannot be used, and what ``make_sealer`` raises. ``segments`` is where documents lie, if not in the folder.
    """

    def __init__(
        self,
        folder: Path,
        make_sealer: Callable[[DataKeys], Sealer],
        segments: Segments | None = None,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        database = Database(folder / FILE_NAME, busy_timeout_s=busy_timeout_s)
        database.create()
        self._data_keys = EmbeddedDataKeys(database)
        try:
            self.sealer = make_sealer(self._data_keys)
        except BaseException:
            self._data_keys.close()
            raise
        self._writer = Writer(database)
        self._reader = Reader(database)
        self.clients = EmbeddedClients(database, self._writer)
        self.journal = EmbeddedJournal(self._writer, self._reader, self.sealer)
        self.idempotency = EmbeddedIdempotency(self._writer, self._reader)
        self.counters = EmbeddedCounters(self._writer)
        self.event_log = EmbeddedEventLog(self._writer, self._reader)
        self.subscriptions = EmbeddedSubscriptions(self._writer, self._reader)
        self.attachments = Registry(EmbeddedTransactions(self._writer, self._reader))
        segments = FileSegments(folder / DOCUMENTS_FOLDER) if segments is None else segments
        self.claim_check = SegmentedClaimCheck(self.attachments, segments, self.sealer)
        self.evidence_source = EmbeddedEvidenceSource(self._reader, self.sealer)
        self.body_readings = EmbeddedBodyReadings(self._writer, self._reader)
        self.journal_log = EmbeddedEvidenceLog(self._writer, self._reader, JournalRows(self.sealer))
        self.reading_log = EmbeddedEvidenceLog(self._writer, self._reader, ReadingRows())

    @property
    def data_keys(self) -> DataKeys:
        """Where the sealer's wrapped keys lie."""
        return self._data_keys

    async def close(self) -> None:
        """Record what waits, then close everything. May be called twice; later use raises NotRecordedError."""
        await self._writer.close()
        await asyncio.to_thread(self.clients.close)
        await asyncio.to_thread(self._reader.close)
        self._data_keys.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
