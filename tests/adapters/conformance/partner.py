"""A partner on a real socket that answers one request a time, rightly or in any wrong way."""

import asyncio
import gzip
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext

HTML = b"<html><body><h1>SECRET of the error page</h1><p>hello<br></body></html>"
OK = b"HTTP/1.1 200 OK\r\n"


class RealPartner:
    """See ``adapters.kit.conformance.MisbehavingPartner``."""

    def __init__(self, reply: bytes, media_type: str) -> None:
        self._reply = reply
        self._type = f"Content-Type: {media_type}\r\n".encode()
        self._how = "up"
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.requests = 0
        self._arrived = asyncio.Condition()
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/service"

    def behave(self, how: str) -> None:
        self._how = how
        if how == "refused" and self._server is not None:
            self._server.close()

    async def seen(self, requests: int) -> None:
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.bodies) >= requests)

    async def serve(self, ssl: SSLContext | None = None) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=ssl)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            self.heads.append(head)
            size = next(
                (
                    int(line[15:])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                ),
                0,
            )
            self.bodies.append(await reader.readexactly(size))
            async with self._arrived:
                self._arrived.notify_all()
            if not await self._answer(writer):
                return

    async def _answer(self, writer: asyncio.StreamWriter) -> bool:
        """Answer as told; says whether the connection goes on."""
        canned = self._canned(self._how)
        if canned is not None:
            writer.write(canned)
            await writer.drain()
            return self._how not in {"truncated", "truncated-chunks", "not-http", "endless-header"}
        await _WAYS[self._how](self, writer)
        return False

    def _full(
        self, body: bytes, *, status: bytes = b"200 OK", more: bytes = b"", type_: bytes | None = None
    ) -> bytes:
        type_ = self._type if type_ is None else type_
        return b"HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\n\r\n%s" % (status, type_, more, len(body), body)

    def _canned(self, how: str) -> bytes | None:
        reply, html = self._reply, b"Content-Type: text/html\r\n"
        table: dict[str, Callable[[], bytes]] = {
            "up": lambda: self._full(reply),
            "gzip": lambda: self._full(gzip.compress(reply), more=b"Content-Encoding: gzip\r\n"),
            "truncated": lambda: self._full(reply)[:-5],
            "truncated-chunks": lambda: (
                OK + self._type + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(reply), reply)
            ),
            "truncated-gzip": lambda: self._full(
                gzip.compress(reply)[:-12], more=b"Content-Encoding: gzip\r\n"
            ),
            "not-http": lambda: b"\x16\x03\x01 SECRET this is no HTTP at all\r\n\r\n",
            "endless-header": lambda: OK + b"X-Long: " + b"a" * 1_000_000,
            "rubbish": lambda: self._full(b"\x00\x01\x02 SECRET {<not anything"),
            "html": lambda: self._full(HTML, type_=html),
            "html-called-right": lambda: self._full(HTML),
            "wrong-content-type": lambda: self._full(
                reply, type_=b"Content-Type: application/octet-stream\r\n"
            ),
            "wrong-charset": lambda: self._full(reply.decode().encode("cp1256", "replace")),
            "bad-gzip": lambda: self._full(reply, more=b"Content-Encoding: gzip\r\n"),
            "unknown-packing": lambda: self._full(reply, more=b"Content-Encoding: br\r\n"),
            "empty": lambda: self._full(b""),
            "gzip-bomb": lambda: self._full(
                gzip.compress(b" " * 50_000_000), more=b"Content-Encoding: gzip\r\n"
            ),
            "401": lambda: self._full(HTML, status=b"401 Unauthorized", type_=html),
            "403": lambda: self._full(HTML, status=b"403 Forbidden", type_=html),
            "404": lambda: self._full(HTML, status=b"404 Not Found", type_=html),
            "429": lambda: self._full(HTML, status=b"429 Slow Down", type_=html, more=b"Retry-After: 7\r\n"),
            "500": lambda: self._full(HTML, status=b"500 Oops", type_=html),
            "503": lambda: self._full(HTML, status=b"503 Full", type_=html),
            "redirect": lambda: self._full(
                b"", status=b"307 Elsewhere", more=b"Location: %s\r\n" % self.address.encode()
            ),
        }
        return table[how]() if how in table else None

    async def _silent(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.get_running_loop().create_future()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        await self._slowly(writer, self._full(b" " * 10_000))

    async def _drip_headers(self, writer: asyncio.StreamWriter) -> None:
        await self._slowly(writer, OK + b"X-Slow: " + b"a" * 10_000)

    async def _slowly(self, writer: asyncio.StreamWriter, wire: bytes) -> None:
        for byte in wire:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    async def _reset(self, writer: asyncio.StreamWriter, wire: bytes = b"") -> None:
        writer.write(wire)
        await writer.drain()
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _reset_after_headers(self, writer: asyncio.StreamWriter) -> None:
        await self._reset(writer, self._full(self._reply)[: -len(self._reply)])

    async def _reset_mid_body(self, writer: asyncio.StreamWriter) -> None:
        await self._reset(writer, self._full(self._reply)[:-20])

    async def _close(self, writer: asyncio.StreamWriter) -> None:
        return

    async def _large(self, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + self._type + b"Content-Length: 20000000\r\n\r\n")
        await self._flood(writer, b" " * 65_536)

    async def _large_chunks(self, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + self._type + b"Transfer-Encoding: chunked\r\n\r\n")
        await self._flood(writer, b"10000\r\n" + b" " * 65_536 + b"\r\n")

    async def _flood(self, writer: asyncio.StreamWriter, piece: bytes) -> None:
        for _ in range(300):
            writer.write(piece)
            await writer.drain()


_WAYS: dict[str, Callable[[RealPartner, asyncio.StreamWriter], Awaitable[None]]] = {
    "silent": RealPartner._silent,
    "slow-drip": RealPartner._drip,
    "slow-drip-of-headers": RealPartner._drip_headers,
    "reset-before-headers": RealPartner._reset,
    "closed-before-headers": RealPartner._close,
    "reset-after-headers": RealPartner._reset_after_headers,
    "reset-mid-body": RealPartner._reset_mid_body,
    "too-large": RealPartner._large,
    "too-large-in-chunks": RealPartner._large_chunks,
}


@asynccontextmanager
async def real_partner(
    reply: bytes, media_type: str, ssl: SSLContext | None = None
) -> AsyncIterator[RealPartner]:
    partner = RealPartner(reply, media_type)
    await partner.serve(ssl)
    try:
        yield partner
    finally:
        await partner.stop()
