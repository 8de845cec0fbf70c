"""Explains what would become of a message: which route takes it and why, and what each stage makes of it.

Nothing is sent and nothing recorded. It runs the same plans as the pipeline, one stage at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.message import Kind, Message
from hub.core.step import StepContext
from hub.core.values import ContractRef, JsonValue
from hub.routing.plan import Plan, RoutingTable, condition_variables, run_stages
from hub.routing.scatter import PartPlan, ScatterPlan

NORMALISE = "normalise"
VALIDATE = "validate"
ROUTE = "route"


class Verdict(StrEnum):
    """Why a route was taken or not."""

    TAKEN = "taken"
    DOES_NOT_HOLD = "does not hold"
    NOT_ASKED = "not asked"  # one that comes earlier had taken the message
    ERRED = "erred"  # the condition could not be evaluated, and that fails the message


@dataclass(frozen=True, slots=True)
class Considered:
    """One route for the message's contract version, in the order in which they are tried."""

    route: str
    priority: int
    when: str
    """Its condition; empty for always."""
    endpoint: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class StageOutput:
    """What one stage made of the message."""

    stage: str
    contract: ContractRef
    document: JsonValue


@dataclass(frozen=True, slots=True)
class Failure:
    """The stage at which the message failed, and why."""

    stage: str
    error: ExchangeError


@dataclass(frozen=True, slots=True)
class PartExplained:
    """What one part of a composite would be asked."""

    part: PartPlan
    is_asked: bool = False
    document: JsonValue = None
    """Its request, if it is asked and can be."""
    plan: Plan | None = None
    """The plan that takes the request."""
    failure: ExchangeError | None = None
    """Why it cannot be asked: it would fail alone."""


@dataclass(slots=True)
class Explanation:
    """How far a message comes on its way to the partner."""

    contract: ContractRef
    considered: tuple[Considered, ...] = ()
    plan: Plan | None = None
    """The plan that takes the message, if one does."""
    stages: list[StageOutput] = field(default_factory=list)
    failure: Failure | None = None
    parts: tuple[PartExplained, ...] = ()
    """What each part of a composite would be asked, in the route's order."""

    @property
    def partner_request(self) -> JsonValue | None:
        """What would be handed to the endpoint; None if the message does not come so far."""
        if self.plan is None or self.failure is not None:
            return None
        return self.stages[-1].document


def explain(
    routing: RoutingTable, version: ContractVersion, document: JsonValue, context: StepContext
) -> Explanation:
    """Take a request from validation to the endpoint's door. Never raises for what a message brings."""
    explanation = Explanation(version.ref)
    explanation.stages.append(StageOutput("request", version.ref, document))
    schema = version.schemas[Kind.REQUEST]
    body, original = canonical(document, schema.normaliser)
    if original is not None:
        explanation.stages.append(StageOutput(NORMALISE, version.ref, body))
    message = Message(version.ref, Kind.REQUEST, body, original=None if original is None else document)
    errors = schema.validator.errors(body)
    if errors:
        explanation.failure = Failure(VALIDATE, ExchangeError(codes.REQUEST_INVALID, errors=errors))
        return explanation
    explanation.considered = tuple(_consider(routing, message, context))
    try:
        plan = explanation.plan = routing.select(message, context)
    except ExchangeError as error:
        explanation.failure = Failure(ROUTE, error)
        return explanation
    for stage in plan.forward:
        try:
            message = run_stages((stage,), message, context)
        except ExchangeError as error:
            explanation.failure = Failure(stage.name, error)
            return explanation
        explanation.stages.append(StageOutput(stage.name, message.contract, message.body))
    if plan.scatter is not None:
        _explain_parts(explanation, routing, plan.scatter, message, context)
    return explanation


def _explain_parts(
    explanation: Explanation,
    routing: RoutingTable,
    scatter: ScatterPlan,
    message: Message,
    context: StepContext,
) -> None:
    variables = condition_variables(message, context.exchange_id, context.opening)
    parts: list[PartExplained] = []
    for part in scatter.parts:
        try:
            is_asked = part.is_asked(variables)
        except ExchangeError as error:
            explanation.failure = Failure(f"part {part.spec.name}", error)
            break
        parts.append(_explain_part(routing, part, message, context) if is_asked else PartExplained(part))
    explanation.parts = tuple(parts)


def _explain_part(
    routing: RoutingTable, part: PartPlan, message: Message, context: StepContext
) -> PartExplained:
    """A part that cannot be asked fails alone, as it would in the pipeline."""
    opening = replace(context.opening, contract=part.version.ref.name, version=str(part.version.ref.version))
    own = StepContext(context.exchange_id, opening, part.spec.name)
    try:
        request = part.request(message, own)
        plan = routing.select(request, own)
    except ExchangeError as error:
        return PartExplained(part, True, failure=error)
    return PartExplained(part, True, request.body, plan)


def _consider(routing: RoutingTable, message: Message, context: StepContext) -> Iterator[Considered]:
    """The routes in the order of ``RoutingTable.select``, judged as it judges them."""
    variables = condition_variables(message, context.exchange_id, context.opening)
    is_decided = False
    for plan in routing.candidates(message.contract):
        if is_decided:
            verdict = Verdict.NOT_ASKED
        else:
            try:
                verdict = Verdict.TAKEN if plan.holds(variables) else Verdict.DOES_NOT_HOLD
            except ExchangeError:
                verdict = Verdict.ERRED
            is_decided = verdict is not Verdict.DOES_NOT_HOLD
        route = plan.route
        yield Considered(route.name, route.priority, route.when, route.endpoint, verdict)
