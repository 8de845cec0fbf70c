"""From a query to SQL. Which index serves it is decided here, not left to the planner's guesses."""

import sqlite3
from dataclasses import replace
from typing import Any

from hub.core.exchange import State
from hub.core.ports import Query, Summary
from hub.store.record import RecordError, decode

_COLUMNS = "id, state, number, code, begun_us, changed_us, channel, due_us"
_JOIN_LAST = " JOIN entry AS last ON last.exchange_id = found.id AND last.number = found.number"


def find(connection: sqlite3.Connection, query: Query) -> tuple[Summary, ...]:
    """The exchanges that match, each with its opening from its first entry. Raises ValueError for a bad limit."""
    text, values = to_sql(query)
    read = _summary_with_last if query.with_last_entry else _summary
    return tuple(read(row) for row in connection.execute(text, values))


def to_sql(query: Query) -> tuple[str, list[Any]]:
    """The statement and its values."""
    if query.limit < 1:
        raise ValueError(f"a query asks for at least one exchange, not {query.limit}")
    order, beyond = ("DESC", "<") if query.newest_first else ("ASC", ">")
    source, conditions, values = "exchange", [], []
    for condition, value in (
        ("sender = ?", query.sender),
        ("case_id = ?", query.case_id),
        ("channel = ?", query.channel),
        ("due_us < ?", query.due_before_us),
        (f"id {beyond} ?", query.after or None),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    index, partial = _index(query)
    if index:
        source = f"exchange INDEXED BY {index}"
    if partial:
        conditions.append(partial)  # word for word the index's own condition, or SQLite will not use it
    if query.states:
        states = ", ".join(f"'{state.value}'" for state in sorted(query.states))
        conditions.append(f"state IN ({states})")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    # The page is cut before the join: only what is shown is decoded. Nothing of a query but states, which are
    # an enumeration, becomes part of the text.
    more, join = (", last.record", _JOIN_LAST) if query.with_last_entry else ("", "")
    text = (
        f"SELECT found.*, entry.record{more} FROM"  # noqa: S608 - as said above
        f" (SELECT {_COLUMNS} FROM {source} {where} ORDER BY id {order} LIMIT ?) AS found"
        f" JOIN entry ON entry.exchange_id = found.id AND entry.number = 1{join} ORDER BY found.id {order}"
    )
    return text, [*values, query.limit]


def _index(query: Query) -> tuple[str, str]:
    """The narrowest index that a query can use, and the condition it is partial by."""
    if query.due_before_us is not None:
        return "exchange_due", "due_us > 0"
    if query.channel:
        return "exchange_channel", "channel <> ''"
    if query.case_id:
        return "exchange_case", "case_id <> ''"
    if query.states and State.COMPLETED not in query.states:
        return "exchange_state", "state <> 'completed'"
    if query.sender is not None:
        return "exchange_sender", ""
    return "", ""


def _summary(row: tuple[Any, ...]) -> Summary:
    id_, state, number, code, begun_us, changed_us, channel, due_us, record = row
    opening = decode(record).opening
    if opening is None:
        raise RecordError(f"the first entry of exchange {id_} opens nothing")
    return Summary(id_, opening, State(state), number, code, begun_us, changed_us, channel, due_us)


def _summary_with_last(row: tuple[Any, ...]) -> Summary:
    *found, last = row
    return replace(_summary(tuple(found)), last=decode(last))
