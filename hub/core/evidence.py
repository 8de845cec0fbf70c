"""Evidence: the append-only logs whose entries are leaves of a Merkle tree, and what is signed about them (G7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from hub.core.message import Document, Role

TILE = 256
"""How many hashes of one level stand under one hash of the next: level 0 is leaves, level 1 nodes over 256 of
them, level 2 nodes over 256 of those. Only whole ones are kept; part of what stores keep, never changed."""


class NodeHash(NamedTuple):
    """One whole node of the tree, of a level from 1 on."""

    level: int
    place: int
    """Its index in its level, from 0."""
    hash: bytes


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a time-stamping authority signed about a checkpoint: an RFC 3161 token."""

    at_us: int
    """The authority's time (UTC, microseconds since 1970)."""
    authority: str
    token: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement of a log: this many entries, this root."""

    size: int
    root: bytes
    at_us: int
    key: str
    """The public key it is signed with, in its text form."""
    note: str
    """The signed note (C2SP tlog-checkpoint); cosignatures of witnesses are added under it."""
    timestamps: tuple[Timestamp, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a log as it lies in the store now."""

    seq: int
    exchange_id: str
    record: bytes
    leaf: bytes
    faults: tuple[str, ...] = ()
    """What the store itself sees wrong: a column that contradicts the record, a body that does not match."""
    bodies: int = 0
    """How many documents were opened and match their commitments."""
    lost: int = 0
    """How many documents of the record are no longer there."""


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document that an entry names: with its body, or what became of it."""

    number: int
    role: Role
    document: Document | None
    lost: str = ""
    """``destroyed`` or ``damaged``, if there is no body."""


class Attested(StrEnum):
    """By whom else than the log itself a checkpoint is attested."""

    AUTHORITY = "authority"  # it has a time stamp
    WITNESS = "witness"  # it has a cosignature


class EvidenceLog(Protocol):
    """One log of a store: leaves in order of ``seq``, and what was signed about them.

    The journal is one such log, the record of who read bodies another. Leaves are only ever added at the end,
    by whoever appends entries; checkpoints only grow. Reading raises NotRecordedError if the store does not
    answer, and never invents: what is missing is simply not given.
    """

    async def size(self) -> int:
        """The highest ``seq``; 0 for an empty log."""
        ...

    async def hashes(self, level: int, start: int, end: int) -> Sequence[bytes]:
        """The hashes of a level from index ``start`` (from 0) up to before ``end``; ends where one is missing."""
        ...

    async def rows(self, after: int, limit: int, *, with_bodies: bool = False) -> tuple[Row, ...]:
        """The entries with ``seq`` beyond ``after``, in order; with their bodies opened and compared if asked."""
        ...

    async def keep(self, checkpoint: Checkpoint, nodes: Sequence[NodeHash]) -> bool:
        """Make a checkpoint and new nodes durable, all or none; False if there is one of that size or a larger."""
        ...

    async def checkpoints(
        self, *, at_least: int = 0, limit: int = 1, newest_first: bool = False, by: Attested | None = None
    ) -> tuple[Checkpoint, ...]:
        """Checkpoints of at least a size, by size; only those attested by somebody if asked."""
        ...

    async def add_cosignature(self, size: int, line: str) -> None:
        """Add a witness's signature line (without newline) to a checkpoint, durably; twice changes nothing."""
        ...

    async def add_timestamp(self, size: int, timestamp: Timestamp) -> None:
        """Add a time stamp to a checkpoint, durably."""
        ...


class EvidenceSource(Protocol):
    """The journal as an export needs it: one exchange's entries with their places, and its documents."""

    async def entries(self, exchange_id: str) -> tuple[Row, ...]:
        """An exchange's entries in order; empty if there is no such exchange."""
        ...

    async def documents(self, exchange_id: str) -> tuple[KeptDocument, ...]:
        """Every document that the entries name. Whoever asks has recorded the reading first (G10)."""
        ...


@dataclass(frozen=True, slots=True)
class BodyReading:
    """Somebody read an exchange's bodies: when, who, which, what for."""

    at_us: int
    exchange_id: str
    reader: str
    """``person:…`` or ``operator:…``, as far as the hub knows."""
    purpose: str


class BodyReadings(Protocol):
    """The record of who read bodies (G10): append-only, and a log of its own."""

    async def record(self, readings: Sequence[BodyReading]) -> None:
        """Record, all or none, before anything is read. Raises NotRecordedError."""
        ...

    async def of(self, exchange_id: str) -> tuple[BodyReading, ...]:
        """Who read an exchange's bodies, in order."""
        ...


class TimestampAuthority(Protocol):
    """Somebody outside who signs that bytes exist at a time (RFC 3161)."""

    async def stamp(self, data: bytes) -> Timestamp:
        """A verified time stamp over the bytes. Raises NoTimestampError."""
        ...


class NoTimestampError(Exception):
    """The authority gave no time stamp, or none that holds; the text says why."""


class LogDamagedError(Exception):
    """A log is not what was signed: something was removed, changed or moved. The text says what and where."""
