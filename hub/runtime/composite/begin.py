"""Beginning a composite's parts: each is received and accepted like any other exchange, or fails alone. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import structlog

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import Exchange, Opening, State, Transition
from hub.core.message import JSON, Document, Message, Role
from hub.core.step import StepContext
from hub.core.values import US_PER_S, new_id
from hub.routing.plan import Plan, condition_variables, run_stages
from hub.routing.scatter import PartPlan, ScatterPlan
from hub.runtime.composite.record import PartRecord, note_detail, state_of
from hub.runtime.configuration import Configuration
from hub.runtime.flow import Flow
from hub.runtime.replay import facts_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """A part with what the journal must record to begin it."""

    record: PartRecord
    exchange: Exchange | None = None
    """None for a part that is not asked."""
    transitions: tuple[Transition, ...] = ()
    channel: str = ""
    """Where it waits now; empty for one that has failed already, or is not asked."""

    @property
    def note(self) -> dict[str, str | int]:
        """What its composite notes of a part that has failed already."""
        return note_detail(self.record, *state_of(self.exchange.history if self.exchange else ()))


def begin_parts(
    flow: Flow, plan: Plan, scatter: ScatterPlan, configuration: Configuration, now_us: int
) -> list[Begun]:
    """All parts of a composite, in the route's order.

    Raises ExchangeError if a step refuses the message, or a condition errs: that fails the whole.
    """
    message = guarded(lambda: run_stages(plan.forward, flow.request, flow.context), flow)
    variables = condition_variables(message, flow.exchange.id, flow.exchange.opening)
    return [
        _begin(part, message, flow, configuration, now_us)
        if part.is_asked(variables)
        else Begun(PartRecord(part.spec.name, "", str(part.version.ref), part.spec.is_required, 0))
        for part in scatter.parts
    ]


def guarded(make: Callable[[], Message], flow: Flow) -> Message:
    """Raises ExchangeError, for a fault of a step too: it ends this exchange alone."""
    try:
        return make()
    except ExchangeError:
        raise
    except Exception as fault:
        log.exception("fault of a step", exchange_id=flow.exchange.id)
        raise ExchangeError(codes.STEP_FAILED, "a step failed in a way that was not foreseen") from fault


def _begin(part: PartPlan, message: Message, flow: Flow, configuration: Configuration, now_us: int) -> Begun:
    """One part. One that cannot be asked fails alone, and is on record like any other."""
    opening = _opening(part, flow.exchange, configuration, now_us)
    id_, name = new_id(), part.spec.name
    context = StepContext(id_, opening, name)
    failure, plan = ExchangeError(codes.INTERNAL), None
    documents: tuple[Document, ...] = ()
    try:
        request = guarded(lambda: part.request(message, context), flow)
        documents = (Document(Role.REQUEST, request.contract, JSON, orjson.dumps(request.body)),)
        plan = configuration.routing.select(request, context)
    except ExchangeError as error:
        failure = error
    except orjson.JSONEncodeError:
        failure = ExchangeError(codes.MAPPING_OUTPUT_INVALID, "the part's request cannot be written as JSON")
    # Who may use the composite has its parts: it is on record under which contract they were asked.
    whole = flow.exchange.opening
    granted = {"part": name, "granted_by": f"{whole.contract}@{whole.version}"}
    exchange, received = Exchange.start(
        id_, opening, state=State.RECEIVED, at_us=now_us, cause="hub", detail=granted, documents=documents
    )
    record = PartRecord(name, id_, str(part.version.ref), part.spec.is_required, opening.deadline_us)
    if plan is None:
        code, facts = failure.code.id, facts_of(failure)
        failed = exchange.advance(State.FAILED, at_us=now_us, cause="hub", code=code, detail=facts)
        return Begun(record, exchange, (received, failed))
    accepted = exchange.advance(
        State.ACCEPTED,
        at_us=now_us,
        cause="hub",
        detail={"route": plan.route.name, "endpoint": plan.endpoint.name},
        channel=plan.endpoint.partner,
        due_us=now_us,
    )
    return Begun(record, exchange, (received, accepted), plan.endpoint.partner)


def _opening(part: PartPlan, whole: Exchange, configuration: Configuration, now_us: int) -> Opening:
    """Of the same sender and case; its deadline is the nearest of its own, its contract's and the whole's."""
    of_whole, ref = whole.opening, part.version.ref
    contract = configuration.contracts[ref.name]
    deadlines_us = (
        now_us + part.spec.deadline_s * US_PER_S if part.spec.deadline_s else 0,
        contract.terms.deadline_us(now_us, contract.deadline_s, configuration.calendar),
        whole.deadline_us,
    )
    return Opening(
        contract=ref.name,
        version=str(ref.version),
        sender=of_whole.sender,
        pattern=part.pattern,
        case_id=of_whole.case_id,
        on_behalf_of=of_whole.on_behalf_of,
        deadline_us=min((us for us in deadlines_us if us), default=0),
        traceparent=of_whole.traceparent,
        parent=whole.id,
    )
