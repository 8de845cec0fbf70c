"""``POST /attachments``, ``GET /attachments/{digest}``, and uploads that can be resumed, on bare ASGI."""

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any, Final

import orjson

from hub.core import codes
from hub.core.attachments import Upload
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.evidence import BodyReading, BodyReadings
from hub.core.ports import ClientRecord, DocumentDamagedError, DocumentMissingError
from hub.core.values import now_us
from hub.gateway.admission import Admission
from hub.gateway.attachments.arriving import FormFile, arriving, media_type_of, stated_digest
from hub.gateway.attachments.leaving import headers_for, is_fresh, send_stream, wanted_range
from hub.gateway.attachments.resuming import Resuming
from hub.gateway.http import Receive, Scope, Send, headers_of, send_answer, send_problem
from hub.gateway.problem import Headers
from hub.runtime.uploads import Uploads
from hub.security.access import Access
from hub.store.claim_check import SegmentedClaimCheck

PREFIX: Final = "/attachments"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_LENGTH: Final = re.compile(rb"[0-9]{1,15}\Z")


class AttachmentPath:
    """Serves everything below ``/attachments``. Each request holds a segment or two in memory, however large it is."""

    def __init__(
        self,
        access: Access,
        uploads: Uploads,
        claim_check: SegmentedClaimCheck,
        *,
        readings: BodyReadings,
        admission: Admission,
        pause_s: float,
    ) -> None:
        """``pause_s`` is how long either side may pause."""
        self._access = access
        self._uploads = uploads
        self._claim_check = claim_check
        self._readings = readings
        self._admission = admission
        self._pause_s = pause_s
        self._resuming = Resuming(uploads, pause_s)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; every error is a problem."""
        headers = headers_of(scope)
        language = headers.get(b"accept-language", b"")
        refusal = self._admission.enter()
        if refusal is not None:
            await send_problem(send, refusal, language)
            return
        begun = False

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        extra = self._resuming.common(headers)
        try:
            await self._serve(scope, receive, watched)
        except ExchangeError as error:
            await send_problem(send, error, language, extra=extra)
        except NotRecordedError:
            await send_problem(
                send, ExchangeError(codes.NOT_RECORDED, retry_after_s=1), language, extra=extra
            )
        except (DocumentMissingError, DocumentDamagedError):
            if begun:
                raise
            await send_problem(send, ExchangeError(codes.DOCUMENT_LOST), language, extra=extra)
        finally:
            self._admission.leave()

    async def drain(self) -> None:
        """Take nothing new from now on, and wait until nothing is under way."""
        await self._admission.drain()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method, headers = scope["path"], scope["method"], headers_of(scope)
        if method == "OPTIONS":
            await self._resuming.describe(send)
            return
        client = self._access.authenticate(headers.get(b"authorization", b"").decode("latin-1"))
        if path == PREFIX:
            _only(method, "POST")
            if b"tus-resumable" in headers:
                await self._resuming.create(scope, receive, send, client)
            else:
                await self._take(scope, receive, send, client)
        elif path.startswith(f"{PREFIX}/uploads/"):
            await self._resuming.serve(scope, receive, send, client, path.rpartition("/")[2])
        else:
            _only(method, "GET", "HEAD")
            await self._give(scope, send, client, path.removeprefix(f"{PREFIX}/"))

    async def _take(self, scope: Scope, receive: Receive, send: Send, client: ClientRecord) -> None:
        """Take a document in one go; what does not come whole is given up."""
        headers = headers_of(scope)
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise ExchangeError(codes.REQUEST_MEDIA_TYPE, "send the document without a content encoding")
        content_type = headers.get(b"content-type", b"")
        form = FormFile(content_type) if content_type[:10].lower() == b"multipart/" else None
        stated = stated_digest(headers)
        length = headers.get(b"content-length", b"")
        # A form's length is that of all its parts: an upper bound, by which it is judged but not measured.
        most = int(length) if _LENGTH.match(length) else -1
        media_type = media_type_of(content_type.decode("latin-1")) if form is None else ""
        upload = await self._uploads.begin(client, most, media_type, is_exact=form is None)
        body = arriving(receive, self._pause_s)
        try:
            done = await self._uploads.append(
                upload,
                0,
                body if form is None else form.content(body),
                is_last=True,
                stated=stated,
                media_type=None if form is None else lambda: form.media_type,
            )
        except BaseException:
            # Shielded: whoever hangs up must not keep it from being given up.
            await asyncio.shield(self._give_up(upload, client))
            raise
        document = description(done)
        place = str(document["href"]).encode()
        answer: Headers = [(b"content-type", b"application/json"), (b"location", place)]
        await send_answer(send, 201, answer, orjson.dumps(document))

    async def _give_up(self, upload: Upload, client: ClientRecord) -> None:
        try:
            await self._uploads.abandon(upload.id, client)
        except (ExchangeError, NotRecordedError):
            return  # it is gone already, or expires by itself

    async def _give(self, scope: Scope, send: Send, client: ClientRecord, digest: str) -> None:
        headers, is_head = headers_of(scope), scope["method"] == "HEAD"
        found = await self._claim_check.registry.find(digest, client.name) if _DIGEST.match(digest) else None
        if found is None:
            raise ExchangeError(codes.DOCUMENT_UNKNOWN)
        if is_fresh(headers, found):
            kept = [(name, value) for name, value in headers_for(found, None) if name in _OF_304]
            await send_answer(send, 304, kept, b"")
            return
        part = None if is_head else wanted_range(headers, found)
        answer = headers_for(found, part)
        if is_head:
            await send({"type": "http.response.start", "status": 200, "headers": answer})
            await send({"type": "http.response.body", "body": b""})
            return
        reading = BodyReading(now_us(), found.exchange_id, f"client:{client.name}", f"attachment {digest}")
        await self._readings.record([reading])
        chunks = (
            self._claim_check.whole(found) if part is None else self._claim_check.read(found.parts, *part)
        )
        await send_stream(send, 200 if part is None else 206, answer, chunks, self._pause_s)


_OF_304: Final = frozenset({b"etag", b"cache-control"})


def description(upload: Upload) -> dict[str, object]:
    """What a client is told of a document that it has stored: what it puts into its messages."""
    return {
        "digest": upload.digest,
        "size": upload.size,
        "media_type": upload.media_type,
        "href": f"{PREFIX}/{upload.digest}",
    }


def _only(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(allowed)})
