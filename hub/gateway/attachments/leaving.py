"""A document's bytes as they go out over HTTP: whole or a range, to whoever may have them."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Mapping
from typing import Final

from hub.core import codes
from hub.core.attachments import Attachment
from hub.core.errors import ExchangeError
from hub.gateway.http import Send
from hub.gateway.problem import Headers

_SLICE_BYTES: Final = 64 * 1024
_RANGE: Final = re.compile(r"bytes=\s*([0-9]{0,15})-([0-9]{0,15})\s*\Z", re.ASCII)


def etag_of(attachment: Attachment) -> str:
    """A strong validator: the content's own digest."""
    return f'"{attachment.digest}"'


def is_fresh(headers: Mapping[bytes, bytes], attachment: Attachment) -> bool:
    """Whether If-None-Match says that the caller has it already (RFC 9110 §13.1.2)."""
    asked = headers.get(b"if-none-match", b"").decode("latin-1")
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return "*" in tags or etag_of(attachment) in tags


def wanted_range(headers: Mapping[bytes, bytes], attachment: Attachment) -> tuple[int, int] | None:
    """From where to where (end excluded) the caller wants it; None for all of it.

    Several ranges, other units and an If-Range for another content are passed over, as RFC 9110 §14.2 allows.
    Raises ExchangeError DOCUMENT_RANGE.
    """
    match = _RANGE.match(headers.get(b"range", b"").decode("latin-1"))
    condition = headers.get(b"if-range", b"").decode("latin-1").strip()
    if match is None or (condition and condition != etag_of(attachment)) or not (match[1] or match[2]):
        return None
    size = attachment.size
    if not match[1]:
        start, stop = max(size - int(match[2]), 0), size
        is_possible = int(match[2]) > 0 and size > 0
    else:
        start, stop = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
        is_possible = start < stop
    if not is_possible:
        raise ExchangeError(codes.DOCUMENT_RANGE, headers={"Content-Range": f"bytes */{size}"})
    return start, stop


def headers_for(attachment: Attachment, part: tuple[int, int] | None) -> Headers:
    """The headers of an answer that carries it, or a range of it. What a browser is told keeps it from being run."""
    digest = b"sha-256=:" + base64.b64encode(bytes.fromhex(attachment.digest)) + b":"
    start, stop = part or (0, attachment.size)
    headers: Headers = [
        (b"content-type", attachment.media_type.encode("latin-1")),
        (b"content-length", str(stop - start).encode()),
        (b"content-disposition", f'attachment; filename="{attachment.digest}"'.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"sandbox"),
        (b"cache-control", b"private, no-cache"),
        (b"accept-ranges", b"bytes"),
        (b"etag", etag_of(attachment).encode()),
        (b"repr-digest", digest),
    ]
    if part is None:
        headers.append((b"content-digest", digest))
    else:
        headers.append((b"content-range", f"bytes {start}-{stop - 1}/{attachment.size}".encode()))
    return headers


async def send_stream(
    send: Send, status: int, headers: Headers, chunks: AsyncIterator[bytes], pause_s: float
) -> None:
    """Send an answer as it is read. Raises TimeoutError where its reader takes nothing for too long.

    Nothing is sent before the first piece could be read; what fails later can only cut the connection.
    """
    first = await anext(chunks, b"")
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await _sliced(send, first, pause_s)
    async for chunk in chunks:
        await _sliced(send, chunk, pause_s)
    await send({"type": "http.response.body", "body": b""})


async def _sliced(send: Send, chunk: bytes, pause_s: float) -> None:
    for start in range(0, len(chunk), _SLICE_BYTES):
        message = {
            "type": "http.response.body",
            "body": chunk[start : start + _SLICE_BYTES],
            "more_body": True,
        }
        async with asyncio.timeout(pause_s):
            await send(message)
