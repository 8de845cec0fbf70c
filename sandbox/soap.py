"""SOAP 1.1 by hand: what the simulated partners read and write, without any WSDL."""

from dataclasses import dataclass
from typing import Any

from lxml import etree

ENVELOPE_NAMESPACE = "http://schemas.xmlsoap.org/soap/envelope/"
CONTENT_TYPE = "text/xml; charset=utf-8"

_ENVELOPE = f"{{{ENVELOPE_NAMESPACE}}}Envelope"
_HEADER = f"{{{ENVELOPE_NAMESPACE}}}Header"
_BODY = f"{{{ENVELOPE_NAMESPACE}}}Body"


class SoapFaultError(Exception):
    """A call that the partner's SOAP stack answers with a fault; ``code`` is ``Client`` or ``Server``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class SoapCall:
    """One SOAP call as it came in: the payload (first child of the body) and the header, if any."""

    payload: etree._Element
    header: etree._Element | None

    @property
    def operation(self) -> str:
        """The payload's local name."""
        return etree.QName(self.payload).localname

    @property
    def namespace(self) -> str:
        """The payload's namespace, empty when it has none."""
        return etree.QName(self.payload).namespace or ""


def parse_document(body: bytes) -> etree._Element:
    """The root of an XML document; a DOCTYPE, an entity or malformed XML raises SoapFaultError.

    Nothing outside the document is ever read.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SoapFaultError("Client", f"malformed XML: {error}") from error
    document: Any = root.getroottree().docinfo  # lxml-stubs leaves DocInfo empty
    if document.doctype:
        raise SoapFaultError("Client", "a document type declaration is not allowed")
    return root


def parse_call(body: bytes) -> SoapCall:
    """The SOAP 1.1 call in a request body; anything else raises SoapFaultError."""
    root = parse_document(body)
    if root.tag != _ENVELOPE:
        raise SoapFaultError("VersionMismatch", "a SOAP 1.1 envelope is expected")
    soap_body = root.find(_BODY)
    payload = None if soap_body is None else next(soap_body.iterchildren(tag=etree.Element), None)
    if payload is None:
        raise SoapFaultError("Client", "the SOAP body is empty")
    return SoapCall(payload=payload, header=root.find(_HEADER))


def envelope(payload: etree._Element) -> bytes:
    """The SOAP 1.1 message that carries a payload, as UTF-8 with an XML declaration."""
    root = etree.Element(_ENVELOPE, nsmap={"soap": ENVELOPE_NAMESPACE})
    etree.SubElement(root, _BODY).append(payload)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def fault(code: str, text: str) -> bytes:
    """A SOAP 1.1 fault message."""
    payload = etree.Element(f"{{{ENVELOPE_NAMESPACE}}}Fault", nsmap={"soap": ENVELOPE_NAMESPACE})
    etree.SubElement(payload, "faultcode").text = f"soap:{code}"
    etree.SubElement(payload, "faultstring").text = text
    return envelope(payload)


def text_of(parent: etree._Element | None, tag: str) -> str:
    """The stripped text of a direct child, empty when the child or its text is missing."""
    if parent is None:
        return ""
    return (parent.findtext(tag) or "").strip()
