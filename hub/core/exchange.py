"""An exchange: one use of a contract, from the first message to its final state, and its state machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from hub.core.message import Document, DocumentFact
from hub.core.values import ContractRef


class State(StrEnum):
    """Where an exchange stands. Each change of state is one journal entry."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DELIVERING = "delivering"
    WAITING_RETRY = "waiting_retry"
    WAITING_REPLY = "waiting_reply"
    UNCERTAIN = "uncertain"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"
    DEAD_LETTERED = "dead_lettered"
    CANCELLED = "cancelled"


S = State
FINAL: frozenset[State] = frozenset(
    {S.COMPLETED, S.REJECTED, S.FAILED, S.EXPIRED, S.DEAD_LETTERED, S.CANCELLED}
)
"""The states an exchange may rest in. A person may still take a dead letter up again."""

FIRST: frozenset[State] = frozenset({S.RECEIVED, S.REJECTED})
"""The states an exchange may begin in: a refused message never becomes more than its refusal."""

TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        S.RECEIVED: frozenset({S.ACCEPTED, S.REJECTED, S.FAILED, S.EXPIRED}),
        # It waits at once where its partner takes nothing just now, or where others are asked for its parts;
        # it is complete at once where nobody is asked at all.
        S.ACCEPTED: frozenset(
            {
                S.DELIVERING,
                S.WAITING_RETRY,
                S.WAITING_REPLY,
                S.COMPLETED,
                S.FAILED,
                S.EXPIRED,
                S.DEAD_LETTERED,
                S.CANCELLED,
            }
        ),
        S.DELIVERING: frozenset(
            {
                S.COMPLETED,
                S.WAITING_RETRY,
                S.WAITING_REPLY,
                S.UNCERTAIN,
                S.FAILED,
                S.EXPIRED,
                S.DEAD_LETTERED,
            }
        ),
        S.WAITING_RETRY: frozenset(
            {
                S.WAITING_RETRY,
                S.DELIVERING,
                S.COMPLETED,
                S.FAILED,
                S.EXPIRED,
                S.DEAD_LETTERED,
                S.CANCELLED,
            }
        ),
        # Once more into the same state: something happened while it waits (a reminder, a part of the answer).
        S.WAITING_REPLY: frozenset(
            {S.WAITING_REPLY, S.COMPLETED, S.FAILED, S.EXPIRED, S.DEAD_LETTERED, S.CANCELLED}
        ),
        S.UNCERTAIN: frozenset(
            {
                S.UNCERTAIN,
                S.DELIVERING,
                S.WAITING_RETRY,
                S.WAITING_REPLY,
                S.COMPLETED,
                S.FAILED,
                S.EXPIRED,
                S.DEAD_LETTERED,
            }
        ),
        # From an end once more into the same: its sender has been told (``Exchange.tell``).
        S.DEAD_LETTERED: frozenset({S.ACCEPTED, S.COMPLETED, S.CANCELLED, S.DEAD_LETTERED}),
        S.COMPLETED: frozenset({S.COMPLETED}),
        S.REJECTED: frozenset(),
        S.FAILED: frozenset({S.FAILED}),
        S.EXPIRED: frozenset({S.EXPIRED}),
        S.CANCELLED: frozenset({S.CANCELLED}),
    }
)
del S


class IllegalTransitionError(Exception):
    """The state machine does not know this change of state: a fault of the hub, never of a caller."""

    def __init__(self, before: State | None, after: State) -> None:
        super().__init__(f"an exchange cannot go from {before or 'nothing'} to {after}")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of an exchange from its first entry on. Set once."""

    contract: str
    """The contract's name as the sender gave it; for a refused message it need not exist."""
    version: str
    """The version the exchange uses, or what the sender asked for if there is no such version; may be empty."""
    sender: str
    """The client's name; empty if it was not authenticated."""
    pattern: str
    case_id: str = ""
    on_behalf_of: str = ""
    deadline_us: int = 0
    """When the exchange must have ended (UTC, microseconds since 1970); 0 for none."""
    traceparent: str = ""
    remote: str = ""
    """The caller's network address, for refusals."""
    parent: str = ""
    """The id of the exchange that this one is a part of; empty for one that stands alone."""
    reply_to: str = ""
    """Where its sender is told of its end (``amqp:CLIENT``); empty if the sender asks for it."""

    @property
    def ref(self) -> ContractRef:
        """The contract version. Raises ValueError if the refused message named none."""
        return ContractRef.parse(f"{self.contract}@{self.version}")


NO_DETAIL: Mapping[str, str | int] = MappingProxyType({})

