"""Counters in memory."""

from collections import Counter

from hub.core.errors import NotRecordedError


class FakeCounters:
    """Set ``is_broken`` to have the store fail."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str]] = Counter()
        self.is_broken = False

    async def take(self, name: str, period: str, most: int) -> bool:
        if self.is_broken:
            raise NotRecordedError("the fake counters were told to fail")
        if self.counted[name, period] >= most:
            return False
        self.counted[name, period] += 1
        return True

    async def forget(self, before_period: str) -> int:
        gone = [key for key in self.counted if key[1] < before_period]
        for key in gone:
            del self.counted[key]
        return len(gone)
