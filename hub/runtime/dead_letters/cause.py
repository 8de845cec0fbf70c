"""Why exchanges became dead letters, so that those with one cause can be dealt with as one. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from typing import Final

from hub.core.exchange import Entry, Opening
from hub.core.ports import Summary

MOST_GROUPS: Final = 1000
SAMPLES: Final = 3
_OTHERS: Final = "(others)"
_LONGEST_KIND: Final = 160
_ID_LENGTH: Final = 12
_VARYING = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|'[^']*'|\"[^\"]*\"|[0-9]+(?:\.[0-9]+)*", re.IGNORECASE
)
_CLASSES: Final = ("cause", "fault", "step")


@dataclass(frozen=True, slots=True)
class Cause:
    """What dead letters that one look settles have in common."""

    code: str
    contract: str
    """With its version: ``registry.title-inquiry@1.2``."""
    partner: str
    route: str
    kind: str
    """The class of the detail: its text without ids, numbers and quoted words."""

    @property
    def id(self) -> str:
        """Its name: the same for the same cause, in every process."""
        return hashlib.sha256("\n".join(astuple(self)).encode()).hexdigest()[:_ID_LENGTH]


@dataclass(slots=True)
class Group:
    """Dead letters of one cause."""

    cause: Cause
    count: int
    oldest_us: int
    """When the one that waits longest became a dead letter."""
    newest_us: int
    samples: tuple[str, ...]
    """The ids of the first few."""


def cause_of(summary: Summary) -> Cause:
    """The cause of a dead letter, which must have been found with its last entry."""
    if summary.last is None:
        raise ValueError("a dead letter's cause stands in its last entry: ask for it")
    return cause_of_entry(summary.opening, summary.last)


def cause_of_entry(opening: Opening, last: Entry) -> Cause:
    """The cause that an exchange's last entry tells of."""
    detail = last.detail
    return Cause(
        code=last.code,
        contract=f"{opening.contract}@{opening.version}",
        partner=str(detail.get("endpoint", "")).partition(".")[0],
        route=str(detail.get("route", "")),
        kind=kind_of(detail),
    )


def kind_of(detail: Mapping[str, str | int]) -> str:
    """The class of a detail: what is alike in all that went wrong in the same way."""
    parts = [str(detail[name]) for name in _CLASSES if name in detail]
    text = str(detail.get("detail", ""))
    if text:
        parts.append(_VARYING.sub("#", text))
    return ": ".join(parts)[:_LONGEST_KIND]


def grouped(found: Iterable[Summary], groups: dict[str, Group]) -> None:
    """Count dead letters into groups by their causes' ids.

    There are never more than ``MOST_GROUPS`` groups, and one of others for each code: memory stays bounded
    whatever details say (G8).
    """
    for summary in found:
        cause = cause_of(summary)
        if cause.id not in groups and len(groups) >= MOST_GROUPS:
            cause = replace(cause, contract="", partner="", route="", kind=_OTHERS)
        group = groups.get(cause.id)
        at_us = summary.changed_us
        if group is None:
            groups[cause.id] = Group(cause, 1, at_us, at_us, (summary.exchange_id,))
            continue
        group.count += 1
        group.oldest_us = min(group.oldest_us, at_us)
        group.newest_us = max(group.newest_us, at_us)
        if len(group.samples) < SAMPLES:
            group.samples += (summary.exchange_id,)
