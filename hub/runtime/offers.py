"""What workers have been offered lately, and how soon the sweeper comes again."""

from collections import Counter
from collections.abc import Callable
from itertools import takewhile

from hub.core.ports import Summary
from hub.core.values import US_PER_S

OFFERED_AGAIN_AFTER_S = 60
"""How long an offer is taken to be on its way."""
SWEEP_OF_EACH = 250
"""How much of what one sender has waiting for one partner is on offer at a time: the rest stays in the journal."""
SWEEP_MOST = 5000
"""How much one sweep looks at, of all lanes together."""
SWEEP_EVERY_S = 1.0
SWEEP_AGAIN_AFTER_S = 0.05


class Offers:
    """Which exchanges are on their way to workers, and at which entry each of them stood."""

    def __init__(self, clock_us: Callable[[], int]) -> None:
        self._clock_us = clock_us
        self._at: dict[str, tuple[int, int]] = {}  # when, and at which entry; the latest last

    def __len__(self) -> int:
        return len(self._at)

    def add(self, exchange_id: str, number: int) -> bool:
        """Note an offer; False if it has been made lately, of the exchange as it stands now."""
        before = self._at.get(exchange_id)
        if before is not None and before[1] == number:
            return False
        self._at.pop(exchange_id, None)
        self._at[exchange_id] = (self._clock_us(), number)
        return True

    def settle(self, exchange_id: str) -> None:
        """It has arrived."""
        self._at.pop(exchange_id, None)

    def forget_old(self) -> None:
        """Forget what may have been lost on its way. Costs what it forgets, however many offers there are."""
        now_us = self._clock_us()
        lately_us = now_us - OFFERED_AGAIN_AFTER_S * US_PER_S
        # A time to come is from before the clock was put back: it says nothing any more.
        old = [
            id_ for id_, _ in takewhile(lambda each: not lately_us < each[1][0] <= now_us, self._at.items())
        ]
        for id_ in old:
            del self._at[id_]

    def clear(self) -> None:
        """Forget all: the channels may have lost what they were offered."""
        self._at.clear()


class Lanes:
    """Counts what one sweep finds by lane, which is one sender's share of one channel."""

    def __init__(self) -> None:
        self._found: Counter[tuple[str, str]] = Counter()
        self._anew: Counter[tuple[str, str]] = Counter()

    def count(self, summary: Summary, *, is_new: bool) -> None:
        """Count one that is due; new is what was not on its way already."""
        lane = (summary.channel, summary.opening.sender)
        self._found[lane] += 1
        self._anew[lane] += is_new

    def progress(self) -> int:
        """How much at most was new in a lane, if more may be due than was looked at; else 0."""
        has_more = self._found.total() >= SWEEP_MOST or max(self._found.values(), default=0) >= SWEEP_OF_EACH
        return max(self._anew.values(), default=0) if has_more else 0


def next_pause_s(pause_s: float, progress: int) -> float:
    """How long to rest now, having rested ``pause_s`` and found that much progress: till half of it is used up.

    So a heap goes to its workers as fast as they take it, and costs one look a second where nobody takes it.
    """
    if not progress:
        return SWEEP_EVERY_S
    return min(SWEEP_EVERY_S, max(SWEEP_AGAIN_AFTER_S, pause_s * SWEEP_OF_EACH / 2 / progress))
