"""Errors inside success: replies that are well formed and say that the partner did not do what was asked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from adapters.kit.manifest import EndpointManifest, Manifest, OutcomeSpec
from hub.core import codes
from hub.core.endpoint import Acknowledgement
from hub.core.errors import ExchangeError
from hub.core.expressions import Condition, ExpressionError, ExpressionSyntaxError
from hub.core.findings import Finding, LintError
from hub.core.message import Message
from hub.core.values import JsonValue

LONGEST_TRACKING_CODE = 200


class CompileCondition(Protocol):
    """Compiles a condition on the named variables. Raises ExpressionSyntaxError for a text that is none."""

    def __call__(self, text: str, variables: Collection[str], /) -> Condition: ...


@dataclass(frozen=True, slots=True)
class _Rule:
    holds: Condition
    spec: OutcomeSpec


class Outcomes:
    """What an endpoint's replies mean; the first rule that holds decides."""

    def __init__(self, rules: tuple[_Rule, ...]) -> None:
        self._rules = rules

    @classmethod
    def compile(
        cls, manifest: Manifest, endpoint: EndpointManifest, compile_condition: CompileCondition
    ) -> "Outcomes":
        """Compile what a manifest says of an endpoint. Raises LintError with all findings."""
        return cls.of(manifest, endpoint.outcomes, compile_condition)

    @classmethod
    def of(
        cls, manifest: Manifest, specs: Iterable[OutcomeSpec], compile_condition: CompileCondition
    ) -> "Outcomes":
        """Compile a list of outcomes. Raises LintError with all findings."""
        rules: list[_Rule] = []
        findings: list[Finding] = []
        for spec in specs:
            try:
                rules.append(_Rule(compile_condition(spec.when, ("reply",)), spec))
            except ExpressionSyntaxError as error:
                findings.append(
                    manifest.finding(
                        (*spec.location, "when"), "manifest.condition", error.message, error.hint
                    )
                )
        if findings:
            raise LintError(findings)
        return cls(tuple(rules))

    def judge(self, reply: Message) -> Message | Acknowledgement:
        """Give the reply if it is one, or the acknowledgement that it is.

        Raises ExchangeError: with the code of the rule that holds; or ``partner.reply_invalid`` where a rule
        cannot be evaluated, since then nobody knows what the partner meant.
        """
        if not self._rules:
            return reply
        variables = {"reply": reply.body}
        for rule in self._rules:
            try:
                holds = rule.holds(variables)
            except ExpressionError as error:
                raise _unjudged(rule.spec) from error
            if holds:
                return _meant(rule.spec, reply)
        return reply


def _meant(spec: OutcomeSpec, reply: Message) -> Acknowledgement:
    if spec.code is not None:
        detail = f"{spec.detail.fa} / {spec.detail.en}" if spec.detail else ""
        raise ExchangeError(spec.code, detail, facts={"outcome": spec.location[-1]})
    tracking_code = tracking_code_at(reply.body, spec.tracking_code)
    if tracking_code is None:
        raise ExchangeError(
            codes.PARTNER_INVALID,
            "the acknowledgement has no tracking code",
            facts={"outcome": spec.location[-1]},
        )
    return Acknowledgement(tracking_code, reply.wire, reply.media_type)


def tracking_code_at(document: JsonValue, place: tuple[str, ...]) -> str | None:
    """The partner's tracking code at a place of a document: a text or a whole number; None if there is none."""
    for key in place:
        document = document.get(key) if isinstance(document, dict) else None
    if isinstance(document, bool) or not isinstance(document, str | int):
        return None
    code = str(document)
    return code if 0 < len(code) <= LONGEST_TRACKING_CODE else None


def _unjudged(spec: OutcomeSpec) -> ExchangeError:
    facts = {"outcome": spec.location[-1]}
    return ExchangeError(codes.PARTNER_INVALID, "a condition on the reply cannot be evaluated", facts=facts)
