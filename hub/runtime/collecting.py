"""Removes documents that nobody keeps any longer. One node does it at a time; two at once do no harm."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from hub.core.attachments import Waste
from hub.core.errors import NotRecordedError
from hub.core.values import US_PER_S, now_us
from hub.store.claim_check import SegmentedClaimCheck

log = structlog.get_logger(__name__)

FORGOTTEN_AFTER_S: Final = 3600
"""For so long a part is removed again: a request that was given up may still have written a segment of it."""


class Collector:
    """Works until it is stopped."""

    def __init__(
        self,
        claim_check: SegmentedClaimCheck,
        every_s: float,
        may_collect: Callable[[], bool],
        clock_us: Callable[[], int] = now_us,
    ) -> None:
        """``may_collect`` says whether it is this node's turn."""
        self._claim_check = claim_check
        self._every_s = every_s
        self._may_collect = may_collect
        self._clock_us = clock_us
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.ensure_future(self._go_on_for_ever())

    async def stop(self) -> None:
        """Stop; what is half removed is removed the next time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def collect(self) -> int:
        """Remove what there is to remove now; says how many parts are gone. Raises NotRecordedError."""
        now = self._clock_us()
        wasted = await self._claim_check.registry.collect(now)
        for waste in wasted:
            await self._claim_check.segments.remove(waste.part)
        over = [waste.part for waste in wasted if self._is_over(waste, now)]
        if over:
            await self._claim_check.registry.forget(over)
        return len(wasted)

    @staticmethod
    def _is_over(waste: Waste, now: int) -> bool:
        return waste.since_us + FORGOTTEN_AFTER_S * US_PER_S < now

    async def _go_on_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                if self._may_collect():
                    await self.collect()
            except NotRecordedError as error:
                log.warning("documents cannot be collected just now", reason=str(error))
            except Exception:
                log.exception("fault of the collector of documents")
