"""A document's bytes as they come in over HTTP: bounded in time, never held."""

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.gateway.http import Receive, bad_header

SLOWEST_BYTES_PER_S: Final = 1024
WATCHED_S: Final = 30.0
"""Who sends, over that time, less than the slowest allowed is told to come back."""
_CLOSE: Final = {"Connection": "close"}
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}\Z", re.ASCII)
_OCTETS: Final = "application/octet-stream"
_SHA256: Final = re.compile(r"(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/=]*):", re.ASCII)
_DIGEST_BYTES: Final = 32


async def arriving(receive: Receive, pause_s: float) -> AsyncIterator[bytes]:
    """The request's body, piece by piece.

    Raises ExchangeError: REQUEST_TIMEOUT where it pauses too long or drips, REQUEST_INCOMPLETE where it breaks off.
    """
    loop = asyncio.get_running_loop()
    since, came = loop.time(), 0
    more = True
    while more:
        try:
            async with asyncio.timeout(pause_s):
                message = await receive()
        except TimeoutError:
            raise ExchangeError(codes.REQUEST_TIMEOUT, headers=_CLOSE) from None
        if message["type"] == "http.disconnect":
            raise ExchangeError(codes.REQUEST_INCOMPLETE)
        more = message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        came += len(chunk)
        if loop.time() - since > WATCHED_S:
            if more and came < SLOWEST_BYTES_PER_S * WATCHED_S:
                raise ExchangeError(codes.REQUEST_TIMEOUT, "it comes too slowly", headers=_CLOSE)
            since, came = loop.time(), 0
        if chunk:
            yield chunk


def media_type_of(text: str) -> str:
    """A media type without its parameters. Raises ExchangeError for what is none."""
    essence = text.partition(";")[0].strip().lower()
    if not essence:
        return _OCTETS
    if _MEDIA_TYPE.match(essence) is None:
        raise bad_header("Content-Type", "نوع رسانه نیست", "is no media type")
    return essence


def stated_digest(headers: Mapping[bytes, bytes]) -> str:
    """The SHA-256, in hex, that Content-Digest or Repr-Digest states (RFC 9530); empty where none does.

    Raises ExchangeError for one that is unreadable, and where the two differ.
    """
    found = set()
    for name in (b"content-digest", b"repr-digest"):
        match = _SHA256.search(headers.get(name, b"").decode("latin-1"))
        if match is not None:
            found.add(_decoded(match[1], name.decode().title()))
    if len(found) > 1:
        raise ExchangeError(codes.DOCUMENT_DIGEST, "Content-Digest and Repr-Digest differ")
    return found.pop() if found else ""


def _decoded(text: str, name: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != _DIGEST_BYTES:
        raise bad_header(name, "چکیده‌ی SHA-256 نیست", "holds no SHA-256 digest")
    return raw.hex()


class FormFile:
    """The one file of a multipart/form-data body, streamed. ``media_type`` is known once the first piece has come."""

    def __init__(self, content_type: bytes) -> None:
        """Raises ExchangeError for a body without a usable boundary."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise ExchangeError(codes.REQUEST_MEDIA_TYPE, "multipart/form-data needs a boundary")
        self.media_type = _OCTETS
        self._files = 0
        self._is_file = self._is_over = False
        self._ready: list[bytes] = []
        self._field, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._field_comes,
                "on_header_value": self._value_comes,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data_comes,
                "on_end": self._ends,
            },
        )

    async def content(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The file's content. Raises ExchangeError: no file, a second one, no such form, and what ``body`` raises."""
        async for chunk in body:
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise ExchangeError(
                    codes.REQUEST_MALFORMED, "this is no multipart/form-data", headers=_CLOSE
                ) from None
            if self._files > 1:
                raise ExchangeError(codes.REQUEST_MALFORMED, "send one file at a time", headers=_CLOSE)
            ready, self._ready = self._ready, []
            for piece in ready:
                yield piece
        if not self._is_over or not self._files:
            raise ExchangeError(codes.REQUEST_MALFORMED, "the form holds no whole file")

    def _part_begins(self) -> None:
        self._headers, self._is_file = {}, False

    def _field_comes(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _value_comes(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._is_file = b"filename" in options or b"filename*" in options
        if self._is_file:
            self._files += 1
            self.media_type = media_type_of(self._headers.get(b"content-type", b"").decode("latin-1"))

    def _data_comes(self, data: bytes, start: int, end: int) -> None:
        if self._is_file and self._files == 1:
            self._ready.append(data[start:end])

    def _ends(self) -> None:
        self._is_over = True
