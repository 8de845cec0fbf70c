"""Ports: what the engine needs of the outside. Every implementation passes the port's conformance suite."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.core.exchange import Entry, Opening, State, Transition
from hub.core.message import Document
from hub.core.route import Urgency


@dataclass(frozen=True, slots=True)
class Claim:
    """An owner's idempotency key, taken by one exchange."""

    owner: str
    """The client or partner whose key it is: keys of different owners never meet."""
    key: str
    fingerprint: str
    """Hex SHA-256 of what was asked: the same key with another fingerprint is a mistake of the sender."""
    exchange_id: str
    expires_us: int


@dataclass(frozen=True, slots=True)
class Query:
    """Which exchanges to find; conditions that are set must all hold."""

    sender: str | None = None
    case_id: str | None = None
    states: frozenset[State] = frozenset()
    """Any of these; empty for all."""
    channel: str | None = None
    due_before_us: int | None = None
    """Only those that have been given a time to be looked at, and it is earlier than this."""
    after: str = ""
    """Only ids that come after this one in the order asked for: the way to the next page."""
    limit: int = 100
    newest_first: bool = False
    of_each: int = 0
    """If set, together with ``due_before_us``, what is found comes in turns and not by id: first what has been due
    longest of each sender in each channel, then the second of each, and so on; of each at most so many. Costs what
    it finds, and a little for each sender in each channel, however much waits. Has no further pages."""
    with_last_entry: bool = False
    """Whether each exchange's last entry is wanted too: why it stands where it does."""

    def check(self) -> None:
        """Raises ValueError for what no journal can answer."""
        if self.limit < 1:
            raise ValueError(f"a query asks for at least one exchange, not {self.limit}")
        if self.of_each < 0:
            raise ValueError(f"a turn cannot be of {self.of_each} exchanges")
        if self.of_each and (self.due_before_us is None or self.after or self.newest_first):
            raise ValueError("only what is due is found in turns, in one page, longest due first")


@dataclass(frozen=True, slots=True)
class Summary:
    """An exchange's present state, without its history."""

    exchange_id: str
    opening: Opening
    state: State
    number: int
    code: str
    begun_us: int
    changed_us: int
    channel: str
    due_us: int
    last: Entry | None = None
    """The entry that brought it to its state, if the query asked for it."""


class Journal(Protocol):
    """The append-only record of everything that happened to every exchange.

    ``append`` returns only when all the transitions, their documents and the claim are on disk, all or
    none (G1). Concurrent appends share a commit. Transitions of one exchange keep their order.
    Reading raises NotRecordedError if the store does not answer: what the caller can do is the same, try again.
    """

    async def append(self, transitions: Sequence[Transition], claim: Claim | None = None) -> None:
        """Record.

        Raises NotRecordedError (nothing was recorded, or nobody can tell that it was),
        StateConflictError (an entry of that number exists), AlreadyClaimedError (the key belongs to
        another exchange). In each case nothing of this call has been recorded.
        """
        ...

    async def history(self, exchange_id: str) -> tuple[Entry, ...]:
        """All entries of an exchange in order; empty if there is no such exchange."""
        ...

    async def documents(self, exchange_id: str) -> tuple[tuple[int, Document], ...]:
        """All documents of an exchange with the number of the entry that recorded them, decrypted.

        Reading a body is a right of its own: callers check it and record it.
        """
        ...

    async def find(self, query: Query) -> tuple[Summary, ...]:
        """Exchanges that match, by id (that is, by time), or in turns. Raises ValueError for a bad limit or turn."""
        ...


class Idempotency(Protocol):
    """The keys under which exchanges were begun. They are claimed by ``Journal.append``, in one commit."""

    async def find(self, owner: str, key: str, now_us: int) -> Claim | None:
        """The claim on a key, unless there is none or it has expired."""
        ...

    async def forget(self, expired_before_us: int) -> int:
        """Drop expired claims; says how many."""
        ...

    async def release(self, owner: str, key: str, exchange_id: str) -> bool:
        """Drop the claim that an exchange has on a key, so that another exchange may claim it.

        Says whether that exchange held it; a key that another one holds by now is left alone, whoever asks, on
        whichever node. Durable when it returns. Raises NotRecordedError.
        """
        ...


