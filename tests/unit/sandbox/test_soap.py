import pytest
from lxml import etree

from sandbox.soap import SoapFaultError, envelope, fault, parse_call, parse_document, text_of

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def message(body: str) -> bytes:
    return f"<s:Envelope xmlns:s='{SOAP}'><s:Body>{body}</s:Body></s:Envelope>".encode()


def test_finds_the_payload_behind_comments() -> None:
    call = parse_call(message("<!-- hello --><a:Ask xmlns:a='urn:a'><b> x </b></a:Ask>"))
    assert (call.operation, call.namespace) == ("Ask", "urn:a")
    assert text_of(call.payload, "b") == "x"


def test_a_payload_without_a_namespace_has_an_empty_one() -> None:
    assert parse_call(message("<Ask/>")).namespace == ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "malformed XML"),
        (b"<a>", "malformed XML"),
        (b"<a/>", "SOAP 1.1 envelope"),
        (message(""), "body is empty"),
        (f"<s:Envelope xmlns:s='{SOAP}'/>".encode(), "body is empty"),
        (b"<!DOCTYPE a><a/>", "document type declaration"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type declaration"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>", "document type declaration"),
    ],
)
def test_faults_on_everything_else(body: bytes, text: str) -> None:
    with pytest.raises(SoapFaultError, match=text):
        parse_call(body)


def test_an_envelope_carries_its_payload() -> None:
    payload = etree.Element("{urn:a}Answer")
    payload.text = "سلام"
    call = parse_call(envelope(payload))
    assert (call.operation, call.payload.text) == ("Answer", "سلام")


def test_a_fault_has_unqualified_children() -> None:
    root = parse_document(fault("Client", "no"))
    assert root.findtext(f".//{{{SOAP}}}Fault/faultcode") == "soap:Client"
    assert root.findtext(f".//{{{SOAP}}}Fault/faultstring") == "no"


def test_a_missing_parent_has_no_text() -> None:
    assert text_of(None, "a") == ""
