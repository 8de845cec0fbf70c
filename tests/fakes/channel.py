"""A channel in memory."""

import asyncio
from collections import Counter

from hub.core.ports import ANYBODY, ChannelClosedError, Taken, Turn
from hub.core.route import Urgency

_WEIGHT = {Urgency.HIGH: 8, Urgency.NORMAL: 2, Urgency.LOW: 1}


class _Waiting(asyncio.Queue[tuple[str, Turn]]):
    """Gives the oldest reference of who has been given least, by the weight of its urgency."""

    def _init(self, maxsize: int) -> None:
        self._held: list[tuple[str, Turn]] = []
        self._given: Counter[Turn] = Counter()

    def _put(self, item: tuple[str, Turn]) -> None:
        self._held.append(item)

    def _get(self) -> tuple[str, Turn]:
        item = min(self._held, key=lambda held: self._given[held[1]] / _WEIGHT[held[1].urgency])
        self._held.remove(item)
        self._given[item[1]] += 1
        return item

    def qsize(self) -> int:
        return len(self._held)

    def empty(self) -> bool:
        return not self._held


class FakeChannel:
    """``taken`` holds what was taken and neither settled nor given back; ``settled`` what was dealt with."""

    def __init__(self) -> None:
        self.waiting = _Waiting()
        self.taken: list[str] = []
        self.settled: list[str] = []
        self._is_closed = False

    async def put(self, exchange_id: str, turn: Turn = ANYBODY) -> None:
        self.waiting.put_nowait((exchange_id, turn))

    async def take(self) -> Taken:
        exchange_id, turn = await self.waiting.get()
        if self._is_closed:
            self.waiting.put_nowait(("", ANYBODY))  # wakes the next one who waits in vain
            raise ChannelClosedError
        self.taken.append(exchange_id)

        async def settle() -> None:
            self.taken.remove(exchange_id)
            self.settled.append(exchange_id)

        async def give_back() -> None:
            self.taken.remove(exchange_id)
            await self.put(exchange_id, turn)

        return Taken(exchange_id, settle, give_back)

    async def close(self) -> None:
        self._is_closed = True
        self.waiting.put_nowait(("", ANYBODY))