class Counters(Protocol):
    """What is counted by all nodes together and outlives them: how much of a quota has been used up."""

    async def take(self, name: str, period: str, most: int) -> bool:
        """Count one more under a name in a period, unless ``most`` have been counted; whether it was.

        Of several who ask at once never more than ``most`` are told so. Raises NotRecordedError: then nobody can
        tell whether it was counted.
        """
        ...

    async def forget(self, before_period: str) -> int:
        """Drop the counts of periods that come before this one in the order of texts; says how many."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A reference taken from a channel. Exactly one of the two functions is called."""

    exchange_id: str
    settle: Callable[[], Awaitable[None]]
    """It has been dealt with; forget it."""
    give_back: Callable[[], Awaitable[None]]
    """It has not; offer it again, perhaps to somebody else."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose reference it is, and how urgent: what a channel is fair by."""

    sender: str = ""
    urgency: Urgency = Urgency.NORMAL


ANYBODY = Turn()
"""Of nobody in particular."""


class Channel(Protocol):
    """A queue of references to exchanges that wait for one partner.

    The journal is the record: a channel may lose references (a sweeper offers them again) and may offer
    one twice (the journal's numbers tell), but never invents one. Of one sender and urgency the order is first in,
    first out as far as no reference was given back. Between senders it is fair: however much of one waits, the
    first of another is not held up by more than a small part of it. The urgent come first for the most part, and
    nothing waits for ever.
    """

    async def put(self, exchange_id: str, turn: Turn = ANYBODY) -> None:
        """Offer a reference. Raises nothing that the caller has to undo."""
        ...

    async def take(self) -> Taken:
        """Wait for a reference and take it. What is neither settled nor given back returns by itself."""
        ...

    async def close(self) -> None:
        """Stop: waiting ``take``s raise ChannelClosedError. May be called twice."""
        ...


class ChannelClosedError(Exception):
    """The channel has been closed."""


class ClaimCheck(Protocol):
    """Large documents, kept beside the journal under the digest of their content; streamed, encrypted."""

    async def put(self, chunks: AsyncIterator[bytes]) -> str:
        """Store a document; gives its hex SHA-256 once it is on disk. Storing it again changes nothing.

        Raises NotRecordedError if it could not be stored whole; nothing is left of it then.
        """
        ...

    def get(self, digest: str) -> AsyncIterator[bytes]:
        """The document, in pieces of at most 1 MiB. Raises DocumentMissingError, DocumentDamagedError."""
        ...

    async def delete(self, digest: str) -> None:
        """Remove a document; nothing happens if there is none."""
        ...


class DocumentMissingError(Exception):
    """There is no such document."""


class DocumentDamagedError(Exception):
    """A stored document does not open or match its digest: it was changed, or the key is another."""


class DocumentDestroyedError(DocumentDamagedError):
    """A stored document can never be opened again, because its key was destroyed."""


class Sealer(Protocol):
    """Encrypts what is kept at rest (G10). Synchronous and quick; safe to call from several threads."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt. ``context`` is authenticated with it and must be given again to open it."""
        ...

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt. Raises DocumentDamagedError for anything that was not sealed so, with this context.

        DocumentDestroyedError, a kind of it, says that its key is gone.
        """
        ...


class DataKeys(Protocol):
    """Where wrapped data keys are kept, beside what they encrypt. Synchronous; used by a sealer."""

    def load(self, key_id: str) -> bytes | None:
        """The wrapped key of that id, or None."""
        ...

    def save(self, key_id: str, wrapped: bytes) -> bytes:
        """Keep a wrapped key durably unless one of that id exists; gives the one that is kept."""
        ...


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client as the registry keeps it. Holds no key, only its hash."""

    name: str
    key_prefix: str
    key_hash: str
    """Hex SHA-256 of the whole key: keys carry 256 random bits, so a quick hash is enough."""
    grants: tuple[str, ...]
    """``contract``, ``contract@1`` or ``contract@1.2`` each."""
    created_us: int
    revoked_us: int = 0
    partner: str = ""
    """The partner in whose name it posts later replies; empty for a client that is no partner's."""
    office: str = ""
    """The office whose work items it deals with as an officer; empty for a client that is no officer."""


class ClientRegistry(Protocol):
    """Who may call, with which grants. Changes are seen by every process within a second."""

    def by_prefix(self, key_prefix: str) -> ClientRecord | None:
        """The client whose key begins so. Answers from memory: no waiting on the request path."""
        ...

    async def add(self, record: ClientRecord) -> None:
        """Register. Raises ClientExistsError if an unrevoked client has the name."""
        ...

    async def list(self) -> tuple[ClientRecord, ...]:
        """All clients, revoked ones too, by name."""
        ...

    async def revoke(self, name: str, at_us: int) -> bool:
        """Revoke the client of that name; says whether there was one that was not yet revoked."""
        ...


class ClientExistsError(Exception):
    """An unrevoked client of that name exists."""
