"""Runs the tests beside a route: ``routes/NAME/tests.yaml`` (docs/reference/files.md).

A case gives a request and says where it must go and as what, and then what a reply of the partner becomes;
or with which code the message must fail. Everything runs as in the pipeline, but nothing is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import RootModel

from hub.core import codes
from hub.core.canonical import canonical
from hub.core.contract import Contract, ContractVersion, Pattern
from hub.core.errors import ExchangeError
from hub.core.exchange import Opening
from hub.core.findings import Finding, LintError
from hub.core.message import Kind, Message
from hub.core.route import Route
from hub.core.step import StepContext
from hub.core.values import ContractRef, JsonValue
from hub.reading.differences import differences
from hub.reading.document import Document, Location
from hub.reading.fields import ContractRefField, LineField, NameField
from hub.reading.files import read_json_file, read_yaml_file
from hub.reading.model import StrictModel, closest, read_model
from hub.routing.explain import Explanation, Failure, explain
from hub.routing.plan import Plan, RoutingTable, run_stages
from hub.routing.scatter_tests import PartsExpected, PartsGiven, gather, judge_given, judge_parts

TESTS_FILE = "tests.yaml"

_DocumentOrFile = dict[str, JsonValue] | str


class _Expect(StrictModel):
    endpoint: NameField | None = None
    partner_request: _DocumentOrFile | None = None
    parts: PartsExpected | None = None


class _ExpectError(StrictModel):
    code: str
    pointer: str | None = None


class _Then(StrictModel):
    partner_reply: _DocumentOrFile | None = None
    parts: PartsGiven | None = None
    reply: _DocumentOrFile | None = None
    expect_error: _ExpectError | None = None


class _Exchange(StrictModel):
    id: str = "01933c5e-0000-7000-8000-000000000000"
    sender: str = "test"
    case_id: str = ""
    on_behalf_of: str = ""


class _Case(StrictModel):
    name: LineField
    contract: ContractRefField
    request: _DocumentOrFile
    exchange: _Exchange = _Exchange()
    expect: _Expect | None = None
    then: _Then | None = None
    expect_error: _ExpectError | None = None


class _Cases(RootModel[tuple[_Case, ...]]):
    """The file as it is written."""


@dataclass(frozen=True, slots=True)
class RouteTestResult:
    """How one case went."""

    path: str
    line: int
    name: str
    failures: tuple[str, ...]
    """What is not as expected, one line each; empty if the case passed."""


def has_tests(folder: Path, route: Route) -> bool:
    """Whether a route brings tests."""
    return (folder / route.name / TESTS_FILE).is_file()


def run_route_tests(
    folder: Path, route: Route, contracts: Mapping[str, Contract], routing: RoutingTable
) -> tuple[RouteTestResult, ...]:
    """Run a route's cases in order; ``folder`` is the folder of all routes.

    Raises LintError for a file that cannot be used, fixtures included.
    """
    document = read_yaml_file(folder / route.name / TESTS_FILE, folder)
    cases = read_model(document, _Cases, "route-test").root
    findings = [*_mistakes(document, cases, contracts)]
    if findings:
        raise LintError(findings)
    runner = _Runner(folder, route, contracts, routing)
    return tuple(
        RouteTestResult(document.path, document.line((number,)), case.name, tuple(runner.run(case)))
        for number, case in enumerate(cases)
    )


def _mistakes(
    document: Document, cases: tuple[_Case, ...], contracts: Mapping[str, Contract]
) -> Iterator[Finding]:
    """What the model alone cannot see."""
    if not cases:
        yield document.finding((), "route-test.empty", "there are no cases in this file")
    seen: set[str] = set()
    for number, case in enumerate(cases):
        if case.name in seen:
            message = f"two cases are named {case.name!r}"
            yield document.finding((number, "name"), "route-test.name-twice", message)
        seen.add(case.name)
        if (case.expect is None) == (case.expect_error is None):
            message = "a case has either `expect` or `expect_error`"
            yield document.finding((number,), "route-test.expectation", message)
        if case.then is not None:
            if case.expect is None:
                message = "`then` needs an `expect`: a message that fails gets no reply"
                yield document.finding((number, "then"), "route-test.expectation", message)
            if (case.then.reply is None) == (case.then.expect_error is None):
                message = "`then` has either `reply` or `expect_error`"
                yield document.finding((number, "then"), "route-test.expectation", message)
        yield from _mistaken_parts(document, number, case)
        yield from _unknown_code(document, (number, "expect_error"), case.expect_error)
        if case.then is not None:
            yield from _unknown_code(document, (number, "then", "expect_error"), case.then.expect_error)
        contract = contracts.get(case.contract.name)
        if contract is None or case.contract.version not in contract.versions:
            message = f"there is no contract version {case.contract}"
            known = [str(ref.ref) for each in contracts.values() for ref in each.versions.values()]
            hint = closest(str(case.contract), known)
            yield document.finding((number, "contract"), "route-test.unknown-contract", message, hint)


def _mistaken_parts(document: Document, number: int, case: _Case) -> Iterator[Finding]:
    expect, then = case.expect, case.then
    if expect is not None and (expect.endpoint is None) == (expect.parts is None):
        message = "`expect` has either an `endpoint` or, of a composite, `parts`"
        yield document.finding((number, "expect"), "route-test.expectation", message)
    if then is not None:
        if (then.partner_reply is None) == (then.parts is None):
            message = "`then` has either a `partner_reply` or, of a composite, `parts`"
            yield document.finding((number, "then"), "route-test.expectation", message)
        yield from judge_given(document, (number, "then", "parts"), then.parts or {})


def _unknown_code(document: Document, location: Location, expected: _ExpectError | None) -> Iterator[Finding]:
    if expected is not None and expected.code not in codes.CATALOGUE:
        hint = closest(expected.code, codes.CATALOGUE)
        message = f"there is no code {expected.code!r}"
        yield document.finding((*location, "code"), "route-test.unknown-code", message, hint)


@dataclass(frozen=True, slots=True)
class _Runner:
    folder: Path
    route: Route
    contracts: Mapping[str, Contract]
    routing: RoutingTable

    def run(self, case: _Case) -> Iterator[str]:
        """What is not as the case expects."""
        version = self._version(case.contract)
        given = case.exchange
        opening = Opening(
            contract=case.contract.name,
            version=str(case.contract.version),
            sender=given.sender,
            pattern=Pattern.REQUEST_REPLY,
            case_id=given.case_id,
            on_behalf_of=given.on_behalf_of,
        )
        context = StepContext(given.id, opening)
        explanation = explain(self.routing, version, self._document(case.request), context)
        if case.expect is None:
            yield from _judge_error("the request", case.expect_error, explanation.failure)
            return
        if explanation.failure is not None or explanation.plan is None:
            yield f"the request failed: {_said(explanation.failure)}"
            return
        yield from self._judge_request(case.expect, explanation, explanation.plan)
        if case.then is not None:
            yield from self._judge_reply(case.then, version, explanation.plan, context)

    def _judge_request(self, expect: _Expect, explanation: Explanation, plan: Plan) -> Iterator[str]:
        if expect.parts is not None:
            if plan.route.name != self.route.name:
                yield f"goes by route {plan.route.name}, expected {self.route.name}"
            yield from judge_parts(expect.parts, explanation, self._document)
        elif plan.endpoint.name != expect.endpoint:
            yield f"goes to {plan.endpoint.name} by route {plan.route.name}, expected {expect.endpoint}"
        elif plan.endpoint.name == self.route.endpoint and plan.route.name != self.route.name:
            yield f"goes by route {plan.route.name}, expected {self.route.name}"
        if expect.partner_request is not None:
            wanted = self._document(expect.partner_request)
            for difference in differences(wanted, explanation.partner_request):
                yield f"partner request {difference}"

    def _judge_reply(
        self, then: _Then, version: ContractVersion, plan: Plan, context: StepContext
    ) -> Iterator[str]:
        failure, reply = None, None
        body, original = canonical(self._document(then.partner_reply or {}), plan.partner_normaliser)
        written = None if original is None else original.document
        partner_reply = Message(plan.endpoint.contract, Kind.REPLY, body, original=written)
        errors = plan.partner_reply.errors(partner_reply.body)
        if plan.scatter is not None:
            reply, failure = gather(plan.scatter, version, then.parts or {}, context, self._document)
        elif errors:
            failure = Failure("validate", ExchangeError(codes.PARTNER_INVALID, errors=errors))
        else:
            try:
                reply = run_stages(plan.back, partner_reply, context)
            except ExchangeError as error:
                failure = Failure("translate back", error)
        if reply is not None and not plan.back and plan.scatter is None:
            errors = version.schemas[Kind.REPLY].validator.errors(reply.body)
            if errors:
                failure = Failure("validate", ExchangeError(codes.PARTNER_INVALID, errors=errors))
        if then.reply is None:
            yield from _judge_error("the partner's reply", then.expect_error, failure)
        elif failure is not None or reply is None:
            yield f"the partner's reply failed: {_said(failure)}"
        else:
            for difference in differences(self._document(then.reply), reply.body):
                yield f"reply {difference}"

    def _version(self, ref: ContractRef) -> ContractVersion:
        return self.contracts[ref.name].versions[ref.version]

    def _document(self, given: _DocumentOrFile) -> JsonValue:
        """A document that is written out, or that a file holds, named from the route's folder."""
        if not isinstance(given, str):
            return given
        return read_json_file(self.folder / self.route.name / given, self.folder).value


def _judge_error(what: str, expected: _ExpectError | None, failure: Failure | None) -> Iterator[str]:
    if expected is None:
        raise RuntimeError("a case without any expectation was not refused when it was read")
    if failure is None:
        yield f"{what} was taken, expected it to fail with {expected.code}"
    elif failure.error.code.id != expected.code:
        yield f"{what} failed with {_said(failure)}, expected {expected.code}"
    elif expected.pointer is not None:
        pointers = [error.pointer for error in failure.error.errors]
        if expected.pointer not in pointers:
            named = ", ".join(pointer or "(the document)" for pointer in pointers) or "no place"
            yield f"{what} failed with {expected.code} as expected, but at {named} instead of {expected.pointer}"


def _said(failure: Failure | None) -> str:
    """A failure on one line, every place named."""
    if failure is None:
        return "no route"
    error = failure.error
    places = "; ".join(f"{each.pointer or '(the document)'}: {each.detail.en}" for each in error.errors)
    return f"{error.code.id} at {failure.stage}" + (f": {error.detail}" if error.detail else "") + (
        f" [{places}]" if places else ""
    )  # fmt: skip
