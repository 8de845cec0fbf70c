"""Who may go first: each sender a few references, whatever else it has waiting."""

import time
from collections.abc import Callable

from hub.core.ports import Turn
from hub.core.route import Urgency

BURST = {Urgency.HIGH: 256.0, Urgency.NORMAL: 64.0, Urgency.LOW: 0.0}
REFILLED_PER_S = {Urgency.HIGH: 128.0, Urgency.NORMAL: 32.0, Urgency.LOW: 0.0}


class Allowance:
    """A token bucket for each sender and urgency. Who has used it up waits behind its own heap, and nobody else's."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._left: dict[Turn, tuple[float, float]] = {}

    def take(self, turn: Turn) -> bool:
        """Whether one more of these may go first."""
        now_s, burst = self._clock_s(), BURST[turn.urgency]
        left, since_s = self._left.get(turn, (burst, now_s))
        left = min(burst, left + (now_s - since_s) * REFILLED_PER_S[turn.urgency])
        goes_first = left >= 1
        self._left[turn] = (left - goes_first, now_s)
        return goes_first
