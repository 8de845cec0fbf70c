"""A part may be a composite itself: it is gathered, noted and cancelled like any other part."""

from dataclasses import replace

from hub.core.exchange import State
from hub.core.message import Kind, Message
from hub.core.scatter import Gather, GatherRule, PartSpec, Scatter
from hub.core.step import StepContext
from hub.routing.plan import RoutingTable
from hub.routing.scatter import PartPlan, ScatterPlan
from hub.routing.scatter_compile import here
from hub.runtime.cancelling import Cancelling
from hub.runtime.composite.record import Gathering
from tests.unit.hub.runtime.composite.composites import REQUEST, City, city, gather_into_owner
from tests.unit.hub.runtime.engine import contract, plan

S = State
CASE = "case.check"


def nested() -> City:
    """``case.check`` has one part, ``permit.check``, which is a composite."""
    there = city(cancels_rest=True)
    hub, now = there.hub, there.hub.configuration.now
    (inner,) = hub.contract.versions.values()
    case = contract(CASE)
    (outer,) = case.versions.values()

    def make(message: Message, _context: StepContext) -> tuple[Message, ...]:
        return (Message(inner.ref, Kind.REQUEST, message.body),)

    spec = PartSpec("permit", inner.ref.name, 1, "", 0, is_required=False)
    scatter = Scatter((spec,), GatherRule(Gather.ALL), cancels_rest=True)
    parts = (PartPlan(spec, inner, hub.contract.pattern, 0, None, (make,)),)
    composite = replace(
        plan(outer, "hub.scatter", idempotent=True),
        endpoint=here(outer.ref),
        forward=(),
        back=(),
        scatter=ScatterPlan(scatter, parts, outer.ref, (gather_into_owner,)),
    )
    plans = [
        found
        for known in now.contracts.values()
        for version in known.versions.values()
        for found in now.routing.candidates(version.ref)
    ]
    hub.configuration.replace(
        replace(now, contracts={**now.contracts, CASE: case}, routing=RoutingTable([*plans, composite]))
    )
    hub.clients.records[0] = replace(hub.clients.records[0], grants=(CASE,))
    return there


async def begun(there: City) -> tuple[str, str]:
    answer = await there.hub.handle(REQUEST, contract=CASE, respond_async=True)
    await there.hub.workers.work(answer.exchange_id)
    gathering = Gathering.of(there.hub.history(answer.exchange_id))
    assert gathering is not None
    inner = gathering.parts[0].exchange_id
    await there.hub.workers.work(inner)
    return answer.exchange_id, inner


async def test_the_inner_end_is_noted_by_the_outer() -> None:
    there = nested()
    outer, inner = await begun(there)
    await there.work(inner, "person", "deed")
    await there.hub.workers.work(inner)
    assert (there.state(inner), there.state(outer)) == (S.COMPLETED, S.WAITING_REPLY)
    await there.hub.workers.work(outer)
    assert there.state(outer) is S.COMPLETED
    reply = (await there.reply(outer))["parts"]["permit"]["reply"]
    assert reply["parts"]["deed"]["state"] == "completed"


async def test_the_whole_is_cancelled_down_to_the_innermost_part() -> None:
    there = nested()
    outer, inner = await begun(there)
    parts = [there.part(inner, name) for name in ("person", "deed")]
    await Cancelling(there.hub.recorder, there.hub.configuration).cancel(outer, cause="client:portal")
    assert [there.state(each) for each in (outer, inner, *parts)] == [S.CANCELLED] * 4


async def test_no_part_has_more_time_than_the_outermost() -> None:
    there = nested()
    outer, inner = await begun(there)
    deadlines = [
        there.hub.history(each)[0].opening.deadline_us for each in (outer, inner, there.part(inner, "deed"))
    ]
    assert deadlines == sorted(deadlines, reverse=True)
