"""What is compiled writes and reads the same as zeep does, for every WSDL that is in use."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.kit.http import HttpReply
from adapters.soap.protocol import Binder, compiled
from adapters.soap.section import SoapEndpoint
from adapters.soap.wsdl import Wsdl, WsdlOperation
from hub.core.values import ContractRef
from tests.adapters.soap import title_inquiry
from tests.adapters.soap.documents import documents
from tests.adapters.soap.zeep_reference import Reference, as_zeep_tells_it

ADAPTERS = Path(__file__).parents[3] / "adapters"
OPERATIONS = [
    (title_inquiry.WSDL, "TitleInquiry"),
    (ADAPTERS / "registry_office/wsdl/ownership.wsdl", "OwnershipInquiry"),
    (ADAPTERS / "civil_registry/wsdl/estelam3.wsdl", "getEstelam3"),
    *[
        (ADAPTERS / "behpardakht/wsdl/payment.wsdl", f"bp{name}Request")
        for name in ("Pay", "Verify", "Settle", "Inquiry", "Reversal", "VerifySettle")
    ],
]
CONTRACT = ContractRef.parse("any.contract@1.0")


@dataclass(frozen=True)
class Case:
    operation: WsdlOperation
    binder: Binder
    reference: Reference


@cache
def case(wsdl: Path, name: str) -> Case:
    read = Wsdl(wsdl, wsdl.parent, wsdl.parent)
    operation = read.operation(name, None)
    # no validation here: generated texts need not keep to the schemas' patterns
    return Case(
        operation, compiled(CONTRACT, SoapEndpoint(operation=name), operation, None), Reference(wsdl, name)
    )


def canonical(element: etree._Element) -> bytes:
    """The element with every name written out, so that prefixes do not count."""
    out = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        out.append(
            f"{event} {node.tag} {sorted(node.attrib.items())} {node.text or ''!r}"
            if event == "start"
            else "end"
        )
    return "\n".join(out).encode()


@pytest.mark.parametrize(("wsdl", "name"), OPERATIONS, ids=lambda value: getattr(value, "stem", value))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_request_is_what_zeep_would_send(wsdl: Path, name: str, data: Any) -> None:
    this = case(wsdl, name)
    document = data.draw(documents(this.operation.request.shape))
    envelope = etree.fromstring(this.binder.codec.encode("", document))
    assert canonical(envelope[-1][0]) == canonical(this.reference.encode(this.operation.request, document))


@pytest.mark.parametrize(("wsdl", "name"), OPERATIONS, ids=lambda value: getattr(value, "stem", value))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_reply_reads_as_zeep_would_read_it(wsdl: Path, name: str, data: Any) -> None:
    this = case(wsdl, name)
    document = data.draw(documents(this.operation.reply.shape))
    element = this.reference.render_reply(this.operation.reply, document)
    read = this.binder.codec.decode(_reply(element))
    assert as_zeep_tells_it(read) == as_zeep_tells_it(this.reference.decode(this.operation.reply, element))
    assert read == _with_empty_lists(this.operation.reply.shape, document)


def _reply(element: etree._Element) -> HttpReply:
    inner = etree.tostring(element, encoding="unicode")
    envelope = f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{inner}</e:Body></e:Envelope>'
    return HttpReply(200, "text/xml", "utf-8", envelope.encode())


def _with_empty_lists(shape: Any, document: Any) -> Any:
    if not hasattr(shape, "children"):
        return document
    result = dict(document)
    for child in shape.children:
        if child.is_list:
            result[child.key] = [_with_empty_lists(child.shape, item) for item in result.get(child.key, [])]
        elif child.key in result:
            result[child.key] = _with_empty_lists(child.shape, result[child.key])
    return result
