"""What the journal says of a composite's parts: enough to go on without the route that began them.

The entry that begins the parts names them all, with the gather rule. Each end of a part is an entry of the composite
too, in one commit with the part's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from hub.core import codes
from hub.core.exchange import Entry, State
from hub.core.scatter import GatherRule, GatherVerdict
from hub.routing.scatter import PartState, part_state, standing

PARTS: Final = "parts"
_GATHER, _CANCEL_REST = "gather", "cancel_rest"
_PART, _PART_ID, _PART_STATE, _PART_CODE = "part", "part_id", "part_state", "part_code"


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One part as the composite's journal names it."""

    name: str
    exchange_id: str
    """Empty for a part that was not asked."""
    contract: str
    """``name@version``."""
    is_required: bool
    deadline_us: int
    """When it must have ended; 0 for none."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """A composite's parts, and what has been noted of them."""

    rule: GatherRule
    cancels_rest: bool
    parts: tuple[PartRecord, ...]
    noted: Mapping[str, PartState]
    """How parts have ended, by their exchange's id, as far as the composite knows."""

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Gathering | None":
        """What a history says; None if the exchange is no composite, or has not begun its parts."""
        begun = next((entry for entry in entries if PARTS in entry.detail), None)
        if begun is None:
            return None
        rows = orjson.loads(str(begun.detail[PARTS]))
        parts = tuple(
            PartRecord(name, id_, contract, bool(required), deadline_us)
            for name, id_, contract, required, deadline_us in rows
        )
        noted = {
            str(entry.detail[_PART_ID]): PartState(str(entry.detail[_PART_STATE]))
            for entry in entries
            if _PART_ID in entry.detail
        }
        rule = GatherRule.parse(str(begun.detail[_GATHER]))
        return cls(rule, bool(begun.detail.get(_CANCEL_REST)), parts, noted)

    def part(self, exchange_id: str) -> PartRecord | None:
        """The part whose exchange that is."""
        return next((part for part in self.parts if part.exchange_id == exchange_id), None)

    def verdict(self, states: Mapping[str, PartState], *, is_over: bool = False) -> GatherVerdict:
        """What the rule says if parts, by their exchange's id, stand so; what is not named is under way."""
        asked = (
            (standing(states.get(part.exchange_id, PartState.PENDING)), part.is_required)
            for part in self.parts
            if part.exchange_id
        )
        return self.rule.judge(asked, is_over=is_over)


def begun_detail(
    route: str, rule: GatherRule, parts: Sequence[PartRecord], *, cancels_rest: bool
) -> dict[str, str | int]:
    """The detail of the entry that begins the parts."""
    rows = [[p.name, p.exchange_id, p.contract, int(p.is_required), p.deadline_us] for p in parts]
    detail: dict[str, str | int] = {"route": route, _GATHER: str(rule), PARTS: orjson.dumps(rows).decode()}
    return detail | {_CANCEL_REST: 1} if cancels_rest else detail


def note_detail(part: PartRecord, state: PartState, code: str) -> dict[str, str | int]:
    """The detail of the entry that notes a part's end."""
    detail: dict[str, str | int] = {
        _PART: part.name,
        _PART_ID: part.exchange_id,
        _PART_STATE: state.value,
    }
    return detail | {_PART_CODE: code} if code else detail


def state_of(entries: Sequence[Entry]) -> tuple[PartState, str]:
    """How a part stands, and why it has no reply, as far as its history tells.

    That its time was up is the reason only if nothing is known of what took so long.
    """
    state = part_state(entries[-1].state) if entries else PartState.PENDING
    if state is PartState.COMPLETED:
        return state, ""
    said = [entry.code for entry in entries if entry.code]
    told = [code for code in said if code != codes.DEADLINE_EXCEEDED.id]
    return state, (told or said or [""])[-1]


def is_composite(entries: Sequence[Entry]) -> bool:
    """Whether an exchange has begun parts."""
    return any(PARTS in entry.detail for entry in entries)


NOTED: Final = frozenset({State.WAITING_REPLY})
"""The states in which a composite is told of its parts' ends; in any other it reads them when it goes on."""
