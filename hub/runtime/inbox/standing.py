"""Where a work item stands: read from the newest entry that tells of it. Pure.

Every entry of an exchange that waits in an inbox repeats these facts, so that its last entry tells them all: a list
of work items reads no histories.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.core.exchange import Entry, State

INBOX: Final = "inbox"
OFFICES: Final = "offices"
CLAIMED_BY: Final = "claimed_by"
CLAIMED_US: Final = "claimed_us"
_FACTS: Final = (INBOX, OFFICES, CLAIMED_BY, CLAIMED_US)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a work item is."""

    inbox: str
    """The endpoint, ``partner.operation``."""
    offices: tuple[str, ...]
    claimed_by: str = ""
    """The officer who has it; empty if anybody of the offices may claim it."""
    claimed_us: int = 0

    @property
    def facts(self) -> dict[str, str | int]:
        """For an entry's detail."""
        facts: dict[str, str | int] = {INBOX: self.inbox, OFFICES: " ".join(self.offices)}
        if self.claimed_by:
            facts |= {CLAIMED_BY: self.claimed_by, CLAIMED_US: self.claimed_us}
        return facts

    def claimed(self, officer: str, at_us: int) -> "Standing":
        """In the hands of one officer."""
        return replace(self, claimed_by=officer, claimed_us=at_us)

    def free(self) -> "Standing":
        """Anybody's."""
        return replace(self, claimed_by="", claimed_us=0)


def standing_of(entry: Entry) -> Standing | None:
    """What an entry tells; None if it tells of no work item."""
    return _read(entry.detail)


def newest_standing(history: Sequence[Entry]) -> Standing | None:
    """Where the exchange's work item stands, or stood last; None if it never was one."""
    return next((found for entry in reversed(history) if (found := standing_of(entry))), None)


def standing_facts(entry: Entry) -> dict[str, str | int]:
    """What the entry that follows must repeat; nothing for an exchange that waits for no officer."""
    if entry.state is not State.WAITING_REPLY:
        return {}
    return {name: entry.detail[name] for name in _FACTS if name in entry.detail}


def _read(detail: Mapping[str, str | int]) -> Standing | None:
    inbox, offices = detail.get(INBOX), detail.get(OFFICES)
    if not isinstance(inbox, str) or not isinstance(offices, str):
        return None
    claimed_us = detail.get(CLAIMED_US, 0)
    return Standing(
        inbox,
        tuple(offices.split()),
        str(detail.get(CLAIMED_BY, "")),
        claimed_us if isinstance(claimed_us, int) else 0,
    )
