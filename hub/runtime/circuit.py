"""A circuit breaker (Nygard, *Release It!*): what fails again and again is left alone for a while, then tried once."""

from collections import deque
from enum import StrEnum

from hub.core import codes
from hub.core.availability import BreakerPolicy
from hub.core.values import US_PER_S

LONGEST_OPEN_S = 300.0
LONGEST_TRIAL_S = 60.0
"""A trial of which nothing was heard for that long was lost; another may begin."""

FAILURES = frozenset(
    code.id
    for code in (
        codes.PARTNER_UNREACHABLE, codes.PARTNER_TLS, codes.PARTNER_TIMEOUT, codes.PARTNER_CUT, codes.PARTNER_EMPTY,
        codes.PARTNER_MALFORMED, codes.PARTNER_HTTP, codes.PARTNER_BUSY, codes.PARTNER_ERROR,
    )
)  # fmt: skip
"""What says that an operation is broken. A refusal or an invalid reply is about the message, and is not among them."""


class CircuitState(StrEnum):
    """Whether calls pass."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"  # its time is over: one call is tried
    OPEN = "open"


class Circuit:
    """One operation's breaker, of one node. Pure but for its memory; times are microseconds."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self.policy = policy
        self._failed: deque[int] = deque(maxlen=policy.failures)
        self._open_until = 0
        self._open_us = self._first_open_us
        self._trial_until = 0

    def state(self, now_us: int) -> CircuitState:
        """How it stands."""
        if not self._open_until:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now_us < self._open_until else CircuitState.HALF_OPEN

    def closed_until(self, now_us: int) -> int:
        """Until when nothing passes; 0 if a call may pass now."""
        if now_us < self._open_until:
            return self._open_until
        return self._trial_until if self._open_until and now_us < self._trial_until else 0

    def begin(self, now_us: int) -> None:
        """A call that may pass begins: in the half-open state it is the trial, and nothing passes beside it."""
        if self._open_until:
            self._trial_until = now_us + int(LONGEST_TRIAL_S * US_PER_S)

    def worked(self) -> None:
        """A call worked: the circuit is closed."""
        self._failed.clear()
        self._open_until = self._trial_until = 0
        self._open_us = self._first_open_us

    def failed(self, now_us: int) -> None:
        """A call failed, in a way that speaks against the operation."""
        if self._open_until:
            if now_us >= self._open_until:  # the trial; what was under way when it opened says nothing new
                self._open_us = min(
                    self._open_us * 2, max(int(LONGEST_OPEN_S * US_PER_S), self._first_open_us)
                )
                self._open_until, self._trial_until = now_us + self._open_us, 0
            return
        self._failed.append(now_us)
        within_us = int(self.policy.within_s * US_PER_S)
        if len(self._failed) == self.policy.failures and now_us - self._failed[0] <= within_us:
            self._failed.clear()
            self._open_until = now_us + self._open_us

    @property
    def _first_open_us(self) -> int:
        return int(self.policy.open_s * US_PER_S)
