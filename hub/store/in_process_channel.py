"""A partner's channel inside one process."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from hub.core.ports import ANYBODY, ChannelClosedError, Taken, Turn
from hub.store.fair_queue import FairQueue

LEASE_S = 900.0
MAX_WAITING = 100_000


class InProcessChannel:
    """The Channel port in memory; see there for what it promises. One event loop.

    A reference that waits already is not queued twice. Beyond ``max_waiting`` references new ones are left to
    the sweeper, but for those of senders that have little waiting: a channel may lose what the journal knows.
    What is taken and neither settled nor given back within ``lease_s`` returns to the queue.
    """

    def __init__(self, *, lease_s: float = LEASE_S, max_waiting: int = MAX_WAITING) -> None:
        self._lease_s = lease_s
        self._waiting = FairQueue(max_waiting)
        self._takers: deque[asyncio.Future[None]] = deque()
        self._leases: set[asyncio.TimerHandle] = set()
        self._is_closed = False

    async def put(self, exchange_id: str, turn: Turn = ANYBODY) -> None:
        if not self._is_closed:
            self._offer(exchange_id, turn)

    async def take(self) -> Taken:
        while not self._is_closed and not self._waiting:
            taker = asyncio.get_running_loop().create_future()
            self._takers.append(taker)
            try:
                await taker
            except asyncio.CancelledError:
                if taker.cancelled() or not taker.done():
                    self._takers.remove(taker)
                else:  # woken and cancelled at once: the reference is another taker's now
                    self._wake_one()
                raise
        if self._is_closed:
            raise ChannelClosedError
        return self._lend(*self._waiting.take())

    async def close(self) -> None:
        self._is_closed = True
        self._waiting.clear()
        while self._leases:
            self._leases.pop().cancel()
        while self._takers:
            self._wake_one()

    def _offer(self, exchange_id: str, turn: Turn) -> None:
        if self._waiting.put(exchange_id, turn):
            self._wake_one()

    def _wake_one(self) -> None:
        while self._takers:
            taker = self._takers.popleft()
            if not taker.done():
                taker.set_result(None)
                return

    def _lend(self, exchange_id: str, turn: Turn) -> Taken:
        def end_lease() -> bool:
            """Whether the reference was still lent out."""
            lease.cancel()
            was_lent = lease in self._leases
            self._leases.discard(lease)
            return was_lent

        def take_back() -> None:
            if end_lease() and not self._is_closed:
                self._offer(exchange_id, turn)

        lease = asyncio.get_running_loop().call_later(self._lease_s, take_back)
        self._leases.add(lease)
        return Taken(exchange_id, _awaitable(end_lease), _awaitable(take_back))


def _awaitable(act: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def awaited() -> None:
        act()

    return awaited
