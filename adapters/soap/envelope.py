"""SOAP envelopes: what goes around a request, and what comes out of a reply, safely."""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from adapters.soap.sources import Element, safe_parser
from hub.core import codes
from hub.core.errors import ExchangeError

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"

_PROLOG: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:<\?xml[ \t\r\n][^>]{0,200}\?>)?(?:[ \t\r\n]+|<!--(?:(?!-->).){0,10000}-->)*+(?=<)",
    re.DOTALL,
)
_FAULT_CODE: Final = re.compile(r"[A-Za-z0-9._:/#-]{1,100}\Z")
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two versions of SOAP, with the tags of its elements."""

    namespace: str
    media_type: str
    envelope: str
    body: str
    fault: str


def _version(namespace: str, media_type: str) -> Version:
    return Version(
        namespace, media_type, *(f"{{{namespace}}}{name}" for name in ("Envelope", "Body", "Fault"))
    )


VERSION_11: Final = _version(SOAP_11, "text/xml")
VERSION_12: Final = _version(SOAP_12, "application/soap+xml")
_ENVELOPES: Final = {version.envelope: version for version in (VERSION_11, VERSION_12)}

_parser: Final = safe_parser()
_utf8_parser: Final = safe_parser("utf-8")


def content(wire: bytes, charset: str, version: Version) -> Element:
    """Give the one element inside a reply's body.

    Raises ExchangeError: ``partner.reply_unsafe`` for a document type, a processing instruction or absurd
    nesting; ``partner.reply_malformed`` for whatever else is no envelope of this version with one element in
    its body; ``partner.fault``, with the fault's code as a fact and none of its free text, for a fault.
    """
    root = _parsed(wire, charset)
    spoken = _ENVELOPES.get(root.tag)
    if spoken is None:
        raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is no SOAP envelope")
    body = root[-1] if len(root) else None
    if body is None or body.tag != spoken.body or len(body) != 1:
        raise ExchangeError(codes.PARTNER_MALFORMED, "the reply has no body with a single element at its end")
    element = body[0]
    if element.tag == spoken.fault:
        raise _fault(element)
    if spoken is not version:
        raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is of another version of SOAP")
    return element


def _parsed(wire: bytes, charset: str) -> Element:
    prolog = _PROLOG.match(wire)
    if prolog is None:
        raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is not XML")
    begin = prolog.end()
    if wire.startswith(b"<!", begin) or wire.startswith(b"<?", begin):
        raise ExchangeError(codes.PARTNER_UNSAFE, "the reply declares a document type or an instruction")
    if charset and charset not in _UTF8:
        raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is not called UTF-8")
    try:
        root = etree.fromstring(wire, _utf8_parser if charset else _parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:  # type: ignore[attr-defined] # missing in lxml-stubs
            raise ExchangeError(codes.PARTNER_UNSAFE, "the reply is nested too deeply") from None
        raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is not well-formed XML") from None
    if wire.find(b"<?", begin) >= 0 and _has_instruction(root):
        raise ExchangeError(codes.PARTNER_UNSAFE, "the reply holds a processing instruction")
    return root


def _has_instruction(root: Element) -> bool:
    return root.getnext() is not None or any(True for _ in root.iter(etree.ProcessingInstruction))


def _fault(fault: Element) -> ExchangeError:
    """What a fault says that is safe to keep: its code, without the prefix."""
    if fault.tag.startswith(f"{{{SOAP_12}}}"):
        found = fault.findtext(f"{{{SOAP_12}}}Code/{{{SOAP_12}}}Value")
        deeper = fault.findtext(f"{{{SOAP_12}}}Code/{{{SOAP_12}}}Subcode/{{{SOAP_12}}}Value")
    else:
        found, deeper = fault.findtext("faultcode"), None
    facts = {"fault_code": _code(found)}
    if deeper is not None:
        facts["fault_subcode"] = _code(deeper)
    return ExchangeError(codes.PARTNER_FAULT, facts=facts)


def _code(text: str | None) -> str:
    name = (text or "").strip().rpartition(":")[2]
    return name if _FAULT_CODE.match(name) else "unreadable"
