"""From a query to SQL, and from rows to summaries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hub.core.exchange import Entry, Opening, State
from hub.core.ports import Query, Summary
from hub.store.clustered.ids import is_id
from hub.store.record import RecordError, decode

_COLUMNS = "id, state, number, code, begun_us, changed_us, channel, due_us"
# From lane to lane by the index's own order (exchange_lane), then the first of each: what waits in a lane is never
# read beyond that. A lane is one sender's share of one channel.
_IN_TURNS = f"""
WITH RECURSIVE lane AS (
    (SELECT channel, sender FROM exchange WHERE due_us > 0 ORDER BY channel, sender LIMIT 1)
    UNION ALL
    SELECT next.channel, next.sender FROM lane CROSS JOIN LATERAL (
        SELECT e.channel, e.sender FROM exchange AS e
            WHERE e.due_us > 0 AND (e.channel, e.sender) > (lane.channel, lane.sender)
            ORDER BY e.channel, e.sender LIMIT 1
    ) AS next
)
SELECT {", ".join("mine." + column for column in _COLUMNS.split(", "))} FROM lane CROSS JOIN LATERAL (
    SELECT page.*, row_number() OVER (ORDER BY page.due_us) AS turn FROM (
        SELECT {_COLUMNS} FROM exchange
            {{where}} AND channel = lane.channel AND sender = lane.sender
            ORDER BY channel, sender, due_us LIMIT {{of_each:d}}
    ) AS page
) AS mine ORDER BY mine.turn, mine.due_us, mine.id LIMIT {{limit:d}}
"""  # noqa: S608 - columns only
_NO_ID = "00000000-0000-0000-0000-000000000000"

OPENINGS = "SELECT exchange_id, record FROM entry WHERE exchange_id = ANY ($1) AND number = 1"
"""Of some exchanges, their first entries; only the days in which they began are looked at."""

LAST = "SELECT exchange_id, number, record FROM entry WHERE exchange_id = ANY ($1) AND number = ANY ($2)"
"""Of some exchanges, the entries of some numbers: more than the wanted pairs, but by the same narrow way."""

_ENDED_BADLY = frozenset({State.REJECTED, State.FAILED, State.EXPIRED, State.DEAD_LETTERED, State.CANCELLED})


def to_sql(query: Query) -> tuple[str, list[Any]]:
    """The statement and its values. Raises ValueError for a bad limit or turn."""
    query.check()
    order, beyond = ("DESC", "<") if query.newest_first else ("ASC", ">")
    conditions: list[str] = []
    values: list[Any] = []

    def add(condition: str, value: Any) -> None:
        values.append(value)
        conditions.append(condition.format(f"${len(values)}"))

    # Beside what is asked for stands, word for word, what the fitting index is partial by.
    if query.due_before_us is not None:
        add("due_us < {} AND due_us > 0", query.due_before_us)
    if query.channel is not None:
        add("channel = {}" + (" AND channel <> ''" if query.channel else ""), query.channel)
    if query.case_id is not None:
        add("case_id = {}" + (" AND case_id <> ''" if query.case_id else ""), query.case_id)
    if query.sender is not None:
        add("sender = {}", query.sender)
    if query.states:
        add("state = ANY ({})" + _partial_by(query.states), sorted(state.value for state in query.states))
    if query.after:
        add(f"id {beyond} {{}}", _place(query.after))
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # Nothing of a query but numbers becomes part of the text.
    if query.of_each:
        return _IN_TURNS.format(where=where, of_each=query.of_each, limit=query.limit), values
    text = f"SELECT {_COLUMNS} FROM exchange {where} ORDER BY id {order} LIMIT {query.limit:d}"  # noqa: S608 - as said
    return text, values


def openings_of(rows: Sequence[Any]) -> dict[str, Opening]:
    """The openings that first entries hold, by exchange."""
    openings: dict[str, Opening] = {}
    for row in rows:
        id_ = str(row["exchange_id"])
        opening = decode(row["record"]).opening
        if opening is None:
            raise RecordError(f"the first entry of exchange {id_} opens nothing")
        openings[id_] = opening
    return openings


def last_entries_of(rows: Sequence[Any]) -> dict[tuple[str, int], Entry]:
    """The entries that rows of ``LAST`` hold, by exchange and number."""
    return {(str(row["exchange_id"]), row["number"]): decode(row["record"]) for row in rows}


def summaries(
    rows: Sequence[Any],
    openings: Mapping[str, Opening],
    last: Mapping[tuple[str, int], Entry] = MappingProxyType({}),
) -> tuple[Summary, ...]:
    """What was found, in order, but for what has been archived meanwhile."""
    found: list[Summary] = []
    for uuid, state, number, *rest in rows:
        id_ = str(uuid)
        if id_ in openings:
            entry = last.get((id_, number))
            summary = Summary(id_, openings[id_], State(state), number, *rest)
            found.append(summary if entry is None else replace(summary, last=entry))
    return tuple(found)


def _partial_by(states: frozenset[State]) -> str:
    """What the index that fits these states is partial by."""
    if states <= _ENDED_BADLY:
        return " AND state IN ('rejected', 'failed', 'expired', 'dead_lettered', 'cancelled')"
    return "" if State.COMPLETED in states else " AND state <> 'completed'"


def _place(after: str) -> str:
    """Where a page begins; a text that is no id has its place in the order all the same."""
    if is_id(after):
        return after
    digits = after.lower().replace("-", "")
    known = "".join(digit for digit in digits[:32] if digit in "0123456789abcdef")
    filled = known + _NO_ID.replace("-", "")[len(known) :]
    return f"{filled[:8]}-{filled[8:12]}-{filled[12:16]}-{filled[16:20]}-{filled[20:]}"
