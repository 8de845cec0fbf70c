"""How many requests are under way at the edge, over all protocols; what does not fit is turned away (G8)."""

import asyncio

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.observer import Observer
from hub.gateway.http import BodyBudget, HttpLimits


class Admission:
    """Counts who is inside. Whoever is let in leaves exactly once."""

    def __init__(self, observer: Observer, limits: HttpLimits, max_in_flight: int) -> None:
        self._observer = observer
        self._max_in_flight = max_in_flight
        self.budget = BodyBudget(limits)
        self.in_flight = 0
        self.stopping = False
        self._idle = asyncio.Event()

    def enter(self) -> ExchangeError | None:
        """Let one in; or say why not."""
        if self.stopping or self.in_flight >= self._max_in_flight:
            code = codes.STOPPING if self.stopping else codes.OVERLOADED
            self._observer.refused_unrecorded(code.id)
            closing = {"Connection": "close"} if self.stopping else {}
            return ExchangeError(code, retry_after_s=1, headers=closing)
        self.in_flight += 1
        return None

    def leave(self) -> None:
        """One has been answered."""
        self.in_flight -= 1
        if self.stopping and not self.in_flight:
            self._idle.set()

    async def drain(self) -> None:
        """Take nothing new from now on, and wait until nothing is under way."""
        self.stopping = True
        if self.in_flight:
            await self._idle.wait()
