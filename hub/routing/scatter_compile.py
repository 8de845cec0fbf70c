"""Compiles the parts of a composite, and finds what cannot work while there is still a person looking."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from hub.core.contract import Contract, ContractVersion, Status
from hub.core.endpoint import EndpointFacts
from hub.core.expressions import Condition, ExpressionSyntaxError
from hub.core.findings import Finding
from hub.core.message import Kind
from hub.core.route import SCATTERED, Route
from hub.core.scatter import Gather, PartSpec, Scatter
from hub.core.values import ContractRef
from hub.reading.document import Document
from hub.reading.model import closest
from hub.routing.plan import CONDITION_VARIABLES, Plan, RoutingTable, TranslatorFinder
from hub.routing.scatter import Gatherer, PartPlan, ScatterPlan, gathered_schema
from hub.routing.steps import ConditionCompiler

GathererFinder: TypeAlias = Callable[[str, int], Sequence[Gatherer]]
"""The gathering mappings that make replies of a contract's major, the newest version first."""


def here(ref: ContractRef) -> EndpointFacts:
    """What stands for an endpoint in the plan of a composite: the hub itself, which keeps every request in mind."""
    return EndpointFacts(SCATTERED, "hub", ref, idempotent=True, timeout_s=0, max_concurrent=0)


