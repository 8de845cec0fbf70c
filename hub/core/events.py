"""Events: what was published, in order, and who is told of it. Types and ports."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from hub.core.contract import Pattern
from hub.core.exchange import Entry, State
from hub.core.values import Version

_POSITION_DIGITS = 16
BEGINNING = 0
"""The position before the first event."""

DELIVERY, HANDOVER, CHANGE = "event-delivery", "event-handover", "subscription-change"
"""Patterns of the exchanges by which the journal tells of subscriptions: one event brought to one subscriber, several
events fetched by one, and a change of a subscription itself."""
OF_SUBSCRIPTIONS = frozenset({DELIVERY, HANDOVER, CHANGE})


def position_text(position: int) -> str:
    """A position as clients see it: opaque, and in the order of the log as a text too."""
    return f"{position:0{_POSITION_DIGITS}x}"


def parse_position(text: str) -> int:
    """Read what ``position_text`` wrote. Raises ValueError for anything else."""
    if len(text) != _POSITION_DIGITS or not set(text) <= set("0123456789abcdef"):
        raise ValueError("not a position")
    return int(text, 16)


def is_published(first: Entry, last: Entry) -> bool:
    """Whether an exchange with these entries is an event: it counts as one in the commit that completes it."""
    opening = first.opening
    return (
        opening is not None
        and opening.pattern == Pattern.PUBLISH_SUBSCRIBE
        and last.exchange_id == first.exchange_id
        and last.state is State.COMPLETED
    )


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A place in the event log: which exchange published what. The journal holds the event itself."""

    position: int
    """Where it stands in the log; later than whatever could be read before it was there."""
    exchange_id: str
    contract: str
    at_us: int
    """When it was published."""


class EventLog(Protocol):
    """Every published event of every contract, in one order: that of the journal, of which it is a view.

    An event is in the log from the commit on that completes its exchange (G1). Whoever reads up to a position and
    goes on from there misses nothing: no event ever appears before one that could already be read. Raises
    NotRecordedError if the store does not answer.
    """

    async def read(self, contract: str, after: int, limit: int) -> tuple[LoggedEvent, ...]:
        """A contract's events after a position, in order."""
        ...

    async def end(self, contract: str) -> int:
        """The position of a contract's newest event; BEGINNING if there is none."""
        ...

    async def position_at(self, contract: str, at_us: int) -> int:
        """The position after which come the contract's events that were published at that time or later."""
        ...

    async def forget(self, contract: str, before_us: int) -> int:
        """Drop a contract's events published before a time; says how many. What the journal holds stays."""
        ...


class DeliveryKind(StrEnum):
    """How a subscriber gets its events."""

    WEBHOOK = "webhook"
    PULL = "pull"
    QUEUE = "queue"


class EventForm(StrEnum):
    """How a CloudEvent lies in an HTTP message."""

    STRUCTURED = "structured"
    BINARY = "binary"


class SubscriptionState(StrEnum):
    """Whether a subscription is being served."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By its client or a person."""
    PARKED = "parked"
    """By the hub: its subscriber could not be reached for too long, or nothing may be sent to it. An alarm."""
    DISABLED = "disabled"
    """By its subscriber, who answered 410 Gone."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a subscriber is tried."""

    first_s: float = 1.0
    """Before the second attempt at most; twice that before the third, and so on, with full jitter."""
    longest_s: float = 300.0
    give_up_after_s: float = 24 * 3600.0
    """How long one event is tried before the subscription is parked."""


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A webhook's signing secret, encrypted."""

    sealed: bytes
    until_us: int
    """Until when it signs beside its successor; 0 for the one in force."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A client's durable wish for a contract's events."""

    id: str
    client: str
    contract: str
    major: int
    version: Version | None
    """The version its events come in; None for the newest of the major that the client is granted."""
    kind: DeliveryKind
    created_us: int
    run_us: int
    """When it began, or was last replayed. Of one run, an event is delivered once: see ``delivery_id``."""
    position: int
    """Up to where everything has been dealt with."""
    filter: str = ""
    """CEL on ``event`` and ``attributes``; empty for all events."""
    ordering_key: str = ""
    """JSON pointer into the event; events with equal values there come in order. Empty: CloudEvents' subject."""
    url: str = ""
    """Of a webhook."""
    queue: str = ""
    """Of a client's own queue."""
    form: EventForm = EventForm.STRUCTURED
    retry: RetryPolicy = RetryPolicy()
    secrets: tuple[SealedSecret, ...] = ()
    state: SubscriptionState = SubscriptionState.ACTIVE
    code: str = ""
    """Why it is not served, from the catalogue."""
    changed_us: int = 0
    number: int = 1
    """Counts changes; its position moves without one."""

    @property
    def channel(self) -> str:
        """What undelivered events of it wait under in the journal."""
        return f"subscription/{self.id}"


class Move(NamedTuple):
    """How far a subscription has come."""

    subscription_id: str
    run_us: int
    position: int


class Subscriptions(Protocol):
    """Who is told of what. Raises NotRecordedError if the store does not answer."""

    async def add(self, subscription: Subscription) -> None:
        """Keep a new one, durably."""
        ...

    async def get(self, subscription_id: str) -> Subscription | None:
        """One by its id."""
        ...

    async def list(self, client: str | None = None) -> tuple[Subscription, ...]:
        """All of them, or a client's, by id."""
        ...

    async def replace(self, subscription: Subscription) -> None:
        """Put a changed one in the place of that with the number before; position and all.

        Raises StateConflictError if it has been changed or removed meanwhile.
        """
        ...

    async def advance(self, moves: Collection[Move]) -> frozenset[str]:
        """Move positions forward, all in one commit; says whose run is still the one that was told.

        A position never moves back by this, and one of another run not at all.
        """
        ...

    async def remove(self, subscription_id: str) -> bool:
        """Forget one; says whether there was one."""
        ...


class Tenancy(Protocol):
    """Which node looks after what. Two may believe so for a moment: what they do must bear that."""

    async def hold(self, names: Collection[str]) -> frozenset[str]:
        """Take or keep all of these that can be had, and leave all others; says which are held for now."""
        ...

    @property
    def lasts_s(self) -> float:
        """For how long after the call of ``hold`` they are held at least, seen from its beginning."""
        ...
