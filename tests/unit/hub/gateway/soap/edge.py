"""A hub's SOAP edge over the engine with its fakes."""

import json
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from lxml import etree

from hub.contracts.validator import SchemaValidator
from hub.contracts.xml.binding import XmlBinding
from hub.core.contract import Contract, Pattern, Schema
from hub.core.message import Kind
from hub.gateway.app import front_door
from hub.gateway.exchange_path import ExchangePath
from hub.gateway.http import HttpLimits
from hub.gateway.queries import Queries
from hub.gateway.soap.codec import recorded_requests
from hub.gateway.soap.soap_path import SoapPath
from hub.security.access import Access
from tests.fakes.observer import FakeObserver
from tests.unit.hub.gateway.asgi import ask
from tests.unit.hub.runtime.engine import Engine, contract, engine

NS = "urn:peyvand:contract:deeds.inquiry:v1"
SOAP_11, SOAP_12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
TYPE_11, TYPE_12 = "text/xml; charset=utf-8", "application/soap+xml; charset=utf-8"
PROBLEM, EXCHANGE = "{urn:peyvand:problem:v1}", "{urn:peyvand:exchange:v1}"
PATH = "/soap/deeds.inquiry/v1"
GOOD = f'<Inquiry xmlns="{NS}"><request><note>17</note></request></Inquiry>'
_SCHEMAS = {
    Kind.REQUEST: {
        "type": "object",
        "required": ["note"],
        "additionalProperties": False,
        "properties": {"note": {"type": "integer"}, "image": {"type": "string", "contentEncoding": "base64"}},
    },
    Kind.REPLY: {"type": "object", "required": ["owner"], "properties": {"owner": {"type": "string"}}},
}


def with_schemas(pattern: Pattern = Pattern.REQUEST_REPLY) -> Contract:
    """The engine's contract, with schemas and their XML form."""
    made = contract(pattern=pattern)
    versions = {}
    for number, version in made.versions.items():
        schemas = {
            kind: Schema(source, (text := json.dumps(source).encode()), SchemaValidator(text))
            for kind, source in _SCHEMAS.items()
        }
        form = XmlBinding(version.ref, _SCHEMAS)
        versions[number] = replace(version, schemas=schemas, bind=lambda form=form: (form, ""))
    return replace(made, versions=MappingProxyType(versions))


def envelope(content: str = GOOD, header: str = "", soap: str = SOAP_11) -> bytes:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{soap}">{head}<s:Body>{content}</s:Body></s:Envelope>'.encode()


@dataclass
class Told:
    """An answer, read."""

    status: int
    headers: Any
    body: bytes

    @property
    def root(self) -> Any:
        return etree.fromstring(self.body)

    @property
    def content(self) -> Any:
        return self.root[-1][0]

    @property
    def fault(self) -> str:
        """The fault's code without its prefix."""
        found = self.content.findtext("faultcode") or self.content.findtext(f".//{{{SOAP_12}}}Value")
        return found.removeprefix("S:")

    def problem(self, name: str) -> str | None:
        return self.root.findtext(f".//{PROBLEM}Problem/{PROBLEM}{name}")

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [
            (error.findtext(f"{PROBLEM}Pointer"), error.findtext(f"{PROBLEM}Code"))
            for error in self.root.iter(f"{PROBLEM}Error")
        ]


async def told(app: Any, method: str, address: str, headers: Any = (), body: bytes = b"") -> Told:
    path, _, query = address.partition("?")
    answer = await ask(app, method, path, headers=headers, chunks=(body,), query=query)
    return Told(answer.status, answer.headers, answer.body)


class SoapEdge:
    def __init__(
        self, hub: Engine | None = None, *, max_in_flight: int = 10, limits: HttpLimits | None = None
    ) -> None:
        self.hub = hub or engine(contract_=with_schemas())
        self.rest = ExchangePath(self.hub.pipeline, FakeObserver(), limits or HttpLimits(), max_in_flight)
        access = self.hub.pipeline._access
        assert isinstance(access, Access)
        queries = Queries(access, self.hub.recorder, self.hub.waiters, self.hub.configuration)
        self.hub.workers._recorded = recorded_requests(self.hub.pipeline.limits)
        soap = SoapPath(self.hub.pipeline, access, self.rest, queries.soap)
        self.app = front_door(self.rest, queries.router(), soap)

    async def post(
        self,
        body: bytes | None = None,
        *more: tuple[str, str],
        path: str = PATH,
        type_: str = TYPE_11,
        authorization: str | None = None,
    ) -> Told:
        given = f"Bearer {self.hub.key}" if authorization is None else authorization
        headers = [("Content-Type", type_), *more]
        if given:
            headers.append(("Authorization", given))
        return await told(self.app, "POST", path, headers, envelope() if body is None else body)
