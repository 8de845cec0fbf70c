"""Compiles routes into plans: everything that can be decided when files are loaded is decided here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from hub.core.contract import Contract, ContractVersion, Pattern, Status
from hub.core.endpoint import EndpointFacts
from hub.core.expressions import Condition, ExpressionSyntaxError
from hub.core.findings import Finding, LintError
from hub.core.message import Kind
from hub.core.route import Route, WhenUncertain
from hub.core.scatter import Scatter
from hub.core.values import ContractRef
from hub.reading.model import closest
from hub.routing.compile_inquiry import InquiryCompiler
from hub.routing.files import LoadedRoute
from hub.routing.plan import CONDITION_VARIABLES, Plan, RoutingTable, Stage, TranslatorFinder
from hub.routing.scatter import Gatherer
from hub.routing.scatter_compile import GathererFinder, ScatterCompiler, here, nesting
from hub.routing.steps import STEPS, ConditionCompiler, StepOptionsError


def no_gatherers(_name: str, _major: int) -> Sequence[Gatherer]:
    """There are none: no contract is a composite."""
    return ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What routes refer to."""

    contracts: Mapping[str, Contract]
    endpoints: Mapping[str, EndpointFacts]
    find_translators: TranslatorFinder
    compile_condition: ConditionCompiler
    find_gatherers: GathererFinder = no_gatherers


def compile_routes(routes: Sequence[LoadedRoute], around: Surroundings) -> RoutingTable:
    """One plan per route and served version of its contract.

    Raises LintError with all findings: names that lead nowhere, conditions and steps that do not compile,
    versions that cannot be translated, routes between which nothing decides, contracts that no route takes.
    """
    plans: list[Plan] = []
    findings: list[Finding] = []
    for loaded in routes:
        try:
            plans += _RouteCompiler(loaded, around).plans()
        except LintError as error:
            findings += error.findings
    findings += _ties(routes)
    if not findings:
        findings += nesting(plans, {loaded.route.name: loaded.document for loaded in routes})
    if findings:
        raise LintError(findings)
    return RoutingTable(plans)


