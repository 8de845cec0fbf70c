"""What a partner received, call by call, so that an outsider can count effects."""

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

CAPACITY = 200_000


@dataclass(frozen=True)
class Call:
    """One received call.

    ``request_id`` is the caller's own id for the call and ``subject`` what the call is about, both as
    the partner's protocol has them (empty where it has none). ``outcome`` is the partner's own code or
    text, ``refused`` when a mode turned the call away in the partner's words, or ``not_done``.
    ``side_effect`` tells whether the call changed the partner's records.
    """

    number: int
    received_at: str
    operation: str
    request_id: str
    subject: str
    mode: str
    outcome: str
    side_effect: bool


class Ledger:
    """Keeps the newest calls in the order of their arrival; numbers start at 1 and are never reused.

    Memory is bounded: beyond ``capacity`` the oldest calls go and ``dropped`` counts them.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._calls: deque[Call] = deque(maxlen=capacity)
        self._capacity = capacity
        self._last_number = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._calls)

    def record(
        self, *, operation: str, request_id: str, subject: str, mode: str, outcome: str, side_effect: bool
    ) -> None:
        """Appends one call."""
        if len(self._calls) == self._capacity:
            self.dropped += 1
        self._last_number += 1
        self._calls.append(
            Call(
                number=self._last_number,
                received_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                operation=operation,
                request_id=request_id,
                subject=subject,
                mode=mode,
                outcome=outcome,
                side_effect=side_effect,
            )
        )

    def report(self, *, request_id: str = "", subject: str = "", after: int = 0) -> dict[str, object]:
        """The calls as JSON values, newest last; empty filters match everything."""
        calls = [
            asdict(call)
            for call in self._calls
            if call.number > after
            and (not request_id or call.request_id == request_id)
            and (not subject or call.subject == subject)
        ]
        effects = sum(1 for call in calls if call["side_effect"])
        return {"calls": calls, "count": len(calls), "side_effects": effects, "dropped": self.dropped}

    def clear(self) -> int:
        """Forgets all calls and answers how many there were."""
        count = len(self._calls)
        self._calls.clear()
        self.dropped = 0
        return count
