"""The two set-ups a hub can stand on: embedded, on this machine alone, and clustered, with any number of nodes."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

import structlog

from hub.app.settings import Settings
from hub.core.attachments import Segments
from hub.core.errors import NotRecordedError
from hub.core.events import EventLog, Subscriptions, Tenancy
from hub.core.evidence import BodyReadings, EvidenceLog, EvidenceSource
from hub.core.ports import Channel, ClientRegistry, Counters, DataKeys, Idempotency, Journal, Sealer
from hub.security.master_key import master_key_from_environment, master_key_from_file
from hub.security.sealing import EnvelopeSealer
from hub.store.attachments.file_segments import FileSegments
from hub.store.attachments.s3_segments import s3_segments
from hub.store.claim_check import SegmentedClaimCheck
from hub.store.clustered import Broker, ClusteredStore
from hub.store.embedded.store import EmbeddedStore
from hub.store.in_process_channel import InProcessChannel
from hub.store.sole_tenancy import SoleTenancy

log = structlog.get_logger(__name__)

MASTER_KEY_FILE = "master.key"
MASTER_KEY_VARIABLE = "PEYVAND_MASTER_KEY"
DOCUMENTS_FOLDER = "documents"
LOCK_FILE = "hub.lock"
OPEN_AGAIN_AFTER_S = 1.0

Check = Callable[[], Awaitable[str]]
"""A condition in words: empty if it holds."""


class UnusableError(Exception):
    """The hub cannot start as it is set up; the text says why and what to do."""


class Store(Protocol):
    """What both stores are, once they are open."""

    @property
    def journal(self) -> Journal: ...
    @property
    def idempotency(self) -> Idempotency: ...
    @property
    def clients(self) -> ClientRegistry: ...
    @property
    def event_log(self) -> EventLog: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def sealer(self) -> Sealer: ...
    @property
    def claim_check(self) -> SegmentedClaimCheck: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def evidence_source(self) -> EvidenceSource: ...
    @property
    def body_readings(self) -> BodyReadings: ...
    @property
    def journal_log(self) -> EvidenceLog: ...
    @property
    def reading_log(self) -> EvidenceLog: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a running hub stands on."""

    store: Store
    open_channel: Callable[[str, int], Channel]
    """A partner's channel, for so many workers of this node."""
    may_sweep: Callable[[], bool]
    """Whether it is this node that offers again what is due."""
    has_store_alone: bool
    """Whether nobody else serves this store: then whatever is under way at the start was left behind."""
    delivering_events: Tenancy
    """Which node delivers to which subscriber."""
    open: Callable[[], Awaitable[None]]
    """Reaches the store. Raises NotRecordedError if it cannot be reached yet; may be called again."""
    when_offers_are_lost: Callable[[Callable[[], None]], None]
    """Has a function called whenever channels may have forgotten what they were offered."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """What must hold for the hub to be ready, beyond what both set-ups ask for."""
    notes: Mapping[str, Check] = field(default_factory=dict)
    """What an operator should know, though the hub works."""


def is_clustered(settings: Settings) -> bool:
    """Which set-up the settings name. Raises UnusableError for half of one."""
    if (settings.database_url is None) != (settings.amqp_url is None):
        given, missing = "PEYVAND_DATABASE_URL", "PEYVAND_AMQP_URL"
        if settings.database_url is None:
            given, missing = missing, given
        message = (
            f"{given} is set without {missing}: the clustered set-up needs both (PostgreSQL keeps the exchanges, "
            "RabbitMQ hands them to the nodes), the embedded one neither"
        )
        raise UnusableError(message)
    return settings.database_url is not None


def open_store(settings: Settings) -> Store:
    """The store that the settings name, to be entered: then it is there, or it is said why not.

    Raises UnusableError, MasterKeyError, StoreUnusableError; entering raises these and NotRecordedError.
    """
    return open_clustered_store(settings) if is_clustered(settings) else _embedded_store(settings)


def store_name(settings: Settings) -> str:
    """Where the store is, in words and without a password."""
    if settings.database_url is None:
        return str(settings.data_dir)
    place = urlsplit(settings.database_url.get_secret_value())
    return f"PostgreSQL {place.netloc.rpartition('@')[2]}{place.path}"


@contextlib.asynccontextmanager
async def set_up(settings: Settings) -> AsyncIterator[SetUp]:
    """What a hub with these settings stands on. Raises as ``open_store`` does, but waits for no server."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_clustered(settings):
        with sole_owner(settings.data_dir):
            async with _embedded_store(settings) as store:
                yield SetUp(
                    store,
                    lambda _partner, _workers: InProcessChannel(),
                    lambda: True,
                    True,
                    SoleTenancy(),
                    _nothing,
                    _never,
                )
        return
    broker = Broker(settings.amqp_url.get_secret_value() if settings.amqp_url else "")
    clustered = open_clustered_store(settings)

    async def open_() -> None:
        await clustered.open()
        broker.name_queues(clustered.identity)

    try:
        broker.start()
        yield SetUp(
            store=clustered,
            open_channel=broker.channel,
            may_sweep=lambda: clustered.sweeping.is_held,
            has_store_alone=False,
            delivering_events=clustered.delivering_events,
            open=open_,
            when_offers_are_lost=broker.call_on_loss,
            checks={
                "database": _said(lambda: clustered.trouble),
                "broker": _said(lambda: "" if broker.was_reached else broker.trouble),
            },
            notes={
                "database": _said(lambda: clustered.warning),
                "broker": _said(lambda: broker.trouble),
            },
        )
    finally:
        await broker.close()
        await clustered.close()


