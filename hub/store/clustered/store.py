"""The clustered store as one thing to open and to close."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from hub.core.attachments import Segments
from hub.core.errors import NotRecordedError
from hub.core.ports import DataKeys, Sealer
from hub.store.attachments.registry import Registry
from hub.store.claim_check import SegmentedClaimCheck
from hub.store.clustered.attachments import ClusteredTransactions
from hub.store.clustered.clients import ClusteredClients
from hub.store.clustered.counters import ClusteredCounters
from hub.store.clustered.data_keys import ClusteredDataKeys
from hub.store.clustered.database import UNREACHABLE, Database, check_schema, identity_of, told
from hub.store.clustered.event_log import ClusteredEventLog
from hub.store.clustered.evidence_log import ClusteredEvidenceLog
from hub.store.clustered.evidence_rows import JournalRows, ReadingRows
from hub.store.clustered.evidence_source import ClusteredBodyReadings, ClusteredEvidenceSource
from hub.store.clustered.idempotency import ClusteredIdempotency
from hub.store.clustered.ids import today
from hub.store.clustered.journal import ClusteredJournal
from hub.store.clustered.late_sealer import LateSealer
from hub.store.clustered.lease import Lease
from hub.store.clustered.partitions import days_ahead, ensure_days
from hub.store.clustered.reader import Reader
from hub.store.clustered.subscriptions import ClusteredSubscriptions
from hub.store.clustered.tenancy import ClusteredTenancy
from hub.store.clustered.upkeep import Upkeep
from hub.store.clustered.writer import Writer


class ClusteredStore:
    """Journal, idempotency keys, clients, data keys and evidence of one PostgreSQL database, for any number of nodes.

    Until ``open`` has succeeded, everything raises NotRecordedError. Then the database may come and go: what is
    asked meanwhile raises NotRecordedError, soon, and the store finds its way back by itself. ``make_sealer``
    is given the store's data keys, since a sealer keeps its wrapped keys beside what it encrypts. Used from one
    event loop.
    """

    def __init__(self, url: str, make_sealer: Callable[[DataKeys], Sealer], segments: Segments) -> None:
        """``segments`` is where documents lie, for all nodes the same place."""
        self._database = Database(url)
        self._make_sealer = make_sealer
        self._data_keys = ClusteredDataKeys(self._database)
        self._writer = Writer(self._database)
        self._reader = Reader(self._database)
        self.identity = ""
        """What tells this store from every other one, once it is open."""
        self.sealer = LateSealer()
        self.clients = ClusteredClients(self._database)
        self.journal = ClusteredJournal(self._writer, self._reader, self.sealer)
        self.idempotency = ClusteredIdempotency(self._database, self._reader)
        self.event_log = ClusteredEventLog(self._database, self._reader)
        self.subscriptions = ClusteredSubscriptions(self._database, self._reader)
        self.delivering_events = ClusteredTenancy(self._database, "events")
        self.counters = ClusteredCounters(self._database)
        self.evidence_source = ClusteredEvidenceSource(self._reader, self.sealer)
        self.body_readings = ClusteredBodyReadings(self._database, self._reader)
        journal_rows = JournalRows(self._reader, self.sealer)
        self.journal_log = ClusteredEvidenceLog(self._database, self._reader, journal_rows)
        self.reading_log = ClusteredEvidenceLog(self._database, self._reader, ReadingRows(self._reader))
        self.attachments = Registry(ClusteredTransactions(self._database, self._reader))
        self.claim_check = SegmentedClaimCheck(self.attachments, segments, self.sealer)
        self.sweeping = Lease("sweeping")
        self._upkeep = Upkeep(self._database, self.clients, self.sweeping)

    async def open(self) -> None:
        """Reach the database and make sure that it can be used; nothing happens if that has been done.

        Raises NotRecordedError if it cannot be reached (try again), StoreUnusableError, and what ``make_sealer``
        raises.
        """
        if self.is_open:
            return
        connection = await self._database.connect()
        try:
            await check_schema(connection)
            await ensure_days(connection, days_ahead(today()))
            await self.clients.refresh(connection)
            self.identity = await identity_of(connection)
        except UNREACHABLE as error:
            raise NotRecordedError(f"the database does not answer: {told(error)}") from error
        finally:
            connection.terminate()
        sealer = await asyncio.to_thread(self._make_sealer, self._data_keys)
        await self._writer.start()
        self.sealer.begin(sealer)
        self._upkeep.start()

    @property
    def is_open(self) -> bool:
        """Whether the database has been reached and found usable."""
        return self.sealer.has_begun

    @property
    def trouble(self) -> str:
        """Why nothing can be recorded just now, in words; empty if it can."""
        return self._writer.trouble

    @property
    def warning(self) -> str:
        """What an operator should know of the database server, in words, though it works."""
        return self._upkeep.warning

    async def has_nodes(self) -> bool:
        """Whether any hub works on this store just now: one of them always has the sweeping."""
        return bool(await self._reader.fetch("SELECT 1 FROM lease WHERE until > now()"))

    async def close(self) -> None:
        """Record what waits, then close everything. May be called twice; later use raises NotRecordedError."""
        await self._writer.close()
        await self._upkeep.close()
        await self._reader.close()
        await asyncio.to_thread(self._data_keys.close)

    async def __aenter__(self) -> Self:
        """Open; closed again if that fails."""
        try:
            await self.open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
