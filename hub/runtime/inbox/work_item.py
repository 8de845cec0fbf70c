"""One work item: the exchange's history, read as its officers need it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.exchange import FINAL, Entry, State
from hub.core.message import Document, Role
from hub.core.work_items import Inbox
from hub.runtime.inbox.officers import Officer
from hub.runtime.inbox.standing import Standing

DONE: Final = "work_item"
"""The fact of an entry's detail that says what an officer did."""
ATTACHED: Final = "attached"
"""The fact of an entry's detail that names a document that an officer attached, by its digest."""
ANSWERED, RETURNED = "answered", "returned"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A work item that an officer may see."""

    entries: tuple[Entry, ...]
    standing: Standing
    inbox: Inbox

    @property
    def id(self) -> str:
        """The exchange's."""
        return self.entries[0].exchange_id

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.entries[-1].state is State.WAITING_REPLY

    @property
    def outcome(self) -> str:
        """``answered`` or ``returned`` if an officer ended it; else empty."""
        last = self.entries[-1]
        done = str(last.detail.get(DONE, "")) if last.state in FINAL else ""
        return done if done in {ANSWERED, RETURNED} else ""

    @property
    def attached(self) -> tuple[str, ...]:
        """The digests of the documents that officers have attached, in order."""
        return tuple(str(e.detail[ATTACHED]) for e in self.entries if ATTACHED in e.detail)

    def check_open(self) -> None:
        """Raises ExchangeError WORK_ITEM_CLOSED that says how it ended."""
        if not self.is_open:
            last = self.entries[-1]
            raise ExchangeError(
                codes.WORK_ITEM_CLOSED, _ENDS.get(last.state, f"the exchange is {last.state}")
            )

    def check_held_by(self, officer: Officer) -> None:
        """Raises ExchangeError: WORK_ITEM_CLAIMED that says who has it, WORK_ITEM_NOT_CLAIMED."""
        holder = self.standing.claimed_by
        if not holder:
            raise ExchangeError(codes.WORK_ITEM_NOT_CLAIMED)
        if holder != officer.name:
            raise claimed_by(holder)


_ENDS: Final = {
    State.EXPIRED: "مهلت گذشته است / its deadline has passed",
    State.CANCELLED: "فرستنده آن را لغو کرده است / its sender has cancelled it",
    State.COMPLETED: "پاسخ داده شده است / it has been answered",
    State.FAILED: "رد شده است / it has been refused",
    State.DEAD_LETTERED: "نزد کارشناسان سامانه است / the hub's operators have it",
}


def claimed_by(holder: str) -> ExchangeError:
    """What an officer is told who comes second."""
    return ExchangeError(codes.WORK_ITEM_CLAIMED, f"در دست {holder} است / {holder} has it")


@dataclass(frozen=True, slots=True)
class Note:
    """What an officer wrote down."""

    at_us: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Bodies:
    """What a work item holds for those who may read it; JSON documents as they are recorded."""

    request: bytes | None
    draft: bytes | None
    answer: bytes | None
    notes: tuple[Note, ...]


def bodies_of(entries: Sequence[Entry], documents: Sequence[tuple[int, Document]]) -> Bodies:
    """The newest of each, and all notes."""
    newest = {document.role: document.body for _, document in documents}
    by_number = {entry.number: entry for entry in entries}
    notes = tuple(
        Note(by_number[number].at_us, by_number[number].cause, document.body.decode())
        for number, document in documents
        if document.role is Role.NOTE
    )
    return Bodies(
        newest.get(Role.PARTNER_REQUEST), newest.get(Role.DRAFT), newest.get(Role.PARTNER_REPLY), notes
    )
