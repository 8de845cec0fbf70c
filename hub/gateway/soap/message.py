"""What a SOAP request says: its content, and the headers that the hub understands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from hub.contracts.xml.parsing import Element, is_blank, parse
from hub.core import codes
from hub.core.errors import ExchangeError
from hub.gateway.soap.mtom import unpacked
from hub.gateway.soap.names import (
    EXCHANGE,
    EXCHANGE_NS,
    HEADERS,
    PASSWORD_DIGEST,
    PASSWORD_TEXT,
    WSA_NS,
    WSSE_NS,
)
from hub.gateway.soap.versions import BY_MEDIA_TYPE, VERSION_12, SoapError, SoapVersion
from hub.runtime.codec import essence

_SECURITY: Final = f"{{{WSSE_NS}}}Security"
_NAMES: Final = {"s": WSSE_NS}
_WSA: Final = f"{{{WSA_NS}}}"
_ANONYMOUS: Final = frozenset({f"{WSA_NS}/anonymous", f"{WSA_NS}/none"})
_TRUE: Final = frozenset({"1", "true"})
_MOST_TEXT: Final = 1000
_CHARSET: Final = re.compile(r'charset=["\']?([A-Za-z0-9._-]{1,40})', re.IGNORECASE)
_ACTION: Final = re.compile(r';\s*action="?([^";]*)"?', re.IGNORECASE)


@dataclass(slots=True)
class SoapMessage:
    """One request."""

    version: SoapVersion
    content: Element
    """The one element inside its body."""
    given: dict[str, str] = field(default_factory=dict)
    """What the header ``Exchange`` says, by the names of HTTP headers."""
    message_id: str = ""
    """WS-Addressing's, to be answered as RelatesTo."""
    user: str = ""
    password: str = ""
    """WS-Security's UsernameToken with PasswordText."""
    has_digest: bool = False
    recorded: bytes = b""
    """What is recorded: the bytes that came, or where they held a password, the envelope without it."""
    media_type: str = ""


def version_of(media_type: str) -> SoapVersion | None:
    """The version of SOAP that a Content-Type announces, MTOM's among them; None for anything else."""
    name = essence(media_type)
    if name == "multipart/related":
        announced = re.search(r'start-info="?(text/xml|application/soap\+xml)', media_type)
        return BY_MEDIA_TYPE[announced[1]] if announced is not None else None
    return BY_MEDIA_TYPE.get(name)


def content_of(raw: bytes, media_type: str) -> Element:
    """The content of a message that has been taken once. Raises ExchangeError."""
    version = version_of(media_type)
    if version is None:
        raise ExchangeError(codes.REQUEST_MEDIA_TYPE, f"{media_type[:80]} announces no SOAP")
    _, body = _parts(_envelope(raw, media_type), version)
    return _only_content(body, version)


def read_message(
    raw: bytes, media_type: str, version: SoapVersion, action: str, expected: str
) -> SoapMessage:
    """Read a request. ``action`` is the SOAPAction header, ``expected`` what it must be if it is given.

    Raises ExchangeError: as ``parsing.parse`` does, REQUEST_MALFORMED for what is no such envelope,
    REQUEST_BAD_HEADER for a wrong action or a header that cannot be used; SoapError where SOAP has its own word.
    """
    charset = _CHARSET.search(media_type)
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise ExchangeError(codes.REQUEST_NOT_UTF8)
    root = _envelope(raw, media_type)
    header, body = _parts(root, version)
    message = SoapMessage(version, _only_content(body, version), recorded=raw, media_type=media_type)
    _check_action(action, media_type, version, expected)
    for block in header if header is not None else ():
        _take_header(block, message)
    if header is not None and header.find(_SECURITY) is not None:
        _leave_security_out(root, header, message)
    return message


def _envelope(raw: bytes, media_type: str) -> Element:
    if essence(media_type) == "multipart/related":
        return unpacked(raw, media_type)
    return parse(raw)


