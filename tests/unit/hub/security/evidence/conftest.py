"""A journal with exchanges in it, its evidence, and a hand in its database."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evidence_verifier.bundle import Bundle
from evidence_verifier.judge import judge
from evidence_verifier.report import Report
from evidence_verifier.trust import Trust
from hub.core.exchange import State
from hub.core.message import Role
from hub.security.evidence.checking import Check, Checked, Known
from hub.security.evidence.checkpointing import Checkpointer
from hub.security.evidence.export import Exported, Exporter, Request
from hub.security.evidence.log_key import LogSigner
from hub.security.sealing import EnvelopeSealer
from hub.store.embedded import EmbeddedStore
from tests.conformance.samples import T0_US, begin, document, move

SIGNER = LogSigner(b"s" * 32, "hub.example/journal")


@dataclass
class Office:
    """A store with its evidence, and what an operator with the database in his hands can do to it."""

    folder: Path
    store: EmbeddedStore
    signer: LogSigner = SIGNER
    ids: list[str] = field(default_factory=list)

    @property
    def checkpointer(self) -> Checkpointer:
        return Checkpointer(self.store.journal_log, self.signer, lambda: T0_US)

    async def exchange(self, *, case_id: str = "c-1", body: bytes = b'{"parcel": "12/345"}') -> str:
        """A whole exchange: four entries, two documents."""
        exchange, first = begin(case_id=case_id, documents=(document(body),))
        moves = move(exchange, State.ACCEPTED, State.DELIVERING)
        last = exchange.advance(
            State.COMPLETED,
            at_us=T0_US + 50,
            cause="partner:registry-office",
            documents=(document(b'{"owner": "x"}', Role.REPLY),),
        )
        await self.store.journal.append([first, *moves, last])
        self.ids.append(exchange.id)
        return exchange.id

    async def refusal(self) -> str:
        exchange, first = begin(state=State.REJECTED, sender="", documents=(document(b"not JSON"),))
        await self.store.journal.append([first])
        self.ids.append(exchange.id)
        return exchange.id

    async def check(self, *outside: Known, **options: object) -> Checked:
        return await Check(self.store.journal_log, outside=outside, **options).run()  # type: ignore[arg-type]  # passed through

    async def export(self, *ids: str, name: str = "file.zip", **options: object) -> tuple[Path, Exported]:
        path = self.folder / name
        exporter = Exporter(
            self.checkpointer,
            self.store.evidence_source,
            self.store.body_readings,
            self.store.claim_check,
            clock_us=lambda: T0_US,
            **options,  # type: ignore[arg-type]  # passed through
        )
        with path.open("w+b") as file:
            request = Request(ids or self.ids, "operator:test", "a test")
            return path, await exporter.export(request, "2026-11-22T00:00:00Z", file)

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database itself, with no rule in force."""
        connection = sqlite3.connect(self.folder / "store" / "journal.db")
        connection.execute("PRAGMA foreign_keys = OFF")
        try:
            yield connection
            connection.commit()
        finally:
            connection.close()


def judged(path: Path, **trust: object) -> Report:
    with Bundle.open(path) as bundle:
        return judge(bundle, Trust(**trust))  # type: ignore[arg-type]  # passed through


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with EmbeddedStore(tmp_path / "store", lambda keys: EnvelopeSealer(b"m" * 32, keys)) as store:
        yield Office(tmp_path, store)