RENEWED_DEADLINE = "deadline_us"
"""The fact of an entry's detail that gives the exchange another deadline from there on (as ``Opening.deadline_us``)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: an exchange reached a state, when, and because of what.

    ``detail`` holds facts that are safe to show to anyone who may see the exchange (route, endpoint,
    attempt, a partner's tracking code, field pointers): never a body, personal data or a secret.
    """

    exchange_id: str
    number: int
    """1 for an exchange's first entry, then without gaps."""
    at_us: int
    state: State
    cause: str
    """Who or what brought it about: ``client:portal``, ``hub``, ``partner:registry-office``, ``person:…``."""
    code: str = ""
    """The error's code where the entry tells of one."""
    detail: Mapping[str, str | int] = field(default_factory=lambda: NO_DETAIL)
    opening: Opening | None = None
    """Only in an exchange's first entry."""
    channel: str = ""
    """The partner's channel that the exchange waits in from now on, if any."""
    due_us: int = 0
    """When a worker should look at it next (UTC, microseconds), if it waits."""
    documents: tuple[DocumentFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """An entry together with the bodies of the documents it records, as handed to the journal."""

    entry: Entry
    documents: tuple[Document, ...] = ()


@dataclass(slots=True)
class Exchange:
    """One exchange as its entries tell it. Only ``advance`` and ``replay`` change it."""

    id: str
    opening: Opening
    state: State
    number: int
    channel: str = ""
    due_us: int = 0
    history: list[Entry] = field(default_factory=list)
    deadline_us: int = 0
    """When it must have ended: its opening's deadline, until an entry renews it; 0 for none."""

    @property
    def is_final(self) -> bool:
        """Whether it may rest in its state."""
        return self.state in FINAL

    @classmethod
    def start(
        cls,
        exchange_id: str,
        opening: Opening,
        *,
        state: State,
        at_us: int,
        cause: str,
        code: str = "",
        detail: Mapping[str, str | int] = NO_DETAIL,
        documents: tuple[Document, ...] = (),
    ) -> "tuple[Exchange, Transition]":
        """Begin an exchange, and give the transition that the journal must record for it."""
        facts = tuple(document.fact() for document in documents)
        entry = Entry(exchange_id, 1, at_us, state, cause, code, detail, opening, documents=facts)
        return cls.begin(entry), Transition(entry, documents)

    def advance(
        self,
        state: State,
        *,
        at_us: int,
        cause: str,
        code: str = "",
        detail: Mapping[str, str | int] = NO_DETAIL,
        channel: str = "",
        due_us: int = 0,
        documents: tuple[Document, ...] = (),
    ) -> Transition:
        """Move on to a state, and give the transition that the journal must record for it.

        Raises IllegalTransitionError, and changes nothing, if the state machine forbids it. Time does not
        run backwards within an exchange: an entry is never dated before the one it follows.
        """
        if state in FINAL:
            channel = self.opening.reply_to  # from now on its end waits there to be told
        facts = tuple(document.fact() for document in documents)
        at_us = max(at_us, self.history[-1].at_us)
        entry = Entry(
            self.id, self.number + 1, at_us, state, cause, code, detail, None, channel, due_us, facts
        )
        self.apply(entry)
        return Transition(entry, documents)

    @property
    def owes_reply(self) -> bool:
        """Whether its sender is still to be told how it ended."""
        return self.is_final and bool(self.channel)

    def tell(self, *, at_us: int, cause: str) -> Transition:
        """Note that its sender has been told of its end. Raises IllegalTransitionError if that is not owed."""
        if not self.owes_reply:
            raise IllegalTransitionError(self.state, self.state)
        last = self.history[-1]
        detail = {**last.detail, "told": self.opening.reply_to}
        at_us = max(at_us, last.at_us)
        entry = Entry(self.id, self.number + 1, at_us, self.state, cause, last.code, detail)
        self.apply(entry)
        return Transition(entry)

    @classmethod
    def begin(cls, entry: Entry) -> "Exchange":
        """Start from a first entry. Raises IllegalTransitionError if it is not one."""
        if entry.opening is None or entry.number != 1 or entry.state not in FIRST:
            raise IllegalTransitionError(None, entry.state)
        opening = entry.opening
        return cls(
            entry.exchange_id,
            opening,
            entry.state,
            1,
            entry.channel,
            entry.due_us,
            [entry],
            opening.deadline_us,
        )

    @classmethod
    def replay(cls, entries: Sequence[Entry]) -> "Exchange":
        """Rebuild from its whole history, in order. Raises IllegalTransitionError if that is not lawful."""
        exchange = cls.begin(entries[0])
        for entry in entries[1:]:
            exchange.apply(entry)
        return exchange

    def apply(self, entry: Entry) -> None:
        """Move on by one entry. Raises IllegalTransitionError if the state machine forbids it."""
        if entry.number != self.number + 1 or entry.state not in TRANSITIONS[self.state]:
            raise IllegalTransitionError(self.state, entry.state)
        if entry.state is self.state and self.is_final and (entry.channel or not self.owes_reply):
            raise IllegalTransitionError(self.state, entry.state)
        self.state = entry.state
        self.number = entry.number
        self.channel = entry.channel
        self.due_us = entry.due_us
        self.deadline_us = _renewed(entry, self.deadline_us)
        self.history.append(entry)


def deadline_of(entries: Sequence[Entry]) -> int:
    """The deadline that a history leaves its exchange with (UTC, microseconds); 0 for none."""
    deadline_us = entries[0].opening.deadline_us if entries[0].opening is not None else 0
    for entry in entries:
        deadline_us = _renewed(entry, deadline_us)
    return deadline_us


def _renewed(entry: Entry, deadline_us: int) -> int:
    renewed = entry.detail.get(RENEWED_DEADLINE)
    return renewed if isinstance(renewed, int) else deadline_us
