"""One operation of a partner that speaks JSON over HTTP: documents out, documents in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

import orjson

from adapters.kit.credentials import filled_in
from adapters.kit.http import HttpCall, HttpReply, status_error
from adapters.kit.http_endpoint import delivery_headers
from adapters.kit.partner import Access
from adapters.rest.section import RestEndpoint
from adapters.rest.template import (
    Field,
    Render,
    TemplateError,
    compile_path,
    fields_of,
    find,
    parse_field,
    scalar,
    unusable,
)
from hub.core import codes
from hub.core.endpoint import Delivery
from hub.core.errors import ExchangeError
from hub.core.message import JSON, Kind, Message
from hub.core.values import ContractRef, JsonValue
from hub.reading.json_text import JsonTextError, Problem, parse_json

_UTF8: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})
_NO_CONTENT: Final = frozenset({204, 205})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. Without a field it is ``text``."""

    name: str
    text: str
    field: Field
    may_be_absent: bool


@dataclass(frozen=True, slots=True)
class RestOperation:
    """One operation; ``url`` and ``headers`` are complete once it is bound."""

    contract: ContractRef
    section: RestEndpoint
    path: Render
    parameters: tuple[Parameter, ...]
    used: frozenset[str]
    """The document's keys that go into path and query."""
    readable: frozenset[int]
    reply_types: frozenset[str]
    url: str = ""
    headers: Mapping[str, str] | None = None
    additions: Mapping[str, str] | None = None

    def bind(self, access: Access) -> "RestOperation":
        """Fill address and credentials in."""
        credentials = access.credentials
        own = {name: filled_in(value, credentials) for name, value in self.section.headers.items()}
        headers = {"Accept": JSON, **access.headers, **own}
        if self.section.body == "json":
            headers["Content-Type"] = JSON
        elif self.section.body == "form":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        return replace(
            self,
            url=access.address.rstrip("/"),
            headers=headers,
            additions={name: filled_in(value, credentials) for name, value in self.section.add.items()},
            parameters=tuple(
                replace(parameter, text=filled_in(parameter.text, credentials))
                for parameter in self.parameters
            ),
        )

    def encode(self, message: Message, delivery: Delivery) -> HttpCall:
        """Give the call that carries a document."""
        document = message.body
        url = self.url + self.path(document)
        query = self._query(document)
        return HttpCall(
            self.section.method,
            f"{url}?{query}" if query else url,
            {**(self.headers or {}), **delivery_headers(delivery)},
            _BODIES[self.section.body](self, document),
            delivery.timeout_s,
            self.readable,
        )

    def decode(self, reply: HttpReply) -> Message:
        """Give the document that a reply holds."""
        declared = self.section.replies.get(str(reply.status))
        if isinstance(declared, dict):
            return self._message(declared, reply)
        if declared is None and not 200 <= reply.status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
            raise status_error(reply.status, reply.retry_after)
        if reply.status in _NO_CONTENT or not reply.body:
            raise ExchangeError(codes.PARTNER_EMPTY, facts={"http_status": reply.status})
        media_type = reply.media_type
        if media_type != JSON and not media_type.endswith("+json") and media_type not in self.reply_types:
            raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is not called JSON")
        if reply.charset not in _UTF8:
            raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is not called UTF-8")
        try:
            return self._message(parse_json(reply.body), reply)
        except JsonTextError as error:
            code = codes.PARTNER_UNSAFE if error.problem is Problem.TOO_DEEP else codes.PARTNER_MALFORMED
            raise ExchangeError(code, f"the reply is not acceptable JSON: {error.problem}") from None

    def _message(self, document: JsonValue, reply: HttpReply) -> Message:
        return Message(
            self.contract, Kind.REPLY, document, wire=reply.body, media_type=reply.media_type or JSON
        )

    def _query(self, document: JsonValue) -> str:
        pairs: list[tuple[str, str]] = []
        for parameter in self.parameters:
            if not parameter.field:
                pairs.append((parameter.name, parameter.text))
            elif not parameter.may_be_absent or find(document, parameter.field) is not None:
                pairs.append((parameter.name, scalar(document, parameter.field)))
        return urlencode(pairs)

    def _with_additions(self, document: JsonValue) -> JsonValue:
        if not self.additions:
            return document
        if not isinstance(document, dict):
            raise unusable((), "type", "شیء نیست", "is no object")
        for name in self.additions:
            if name in document:
                raise unusable((name,), "reserved", "کار سامانه است", "is filled in by the hub")
        return {**document, **self.additions}

    def json_body(self, document: JsonValue) -> bytes:
        """Give the document as JSON."""
        return orjson.dumps(self._with_additions(document))

    def form_body(self, document: JsonValue) -> bytes:
        """Give a flat document as a form; a list is a field that is repeated."""
        document = self._with_additions(document)
        if not isinstance(document, dict):
            raise unusable((), "type", "شیء نیست", "is no object")
        pairs: list[tuple[str, str]] = []
        for name, value in document.items():
            items = value if isinstance(value, list) else [value]
            pairs += ((name, scalar({name: item}, (name,))) for item in items)
        return urlencode(pairs).encode("ascii")

    def no_body(self, document: JsonValue) -> None:
        """See that path and query carry the whole document: nothing of it may get lost on the way."""
        for name in document if isinstance(document, dict) else ():
            if name not in self.used:
                raise unusable((name,), "not-carried", "جایی در درخواست ندارد", "has no place in the request")


_BODIES: Mapping[str, Callable[[RestOperation, JsonValue], bytes | None]] = {
    "json": RestOperation.json_body,
    "form": RestOperation.form_body,
    "none": RestOperation.no_body,
}


def compile_operation(contract: ContractRef, section: RestEndpoint) -> RestOperation:
    """Compile a manifest's section. Raises TemplateError."""
    parameters = tuple(_parameter(name, text) for name, text in section.query.items())
    used = [*fields_of(section.path), *(parameter.field for parameter in parameters if parameter.field)]
    return RestOperation(
        contract=contract,
        section=section,
        path=compile_path(section.path),
        parameters=parameters,
        used=frozenset(field[0] for field in used),
        readable=frozenset(int(status) for status in section.replies),
        reply_types=frozenset(section.reply_types),
    )


def _parameter(name: str, text: str) -> Parameter:
    if not (text.startswith("{") and text.endswith("}")):
        if "{" in text or "}" in text:
            raise TemplateError(f"the parameter {name!r} is either a literal or one field")
        return Parameter(name, text, (), may_be_absent=False)
    inner = text[1:-1]
    return Parameter(name, "", parse_field(inner.removesuffix("?")), may_be_absent=inner.endswith("?"))
