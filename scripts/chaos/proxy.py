"""A TCP proxy that can be told to hurt what goes through it."""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence

Address = tuple[str, int]
_NOW = struct.pack("ii", 1, 0)
"""Lingering for no time turns a close into a reset."""
CONNECT_WITHIN_S = 5.0


class Proxy:
    """Listens on a port of its own and passes everything on to the first upstream that takes a connection."""

    def __init__(self, upstreams: Callable[[], Sequence[Address]]) -> None:
        """``upstreams`` is asked anew for each connection."""
        self._upstreams = upstreams
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self.port = 0
        self.is_stalled = False
        self.is_closed_to_new = False
        """Whether new connections are cut at once."""
        self.resets_left = 0
        """How many more answers are broken off in the middle."""

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Link(self).front, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop, and cut everything."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self, *, reset: bool = False) -> None:
        """End all connections; as a reset, or as an ordinary end."""
        for link in tuple(self._links):
            link.cut(reset=reset)

    def stall(self) -> None:
        """Pass nothing on from now on, old connections and new ones alike: they hang."""
        self.is_stalled = True
        for link in self._links:
            link.pause()

    def flow(self) -> None:
        """Pass everything on again."""
        self.is_stalled = self.is_closed_to_new = False
        self.resets_left = 0
        for link in tuple(self._links):
            link.go_on()

    async def connected(self, back: "_Side") -> bool:
        """Connect a side to an upstream; False if none takes it."""
        loop = asyncio.get_running_loop()
        for host, port in self._upstreams():
            try:
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    await loop.create_connection(lambda: back, host, port)
            except OSError:  # TimeoutError is one
                continue
            return True
        return False

    def note(self, link: "_Link", *, is_open: bool) -> None:
        """Remember a connection, or forget it."""
        (self._links.add if is_open else self._links.discard)(link)

    def breaks_off(self) -> bool:
        """Whether this answer is one to break off."""
        if self.resets_left:
            self.resets_left -= 1
            return True
        return False


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self.front = _Side(self, is_front=True)
        self.back = _Side(self, is_front=False)
        self._connecting: asyncio.Task[None] | None = None
        self._is_cut = False

    def begin(self) -> None:
        """The client has connected: find an upstream. What the client says meanwhile waits."""
        self._proxy.note(self, is_open=True)
        if self._proxy.is_closed_to_new:
            self.cut(reset=False)
            return
        self.front.pause()
        self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        if not await self._proxy.connected(self.back):
            self.cut(reset=False)
        elif self._is_cut:
            self.back.end(reset=False)
        else:
            self.go_on()

    def pass_on(self, data: bytes, *, from_front: bool) -> None:
        """Hand data to the other side, or break off in the middle of an answer."""
        if not from_front and self._proxy.breaks_off():
            self.front.write(data[: len(data) // 2])
            self.cut(reset=True)
        else:
            (self.back if from_front else self.front).write(data)

    def pause(self) -> None:
        """Read nothing more."""
        self.front.pause()
        self.back.pause()

    def go_on(self) -> None:
        """Read again, unless everything stands still on purpose."""
        if self.back.is_connected and not self._proxy.is_stalled:
            self.front.go_on()
            self.back.go_on()

    def cut(self, *, reset: bool) -> None:
        """End both sides."""
        self._is_cut = True
        self._proxy.note(self, is_open=False)
        self.front.end(reset=reset)
        self.back.end(reset=reset)


class _Side(asyncio.Protocol):
    """One half of a connection."""

    def __init__(self, link: _Link, *, is_front: bool) -> None:
        self._link = link
        self._is_front = is_front
        self._transport: asyncio.Transport | None = None
        self._is_paused = False

    @property
    def is_connected(self) -> bool:
        """Whether it has been connected."""
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport, as its protocol is one
        if self._is_front:
            self._link.begin()
        elif self._is_paused:
            self._is_paused = False
            self.pause()

    def data_received(self, data: bytes) -> None:
        self._link.pass_on(data, from_front=self._is_front)

    def pause_writing(self) -> None:
        (self._link.back if self._is_front else self._link.front).pause()

    def resume_writing(self) -> None:
        (self._link.back if self._is_front else self._link.front).go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        self._link.cut(reset=False)

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def pause(self) -> None:
        if not self._is_paused:
            self._is_paused = True
            if self._transport is not None and not self._transport.is_closing():
                self._transport.pause_reading()

    def go_on(self) -> None:
        if self._is_paused:
            self._is_paused = False
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def end(self, *, reset: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if reset:
            line = self._transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
            self._transport.abort()
        else:
            self._transport.close()