class ScatterCompiler:
    """Compiles one route's parts; what cannot be used goes into ``findings``."""

    def __init__(
        self,
        route: Route,
        document: Document,
        *,
        contracts: Mapping[str, Contract],
        find_translators: TranslatorFinder,
        find_gatherers: GathererFinder,
        compile_condition: ConditionCompiler,
    ) -> None:
        self.findings: list[Finding] = []
        self._route = route
        self._document = document
        self._contracts = contracts
        self._find_translators = find_translators
        self._find_gatherers = find_gatherers
        self._compile_condition = compile_condition

    def compile(self, scatter: Scatter, versions: Sequence[ContractVersion]) -> list[ScatterPlan]:
        """One plan for each version; none if there is a finding."""
        plans: list[ScatterPlan] = []
        conditions = [self._condition(number, spec) for number, spec in enumerate(scatter.parts)]
        for version in versions:
            parts = [
                self._part(number, spec, conditions[number], version)
                for number, spec in enumerate(scatter.parts)
            ]
            made = tuple(part for part in parts if part is not None)
            gatherer = self._gatherer(version)
            if gatherer is None or len(made) < len(parts):
                continue
            back = self._find_translators(Kind.REPLY, gatherer.target, version.ref) or ()
            self._hold_against_replies(gatherer, made, scatter)
            steps = (gatherer.step, *(stage.step for stage in back))
            plans.append(ScatterPlan(scatter, made, gatherer.target, steps))
        self.findings = list(dict.fromkeys(self.findings))
        return [] if self.findings else plans

    def _find(self, rule: str, message: str, hint: str = "", *at: str | int) -> None:
        finding = self._document.finding(("scatter", *at), f"route.{rule}", message, hint)
        self.findings.append(finding)

    def _condition(self, number: int, spec: PartSpec) -> Condition | None:
        if not spec.when:
            return None
        try:
            return self._compile_condition(spec.when, CONDITION_VARIABLES)
        except ExpressionSyntaxError as error:
            message = f"the condition is no CEL: {error.message}"
            self._find("condition", message, error.hint, "parts", number, "when")
            return None

    def _part(
        self, number: int, spec: PartSpec, condition: Condition | None, version: ContractVersion
    ) -> PartPlan | None:
        at = ("parts", number, "contract")
        contract = self._contracts.get(spec.contract)
        if contract is None or contract.is_partner_format:
            known = [each.name for each in self._contracts.values() if not each.is_partner_format]
            message = f"there is no contract {spec.contract!r} for clients"
            self._find("unknown-contract", message, closest(spec.contract, known), *at)
            return None
        served = [
            each
            for _, each in sorted(contract.versions.items(), reverse=True)
            if each.ref.version.major == spec.major and each.status in {Status.RELEASED, Status.DEPRECATED}
        ]
        if not served:
            message = f"{spec.contract} has no served version of major {spec.major}"
            self._find("unknown-version", message, "", *at)
            return None
        self._check_deadline(number, spec)
        for each in served:
            chain = self._find_translators(Kind.REQUEST, version.ref, each.ref)
            if chain:
                nearest = [seconds for seconds in (spec.deadline_s, contract.deadline_s) if seconds]
                make = tuple(stage.step for stage in chain)
                deadline_s = min(nearest, default=0)
                return PartPlan(spec, each, contract.pattern, deadline_s, condition, make)
        ref, source = served[0].ref, version.ref
        message = f"no mapping makes a request of {spec.contract} v{spec.major} from {source}"
        hint = f"add contracts/{ref.name}/mappings/{ref.version}/from-{source.name}-{source.version}.yaml"
        self._find("no-translation", message, hint, *at)
        return None

    def _check_deadline(self, number: int, spec: PartSpec) -> None:
        whole = self._contracts[self._route.contract]
        whole_s = 0 if whole.terms.working_days else whole.deadline_s
        if whole_s and spec.deadline_s > whole_s:
            message = f"the part would have {spec.deadline_s} s, but the whole has {whole_s} s"
            self._find("part-deadline", message, "", "parts", number, "deadline")

    def _gatherer(self, version: ContractVersion) -> Gatherer | None:
        """The mapping from which the version's reply comes by the shortest way."""
        ref = version.ref
        if Kind.REPLY not in version.schemas:
            self._find("no-reply", f"{ref} has no reply, so nothing can be gathered into it")
            return None
        found = []
        for gatherer in self._find_gatherers(ref.name, ref.version.major):
            chain = self._find_translators(Kind.REPLY, gatherer.target, ref)
            if chain is not None:
                found.append((len(chain), gatherer))
        if found:
            return min(found, key=lambda each: each[0])[1]
        hint = f"add contracts/{ref.name}/mappings/{ref.version}/from-parts.yaml"
        self._find("no-translation", f"no mapping makes a reply of {ref} from its parts", hint)
        return None

    def _hold_against_replies(self, gatherer: Gatherer, parts: Sequence[PartPlan], scatter: Scatter) -> None:
        replies = {}
        for part in parts:
            schema = part.version.schemas.get(Kind.REPLY)
            replies[part.spec.name] = schema.source if schema else None
        self.findings += gatherer.findings(gathered_schema(replies))
        if scatter.rule.kind is Gather.BEST_EFFORT and "/missing" in gatherer.ignores:
            message = f"the reply of {gatherer.target} does not say what is missing, and why"
            self._find("missing-unsaid", message, "map `source.missing[]`", "gather")


def nesting(plans: Sequence[Plan], documents: Mapping[str, Document]) -> Iterator[Finding]:
    """Parts that no route takes, and composites of composites of composites: each route's ``documents`` by name."""
    table = RoutingTable(plans)

    def inner(ref: ContractRef) -> Iterator[tuple[Plan, PartPlan]]:
        for plan in table.candidates(ref):
            if plan.scatter is not None:
                yield from ((plan, part) for part in plan.scatter.parts)

    found: dict[Finding, None] = {}
    for plan in plans:
        document = documents[plan.route.name]
        for number, part in enumerate(plan.scatter.parts if plan.scatter else ()):
            at = ("scatter", "parts", number, "contract")
            if not table.candidates(part.version.ref):
                message = f"no route takes {part.version.ref}, so the part can never be answered"
                found[document.finding(at, "route.part-unrouted", message, "add one in routes/")] = None
            for middle, below in inner(part.version.ref):
                for deepest, _ in inner(below.version.ref):
                    message = (
                        f"the part {part.spec.name} is a composite ({middle.route.name}) of a composite"
                        f" ({deepest.route.name}): composites nest once"
                    )
                    found[document.finding(at, "route.nested-too-deep", message)] = None
    yield from found
