"""Routes: from which contract, under which condition, through which steps, to which endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.core.values import JsonValue, Text


class WhenUncertain(StrEnum):
    """What a route does when nobody knows whether the partner acted."""

    PERSON = "person"  # hand it to a person
    REPEAT = "repeat"  # deliver again; only to endpoints that declare themselves idempotent


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
    """``partner.operation``."""
    when_uncertain: WhenUncertain
    priority: int
    """Among the routes whose condition holds, the highest wins; a tie is refused by lint unless the conditions differ."""
    path: str
    """Where it was read, for messages."""
