"""Documents that go with a message: a call becomes ``multipart/form-data`` (RFC 7578), streamed, of known length."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from adapters.kit.http import HttpCall, StreamedBody
from hub.core import codes
from hub.core.attachments import AttachmentStream
from hub.core.endpoint import Delivery
from hub.core.errors import ExchangeError, FieldError
from hub.core.values import JsonValue, Text
from hub.reading.document import Location

_FORM: Final = "application/x-www-form-urlencoded"
_ESCAPED: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""RFC 7578 §4.2 and what browsers do: UTF-8, and percent-encoding for what would end the name."""


class Step(NamedTuple):
    """One step on the way to a field."""

    key: str
    is_list: bool
    """Whether the way goes on in each item of a list."""


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """One field that refers to a document, and the part that the document is sent as."""

    field: tuple[Step, ...]
    part: str
    file_name: str
    """A literal, or with ``file_name_is_field`` a field beside the reference; empty for the digest."""
    file_name_is_field: bool
    media_type: str
    """Empty for the one that the document was stored with."""
    location: Location

    @property
    def path(self) -> str:
        """The field as it is written in manifests: ``sheets[].digest``."""
        return ".".join(step.key + ("[]" if step.is_list else "") for step in self.field)


@dataclass(frozen=True, slots=True)
class DocumentsSpec:
    """Which documents an endpoint sends with its messages."""

    message: str
    """The part that holds the message itself; empty where each of its fields is a part of its own."""
    parts: tuple[DocumentSpec, ...]
    location: Location


class _Enclosure(NamedTuple):
    """A document that one message refers to."""

    pointer: str
    digest: str
    part: str
    file_name: str
    media_type: str


async def with_documents(
    call: HttpCall, spec: DocumentsSpec, document: JsonValue, delivery: Delivery
) -> HttpCall:
    """Give a call whose body is a form of the message and the documents that it refers to.

    Nothing has been sent when it raises ExchangeError: a document is lost or the store cannot give it just now, a
    reference or a file name in the message cannot be used, or there is no time left. What fails while the body is
    sent leaves the request without its end.
    """
    begun = asyncio.get_running_loop().time()
    enclosures = [enclosure for each in spec.parts for enclosure in _enclosures(each, document)]
    try:
        async with asyncio.timeout(call.timeout_s):
            opened = [await _open(enclosure, delivery) for enclosure in enclosures]
    except TimeoutError:
        raise ExchangeError(codes.OVERLOADED, "the documents could not be read in time") from None
    boundary = os.urandom(16).hex()
    pieces: list[bytes | AttachmentStream] = []
    for head, content in _message_parts(call, spec.message):
        pieces.append(_head(boundary, head) + content + b"\r\n")
    for enclosure, stream in zip(enclosures, opened, strict=True):
        media_type = enclosure.media_type or stream.media_type
        disposition = f'{_named(enclosure.part)}; filename="{enclosure.file_name.translate(_ESCAPED)}"'
        pieces += (_head(boundary, f"{disposition}\r\nContent-Type: {media_type}"), stream, b"\r\n")
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    size = sum(len(piece) if isinstance(piece, bytes) else piece.size for piece in pieces)
    return replace(
        call,
        headers={**call.headers, "Content-Type": f"multipart/form-data; boundary={boundary}"},
        body=StreamedBody(size, lambda: _chunks(tuple(pieces))),
        timeout_s=call.timeout_s - (asyncio.get_running_loop().time() - begun),
    )


async def _open(enclosure: _Enclosure, delivery: Delivery) -> AttachmentStream:
    try:
        return await delivery.open_attachment(enclosure.digest)
    except ExchangeError as error:
        field = FieldError(enclosure.pointer, error.code.id, error.code.title)
        raise ExchangeError(
            error.code, error.detail, errors=(field,), retry_after_s=error.retry_after_s
        ) from None


async def _chunks(pieces: tuple[bytes | AttachmentStream, ...]) -> AsyncIterator[bytes]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            async for chunk in piece.chunks():
                yield chunk


def _message_parts(call: HttpCall, name: str) -> Iterator[tuple[str, bytes]]:
    """What the call would have carried alone: one part, or a part for each field of a form."""
    if not isinstance(call.body, bytes):
        return
    media_type = call.headers.get("Content-Type", "")
    if not media_type.startswith(_FORM):
        yield f"{_named(name)}\r\nContent-Type: {media_type}", call.body
        return
    for key, value in parse_qsl(call.body.decode("ascii"), keep_blank_values=True):
        yield _named(key), value.encode()


def _head(boundary: str, lines: str) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {lines}\r\n\r\n".encode()


def _named(part: str) -> str:
    return f'name="{part.translate(_ESCAPED)}"'


def _enclosures(spec: DocumentSpec, document: JsonValue) -> Iterator[_Enclosure]:
    for beside, value, pointer in _found(document, spec.field, ""):
        if not isinstance(value, str):
            raise _unusable(pointer, "type", "به سندی اشاره نمی‌کند", "refers to no document")
        file_name = spec.file_name or value
        if spec.file_name_is_field:
            named = beside.get(spec.file_name)
            if not isinstance(named, str) or not named or not named.isprintable():
                above = pointer.rpartition("/")[0]
                raise _unusable(
                    f"{above}/{spec.file_name}", "file-name", "نام پرونده نیست", "is no file name"
                )
            file_name = named
        yield _Enclosure(pointer, value, spec.part, file_name, spec.media_type)


def _found(
    value: JsonValue, field: tuple[Step, ...], pointer: str
) -> Iterator[tuple[dict[str, JsonValue], JsonValue, str]]:
    """Each place that a field's path leads to, with the object it stands in. What is absent is not sent."""
    step, rest = field[0], field[1:]
    if not isinstance(value, dict) or step.key not in value:
        return
    inner, place = value[step.key], f"{pointer}/{step.key.replace('~', '~0').replace('/', '~1')}"
    items = enumerate(inner) if step.is_list and isinstance(inner, list) else ((None, inner),)
    for index, item in items:
        at = place if index is None else f"{place}/{index}"
        if rest:
            yield from _found(item, rest, at)
        else:
            yield value, item, at


def _unusable(pointer: str, rule: str, fa: str, en: str) -> ExchangeError:
    return ExchangeError(codes.MAPPING_OUTPUT_INVALID, errors=(FieldError(pointer, rule, Text(fa, en)),))