class _RouteCompiler:
    """Compiles one route."""

    def __init__(self, loaded: LoadedRoute, around: Surroundings) -> None:
        self._route = loaded.route
        self._document = loaded.document
        self._around = around
        self._findings: list[Finding] = []

    def plans(self) -> list[Plan]:
        versions = self._versions()
        if self._route.scatter is not None:
            return self._composites(self._route.scatter, versions)
        endpoint = self._endpoint()
        partner_version = self._partner_version(endpoint) if endpoint else None
        condition = self._condition()
        steps = self._steps()
        plans: list[Plan] = []
        inquiries = InquiryCompiler(self._route, endpoint, self._around, self._find)
        if endpoint is not None and partner_version is not None:
            for version in versions:
                forward = self._chain(Kind.REQUEST, version.ref, endpoint.contract)
                back = self._chain(Kind.REPLY, endpoint.answer_contract, version.ref)
                schema = partner_version.schemas[Kind.REPLY]
                plans.append(
                    Plan(
                        self._route,
                        version,
                        condition,
                        endpoint,
                        (*steps, *forward),
                        schema.validator,
                        tuple(back),
                        schema.normaliser,
                        inquiries.plan(version.ref),
                    )
                )
        if self._findings:
            raise LintError(self._findings)
        return plans

    def _composites(self, scatter: Scatter, versions: Sequence[ContractVersion]) -> list[Plan]:
        condition, steps, around = self._condition(), tuple(self._steps()), self._around
        compiler = ScatterCompiler(
            self._route,
            self._document,
            contracts=around.contracts,
            find_translators=around.find_translators,
            find_gatherers=around.find_gatherers,
            compile_condition=around.compile_condition,
        )
        compiled = compiler.compile(scatter, versions)
        self._findings += compiler.findings
        if self._findings:
            raise LintError(self._findings)
        return [
            Plan(
                self._route, version, condition, here(version.ref), steps,
                version.schemas[Kind.REPLY].validator, (), scatter=plan,
            )
            for version, plan in zip(versions, compiled, strict=True)
        ]  # fmt: skip

    def _find(self, key: str | int, rule: str, message: str, hint: str = "", *more: str | int) -> None:
        self._findings.append(self._document.finding((key, *more), f"route.{rule}", message, hint))

    def _versions(self) -> list[ContractVersion]:
        route = self._route
        contract = self._around.contracts.get(route.contract)
        if contract is None:
            hint = closest(route.contract, self._around.contracts)
            self._find("from", "unknown-contract", f"there is no contract {route.contract!r}", hint)
            return []
        if contract.is_partner_format:
            message = f"{route.contract} is a partner's format; clients never send it"
            self._find("from", "partner-format", message, "start from the contract that clients use")
            return []
        if contract.pattern is Pattern.PUBLISH_SUBSCRIBE:
            message = f"{route.contract} is an event: it goes to whoever subscribes to it, and takes no route"
            self._find("from", "event", message, "remove the route; see docs/guide/events.md")
            return []
        served = [
            version
            for number, version in sorted(contract.versions.items())
            if number.major == route.major and version.status is not Status.RETIRED
        ]
        if not served:
            message = f"{route.contract} has no served version of major {route.major}"
            self._find("from", "unknown-version", message)
        return served

    def _endpoint(self) -> EndpointFacts | None:
        name = self._route.endpoint
        endpoint = self._around.endpoints.get(name)
        if endpoint is None:
            hint = closest(name, self._around.endpoints)
            self._find("to", "unknown-endpoint", f"no manifest names an endpoint {name!r}", hint)
        elif self._route.when_uncertain is WhenUncertain.REPEAT and not endpoint.idempotent:
            message = f"{name} does not declare itself idempotent, so nothing may be repeated to it"
            self._find("when_uncertain", "blind-repeat", message, "write `person`")
        return endpoint

    def _partner_version(self, endpoint: EndpointFacts) -> ContractVersion | None:
        ref = endpoint.answer_contract
        contract = self._around.contracts.get(ref.name)
        version = contract.versions.get(ref.version) if contract else None
        if version is None:
            message = f"the endpoint {endpoint.name} answers in {ref}, which is not in the catalogue"
            self._find("to", "unknown-contract", message)
        elif Kind.REPLY not in version.schemas:
            self._find("to", "no-reply", f"{ref} has no reply, so no reply of it can be judged")
            return None
        return version

    def _condition(self) -> Condition | None:
        if not self._route.when:
            return None
        try:
            return self._around.compile_condition(self._route.when, CONDITION_VARIABLES)
        except ExpressionSyntaxError as error:
            self._find("when", "condition", f"the condition is no CEL: {error.message}", error.hint)
            return None

    def _steps(self) -> list[Stage]:
        stages = []
        for number, spec in enumerate(self._route.steps):
            factory = STEPS.get(spec.name)
            if factory is None:
                hint = closest(spec.name, STEPS) or f"known steps: {', '.join(sorted(STEPS))}"
                self._find("steps", "unknown-step", f"there is no step {spec.name!r}", hint, number)
                continue
            try:
                step = factory(spec.options, self._around.compile_condition)
            except (StepOptionsError, ExpressionSyntaxError) as error:
                self._find("steps", "step-options", str(error), "", number, spec.name)
                continue
            stages.append(Stage(f"{spec.name} #{number + 1}", step))
        return stages

    def _chain(self, kind: Kind, source: ContractRef, target: ContractRef) -> Sequence[Stage]:
        chain = self._around.find_translators(kind, source, target)
        if chain is None:
            message = f"no mappings lead from {source} to {target} for the {kind}"
            hint = f"add contracts/{target.name}/mappings/{target.version}/from-{source.name}-{source.version}.yaml"
            self._find("from", "no-translation", message, hint)
            return ()
        return chain


def _ties(routes: Iterable[LoadedRoute]) -> Iterator[Finding]:
    """Routes of one contract and priority must each have a condition, or nothing decides between them."""
    for one, other in combinations(sorted(routes, key=lambda loaded: loaded.route.name), 2):
        a, b = one.route, other.route
        if (a.contract, a.major, a.priority) != (b.contract, b.major, b.priority):
            continue
        if not a.when or not b.when or a.when == b.when:
            message = f"nothing decides between the routes {a.name} and {b.name}"
            hint = "give each a condition of its own, or different priorities"
            yield other.document.finding(("priority",), "route.tie", message, hint)


def unrouted(contracts: Iterable[Contract], routes: Iterable[Route]) -> Iterator[Finding]:
    """Contracts that clients may be granted but that no route takes: worth a warning, not a refusal."""
    taken = {(route.contract, route.major) for route in routes}
    for contract in contracts:
        if contract.is_partner_format or contract.pattern is Pattern.PUBLISH_SUBSCRIBE:
            continue
        for major in sorted({number.major for number in contract.versions}):
            if (contract.name, major) not in taken:
                message = f"no route takes {contract.name} v{major}"
                yield Finding(
                    f"{contract.name}/contract.yaml", 0, "route.none", message, "add one in routes/"
                )
