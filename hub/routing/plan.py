"""Plans: routes compiled for each contract version, ready to run.

Everything that can be decided when contracts and routes are loaded is decided here; the pipeline only runs
plans.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hub.core import codes
from hub.core.contract import ContractVersion, Normaliser, Schema, Validator
from hub.core.endpoint import EndpointFacts
from hub.core.errors import ExchangeError
from hub.core.exchange import Opening
from hub.core.expressions import Condition, ExpressionError
from hub.core.message import Kind, Message
from hub.core.route import Route, Urgency
from hub.core.step import Step, StepContext
from hub.core.values import ContractRef, JsonValue
from hub.routing.scatter import ScatterPlan


@dataclass(frozen=True, slots=True)
class Stage:
    """One named step of a plan. The name is what ``explain`` and the journal show."""

    name: str
    step: Step


@dataclass(frozen=True, slots=True)
class InquiryPlan:
    """How a partner is asked what became of a call whose outcome nobody knows."""

    endpoint: EndpointFacts
    forward: tuple[Stage, ...]
    """From the partner's request, as it was sent, to the inquiry's."""
    reply: Schema
    """Of the inquiry's own contract."""
    settled: Condition
    """On INQUIRY_VARIABLES."""
    not_done: Condition
    back: tuple[Stage, ...]
    """From the inquiry's reply to the sender's."""
    every_us: int
    for_us: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to a message of one contract version on one route."""

    route: Route
    source: ContractVersion
    condition: Condition | None
    endpoint: EndpointFacts
    forward: tuple[Stage, ...]
    """From the sender's request to the partner's."""
    partner_reply: Validator
    """Judges the partner's reply in the partner's own contract (G5)."""
    back: tuple[Stage, ...]
    """From the partner's reply to the sender's."""
    partner_normaliser: Normaliser | None = None
    """Puts the partner's reply into the spelling that its contract asks for, before it is judged."""
    inquiry: InquiryPlan | None = None
    scatter: ScatterPlan | None = None
    """What is asked instead of the endpoint, which is then the hub itself."""

    def holds(self, variables: Mapping[str, JsonValue]) -> bool:
        """Whether the route takes the message. Raises ExchangeError if the condition cannot be evaluated."""
        if self.condition is None:
            return True
        try:
            return self.condition(variables)
        except ExpressionError as error:
            detail = f"the condition of route {self.route.name} could not be evaluated"
            raise ExchangeError(codes.CONDITION_FAILED, detail, facts={"route": self.route.name}) from error


def run_stages(stages: Iterable[Stage], message: Message, context: StepContext) -> Message:
    """Take a message through steps that must each give exactly one.

    Raises ExchangeError as the steps do, and STEP_FAILED where a step gives none or several: a route to one
    endpoint carries one message.
    """
    for stage in stages:
        results = stage.step(message, context)
        if len(results) != 1:
            detail = f"step {stage.name} gave {len(results)} messages where one is needed"
            raise ExchangeError(codes.STEP_FAILED, detail, facts={"step": stage.name})
        message = results[0]
    return message


CONDITION_VARIABLES = ("request", "exchange")
"""What conditions of routes may read."""
INQUIRY_VARIABLES = ("reply",)
"""What conditions on an inquiry's reply may read."""


def condition_variables(message: Message, exchange_id: str, opening: Opening) -> dict[str, JsonValue]:
    """The values of CONDITION_VARIABLES for one message."""
    return {
        "request": message.body,
        "exchange": {
            "id": exchange_id,
            "sender": opening.sender,
            "case_id": opening.case_id,
            "on_behalf_of": opening.on_behalf_of,
            "contract": opening.contract,
            "version": opening.version,
        },
    }


class RoutingTable:
    """All plans, by contract version. Immutable: a reload makes another."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        table: dict[ContractRef, list[Plan]] = {}
        for plan in plans:
            table.setdefault(plan.source.ref, []).append(plan)
        self._plans: dict[ContractRef, tuple[Plan, ...]] = {
            ref: tuple(sorted(found, key=lambda plan: (-plan.route.priority, plan.route.name)))
            for ref, found in table.items()
        }
        self._urgencies = {
            ref: found[0].route.urgency
            for ref, found in self._plans.items()
            if len({plan.route.urgency for plan in found}) == 1
        }

    def candidates(self, ref: ContractRef) -> Sequence[Plan]:
        """The plans for a contract version, in the order in which they are tried."""
        return self._plans.get(ref, ())

    def select(self, message: Message, context: StepContext) -> Plan:
        """The plan that takes the message: the first, by priority, whose condition holds.

        Raises ExchangeError: ROUTE_NONE, CONDITION_FAILED.
        """
        candidates = self._plans.get(message.contract, ())
        if len(candidates) == 1 and candidates[0].condition is None:
            return candidates[0]
        variables = condition_variables(message, context.exchange_id, context.opening)
        for plan in candidates:
            if plan.holds(variables):
                return plan
        raise ExchangeError(codes.ROUTE_NONE, f"no route takes this message of {message.contract}")

    def urgency(self, opening: Opening) -> Urgency:
        """How urgent exchanges of this contract version are, where all its routes agree; else normal."""
        try:
            return self._urgencies.get(opening.ref, Urgency.NORMAL)
        except ValueError:  # what was refused may have named no contract version
            return Urgency.NORMAL

    def of_route(self, name: str, ref: ContractRef) -> Plan | None:
        """The plan of a route by its name, if it still exists for that contract version."""
        return next((plan for plan in self._plans.get(ref, ()) if plan.route.name == name), None)


TranslatorFinder: TypeAlias = Callable[[Kind, ContractRef, ContractRef], Sequence[Stage] | None]
"""What compiling needs of the catalogue: the shortest chain of mappings between two contract versions.

As stages; empty if source and target are the same; None if there is no way.
"""
