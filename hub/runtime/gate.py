"""The gate before a partner: go, or not before some time, and why.

Hours and holidays, a day's quota, calls per second and a circuit breaker come from the partner's manifest. Nothing
of it costs anything for a partner without a policy. Quotas are counted by all nodes together; rate and breaker
are each node's own, and so is what a partner itself said about being closed: nodes find that out by one call each.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from hub.core import codes
from hub.core.availability import Availability
from hub.core.calendar import FARTHEST_DAYS, OfficeHours, Weekday, WorkingCalendar
from hub.core.endpoint import EndpointFacts
from hub.core.errors import Code, ExchangeError
from hub.core.ports import Counters
from hub.core.route import Urgency
from hub.core.values import US_PER_S
from hub.runtime.circuit import FAILURES, Circuit, CircuitState

PATIENCE_US = US_PER_S
"""So long a call waits in place for its turn under a limit per second; what would take longer is put off."""
WAKES_PER_S = 50.0
"""How many of those that wait for an opening wake per second, where the partner names no rate."""
LONGEST_SPREAD_US = 3600 * US_PER_S
_RANKS = {Urgency.HIGH: 0, Urgency.NORMAL: 1, Urgency.LOW: 2}


@dataclass(frozen=True, slots=True)
class Held:
    """Not now: why, and the earliest time at which it is worth another look (microseconds)."""

    error: ExchangeError
    not_before_us: int


@dataclass(slots=True)
class _Partner:
    """What this node remembers of one partner."""

    shut_until: int = 0
    """What the partner itself said: it takes nothing before."""
    shut_code: Code = codes.PARTNER_CLOSED
    next_call_us: int = 0
    wakes_from: int = 0
    waking: list[int] = field(default_factory=lambda: [0, 0, 0])


class Gate:
    """Asked before each delivery, told after each call. Used from one event loop."""

    def __init__(self, counters: Counters, clock_us: Callable[[], int]) -> None:
        self._counters = counters
        self._clock_us = clock_us
        self._partners: dict[str, _Partner] = {}
        self._circuits: dict[str, Circuit] = {}
        self._counted_day = ""

    async def admit(
        self, endpoint: EndpointFacts, calendar: WorkingCalendar, urgency: Urgency = Urgency.NORMAL
    ) -> Held | None:
        """Whether a call may begin now: None if so, and then it counts. Raises NotRecordedError.

        Those that are held wake one after the other once the partner takes calls again, the urgent and the
        older first: they are given later times as they come.
        """
        policy = endpoint.availability
        if policy is None:
            return None
        partner = self._partners.setdefault(endpoint.partner, _Partner())
        circuit = self._circuit(endpoint, policy)
        closed = self._closed(partner, policy, circuit, calendar)
        if closed is None and policy.per_second is not None:
            closed = await self._take_turn(partner, policy.per_second)
        if closed is None and policy.daily_quota is not None:
            closed = await self._count(endpoint.partner, policy, policy.daily_quota, calendar)
        if closed is None and circuit is not None:
            until = circuit.closed_until(self._clock_us())  # others may have failed while this one waited
            closed = (codes.PARTNER_CIRCUIT, until) if until else None
            if closed is None:
                circuit.begin(self._clock_us())
        return None if closed is None else self._held(partner, policy, urgency, *closed)

    def worked(self, endpoint: EndpointFacts) -> None:
        """A call ended well, or the partner refused the message in good order."""
        circuit = self._circuits.get(endpoint.name)
        if circuit is not None:
            circuit.worked()

    def failed(self, endpoint: EndpointFacts, error: ExchangeError, calendar: WorkingCalendar) -> None:
        """A call ended with an error. One that says when the partner takes calls again is given that time."""
        policy = endpoint.availability
        if policy is None:
            return
        circuit, now_us = self._circuit(endpoint, policy), self._clock_us()
        if circuit is not None and error.code.id in FAILURES:
            circuit.failed(now_us)
        elif (
            circuit is not None
            and error.code.id.startswith("partner.")
            and error.code is not codes.PARTNER_BUSY_HERE
        ):
            circuit.worked()
        until = _reopening(error.code, policy, calendar, now_us)
        if until:
            partner = self._partners.setdefault(endpoint.partner, _Partner())
            partner.shut_until, partner.shut_code = until, error.code
            held = self._held(partner, policy, Urgency.NORMAL, error.code, until)
            error.retry_after_s = max(error.retry_after_s or 0, held.error.retry_after_s or 0)

    def circuits(self) -> Mapping[str, CircuitState]:
        """How the breakers of this node stand, by endpoint."""
        now_us = self._clock_us()
        return {name: circuit.state(now_us) for name, circuit in self._circuits.items()}

    def _circuit(self, endpoint: EndpointFacts, policy: Availability) -> Circuit | None:
        if policy.breaker is None:
            self._circuits.pop(endpoint.name, None)
            return None
        circuit = self._circuits.get(endpoint.name)
        if circuit is None or circuit.policy != policy.breaker:
            circuit = self._circuits[endpoint.name] = Circuit(policy.breaker)
        return circuit

    def _closed(
        self, partner: _Partner, policy: Availability, circuit: Circuit | None, calendar: WorkingCalendar
    ) -> tuple[Code, int] | None:
        now_us = self._clock_us()
        if policy.hours is not None:
            opens_us = calendar.next_working_time(now_us, policy.hours)
            if opens_us > now_us:
                return codes.PARTNER_CLOSED, opens_us
        if now_us < partner.shut_until:
            return partner.shut_code, partner.shut_until
        until = circuit.closed_until(now_us) if circuit is not None else 0
        return (codes.PARTNER_CIRCUIT, until) if until else None

    async def _take_turn(self, partner: _Partner, per_second: float) -> tuple[Code, int] | None:
        """Wait for the next turn, if that is soon. Turns are handed out in the order of asking."""
        now_us = self._clock_us()
        turn_us = max(now_us, partner.next_call_us)
        if turn_us - now_us > PATIENCE_US:
            return codes.PARTNER_RATE, turn_us
        partner.next_call_us = turn_us + int(US_PER_S / per_second)
        if turn_us > now_us:
            await asyncio.sleep((turn_us - now_us) / US_PER_S)
        return None

    async def _count(
        self, name: str, policy: Availability, most: int, calendar: WorkingCalendar
    ) -> tuple[Code, int] | None:
        now_us = self._clock_us()
        day = calendar.day_of(now_us).isoformat()
        if await self._counters.take(f"partner:{name}", day, most):
            if day != self._counted_day:
                self._counted_day = day
                await self._counters.forget(day)
            return None
        return codes.PARTNER_QUOTA, _tomorrow(calendar, policy.hours, now_us)

    def _held(
        self, partner: _Partner, policy: Availability, urgency: Urgency, code: Code, until_us: int
    ) -> Held:
        """One more that waits until then: it wakes after those that wait already and are as urgent."""
        if partner.wakes_from != until_us:
            partner.wakes_from, partner.waking = until_us, [0, 0, 0]
        rank = _RANKS[urgency]
        ahead = sum(partner.waking[: rank + 1])
        partner.waking[rank] += 1
        spread_us = min(int(ahead * US_PER_S / (policy.per_second or WAKES_PER_S)), LONGEST_SPREAD_US)
        at_us = until_us + spread_us
        wait_s = max(-((self._clock_us() - at_us) // US_PER_S), 1)
        return Held(ExchangeError(code, retry_after_s=wait_s), at_us)


def _reopening(code: Code, policy: Availability, calendar: WorkingCalendar, now_us: int) -> int:
    """When a partner that says that it is closed, or its quota used up, takes calls again; 0 if it says neither."""
    if code is codes.PARTNER_CLOSED and policy.hours is not None:
        return _next_opening(calendar, policy.hours, now_us)
    if code is codes.PARTNER_QUOTA and policy.daily_quota is not None:
        return _tomorrow(calendar, policy.hours, now_us)
    return 0


def _next_opening(calendar: WorkingCalendar, hours: OfficeHours, now_us: int) -> int:
    """The first time after now at which the partner opens, whether or not it should be open now."""
    today = calendar.day_of(now_us)
    for ahead in range(FARTHEST_DAYS):
        day = today + timedelta(days=ahead)
        for span in hours.spans.get(Weekday(day.weekday()), ()):
            opens_us = calendar.instant_us(day, span.opens)
            if opens_us > now_us and calendar.is_open(opens_us, hours):
                return opens_us
    return calendar.next_working_time(now_us, hours)


def _tomorrow(calendar: WorkingCalendar, hours: OfficeHours | None, now_us: int) -> int:
    """The beginning of the city's next day, or of the partner's first hours after it."""
    day: date = calendar.day_of(now_us) + timedelta(days=1)
    midnight_us = calendar.instant_us(day, time(0))
    return midnight_us if hours is None else calendar.next_working_time(midnight_us, hours)