@contextlib.contextmanager
def sole_owner(folder: Path) -> Iterator[None]:
    """Make sure that no other hub serves the same embedded store. Raises UnusableError."""
    descriptor = os.open(folder / LOCK_FILE, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another hub serves {folder}: stop it, or set PEYVAND_DATA_DIR to another folder"
            raise UnusableError(message) from None
        yield
    finally:
        os.close(descriptor)


class Opening:
    """Brings what needs the store into use: now, or as soon as the store can be reached."""

    def __init__(self, bring: Callable[[], Awaitable[None]]) -> None:
        """``bring`` may be called again after a NotRecordedError."""
        self._bring = bring
        self._task: asyncio.Task[None] | None = None
        self.is_done = False
        self.trouble = "the store has not been opened yet"
        """Why it is not in use yet, in words."""

    async def begin(self) -> None:
        """Try once, and if the store cannot be reached, go on trying beside everything else.

        Raises what else is wrong: it will not mend itself.
        """
        try:
            await self._bring()
        except NotRecordedError as error:
            self.trouble = str(error)
            log.warning(
                "the hub starts without its store and answers 503 until it is there", reason=str(error)
            )
            self._task = asyncio.ensure_future(self._try_for_ever())
        else:
            self._note_done()

    async def stop(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _try_for_ever(self) -> None:
        while not self.is_done:
            await asyncio.sleep(OPEN_AGAIN_AFTER_S)
            try:
                await self._bring()
            except Exception as error:  # noqa: BLE001 - whatever it is, an operator may mend it while we wait
                if str(error) != self.trouble:
                    log.warning("the store cannot be used yet", reason=str(error))
                self.trouble = str(error)
            else:
                log.warning("the store is there; the hub works")
                self._note_done()

    def _note_done(self) -> None:
        self.is_done, self.trouble = True, ""


def _embedded_store(settings: Settings) -> EmbeddedStore:
    return EmbeddedStore(settings.data_dir, lambda keys: _sealer(settings, keys), _segments(settings))


def open_clustered_store(settings: Settings) -> ClusteredStore:
    """The store of the clustered set-up, to be entered."""
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    return ClusteredStore(url, lambda keys: _sealer(settings, keys), _segments(settings))


def _segments(settings: Settings) -> Segments:
    """Where large documents lie. Raises UnusableError, StoreUnusableError."""
    url = settings.documents_url
    if not url:
        return FileSegments(settings.data_dir / DOCUMENTS_FOLDER)
    place = urlsplit(url)
    if place.scheme == "file" and place.path and not place.netloc:
        return FileSegments(Path(place.path))
    if place.scheme == "s3" and place.netloc:
        return s3_segments(url)
    message = f"PEYVAND_DOCUMENTS_URL is {url!r}: it is file:///folder or s3://bucket/prefix"
    raise UnusableError(message)


def _sealer(settings: Settings, keys: DataKeys) -> EnvelopeSealer:
    if settings.master_key is not None:
        value = {MASTER_KEY_VARIABLE: settings.master_key.get_secret_value()}
        return EnvelopeSealer(master_key_from_environment(value, MASTER_KEY_VARIABLE), keys)
    key_file = settings.data_dir / MASTER_KEY_FILE
    return EnvelopeSealer(master_key_from_file(key_file, create=True), keys)


def _said(words: Callable[[], str]) -> Check:
    async def check() -> str:
        return words()

    return check


async def _nothing() -> None:
    """The embedded store is open from the start."""


def _never(_call: Callable[[], None]) -> None:
    """What is offered inside one process is lost only with that process."""
