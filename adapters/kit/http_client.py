"""The HTTP client port: a pool of keep-alive connections to one partner, as thin as the promises allow."""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import httptools

from adapters.kit.connection import Connection
from adapters.kit.http import HttpCall, HttpReply, StreamedBody
from hub.core import codes
from hub.core.errors import ExchangeError

KEEP_ALIVE_S: Final = 4.0
"""Shorter than the five seconds after which common servers drop an idle connection: a call should not meet
a connection that its partner is just closing, since it must not be repeated then."""
_TOO_SHORT_S: Final = 0.01
"""Who has waited for a connection until so little is left does not begin a call that cannot end well."""
_METHODS_WITHOUT_BODY: Final = frozenset({"GET", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one partner's client may use."""

    max_connections: int
    connect_timeout_s: float
    max_reply_bytes: int


class KeepAliveClient:
    """An HttpClient for one partner. ``tls`` is what ``tls.context`` gives."""

    def __init__(self, limits: Limits, tls: ssl.SSLContext) -> None:
        self._limits = limits
        self._tls = tls
        self._idle: deque[tuple[tuple[bool, str, int], Connection]] = deque()
        self._open: set[Connection] = set()
        self._slots = asyncio.Semaphore(limits.max_connections)
        self._is_open = False

    async def open(self) -> None:
        """Let calls through; nothing is connected yet."""
        self._is_open = True

    async def close(self) -> None:
        """Drop all connections."""
        self._is_open = False
        self._idle.clear()
        for connection in tuple(self._open):
            self._drop(connection)

    async def call(self, call: HttpCall) -> HttpReply:
        """See the port."""
        loop = asyncio.get_running_loop()
        end = loop.time() + call.timeout_s
        await self._take_slot(call.timeout_s)
        try:
            if not self._is_open:
                raise ExchangeError(codes.STOPPING)
            if end - loop.time() < _TOO_SHORT_S:
                raise ExchangeError(codes.PARTNER_BUSY_HERE, retry_after_s=1)
            place, target = _place(call.url)
            request = _request(call, place, target)
            connection = self._reuse(place, loop.time()) or await self._connect(place, end - loop.time())
            return await self._exchange(connection, place, request, call, end - loop.time())
        finally:
            self._slots.release()

    async def _take_slot(self, timeout_s: float) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._slots.acquire()
        except TimeoutError:
            raise ExchangeError(codes.PARTNER_BUSY_HERE, retry_after_s=1) from None

    def _reuse(self, place: tuple[bool, str, int], now: float) -> Connection | None:
        """The connection that was used last, if it is still good; those that are not are dropped."""
        for _ in range(len(self._idle)):
            where, connection = self._idle.pop()
            if not connection.is_reusable or now - connection.idle_since > KEEP_ALIVE_S:
                self._drop(connection)
            elif where == place:
                return connection
            else:
                self._idle.appendleft((where, connection))
        return None

    async def _connect(self, place: tuple[bool, str, int], left_s: float) -> Connection:
        is_tls, host, port = place
        timeout_s = max(min(self._limits.connect_timeout_s, left_s), 0.001)
        try:
            async with asyncio.timeout(timeout_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._limits.max_reply_bytes),
                    host,
                    port,
                    ssl=self._tls if is_tls else None,
                    server_hostname=host if is_tls else None,
                )
        except ssl.SSLError:
            raise ExchangeError(codes.PARTNER_TLS) from None
        except (TimeoutError, OSError):
            raise ExchangeError(codes.PARTNER_UNREACHABLE) from None
        self._open.add(connection)
        return connection

    async def _exchange(
        self,
        connection: Connection,
        place: tuple[bool, str, int],
        request: bytes,
        call: HttpCall,
        left_s: float,
    ) -> HttpReply:
        answer = connection.exchange(request, call.readable)
        timer = asyncio.get_running_loop().call_later(max(left_s, 0.001), _too_late, answer)
        is_whole = True
        try:
            if isinstance(call.body, StreamedBody):
                is_whole = await _streamed(connection, call.body, answer)
            reply = await answer
        except BaseException:
            self._drop(connection)
            raise
        finally:
            timer.cancel()
        if connection.is_reusable and is_whole and self._is_open:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.append((place, connection))
        else:
            self._drop(connection)
        return reply

    def _drop(self, connection: Connection) -> None:
        self._open.discard(connection)
        connection.abort()


async def _streamed(connection: Connection, body: StreamedBody, answer: "asyncio.Future[HttpReply]") -> bool:
    """Send a body until it ends or is answered; says whether it was sent whole. Raises what reading it raises."""
    sending = asyncio.ensure_future(connection.stream(body.chunks()))
    try:
        both: tuple[asyncio.Future[Any], ...] = (sending, answer)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            sending.result()
        return sending.done() and sending.exception() is None
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


def _too_late(answer: "asyncio.Future[HttpReply]") -> None:
    if not answer.done():
        answer.set_exception(ExchangeError(codes.PARTNER_TIMEOUT))


def _place(url: str) -> tuple[tuple[bool, str, int], bytes]:
    """Where a URL leads, and what to ask for there. Raises ExchangeError for what is no usable address."""
    raw = url.encode("ascii")
    try:
        parts = httptools.parse_url(raw)
    except httptools.HttpParserInvalidURLError:
        raise ExchangeError(codes.PARTNER_NOT_CONFIGURED, "the partner's address is no URL") from None
    if parts.host is None or parts.schema not in {b"http", b"https"}:
        raise ExchangeError(codes.PARTNER_NOT_CONFIGURED, "the partner's address is no http or https URL")
    is_tls = parts.schema == b"https"
    target = parts.path or b"/"
    if parts.query is not None:
        target += b"?" + parts.query
    return (is_tls, parts.host.decode("ascii"), parts.port or (443 if is_tls else 80)), target


def _request(call: HttpCall, place: tuple[bool, str, int], target: bytes) -> bytes:
    """The request's bytes, without a body that is streamed. Raises ExchangeError if a header would break out of its line."""
    is_tls, host, port = place
    shown = f"[{host}]" if ":" in host else host
    if port != (443 if is_tls else 80):
        shown += f":{port}"
    lines = [
        f"{call.method} {target.decode('ascii')} HTTP/1.1",
        f"Host: {shown}",
        "User-Agent: Peyvand",
        "Accept-Encoding: identity",
        *(f"{name}: {value}" for name, value in call.headers.items()),
    ]
    body = b"" if isinstance(call.body, StreamedBody) else call.body or b""
    size = call.body.size if isinstance(call.body, StreamedBody) else len(body)
    if size or call.method not in _METHODS_WITHOUT_BODY:
        lines.append(f"Content-Length: {size}")
    head = "\r\n".join(lines)
    if head.count("\r") != len(lines) - 1 or head.count("\n") != len(lines) - 1 or "\0" in head:
        raise ExchangeError(codes.PARTNER_NOT_CONFIGURED, "a header for the partner holds a line break")
    return head.encode("latin-1") + b"\r\n\r\n" + body
