"""Reads XML that anybody may have sent: nothing is fetched, expanded or executed, and what means nothing is refused."""

import re
from typing import Any, Final, TypeAlias

from lxml import etree

from hub.core import codes
from hub.core.errors import ExchangeError

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

_PROLOG: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?[ \t\r\n]*+
    (?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.[0-9]["']
       (?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._-]{1,40})["'])?
       (?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](?:yes|no)["'])?
       [ \t\r\n]*\?>)?[ \t\r\n]*+""",
    re.VERBOSE,
)
_UTF8: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_BLANK: Final = " \t\r\n"
_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    dtd_validation=False,
    no_network=True,
    huge_tree=False,
    recover=False,
)


def parse(raw: bytes) -> Element:
    """The document's element.

    Raises ExchangeError: REQUEST_EMPTY, REQUEST_NOT_UTF8, REQUEST_TOO_DEEP, and REQUEST_MALFORMED for what is not
    well-formed and for document types, processing instructions and comments. Details tell line and column, and
    never what stands there (G10).
    """
    prolog = _PROLOG.match(raw)
    begin = prolog.end() if prolog is not None else 0
    if begin == len(raw):
        raise ExchangeError(codes.REQUEST_EMPTY)
    declared = prolog[1] if prolog is not None else None
    if raw.startswith(_UTF16) or (declared is not None and declared.lower() not in _UTF8):
        raise ExchangeError(codes.REQUEST_NOT_UTF8)
    if raw.startswith((b"<!", b"<?"), begin):
        raise _refused("a document type, a comment or an instruction before the document")
    try:
        root = etree.fromstring(raw.lstrip(b" \t\r\n") if raw[:1].isspace() else raw, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _problem(raw, error) from None
    suspicious = raw.find(b"<!", begin) >= 0 or raw.find(b"<?", begin) >= 0
    if suspicious and (root.getnext() is not None or _holds_more_than_elements(root)):
        raise _refused("a comment, an instruction or an entity")
    return root


def is_blank(text: str | None) -> bool:
    """Whether there is nothing between two tags but white space."""
    return text is None or not text.strip(_BLANK)


def attributes_of(element: Element) -> list[tuple[str, str]]:
    """An element's attributes, ``{namespace}name`` and value."""
    found: Any = element.items()  # lxml-stubs leave bytes open, which Python 3 never gets
    return list(found)


def _holds_more_than_elements(root: Element) -> bool:
    return any(True for _ in root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity))


def _refused(what: str) -> ExchangeError:
    return ExchangeError(codes.REQUEST_MALFORMED, f"the message holds {what}")


def _problem(raw: bytes, error: etree.XMLSyntaxError) -> ExchangeError:
    told: Any = error  # lxml-stubs do not know its code
    if told.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return ExchangeError(codes.REQUEST_TOO_DEEP, "nested too deeply, or one text is too long")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return ExchangeError(codes.REQUEST_NOT_UTF8)
    line, column = error.position
    return ExchangeError(codes.REQUEST_MALFORMED, f"this is not well-formed XML, line {line} column {column}")
