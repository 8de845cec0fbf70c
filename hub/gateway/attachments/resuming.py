"""Uploads that can be resumed: tus 1.0.0 with creation, creation-with-upload, checksum, expiration and termination."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from hub.core import codes
from hub.core.attachments import Upload
from hub.core.errors import ExchangeError
from hub.core.ports import ClientRecord
from hub.core.values import US_PER_S
from hub.gateway.attachments.arriving import arriving, media_type_of
from hub.gateway.http import Receive, Scope, Send, bad_header, headers_of, send_answer
from hub.gateway.problem import Headers
from hub.runtime.uploads import Uploads
from hub.store.claim_check import Hash

VERSION: Final = b"1.0.0"
_EXTENSIONS: Final = b"creation,creation-with-upload,checksum,expiration,termination"
_PIECE: Final = b"application/offset+octet-stream"
_NUMBER: Final = re.compile(rb"[0-9]{1,15}\Z")
_ALGORITHMS: Final[Mapping[str, Callable[[], Hash]]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),  # the protocol asks for it: against mishaps only
    "sha256": hashlib.sha256,
}
_PLACE: Final = "/attachments/uploads/"


class Resuming:
    """The protocol's requests. Raises ExchangeError, NotRecordedError; answers nothing then."""

    def __init__(self, uploads: Uploads, pause_s: float) -> None:
        self._uploads = uploads
        self._pause_s = pause_s

    @staticmethod
    def common(headers: Mapping[bytes, bytes]) -> Headers:
        """What every answer to a request of this protocol carries."""
        return [(b"tus-resumable", VERSION)] if b"tus-resumable" in headers else []

    async def describe(self, send: Send) -> None:
        """``OPTIONS``: what is offered."""
        headers: Headers = [
            (b"tus-resumable", VERSION),
            (b"tus-version", VERSION),
            (b"tus-extension", _EXTENSIONS),
            (b"tus-max-size", str(self._uploads.limits.document_bytes).encode()),
            (b"tus-checksum-algorithm", ",".join(_ALGORITHMS).encode()),
        ]
        await send_answer(send, 204, headers, b"")

    async def create(self, scope: Scope, receive: Receive, send: Send, client: ClientRecord) -> None:
        """``POST /attachments`` with ``Tus-Resumable``: a new upload, perhaps with its first piece."""
        headers = headers_of(scope)
        _check_version(headers)
        size = _number(headers, "Upload-Length")
        metadata = _metadata(headers)
        media_type = media_type_of(metadata.get("filetype") or metadata.get("content_type") or "")
        upload = await self._uploads.begin(client, size, media_type)
        if size == 0 or headers.get(b"content-type", b"") == _PIECE:
            upload = await self._append(headers, receive, upload, 0)
        answer = [(b"location", f"{_PLACE}{upload.id}".encode()), *_standing(upload)]
        await send_answer(send, 201, answer, b"")

    async def serve(
        self, scope: Scope, receive: Receive, send: Send, client: ClientRecord, upload_id: str
    ) -> None:
        """``HEAD``, ``PATCH`` and ``DELETE`` of an upload."""
        headers, method = headers_of(scope), scope["method"]
        if method not in {"HEAD", "PATCH", "DELETE"}:
            raise ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": "HEAD, PATCH, DELETE"})
        _check_version(headers)
        if method == "DELETE":
            await self._uploads.abandon(upload_id, client)
            await send_answer(send, 204, [(b"tus-resumable", VERSION)], b"")
            return
        upload = await self._uploads.find(upload_id, client)
        if method == "PATCH":
            if headers.get(b"content-type", b"").lower() != _PIECE:
                raise ExchangeError(codes.REQUEST_MEDIA_TYPE, f"a piece is {_PIECE.decode()}")
            offset = _number(headers, "Upload-Offset")
            if upload.digest or upload.offset != offset:
                raise ExchangeError(codes.UPLOAD_OFFSET, "ask where it stands with HEAD")
            upload = await self._append(headers, receive, upload, offset)
            await send_answer(send, 204, _standing(upload), b"")
            return
        answer = [
            *_standing(upload),
            (b"upload-length", str(upload.size).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send_answer(send, 200, answer, b"")

    async def _append(
        self, headers: Mapping[bytes, bytes], receive: Receive, upload: Upload, offset: int
    ) -> Upload:
        body = arriving(receive, self._pause_s)
        return await self._uploads.append(upload, offset, body, checksum=_checksum(headers))


def _standing(upload: Upload) -> Headers:
    """Where an upload stands; once it is complete, where its document is and what it is."""
    offset = upload.size if upload.digest else upload.offset
    until = datetime.fromtimestamp(upload.until_us // US_PER_S, UTC)
    headers: Headers = [
        (b"tus-resumable", VERSION),
        (b"upload-offset", str(offset).encode()),
        (b"upload-expires", format_datetime(until, usegmt=True).encode()),
    ]
    if upload.digest:
        digest = base64.b64encode(bytes.fromhex(upload.digest))
        headers += [
            (b"content-location", f"/attachments/{upload.digest}".encode()),
            (b"repr-digest", b"sha-256=:" + digest + b":"),
        ]
    return headers


def _check_version(headers: Mapping[bytes, bytes]) -> None:
    if headers.get(b"tus-resumable") != VERSION:
        raise ExchangeError(codes.UPLOAD_PROTOCOL, headers={"Tus-Version": VERSION.decode()})


def _number(headers: Mapping[bytes, bytes], name: str) -> int:
    value = headers.get(name.lower().encode(), b"")
    if _NUMBER.match(value) is None:
        raise bad_header(name, "شمار بایت‌ها لازم است", "a number of bytes is needed")
    return int(value)


def _metadata(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """The values of Upload-Metadata that are text. Names of files are not kept: they may be about persons."""
    found: dict[str, str] = {}
    for pair in headers.get(b"upload-metadata", b"").decode("latin-1").split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise bad_header("Upload-Metadata", "خوانا نیست", "is not readable") from None
    return found


def _checksum(headers: Mapping[bytes, bytes]) -> tuple[Hash, str] | None:
    text = headers.get(b"upload-checksum", b"").decode("latin-1")
    if not text:
        return None
    name, _, value = text.partition(" ")
    try:
        return _ALGORITHMS[name](), base64.b64decode(value, validate=True).hex()
    except (KeyError, binascii.Error):
        rule = f"one of {', '.join(_ALGORITHMS)} and a digest in base64"
        raise bad_header("Upload-Checksum", "الگوریتم و چکیده لازم است", rule) from None
