"""Appends as the arrays that ``append_batch`` takes, and what can be said against an append without asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hub.core.errors import StateConflictError
from hub.core.exchange import FIRST, TRANSITIONS, State
from hub.store.appends import Append, Line
from hub.store.clustered.ids import is_id
from hub.store.record import UnrecordableError

_BEFORE: Mapping[State, str] = {
    state: ",".join(sorted(before for before, after in TRANSITIONS.items() if state in after))
    for state in State
}
"""The states that a state may follow, as the database takes them."""

COLUMNS: Mapping[str, int] = {"begin": 11, "move": 10, "entry": 5, "document": 5, "claim": 7, "event": 5}
"""The arrays of ``append_batch``, in its order, and then those for the event log: how many of each kind."""


class Step(NamedTuple):
    """How far one exchange comes by one append."""

    id: str
    first: Line
    last: Line


@dataclass(frozen=True, slots=True)
class Work:
    """An append, and what it touches: nothing else that touches the same may be under way beside it."""

    append: Append
    steps: tuple[Step, ...]
    touched: frozenset[Any]


def plan(append: Append) -> Work:
    """Read an append as steps. Raises StateConflictError if no journal can hold it, UnrecordableError.

    UnrecordableError also for an exchange without a UUID: the id tells the day that it is kept under.
    """
    steps: dict[str, Step] = {}
    for line in append.lines:
        entry = line.entry
        id_ = entry.exchange_id
        before = steps.get(id_)
        if before is None:
            follows = (entry.number == 1) == (entry.opening is not None) and entry.number > 0
            follows = follows and (entry.number > 1 or entry.state in FIRST)
            steps[_checked(id_)] = Step(id_, line, line)
        else:
            last = before.last.entry
            follows = (
                entry.number == last.number + 1
                and entry.opening is None
                and entry.state in TRANSITIONS[last.state]
            )
            steps[id_] = before._replace(last=line)
        if not follows:
            raise StateConflictError(
                f"entry {entry.number} ({entry.state}) of exchange {id_} follows nothing"
            )
    touched: set[Any] = set(steps)
    if append.claim is not None:
        _checked(append.claim.exchange_id)
        touched.add((append.claim.owner, append.claim.key))
    return Work(append, tuple(steps.values()), frozenset(touched))


def arrays(works: Sequence[Work]) -> list[list[Any]]:
    """The arguments of ``append_batch`` for works that touch nothing in common.

    Rows that may be locked come in the order of their keys, whoever gathers them; entries in the order of appends.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in COLUMNS}
    for number, work in enumerate(works):
        for step in work.steps:
            first, last = step.first.entry, step.last.entry
            now = (last.state.value, last.number, last.code, last.at_us, last.channel, last.due_us)
            opening = first.opening
            if opening is not None:
                begun = (number, step.id, opening.sender, opening.case_id, first.at_us)
                rows["begin"].append((*begun, *now))
            else:
                expected = (number, step.id, first.number - 1, _BEFORE[first.state])
                rows["move"].append((*expected, *now))
        for line in work.append.lines:
            entry = line.entry
            id_ = entry.exchange_id
            rows["entry"].append((number, id_, entry.number, line.record, line.leaf))
            for role, sealed in line.sealed:
                rows["document"].append((number, id_, entry.number, role, sealed))
        claim = work.append.claim
        if claim is not None:
            at_us = work.append.lines[0].entry.at_us
            named = (number, claim.owner, claim.key, claim.fingerprint)
            rows["claim"].append((*named, claim.exchange_id, at_us, claim.expires_us))
        if work.append.event:
            last = work.append.lines[-1].entry
            rows["event"].append((number, last.exchange_id, last.number, work.append.event, last.at_us))
    rows["begin"].sort(key=_by_key)
    rows["move"].sort(key=_by_key)
    rows["claim"].sort(key=_by_claim)
    return [column for kind, width in COLUMNS.items() for column in _columns(rows[kind], width)]


def _by_key(row: tuple[Any, ...]) -> Any:
    return row[1]


def _by_claim(row: tuple[Any, ...]) -> Any:
    return row[1:3]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _checked(text: str) -> str:
    if not is_id(text):
        raise UnrecordableError(f"an exchange's id is a UUID, not {text[:50]!r}")
    return text
