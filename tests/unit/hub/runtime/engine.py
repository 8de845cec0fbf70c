"""The engine of a hub with every port faked: one contract, one partner that repeats harmlessly, one that does not."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from hub.contracts.json_body import JsonLimits
from hub.core.contract import Classification, Contract, ContractVersion, Pattern, Schema, Status
from hub.core.endpoint import EndpointFacts
from hub.core.errors import FieldError
from hub.core.exchange import Entry, State
from hub.core.message import Kind, Message
from hub.core.ports import ClientRecord
from hub.core.route import Route, WhenUncertain
from hub.core.step import Send, Step, StepContext
from hub.core.values import US_PER_S, ContractRef, JsonValue, Text, Version
from hub.routing.plan import Plan, RoutingTable, Stage
from hub.runtime.call import Answer, Call
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.gate import Gate
from hub.runtime.keys import Keys
from hub.runtime.pipeline import Pipeline
from hub.runtime.recorder import Recorder
from hub.runtime.waiting import Waiters
from hub.runtime.workers import Workers
from hub.security.access import Access
from hub.security.apikeys import new_key
from tests.fakes.channel import FakeChannel
from tests.fakes.clients import FakeClientRegistry
from tests.fakes.counters import FakeCounters
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.journal import FakeJournal
from tests.fakes.observer import FakeObserver

T0_US = 1_800_000_000 * US_PER_S
DEADLINE_S = 60
TIMEOUT_S = 20.0
GOOD = {"note": 17}
GOOD_REPLY = {"owner": "found"}


class Clock:
    """Time that moves only when told."""

    def __init__(self) -> None:
        self.now_us = T0_US

    def __call__(self) -> int:
        return self.now_us

    def pass_s(self, seconds: float) -> None:
        self.now_us += int(seconds * US_PER_S)


class Demands:
    """A validator: a document is valid if it is an object with this field."""

    def __init__(self, key: str) -> None:
        self._key = key

    def is_valid(self, document: JsonValue) -> bool:
        return isinstance(document, dict) and self._key in document

    def errors(self, document: JsonValue) -> tuple[FieldError, ...]:
        if self.is_valid(document):
            return ()
        return (FieldError(f"/{self._key}", "required", Text("این فیلد لازم است", "this field is required")),)


def contract(
    name: str = "deeds.inquiry",
    *,
    pattern: Pattern = Pattern.REQUEST_REPLY,
    versions: tuple[str, ...] = ("1.0",),
) -> Contract:
    made = {}
    for text in versions:
        ref = ContractRef(name, Version.parse(text))
        schemas = {
            Kind.REQUEST: Schema({}, b"{}", Demands("note")),
            Kind.REPLY: Schema({}, b"{}", Demands("owner")),
        }
        made[ref.version] = ContractVersion(ref, Status.RELEASED, schemas, released=date(2026, 1, 1))
    return Contract(
        name=name,
        title=Text("پرسش", "Inquiry"),
        description=Text("", ""),
        owner="planning",
        pattern=pattern,
        deadline_s=DEADLINE_S,
        legal_basis="",
        classification=Classification.PERSONAL,
        retention_days=1,
        evidence="modelled",
        is_partner_format=False,
        versions=MappingProxyType(made),
    )


PARTNER_FORMAT = ContractRef("office.native", Version(1, 0))
ASK, PAY = "office.ask", "bank.pay"


def translate_to(ref: ContractRef, kind: Kind) -> Step:
    def step(message: Message, _context: StepContext) -> tuple[Message, ...]:
        return (Message(ref, kind, message.body),)

    return step


def plan(
    source: ContractVersion,
    endpoint: str,
    *,
    idempotent: bool,
    forward: tuple[Stage, ...] = (),
    back: tuple[Stage, ...] = (),
) -> Plan:
    facts = EndpointFacts(endpoint, endpoint.partition(".")[0], PARTNER_FORMAT, idempotent, TIMEOUT_S, 10)
    route = Route(
        f"to-{facts.partner}", Text("", ""), "", "", source.ref.name, source.ref.version.major, "", (),
        endpoint, WhenUncertain.PERSON, 0, "",
    )  # fmt: skip
    there = (Stage("translate", translate_to(PARTNER_FORMAT, Kind.REQUEST)), *forward)
    again = (*back, Stage("translate", translate_to(source.ref, Kind.REPLY)))
    return Plan(route, source, None, facts, there, Demands("owner"), again)


@dataclass
class Engine:
    """What runs, and everything that it leans on."""

    clock: Clock
    journal: FakeJournal
    endpoint: FakeEndpoint
    observer: FakeObserver
    waiters: Waiters
    recorder: Recorder
    configuration: CurrentConfiguration
    pipeline: Pipeline
    workers: Workers
    channels: dict[str, FakeChannel]
    offered: list[tuple[str, str]]
    key: str
    clients: FakeClientRegistry
    contract: Contract
    conflicts: list[str] = field(default_factory=list)

    def call(
        self,
        document: JsonValue = None,
        *,
        body: bytes | None = None,
        authorization: str | None = None,
        **more: object,
    ) -> Call:
        raw = json.dumps(GOOD if document is None else document).encode() if body is None else body

        async def receive() -> bytes:
            return raw

        facts: dict[str, object] = {
            "contract": self.contract.name,
            "major": "1",
            "media_type": "application/json",
            "receive": receive,
            "authorization": f"Bearer {self.key}" if authorization is None else authorization,
        }
        return Call(**(facts | more))  # type: ignore[arg-type]  # the facts of a call by their names

    async def handle(self, document: JsonValue = None, **more: object) -> Answer:
        return await self.pipeline.handle(self.call(document, **more))  # type: ignore[arg-type]  # as above

    def history(self, answer: Answer | str) -> list[Entry]:
        return self.journal.entries.get(answer if isinstance(answer, str) else answer.exchange_id, [])

    def states(self, answer: Answer | str) -> list[State]:
        return [entry.state for entry in self.history(answer)]

    async def work_all(self) -> None:
        """Let the workers bring every exchange that is due as far as it goes now."""
        for id_ in tuple(self.journal.entries):
            await self.workers.work(id_)


def engine(
    *,
    idempotent: bool = True,
    answer: object = None,
    contract_: Contract | None = None,
    change_plan: Callable[[Plan], Plan] = lambda plan: plan,
    more_endpoints: Mapping[str, Send] = MappingProxyType({}),
) -> Engine:
    contract_ = contract_ or contract()
    clock, journal, observer, waiters = Clock(), FakeJournal(), FakeObserver(), Waiters()
    endpoint = FakeEndpoint(GOOD_REPLY if answer is None else answer)
    name = ASK if idempotent else PAY
    plans = [
        change_plan(plan(version, name, idempotent=idempotent)) for version in contract_.versions.values()
    ]
    configuration = CurrentConfiguration(
        Configuration(
            {contract_.name: contract_}, RoutingTable(plans), {name: endpoint.send, **more_endpoints}
        )
    )
    key = new_key()
    clients = FakeClientRegistry(ClientRecord("portal", key.prefix, key.hash, (contract_.name,), T0_US))
    recorder = Recorder(journal, waiters, observer, clock, Keys(journal, journal.idempotency))
    channels: dict[str, FakeChannel] = {}
    offered: list[tuple[str, str]] = []

    def open_channel(partner: str) -> FakeChannel:
        return channels.setdefault(partner, FakeChannel())

    workers = Workers(
        configuration=configuration, recorder=recorder, open_channel=open_channel, per_partner=1
    )
    counters = FakeCounters()
    gate = Gate(counters, clock)
    pipeline = Pipeline(
        gate=gate,
        configuration=configuration,
        access=Access(clients),
        recorder=recorder,
        observer=observer,
        offer=lambda channel, id_, **_: offered.append((channel, id_)),
        limits=JsonLimits(),
    )
    workers._pipeline = pipeline  # without the sweeper: a test sweeps where it means to
    return Engine(
        clock, journal, endpoint, observer, waiters, recorder, configuration, pipeline, workers, channels,
        offered, key.key, clients, contract_,
    )  # fmt: skip


async def until(holds: Callable[[], bool]) -> None:
    """Give other tasks turns until something holds; fails the test if it never does."""
    for turn in range(4_000):
        if holds():
            return
        await asyncio.sleep(0 if turn < 2_000 else 0.005)  # ten seconds at the most
    raise AssertionError("what was waited for never came")
