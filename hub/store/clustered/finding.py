"""From a query to SQL, and from rows to summaries."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.core.exchange import Opening, State
from hub.core.ports import Query, Summary
from hub.store.clustered.ids import is_id
from hub.store.record import RecordError, decode

_COLUMNS = "id, state, number, code, begun_us, changed_us, channel, due_us"
_NO_ID = "00000000-0000-0000-0000-000000000000"

OPENINGS = "SELECT exchange_id, record FROM entry WHERE exchange_id = ANY ($1) AND number = 1"
"""Of some exchanges, their first entries; only the days in which they began are looked at."""


def to_sql(query: Query) -> tuple[str, list[Any]]:
    """The statement and its values. Raises ValueError for a bad limit."""
    if query.limit < 1:
        raise ValueError(f"a query asks for at least one exchange, not {query.limit}")
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
        add("state = ANY ({})", sorted(state.value for state in query.states))
        if State.COMPLETED not in query.states:
            conditions.append("state <> 'completed'")
    if query.after:
        add(f"id {beyond} {{}}", _place(query.after))
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # Nothing of a query becomes part of the text.
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


def summaries(rows: Sequence[Any], openings: Mapping[str, Opening]) -> tuple[Summary, ...]:
    """What was found, in order, but for what has been archived meanwhile."""
    found: list[Summary] = []
    for uuid, state, *rest in rows:
        id_ = str(uuid)
        if id_ in openings:
            found.append(Summary(id_, openings[id_], State(state), *rest))
    return tuple(found)


def _place(after: str) -> str:
    """Where a page begins; a text that is no id has its place in the order all the same."""
    if is_id(after):
        return after
    digits = after.lower().replace("-", "")
    known = "".join(digit for digit in digits[:32] if digit in "0123456789abcdef")
    filled = known + _NO_ID.replace("-", "")[len(known) :]
    return f"{filled[:8]}-{filled[8:12]}-{filled[12:16]}-{filled[16:20]}-{filled[20:]}"
