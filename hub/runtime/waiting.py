"""Waiting for an exchange to end: callers of this node are woken, others look at the journal."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator

from hub.core.exchange import FINAL, Entry
from hub.core.ports import Journal

LOOK_AGAIN_S = 1.0
"""How soon a caller learns of an end that another process recorded."""


class Waiters:
    """Wakes who waits for an exchange's end."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self._is_stopping = False
        self.listeners: list[Callable[[str], None]] = []
        """Told the id of every exchange that ends on this node."""

    def ended(self, exchange_id: str) -> None:
        """Tell that the exchange has reached a final state."""
        for future in self._waiting.get(exchange_id, ()):
            if not future.done():
                future.set_result(None)
        for listener in self.listeners:
            listener(exchange_id)

    def stop(self) -> None:
        """Let nobody wait any longer: all are told how things stand, and so is who asks from now on."""
        self._is_stopping = True
        for exchange_id in tuple(self._waiting):
            self.ended(exchange_id)

    async def history(self, journal: Journal, exchange_id: str, wait_s: float) -> tuple[Entry, ...]:
        """The exchange's entries once it has ended, or as they are after ``wait_s`` seconds."""
        end = asyncio.get_running_loop().time() + wait_s
        while True:
            # Listening begins before reading, so that an end between the two is not missed.
            with self._listening(exchange_id) as future:
                entries = await journal.history(exchange_id)
                left = end - asyncio.get_running_loop().time()
                if not entries or entries[-1].state in FINAL or left <= 0 or self._is_stopping:
                    return entries
                await asyncio.wait({future}, timeout=min(left, LOOK_AGAIN_S))

    @contextlib.contextmanager
    def _listening(self, exchange_id: str) -> Iterator[asyncio.Future[None]]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[exchange_id].add(future)
        try:
            yield future
        finally:
            self._waiting[exchange_id].discard(future)
            if not self._waiting[exchange_id]:
                del self._waiting[exchange_id]
