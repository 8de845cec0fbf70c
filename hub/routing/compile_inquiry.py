"""Compiles how a route has its partner asked about an uncertain outcome."""

from collections.abc import Mapping
from typing import Protocol

from hub.core.contract import Contract, Schema
from hub.core.endpoint import EndpointFacts
from hub.core.expressions import Condition, ExpressionSyntaxError
from hub.core.message import Kind
from hub.core.route import InquirySpec, Route
from hub.core.values import US_PER_S, ContractRef
from hub.reading.model import closest
from hub.routing.plan import INQUIRY_VARIABLES, InquiryPlan, Stage, TranslatorFinder
from hub.routing.steps import ConditionCompiler


class Surroundings(Protocol):
    """What an inquiry refers to; see ``hub.routing.compile``."""

    @property
    def contracts(self) -> Mapping[str, Contract]: ...
    @property
    def endpoints(self) -> Mapping[str, EndpointFacts]: ...
    @property
    def find_translators(self) -> TranslatorFinder: ...
    @property
    def compile_condition(self) -> ConditionCompiler: ...


class Find(Protocol):
    """Notes a finding: ``(key, rule, message, hint, *rest of the place)``."""

    def __call__(self, key: str | int, rule: str, message: str, hint: str = "", *more: str | int) -> None: ...


class InquiryCompiler:
    """Compiles the inquiry of one route, if it has one. Everything wrong with it becomes a finding."""

    def __init__(
        self, route: Route, endpoint: EndpointFacts | None, around: Surroundings, find: Find
    ) -> None:
        """``endpoint`` is the one that the route leads to; without it nothing of an inquiry can be judged."""
        self._around = around
        self._report = find
        self._made: tuple[InquirySpec, EndpointFacts, tuple[Stage, ...], Schema] | None = None
        self._settled = self._not_done = None
        spec = route.inquiry
        if spec is None or endpoint is None:
            return
        self._settled = self._condition("settled", spec.settled)
        self._not_done = self._condition("not_done", spec.not_done)
        asked = self._endpoint(spec, endpoint)
        reply = self._reply(asked.contract) if asked is not None else None
        if asked is not None and reply is not None:
            forward = self._chain(Kind.REQUEST, endpoint.contract, asked.contract)
            self._made = (spec, asked, forward, reply)

    def plan(self, sender: ContractRef) -> InquiryPlan | None:
        """The inquiry for exchanges in one version of the sender's contract."""
        if self._made is None:
            return None
        spec, asked, forward, reply = self._made
        back = self._chain(Kind.REPLY, asked.contract, sender)
        if self._settled is None or self._not_done is None:
            return None
        every_us, for_us = int(spec.every_s * US_PER_S), int(spec.for_s * US_PER_S)
        return InquiryPlan(asked, forward, reply, self._settled, self._not_done, back, every_us, for_us)

    def _endpoint(self, spec: InquirySpec, endpoint: EndpointFacts) -> EndpointFacts | None:
        asked = self._around.endpoints.get(spec.endpoint)
        if asked is None:
            hint = closest(spec.endpoint, self._around.endpoints)
            self._find("to", f"no manifest names an endpoint {spec.endpoint!r}", hint)
            return None
        if asked.partner != endpoint.partner:
            message = f"{asked.name} is another partner's: it cannot know what {endpoint.partner} did"
            self._find("to", message)
        if not asked.idempotent:
            message = f"{asked.name} does not declare itself idempotent: asking might change something"
            self._find("to", message, "an inquiry is asked again and again")
        if endpoint.idempotent:
            message = f"{endpoint.name} takes repetitions, so its outcomes need no inquiry"
            self._find("to", message, "write `when_uncertain: repeat`")
        return asked

    def _reply(self, ref: ContractRef) -> Schema | None:
        contract = self._around.contracts.get(ref.name)
        version = contract.versions.get(ref.version) if contract else None
        if version is None or Kind.REPLY not in version.schemas:
            self._find("to", f"{ref}, the inquiry's contract, is not in the catalogue or has no reply")
            return None
        return version.schemas[Kind.REPLY]

    def _condition(self, key: str, text: str) -> Condition | None:
        try:
            return self._around.compile_condition(text, INQUIRY_VARIABLES)
        except ExpressionSyntaxError as error:
            self._find(key, f"the condition is no CEL: {error.message}", error.hint)
            return None

    def _chain(self, kind: Kind, source: ContractRef, target: ContractRef) -> tuple[Stage, ...]:
        chain = self._around.find_translators(kind, source, target)
        if chain is None:
            hint = f"add contracts/{target.name}/mappings/{target.version}/from-{source.name}-{source.version}.{kind}.yaml"
            self._find("to", f"no mappings lead from {source} to {target} for the {kind}", hint)
            return ()
        return tuple(chain)

    def _find(self, key: str, message: str, hint: str = "") -> None:
        self._report("when_uncertain", "inquiry", message, hint, "inquire", key)
