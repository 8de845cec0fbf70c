"""What a partner sends later, read as its manifest declares it (``later_replies`` of an endpoint)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from adapters.kit.http import content_type
from adapters.kit.manifest import EndpointManifest, LaterRepliesSpec, Manifest
from adapters.kit.outcomes import CompileCondition, Outcomes, tracking_code_at
from hub.core import codes
from hub.core.endpoint import LaterReply, LaterReplyForm, OutboundEndpoint
from hub.core.errors import Code, ExchangeError
from hub.core.findings import Finding, LintError
from hub.core.message import JSON, Kind, Message
from hub.core.values import ContractRef, JsonValue
from hub.reading.json_text import JsonTextError, Problem, parse_json

_JSON_CODES: Final[Mapping[Problem, Code]] = {
    Problem.EMPTY: codes.REQUEST_EMPTY,
    Problem.NOT_UTF8: codes.REQUEST_NOT_UTF8,
    Problem.MALFORMED: codes.REQUEST_MALFORMED,
    Problem.DUPLICATE_KEY: codes.REQUEST_DUPLICATE_KEY,
    Problem.BAD_NUMBER: codes.REQUEST_BAD_NUMBER,
    Problem.TOO_DEEP: codes.REQUEST_TOO_DEEP,
}
_SENT_IN: Final[Mapping[str, Code]] = {
    codes.PARTNER_EMPTY.id: codes.REQUEST_EMPTY,
    codes.PARTNER_INVALID.id: codes.REQUEST_INVALID,
}
"""What is wrong with a reply that was fetched, as it is said to whoever sends one in; otherwise it is malformed."""


@runtime_checkable
class ReadsReplies(Protocol):
    """An endpoint that can read a body in its own protocol's form."""

    def read_reply(self, wire: bytes, media_type: str) -> Message:
        """Read a body as if it were the answer to a call. Raises ExchangeError with a partner code."""
        ...


@dataclass(frozen=True, slots=True)
class DeclaredForm:
    """See ``hub.core.endpoint.LaterReplyForm``."""

    contract: ContractRef
    spec: LaterRepliesSpec
    outcomes: Outcomes
    endpoint: ReadsReplies | None
    """None where the body is plain JSON, whatever the endpoint speaks."""

    def read(self, wire: bytes, media_type: str) -> LaterReply:
        """See the port."""
        body = self._json(wire, media_type) if self.endpoint is None else self._own(wire, media_type)
        code = tracking_code_at(body, self.spec.tracking_code)
        if code is None:
            place = "/" + "/".join(self.spec.tracking_code)
            raise ExchangeError(codes.REPLY_NO_CODE, f"a text or a whole number is needed at {place}")
        for key in self.spec.document:
            if not isinstance(body, dict) or key not in body:
                place = "/" + "/".join(self.spec.document)
                raise ExchangeError(codes.REQUEST_INVALID, f"there is nothing at {place}")
            body = body[key]
        message = Message(self.contract, Kind.REPLY, body, wire=wire, media_type=content_type(media_type)[0])
        return LaterReply(code, message)

    def judge(self, reply: Message) -> None:
        """See the port."""
        self.outcomes.judge(reply)

    @staticmethod
    def _json(wire: bytes, media_type: str) -> JsonValue:
        named = content_type(media_type)[0]
        if named != JSON and not named.endswith("+json"):
            raise ExchangeError(codes.REQUEST_MEDIA_TYPE, f"send {JSON}")
        try:
            return parse_json(wire)
        except JsonTextError as error:
            raise ExchangeError(_JSON_CODES[error.problem], str(error)) from None

    def _own(self, wire: bytes, media_type: str) -> JsonValue:
        if not wire:
            raise ExchangeError(codes.REQUEST_EMPTY)
        if self.endpoint is None:
            raise TypeError("only an endpoint has a form of its own")
        try:
            return self.endpoint.read_reply(wire, media_type).body
        except ExchangeError as error:
            if not error.code.id.startswith("partner."):
                raise
            code = _SENT_IN.get(error.code.id, codes.REQUEST_MALFORMED)
            raise ExchangeError(code, error.detail, errors=error.errors) from None


def later_reply_forms(
    manifests: tuple[Manifest, ...],
    endpoints: Mapping[str, OutboundEndpoint],
    compile_condition: CompileCondition,
) -> dict[str, LaterReplyForm]:
    """The forms of all endpoints that answer later, by full name. Raises LintError with all findings."""
    forms: dict[str, LaterReplyForm] = {}
    findings: list[Finding] = []
    for manifest in manifests:
        for name, declared in manifest.endpoints.items():
            if declared.later is None:
                continue
            try:
                forms[name] = _form(
                    manifest, declared, declared.later, endpoints.get(name), compile_condition
                )
            except LintError as error:
                findings.extend(error.findings)
    if findings:
        raise LintError(findings)
    return forms


def _form(
    manifest: Manifest,
    declared: EndpointManifest,
    spec: LaterRepliesSpec,
    endpoint: object,
    compile_condition: CompileCondition,
) -> LaterReplyForm:
    outcomes = Outcomes.of(manifest, spec.outcomes, compile_condition)
    reads: ReadsReplies | None = None
    if not spec.is_json:
        if not isinstance(endpoint, ReadsReplies):
            message = f"the protocol {manifest.protocol} has no form for what is sent in later"
            raise LintError(
                [manifest.finding((*spec.location, "form"), "manifest.later-form", message, "form: json")]
            )
        reads = endpoint
    return DeclaredForm(declared.facts.answer_contract, spec, outcomes, reads)
