"""Attachments: large documents that lie beside the journal and are passed by reference; who may have them, and how long.

An attachment is known by the hex SHA-256 of its content. Its bytes lie in *parts*, each written by one request and
cut into segments of one size; what is where, and for whom, is in the registry. Nothing is written before the registry
knows of it: so whatever a killed process leaves can be found and removed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from hub.core import codes
from hub.core.errors import ExchangeError

SEGMENT_BYTES = 1024 * 1024
"""How much of an attachment lies in one segment; part of what stores keep, never changed."""
MOST_PARTS = 1000
"""In how many pieces an upload may come."""


class Part(NamedTuple):
    """A piece of an attachment, as one request wrote it. Only the last of its segments may be short."""

    id: str
    size: int


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """What a contract's messages may refer to."""

    most: int
    """How many documents one message may refer to."""
    size: int
    """In bytes, of each of them."""
    media_types: tuple[str, ...] = ()
    """Any of these; empty for any at all."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An attachment on its way in."""

    id: str
    client: str
    size: int
    """In bytes; -1 where its sender has not said it."""
    media_type: str
    until_us: int
    """When it is given up unless something more of it comes."""
    parts: Parts = ()
    digest: str = ""
    """Set once it is complete."""

    @property
    def offset(self) -> int:
        """How much of it is on disk."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored attachment, as somebody who may have it sees it."""

    digest: str
    size: int
    media_type: str
    parts: Parts
    exchange_id: str = ""
    """An exchange that it may be had for; empty for whoever stored it."""


@dataclass(frozen=True, slots=True)
class Use:
    """An exchange's claim on its attachments: they stay as long as it does, and its client may read them."""

    exchange_id: str
    client: str
    since_us: int
    until_us: int
    """Until when the exchange is kept; one that has not ended then keeps them longer."""
    readers: tuple[str, ...] = ()
    """Other clients who may read them from now on, by the same exchange."""


class Waste(NamedTuple):
    """A part that belongs to nothing any more."""

    part: str
    since_us: int


class AttachmentRegistry(Protocol):
    """Which attachments there are, who may have them, and until when. Everything raises NotRecordedError.

    What it has answered to is on disk. Safe against any number of callers in any number of processes.
    """

    async def begin(self, upload: Upload) -> None:
        """Note a new upload, before anything of it is stored."""
        ...

    async def upload(self, upload_id: str, client: str) -> Upload | None:
        """A client's upload; None for one that is not its, or is gone."""
        ...

    async def open_part(self, upload_id: str, client: str, offset: int, part: str) -> Upload | None:
        """Begin the next part at an offset; whoever was writing before cannot go on.

        Gives the upload with the new part in it. None where the upload is gone, complete or at another offset.
        """
        ...

    async def grow(self, upload_id: str, part: str, parts: Parts, until_us: int) -> bool:
        """Note how much is stored; ``part`` is the writer's own. False where somebody else writes now, or it is gone."""
        ...

    async def complete(
        self, upload_id: str, part: str, *, digest: str, media_type: str, since_us: int, until_us: int
    ) -> bool:
        """The upload is whole: it becomes an attachment that its client holds until then; False as ``grow``.

        Content that is there already is stored once: what this upload has stored becomes waste.
        """
        ...

    async def abandon(self, upload_id: str, client: str, at_us: int) -> bool:
        """Give an upload up; says whether there was one."""
        ...

    async def find(self, digest: str, client: str) -> Attachment | None:
        """An attachment that a client may have: it stored it, or is party to an exchange that refers to it."""
        ...

    async def content(self, digest: str) -> Attachment | None:
        """An attachment whoever may have it, for the hub itself."""
        ...

    async def held_bytes(self, client: str) -> int:
        """How much a client has stored and is storing."""
        ...

    async def claim(self, use: Use, digests: Sequence[str]) -> bool:
        """Keep attachments for an exchange, before it is recorded: all, or none and False where one cannot be had."""
        ...

    async def uses(self, exchange_id: str) -> tuple[Attachment, ...]:
        """What an exchange refers to."""
        ...

    async def remove(self, digest: str, at_us: int) -> None:
        """Forget an attachment, whoever has it; nothing happens if there is none."""
        ...

    async def collect(self, now_us: int) -> tuple[Waste, ...]:
        """Make waste of what nobody keeps any longer; gives some of all waste, oldest first."""
        ...

    async def forget(self, parts: Sequence[str]) -> None:
        """These parts are gone."""
        ...


class Segments(Protocol):
    """Where the bytes lie: sealed segments, written once, each under its part and number."""

    async def put(self, part: str, number: int, sealed: bytes) -> None:
        """Store a segment durably. Raises NotRecordedError, NoRoomError."""
        ...

    async def get(self, part: str, number: int) -> bytes:
        """A segment. Raises DocumentMissingError, NotRecordedError."""
        ...

    async def remove(self, part: str) -> None:
        """Remove all of a part; nothing happens if there is none. Raises NotRecordedError."""
        ...

    async def room(self) -> int:
        """How many bytes it has room for, as far as it knows; a very large number where nobody does."""
        ...


class NoRoomError(Exception):
    """There is no room to store more."""


@dataclass(frozen=True, slots=True)
class AttachmentStream:
    """A stored attachment as an endpoint may send it: seen to be whole, and read anew for each attempt."""

    digest: str
    size: int
    """In bytes: exactly what ``chunks`` gives."""
    media_type: str
    chunks: Callable[[], AsyncIterator[bytes]]
    """Begins to read the content anew, a megabyte at a time.

    Raises ExchangeError DOCUMENT_LOST while it is read, before its last piece is given.
    """


OpenAttachment: TypeAlias = Callable[[str], Awaitable[AttachmentStream]]
"""Opens an attachment of one exchange by its digest, read through once so that it is known to be whole.

Raises ExchangeError, whose outcome is that nothing was sent: DOCUMENT_LOST for one that is gone, damaged or none of the
exchange's; NOT_RECORDED where the store cannot tell just now.
"""


async def open_nothing(digest: str) -> AttachmentStream:
    """For exchanges without attachments."""
    del digest
    raise ExchangeError(codes.DOCUMENT_LOST)
