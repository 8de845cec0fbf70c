"""The endpoint of ``wsdl/shapes.wsdl`` without a partner: what it would send, and what it makes of a reply."""

from pathlib import Path

from adapters.kit.http import HttpCall, HttpReply
from adapters.kit.partner import Access
from adapters.soap.operation import SoapOperation
from adapters.soap.protocol import compiled
from adapters.soap.section import SoapEndpoint
from adapters.soap.wsdl import Wsdl
from hub.core.endpoint import Delivery
from hub.core.message import Kind, Message
from hub.core.values import ContractRef, JsonValue

FOLDER = Path(__file__).parent / "wsdl"
WSDL = FOLDER / "shapes.wsdl"
CONTRACT = ContractRef.parse("shapes.ask@1.0")
E11, E12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
LEAST = {"flag": True, "level": 3, "person": "علی"}
ACCESS = Access("http://127.0.0.1:1/base", {"terminal": "7", "secret": "ک<&>۱"}, {"X-Key": "k"})


def operation(section: SoapEndpoint, access: Access = ACCESS) -> SoapOperation:
    wsdl = Wsdl(WSDL, FOLDER, FOLDER)
    found = wsdl.operation(section.operation, section.port)
    validator = wsdl.validator() if section.validate_replies else None
    return compiled(CONTRACT, section, found, validator).bind(access)


ELEVEN = operation(SoapEndpoint(operation="Ask", port="Eleven"))
TWELVE = operation(SoapEndpoint(operation="Ask", port="Twelve"))
UNVALIDATED = operation(SoapEndpoint(operation="Ask", port="Eleven", validate_replies=False))


def sent(document: JsonValue, by: SoapOperation = ELEVEN) -> HttpCall:
    return by.encode(Message(CONTRACT, Kind.REQUEST, document), Delivery("e", "m", 1, 2.5))


def answer(inner: str, attributes: str = "") -> bytes:
    return envelope(f'<a:Answer xmlns:a="urn:shapes:a"{attributes}>{inner}</a:Answer>')


def envelope(body: str, namespace: str = E11) -> bytes:
    return f'<e:Envelope xmlns:e="{namespace}"><e:Body>{body}</e:Body></e:Envelope>'.encode()


def read(wire: bytes, by: SoapOperation = ELEVEN, *, status: int = 200, charset: str = "utf-8") -> JsonValue:
    return by.decode(HttpReply(status, "text/xml", charset, wire)).body