def _parts(root: Element, version: SoapVersion) -> tuple[Element | None, Element]:
    if root.tag != version.envelope:
        if etree.QName(root).localname == "Envelope":
            raise SoapError(
                codes.REQUEST_MALFORMED,
                "VersionMismatch",
                f"{version.media_type} goes with {version.namespace}",
            )
        raise ExchangeError(codes.REQUEST_MALFORMED, "the message is no SOAP envelope")
    parts = list(root)
    header = parts.pop(0) if parts and parts[0].tag == version.tag("Header") else None
    if not parts or parts[0].tag != version.tag("Body"):
        raise ExchangeError(codes.REQUEST_MALFORMED, "the envelope has no body")
    return header, parts[0]


def _only_content(body: Element, version: SoapVersion) -> Element:
    if not len(body):
        raise ExchangeError(codes.REQUEST_EMPTY, "the envelope's body is empty")
    if len(body) > 1 or not is_blank(body.text) or not is_blank(body[0].tail):
        raise ExchangeError(codes.REQUEST_MALFORMED, "the envelope's body must hold one element")
    if body[0].tag == version.tag("Fault"):
        raise ExchangeError(codes.REQUEST_MALFORMED, "a fault is no request")
    return body[0]


def _check_action(action: str, media_type: str, version: SoapVersion, expected: str) -> None:
    """An action may be left out: what is asked for is told by the content's name."""
    if version is VERSION_12:
        found = _ACTION.search(media_type)
        action = found[1] if found is not None else ""
    given = action.strip().strip('"')
    if given and given != expected:
        raise ExchangeError(codes.REQUEST_BAD_HEADER, f"the SOAP action of this operation is {expected}")


def _take_header(block: Element, message: SoapMessage) -> None:
    version = message.version
    if block.get(version.role, "").strip() not in version.ours:
        return
    if block.tag == EXCHANGE:
        message.given = dict(_exchange_fields(block))
    elif block.tag == _SECURITY:
        _take_credentials(block, message)
    elif str(block.tag).startswith(_WSA):
        _take_address(block, message)
    elif block.get(version.tag("mustUnderstand"), "").strip() in _TRUE:
        name = etree.QName(block)
        detail = f"the header {{{name.namespace or ''}}}{name.localname} is not understood"
        raise SoapError(codes.REQUEST_BAD_HEADER, "MustUnderstand", detail[:200])


def _exchange_fields(block: Element) -> Iterator[tuple[str, str]]:
    for child in block:
        name = HEADERS.get(str(child.tag).removeprefix(f"{{{EXCHANGE_NS}}}"))
        if name is None or len(child) or len(child.text or "") > _MOST_TEXT:
            known = ", ".join(HEADERS)
            raise ExchangeError(codes.REQUEST_BAD_HEADER, f"the header Exchange may hold {known}")
        if child.text and child.text.strip():
            yield name, child.text.strip()


def _take_credentials(block: Element, message: SoapMessage) -> None:
    """UsernameToken with PasswordText. A digest is of a password, and the hub keeps no key that it could digest."""
    password = block.find("s:UsernameToken/s:Password", _NAMES)
    if password is None:
        return
    kind = password.get("Type", PASSWORD_TEXT)
    message.has_digest = kind == PASSWORD_DIGEST
    if kind == PASSWORD_TEXT:
        message.user = (block.findtext("s:UsernameToken/s:Username", "", _NAMES) or "").strip()
        message.password = (password.text or "").strip()


def _take_address(block: Element, message: SoapMessage) -> None:
    name = etree.QName(block).localname
    if name == "MessageID":
        message.message_id = (block.text or "").strip()[:_MOST_TEXT]
    elif name in {"ReplyTo", "FaultTo"}:
        address = (block.findtext(f"{_WSA}Address") or "").strip()
        if address not in _ANONYMOUS:
            raise ExchangeError(codes.REQUEST_BAD_HEADER, f"WS-Addressing's {name} must be anonymous here")


def _leave_security_out(root: Element, header: Element, message: SoapMessage) -> None:
    """A password is never recorded: what is, is the envelope without the header that holds it."""
    for block in header.findall(_SECURITY):
        header.remove(block)
    message.recorded = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    message.media_type = f"{message.version.media_type}; charset=utf-8"


def http_headers_of(given: Mapping[str, str]) -> Iterator[tuple[bytes, bytes]]:
    """What the header ``Exchange`` says, as HTTP headers."""
    for name, text in given.items():
        yield name.encode(), text.encode()
