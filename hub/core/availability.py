"""When, and how much, a partner takes: what its manifest says of hours, quotas and failures."""

from dataclasses import dataclass

from hub.core.calendar import OfficeHours


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a partner's operation is taken for broken, and left alone for a while."""

    failures: int
    """So many failures within ``within_s`` open the circuit."""
    within_s: float
    open_s: float
    """How long nothing is sent then, before one call is tried; twice as long after each trial that fails."""


@dataclass(frozen=True, slots=True)
class Availability:
    """A partner's policy. What is None is not limited."""

    hours: OfficeHours | None = None
    daily_quota: int | None = None
    """Calls per day of the city's calendar, by all nodes together."""
    per_second: float | None = None
    """Calls per second, by each node."""
    breaker: BreakerPolicy | None = None
    """Of each operation, at each node."""
