"""HTTP/1.1 on one connection, as uvicorn speaks it, with bounds on everything before a body (G8).

Who has not been let in yet may neither fill the memory with headers nor hold a connection open for ever; what is
no HTTP is answered as a problem like everything else; and whoever is refused while still sending gets to read why.
"""

import asyncio
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hub.core import codes
from hub.core.errors import Code, ExchangeError
from hub.gateway.lingering import LingeringTransport
from hub.gateway.problem import problem_body, problem_headers

HEAD_BYTES: Final = 64 * 1024
"""How much may arrive that is neither a body nor a whole head: request line, headers, trailers, chunk extensions."""
HEAD_TIMEOUT_S: Final = 20.0
"""How long a head may take to arrive, from the connection or the head's first byte on."""
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})


class BoundedHttpProtocol(HttpToolsProtocol):
    """See the module. One per connection; used in its event loop."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._loose_bytes = 0
        self._is_in_head = True
        self._is_declining = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._lingering: LingeringTransport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Give the first head its time."""
        self._lingering = LingeringTransport(transport, lambda: self._is_in_head and not self._loose_bytes)
        super().connection_made(self._lingering)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time."""
        self._head_is_here()
        super().connection_lost(exc)
        if self._lingering is not None:
            self._lingering.lost()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and stop listening to who sends no end of headers."""
        if self._lingering is not None and self._lingering.is_closing():
            self._lingering.discard(len(data))
            return
        self._loose_bytes += len(data)
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(codes.REQUEST_MALFORMED)
            return
        if self._loose_bytes > HEAD_BYTES:
            self._refuse(codes.REQUEST_HEAD_TOO_LARGE)
        elif self._loose_bytes and self._is_in_head:
            self._expect_head()

    # What the parser finds

    def on_message_begin(self) -> None:
        """A head begins."""
        if not self._is_declining:
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address has come."""
        if not self._is_declining:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is whole."""
        if not self._is_declining:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head is whole."""
        if self._is_declining:
            return
        self._loose_bytes = 0
        self._is_in_head = False
        self._head_is_here()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body has come."""
        self._loose_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole; what comes now is the next one's head."""
        if self.parser.should_upgrade():
            return  # the body of an offer is still to come, see _feed
        self._loose_bytes = 0
        self._is_in_head = True
        super().on_message_complete()

    def _feed(self, data: bytes) -> None:
        """Parse. An offer to speak another protocol is declined by going on in HTTP/1.1 (RFC 9110 §7.8).

        Java's HttpClient makes that offer with its first request. The parser takes what follows for the other
        protocol, so a fresh one is told how this request's body is framed, and goes on from there.
        """
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = data[offer.args[0] :]
            else:
                return
            framing = b"".join(b"%s: %s\r\n" % header for header in self.headers if header[0] in _FRAMING)
            self.parser = httptools.HttpRequestParser(self)
            self._is_declining = True
            try:
                self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
            finally:
                self._is_declining = False

    # Heads that do not come, and refusing

    def _expect_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._head_is_late)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._is_answering:
            self._expect_head()  # it came in advance, and has its time after the answer
        elif self._loose_bytes:
            self._refuse(codes.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, code: Code) -> None:
        """Answer and hang up; while an earlier request is being answered only hang up, or this would be its answer."""
        if self.transport.is_closing():
            return
        self._head_is_here()
        if not self._is_answering:
            error = ExchangeError(code)
            body = problem_body(error, "", "fa")
            headers = [
                *problem_headers(error, "fa"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ]
            lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
            self.transport.write(STATUS_LINE[code.status] + lines + b"\r\n" + body)
        self.transport.close()
