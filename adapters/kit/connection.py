"""One keep-alive connection to a partner: a request out, its answer in, as HTTP/1.1 on httptools."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, cast

import httptools

from adapters.kit.http import HttpReply, content_type, status_error
from adapters.kit.unpacking import Unpacker
from hub.core import codes
from hub.core.errors import ExchangeError

HEAD_BYTES: Final = 64 * 1024
"""How long an answer's status line and headers may be, trailers and chunk extensions included."""
_MAY_BE_EMPTY: Final = frozenset({204, 205})
_NO_STATUSES: Final[frozenset[int]] = frozenset()


class Connection(asyncio.Protocol):
    """Carries one call at a time. Used in one event loop.

    ``exchange`` writes a request and gives the future of its answer: an HttpReply, or an ExchangeError whose
    text holds nothing of the reply. Whoever stops waiting calls ``abort``. After an answer ``is_reusable``
    tells whether another request may follow; a connection that is not must be aborted.
    """

    def __init__(self, max_reply_bytes: int) -> None:
        self._limit = max_reply_bytes
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[HttpReply] | None = None
        self._readable = _NO_STATUSES
        self._is_reusable = False
        self._may_write = asyncio.Event()
        self._may_write.set()
        self.idle_since = 0.0

    @property
    def is_reusable(self) -> bool:
        """Whether another request may be sent: nothing is under way, and both sides keep it open."""
        return self._is_reusable and self._transport is not None and not self._transport.is_closing()

    def exchange(self, request: bytes, readable: frozenset[int]) -> "asyncio.Future[HttpReply]":
        """Send a request, or all of it but the body that ``stream`` sends. ``readable`` are the statuses outside 2xx whose body is wanted."""
        waiting: asyncio.Future[HttpReply] = asyncio.get_running_loop().create_future()
        transport = self._transport
        if transport is None or transport.is_closing():
            waiting.set_exception(ExchangeError(codes.PARTNER_CUT))
            return waiting
        self._waiting = waiting
        self._readable = readable
        self._is_reusable = False
        self._begin_answer()
        transport.write(request)
        return waiting

    async def stream(self, chunks: AsyncIterator[bytes]) -> None:
        """Send the body of the request under way, no faster than the partner takes it. Raises what reading raises.

        Where the connection is lost meanwhile it just stops: the answer's future tells.
        """
        async for chunk in chunks:
            await self._may_write.wait()
            transport = self._transport
            if transport is None or transport.is_closing():
                return
            transport.write(chunk)
        await self._may_write.wait()

    def abort(self) -> None:
        """Hang up at once, whatever is under way."""
        self._waiting = None
        self._is_reusable = False
        if self._transport is not None:
            self._transport.abort()

    # What asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so
        self._is_reusable = True

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._waiting is None:
            self.abort()  # nobody asked: what it says next could not be told from an answer
            return
        if not self._is_head_done:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(_reason(error))
        except httptools.HttpParserUpgrade:
            self._fail(ExchangeError(codes.PARTNER_MALFORMED, "the answer is not HTTP/1.1"))
        if self._head_bytes > HEAD_BYTES and not self._is_head_done:
            self._fail(ExchangeError(codes.PARTNER_MALFORMED, "the head of the answer has no end"))

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._may_write.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._is_reusable = False
        self._may_write.set()
        if self._waiting is None:
            return
        if exc is None and self._ends_with_connection:
            self._finish()
        else:
            self._fail(ExchangeError(codes.PARTNER_CUT))

    # What the parser finds. An error raised here reaches data_received as its context.

    def _begin_answer(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._head_bytes = 0
        self._is_head_done = False
        self._ends_with_connection = False
        self._headers: dict[bytes, bytes] = {}
        self._unpacker: Unpacker | None = None
        self._status = 0

    def on_message_begin(self) -> None:
        """An answer begins. One too many, and what follows could be taken for the answer to the next request."""
        if self._waiting is None:
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is whole."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head is whole: decide what is to be read."""
        status = self._parser.get_status_code()
        if status < 200:  # noqa: PLR2004 - RFC 9110 §15.2: interim, the answer follows
            return
        self._status, self._is_head_done = status, True
        headers = self._headers
        length = headers.get(b"content-length")
        is_success = status < 300  # noqa: PLR2004 - RFC 9110 §15.3
        if not is_success and status not in self._readable:
            raise status_error(status, headers.get(b"retry-after", b"").decode("latin-1"))
        if length is not None and (not length.isdigit() or int(length) > self._limit):
            raise ExchangeError(codes.PARTNER_TOO_LARGE)
        encoding = headers.get(b"content-encoding", b"").decode("latin-1")
        self._unpacker = Unpacker(encoding, self._limit)
        self._ends_with_connection = length is None and b"transfer-encoding" not in headers

    def on_body(self, body: bytes) -> None:
        """A part of the body has come."""
        if self._unpacker is not None:
            self._unpacker.feed(body)

    def on_message_complete(self) -> None:
        """The answer is whole, or an interim one is over."""
        if not self._is_head_done:
            self._begin_headers_anew()
            return
        if self._waiting is not None:
            self._is_reusable = self._parser.should_keep_alive()
            self._finish()

    def _begin_headers_anew(self) -> None:
        self._headers = {}

    def _finish(self) -> None:
        waiting, unpacker, status = self._waiting, self._unpacker, self._status
        if waiting is None or unpacker is None:
            return
        headers = self._headers
        try:
            body = unpacker.finish()
        except ExchangeError as error:
            self._fail(error)
            return
        if not body and status not in _MAY_BE_EMPTY and status not in self._readable:
            self._fail(ExchangeError(codes.PARTNER_EMPTY, facts={"http_status": status}))
            return
        media_type, charset = content_type(headers.get(b"content-type", b"").decode("latin-1"))
        retry_after = headers.get(b"retry-after", b"").decode("latin-1")
        self._waiting = None
        if not waiting.done():
            waiting.set_result(HttpReply(status, media_type, charset, body, retry_after))

    def _fail(self, error: ExchangeError) -> None:
        waiting = self._waiting
        self.abort()
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)


def _reason(error: httptools.HttpParserError) -> ExchangeError:
    """What our own callbacks refused, or that it was no HTTP."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ExchangeError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return ExchangeError(codes.PARTNER_MALFORMED, "the answer is not HTTP")
