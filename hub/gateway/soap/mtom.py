"""MTOM (SOAP Message Transmission Optimization, with XOP): binary contents as parts of their own."""

import base64
import re
from typing import Final
from urllib.parse import unquote

from hub.contracts.xml.parsing import Element, parse
from hub.core import codes
from hub.core.errors import ExchangeError

_INCLUDE: Final = "{http://www.w3.org/2004/08/xop/include}Include"
_MOST_PARTS: Final = 100
_MOST_HEAD: Final = 4000
_PARAMETER: Final = re.compile(r';\s*([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|([^\s;"]+))')
_BINARY: Final = frozenset({"binary", "8bit", "7bit"})


def unpacked(raw: bytes, media_type: str) -> Element:
    """The message's element, with each part put in, as base64, where it belongs. Raises ExchangeError."""
    parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(media_type)}
    boundary = parameters.get("boundary", "")
    if not boundary or len(boundary) > 200 or parameters.get("type", "").lower() != "application/xop+xml":  # noqa: PLR2004 - RFC 2046 allows 70
        raise ExchangeError(codes.REQUEST_MEDIA_TYPE, "this multipart message is not MTOM's")
    parts = _parts(raw, boundary.encode("latin-1"))
    start = parameters.get("start", "").strip("<>")
    root_id = start if start in parts else next(iter(parts))
    root = parse(parts.pop(root_id))
    for include in list(root.iter(_INCLUDE)):
        _put_in(include, parts)
    return root


def _put_in(include: Element, parts: dict[str, bytes]) -> None:
    place = include.getparent()
    href = include.get("href", "")
    content = parts.get(unquote(href.removeprefix("cid:"))) if href.startswith("cid:") else None
    if place is None or content is None:
        raise ExchangeError(codes.REQUEST_MALFORMED, "a part that the message refers to is not there")
    if len(place) != 1 or (place.text or "").strip() or (include.tail or "").strip():
        raise ExchangeError(codes.REQUEST_MALFORMED, "a part stands beside something else")
    place.remove(include)
    place.text = base64.b64encode(content).decode()


def _parts(raw: bytes, boundary: bytes) -> dict[str, bytes]:
    """All parts by Content-ID, in their order."""
    pieces = (b"\r\n" + raw).split(b"\r\n--" + boundary)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - before, one part, end
        raise ExchangeError(codes.REQUEST_INCOMPLETE, "the message's last part has no end")
    if len(pieces) > _MOST_PARTS:
        raise ExchangeError(codes.REQUEST_TOO_LARGE, f"more than {_MOST_PARTS} parts")
    found: dict[str, bytes] = {}
    for number, piece in enumerate(pieces[1:-1]):
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator or len(head) > _MOST_HEAD:
            raise ExchangeError(codes.REQUEST_MALFORMED, "a part has no head")
        headers = _headers(head)
        encoding = headers.get("content-transfer-encoding", "binary").lower()
        if encoding not in _BINARY:
            raise ExchangeError(codes.REQUEST_MEDIA_TYPE, "parts are sent as binary")
        found[headers.get("content-id", f"#{number}").strip("<>")] = content
    return found


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}
