"""Hanging up on somebody who is still sending, so that the answer arrives.

A socket that is closed with unread bytes in it is reset, and a reset makes the client's system throw away an
answer that the client has not read yet: it would see a broken connection instead of, say, 413.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

LINGER_S: Final = 5.0
LINGER_BYTES: Final = 64 * 1024 * 1024


class LingeringTransport(asyncio.Transport):
    """A connection's transport that says its last word, then listens for a moment before it closes.

    ``is_quiet`` tells that the other side is not in the middle of a request: then it closes at once.
    """

    def __init__(self, transport: asyncio.Transport, is_quiet: Callable[[], bool]) -> None:
        super().__init__()
        self._transport = transport
        self._is_quiet = is_quiet
        self._timer: asyncio.TimerHandle | None = None
        self._discarded = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, unless the last word has been said."""
        if self._timer is None:
            self._transport.write(data)

    def is_closing(self) -> bool:
        """Whether it has said its last word."""
        return self._timer is not None or self._transport.is_closing()

    def close(self) -> None:
        """Say the last word."""
        if self._timer is not None or self._is_quiet() or not self._transport.can_write_eof():
            self._end()
        elif not self._transport.is_closing():
            self._timer = asyncio.get_running_loop().call_later(LINGER_S, self._end)
            self._transport.write_eof()
            self._transport.resume_reading()

    def discard(self, size: int) -> None:
        """So much more has come from somebody who has been refused."""
        self._discarded += size
        if self._discarded > LINGER_BYTES:
            self._end()

    def lost(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        self.lost()
        self._transport.close()

    def abort(self) -> None:
        """As the port."""
        self._transport.abort()

    def pause_reading(self) -> None:
        """As the port."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """As the port."""
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """As the port."""
        return self._transport.get_extra_info(name, default)
