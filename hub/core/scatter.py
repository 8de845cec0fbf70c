"""Composite inquiries: which contracts are asked at once, and when enough of them have answered. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Gather(StrEnum):
    """The rule by which the parts of a composite are enough."""

    ALL = "all"  # every part that is asked
    ANY = "any"  # the first
    QUORUM = "quorum"  # so many
    BEST_EFFORT = "best_effort"  # whatever comes in time; the reply says what is missing


class Standing(StrEnum):
    """How one part stands, as far as the rule asks."""

    OPEN = "open"  # it may still be answered, if only after a person has looked at it
    ANSWERED = "answered"
    MISSING = "missing"  # it has ended without a reply


class GatherVerdict(StrEnum):
    """What the rule says of all parts together."""

    WAIT = "wait"
    MET = "met"
    UNMEETABLE = "unmeetable"  # nothing that may still come can help


@dataclass(frozen=True, slots=True)
class GatherRule:
    """When the parts are enough. Parts that are not asked do not count, neither way."""

    kind: Gather
    quorum: int = 0
    """How many must be answered; only for QUORUM."""

    def judge(self, parts: Iterable[tuple[Standing, bool]], *, is_over: bool = False) -> GatherVerdict:
        """Judge parts, each with whether it is required.

        ``is_over``: the time is up, and what is open counts as missing. The rule is then met or unmeetable.
        """
        answered = open_ = 0
        awaited = False
        for each, is_required in parts:
            standing = Standing.MISSING if is_over and each is Standing.OPEN else each
            needed = is_required or self.kind is Gather.ALL
            if standing is Standing.MISSING and needed:
                return GatherVerdict.UNMEETABLE
            awaited = awaited or (needed and standing is Standing.OPEN)
            answered += standing is Standing.ANSWERED
            open_ += standing is Standing.OPEN
        if self.kind in {Gather.ALL, Gather.BEST_EFFORT}:
            return GatherVerdict.WAIT if open_ else GatherVerdict.MET
        wanted = 1 if self.kind is Gather.ANY else self.quorum
        if answered + open_ < wanted:
            return GatherVerdict.UNMEETABLE
        return GatherVerdict.MET if answered >= wanted and not awaited else GatherVerdict.WAIT

    def __str__(self) -> str:
        return f"{self.kind}:{self.quorum}" if self.kind is Gather.QUORUM else self.kind.value

    @classmethod
    def parse(cls, text: str) -> "GatherRule":
        """Read what ``str`` gave. Raises ValueError."""
        kind, _, number = text.partition(":")
        return cls(Gather(kind), int(number or 0))


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One part of a composite as the route's file names it."""

    name: str
    contract: str
    major: int
    when: str
    """A CEL condition on ``request`` and ``exchange``; empty for always. A part that it excludes is not asked."""
    deadline_s: int
    """Within how many seconds the part must have ended; 0 for as long as its contract says."""
    is_required: bool


@dataclass(frozen=True, slots=True)
class Scatter:
    """What a route asks instead of one endpoint."""

    parts: tuple[PartSpec, ...]
    rule: GatherRule
    cancels_rest: bool
    """Whether parts that are still under way are cancelled once the rule is met or cannot be."""
