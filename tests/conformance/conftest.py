from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.core.attachments import AttachmentRegistry
from hub.core.events import EventLog, Subscriptions
from hub.core.ports import Channel, ClaimCheck, ClientRegistry, Counters, Idempotency, Journal, Sealer
from hub.core.values import new_id
from hub.security.sealing import EnvelopeSealer
from hub.store.attachments.file_segments import FileSegments
from hub.store.clustered import Broker, ClusteredStore
from hub.store.clustered.channel import GOES_FIRST
from hub.store.embedded import EmbeddedStore, InProcessChannel
from tests.fakes.attachments import fake_registry
from tests.fakes.channel import FakeChannel
from tests.fakes.claim_check import FakeClaimCheck
from tests.fakes.clients import FakeClientRegistry
from tests.fakes.counters import FakeCounters
from tests.fakes.events import FakeEventLog, FakeSubscriptions
from tests.fakes.journal import FakeJournal
from tests.fakes.sealer import FakeDataKeys, FakeSealer


@dataclass
class Store:
    journal: Journal
    idempotency: Idempotency
    clients: ClientRegistry
    claim_check: ClaimCheck
    event_log: EventLog
    subscriptions: Subscriptions
    attachments: AttachmentRegistry
    counters: Counters


@pytest.fixture(params=["fake", "embedded", "clustered"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "fake":
        fake = FakeJournal()
        yield Store(
            fake,
            fake.idempotency,
            FakeClientRegistry(),
            FakeClaimCheck(),
            FakeEventLog(fake),
            FakeSubscriptions(),
            fake_registry(fake),
            FakeCounters(),
        )
        return
    if request.param == "clustered":
        url = request.getfixturevalue("database_url")
        async with ClusteredStore(
            url, lambda keys: EnvelopeSealer(b"m" * 32, keys), FileSegments(tmp_path / "shared")
        ) as clustered:
            yield _opened(clustered)
        return
    async with EmbeddedStore(tmp_path / "store", lambda keys: EnvelopeSealer(b"m" * 32, keys)) as embedded:
        yield _opened(embedded)


def _opened(store: EmbeddedStore | ClusteredStore) -> Store:
    return Store(
        store.journal,
        store.idempotency,
        store.clients,
        store.claim_check,
        store.event_log,
        store.subscriptions,
        store.attachments,
        store.counters,
    )


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.journal


@pytest.fixture
def event_log(store: Store) -> EventLog:
    return store.event_log


@pytest.fixture
def subscriptions(store: Store) -> Subscriptions:
    return store.subscriptions


@pytest.fixture
def idempotency(store: Store) -> Idempotency:
    return store.idempotency


@pytest.fixture
def clients(store: Store) -> ClientRegistry:
    return store.clients


@pytest.fixture
def attachments(store: Store) -> AttachmentRegistry:
    return store.attachments


@pytest.fixture
def counters(store: Store) -> Counters:
    return store.counters


@pytest.fixture
def claim_check(store: Store) -> ClaimCheck:
    return store.claim_check


@pytest.fixture(params=["fake", "in-process", "broker", "broker-away"])
async def channel(request: pytest.FixtureRequest) -> AsyncIterator[Channel]:
    if request.param.startswith("broker"):
        away = "amqp://guest:guest@127.0.0.1:1/"
        broker = Broker(away if request.param == "broker-away" else request.getfixturevalue("amqp_url"))
        broker.start()
        broker.name_queues(f"conformance-{new_id()}")
        channel = broker.channel("registry-office", 20)
        if request.param == "broker":
            await channel.attached.wait()
        yield channel
        if request.param == "broker":
            connection, queue = await broker.queue("registry-office")
            await channel.close()
            deleting = await connection.channel()
            for name in (queue, queue + GOES_FIRST):
                await deleting.queue_delete(name)
        await broker.close()
        return
    local: Channel = FakeChannel() if request.param == "fake" else InProcessChannel()
    yield local
    await local.close()


@pytest.fixture(params=["fake", "envelope"])
def sealer(request: pytest.FixtureRequest) -> Sealer:
    return FakeSealer() if request.param == "fake" else EnvelopeSealer(b"m" * 32, FakeDataKeys())
