"""An engine whose contract ``permit.check`` asks ``persons.inquiry`` and ``deeds.inquiry`` at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from hub.core.exchange import State
from hub.core.message import Kind, Message
from hub.core.scatter import Gather, GatherRule, PartSpec, Scatter
from hub.core.step import StepContext
from hub.core.values import JsonValue
from hub.routing.plan import Plan, RoutingTable
from hub.routing.scatter import PartPlan, ScatterPlan
from hub.routing.scatter_compile import here
from hub.runtime.call import Answer
from hub.runtime.composite.record import Gathering
from hub.runtime.configuration import Configuration
from tests.fakes.endpoint import FakeEndpoint
from tests.unit.hub.routing.plans import When
from tests.unit.hub.runtime.engine import GOOD_REPLY, Engine, contract, engine, plan

PERSONS, DEEDS = "persons.inquiry", "deeds.inquiry"
PARTS = {"person": PERSONS, "deed": DEEDS}
REQUEST = {"note": 17}


@dataclass
class City:
    """The engine, with an endpoint for each part."""

    hub: Engine
    endpoints: Mapping[str, FakeEndpoint]

    async def ask(self, **more: object) -> str:
        answer: Answer = await self.hub.handle(REQUEST, respond_async=True, **more)
        assert answer.state is State.ACCEPTED, answer
        return answer.exchange_id

    async def scatter(self) -> str:
        """A composite whose parts have begun, and of which none has been delivered."""
        id_ = await self.ask()
        await self.hub.workers.work(id_)
        return id_

    def part(self, id_: str, name: str) -> str:
        """The exchange of a part."""
        gathering = Gathering.of(self.hub.history(id_))
        assert gathering is not None
        return next(part.exchange_id for part in gathering.parts if part.name == name)

    async def work(self, id_: str, *names: str) -> None:
        """Deliver parts once each."""
        for name in names:
            await self.hub.workers.work(self.part(id_, name))

    def state(self, id_: str) -> State:
        return self.hub.states(id_)[-1]

    async def reply(self, id_: str) -> JsonValue:
        documents = await self.hub.journal.documents(id_)
        return orjson.loads(documents[-1][1].body)


def gather_into_owner(message: Message, _context: StepContext) -> tuple[Message, ...]:
    return (replace(message, body={"owner": "gathered", **message.body}),)


def city(
    rule: GatherRule | None = None,
    *,
    required: tuple[str, ...] = (),
    cancels_rest: bool = False,
    deadline_s: int = 40,
    conditions: Mapping[str, Callable[[Mapping[str, Any]], bool]] | None = None,
    **answers: object,
) -> City:
    """``answers``: what each part's partner says; ``conditions``: for parts that are not always asked."""
    hub = engine(contract_=contract("permit.check"))
    contracts = {name: contract(name) for name in (PERSONS, DEEDS)}
    endpoints = {name: FakeEndpoint(answers.get(name, GOOD_REPLY)) for name in PARTS}
    plans: list[Plan] = []
    parts: list[PartPlan] = []
    for name, asked in PARTS.items():
        (version,) = contracts[asked].versions.values()
        plans.append(plan(version, f"{name}.ask", idempotent=True))
        spec = PartSpec(name, asked, 1, "", deadline_s, name in required)
        ref = version.ref

        def make(message: Message, context: StepContext, ref=ref) -> tuple[Message, ...]:
            return (Message(ref, Kind.REQUEST, {**message.body, "part": context.part}),)

        holds = (conditions or {}).get(name)
        condition = None if holds is None else When("…", holds)
        parts.append(PartPlan(spec, version, contracts[asked].pattern, deadline_s, condition, (make,)))
    (whole,) = hub.contract.versions.values()
    scatter = Scatter(
        tuple(part.spec for part in parts), rule or GatherRule(Gather.BEST_EFFORT), cancels_rest
    )
    composite = plan(whole, "hub.scatter", idempotent=True)
    plans.append(
        replace(
            composite,
            endpoint=here(whole.ref),
            forward=(),
            back=(),
            scatter=ScatterPlan(scatter, tuple(parts), whole.ref, (gather_into_owner,)),
        )
    )
    hub.configuration.replace(
        Configuration(
            {hub.contract.name: hub.contract, **contracts},
            RoutingTable(plans),
            {f"{name}.ask": endpoint.send for name, endpoint in endpoints.items()},
        )
    )
    return City(hub, endpoints)
