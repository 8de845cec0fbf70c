"""Routes: from which contract, under which condition, through which steps, to which endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.core.scatter import Scatter
from hub.core.values import JsonValue, Text


class WhenUncertain(StrEnum):
    """What a route does when nobody knows whether the partner acted."""

    PERSON = "person"  # hand it to a person
    REPEAT = "repeat"  # deliver again; only to endpoints that declare themselves idempotent

    INQUIRE = "inquire"  # ask the partner's inquiry operation: ``Route.inquiry``


class Urgency(StrEnum):
    """How much a route's exchanges matter among those that wait for one partner."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a delivery that failed is tried again, where nobody waits and trying again can help."""

    first_s: float = 1.0
    """The longest pause before the second attempt; each later one may be twice as long as the one before."""
    longest_s: float = 300.0
    attempts: int | None = None
    """How many deliveries in all, before a person must look; None: as many as there is time for."""


DEFAULT_RETRY = RetryPolicy()


@dataclass(frozen=True, slots=True)
class InquirySpec:
    """How a partner is asked what became of a call whose outcome nobody knows."""

    endpoint: str
    """``partner.operation``; of the same partner, and one that takes repetitions."""
    settled: str
    """A CEL condition on ``reply``, the inquiry's own: the partner acted, or never will, and says with what result."""
    not_done: str
    """A CEL condition on ``reply``: the partner has not acted, and may be asked anew."""
    every_s: float
    for_s: float
    """After that long without an answer a person must look."""


SCATTERED = "hub.scatter"
"""What stands for an endpoint where a route asks other contracts: to the flow it is the hub itself."""


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step as the route's file names it."""

    name: str
    options: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Route:
    """A route as data: what a lawyer and a security officer read."""

    name: str
    purpose: Text
    owner: str
    legal_basis: str
    contract: str
    major: int
    when: str
    """A CEL condition on ``request`` and ``exchange``; empty for always."""
    steps: tuple[StepSpec, ...]
    endpoint: str
    """``partner.operation``; SCATTERED for a route that asks other contracts instead."""
    when_uncertain: WhenUncertain
    priority: int
    """Among the routes whose condition holds, the highest wins; a tie is refused by lint unless the conditions differ."""
    path: str
    """Where it was read, for messages."""
    retry: RetryPolicy = DEFAULT_RETRY
    inquiry: InquirySpec | None = None
    """Set if, and only if, ``when_uncertain`` is INQUIRE."""
    urgency: Urgency = Urgency.NORMAL
    scatter: Scatter | None = None
    """Set if, and only if, the route asks several contracts at once."""
