"""A channel in memory."""

import asyncio

from hub.core.ports import ChannelClosedError, Taken


class FakeChannel:
    """``taken`` holds what was taken and neither settled nor given back; ``settled`` what was dealt with."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[str] = asyncio.Queue()
        self.taken: list[str] = []
        self.settled: list[str] = []
        self._is_closed = False

    async def put(self, exchange_id: str) -> None:
        self.waiting.put_nowait(exchange_id)

    async def take(self) -> Taken:
        exchange_id = await self.waiting.get()
        if self._is_closed:
            self.waiting.put_nowait("")  # wakes the next one who waits in vain
            raise ChannelClosedError
        self.taken.append(exchange_id)

        async def settle() -> None:
            self.taken.remove(exchange_id)
            self.settled.append(exchange_id)

        async def give_back() -> None:
            self.taken.remove(exchange_id)
            await self.put(exchange_id)

        return Taken(exchange_id, settle, give_back)

    async def close(self) -> None:
        self._is_closed = True
        self.waiting.put_nowait("")
