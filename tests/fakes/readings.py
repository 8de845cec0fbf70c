"""The record of who read bodies, in memory."""

from collections.abc import Sequence

from hub.core.evidence import BodyReading


class FakeBodyReadings:
    def __init__(self) -> None:
        self.readings: list[BodyReading] = []

    async def record(self, readings: Sequence[BodyReading]) -> None:
        self.readings += readings

    async def of(self, exchange_id: str) -> tuple[BodyReading, ...]:
        return tuple(each for each in self.readings if each.exchange_id == exchange_id)
