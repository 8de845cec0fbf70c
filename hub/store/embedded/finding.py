"""From a query to SQL. Which index serves it is decided here, not left to the planner's guesses."""

import heapq
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hub.core.exchange import State
from hub.core.ports import Query, Summary
from hub.store.record import RecordError, decode

_COLUMNS = "id, state, number, code, begun_us, changed_us, channel, due_us"
_ID, _DUE = 0, 7
_LANE = (
    "SELECT channel, sender FROM exchange INDEXED BY exchange_lane WHERE due_us > 0 {}"
    " ORDER BY channel, sender LIMIT 1"
)
# Not as one comparison of pairs: SQLite would read the rest of the lane to find its end.
_SAME_CHANNEL = "AND channel = ? AND sender > ?"
_NEXT_CHANNEL = "AND channel > ?"
_JOIN_LAST = " JOIN entry AS last ON last.exchange_id = found.id AND last.number = found.number"


def find(connection: sqlite3.Connection, query: Query) -> tuple[Summary, ...]:
    """The exchanges that match, each with its opening from its first entry. Raises ValueError for a bad limit or turn."""
    query.check()
    read = _summary_with_last if query.with_last_entry else _summary
    rows = _in_turns(connection, query) if query.of_each else connection.execute(*to_sql(query))
    return tuple(read(row) for row in rows)


def to_sql(query: Query) -> tuple[str, list[Any]]:
    """The statement and its values; of a query in turns, those for one lane of it."""
    order, beyond = ("DESC", "<") if query.newest_first else ("ASC", ">")
    by = "due_us, " if query.of_each else ""
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
        f" (SELECT {_COLUMNS} FROM {source} {where} ORDER BY {by}id {order} LIMIT ?) AS found"
        f" JOIN entry ON entry.exchange_id = found.id AND entry.number = 1{join} ORDER BY {by}found.id {order}"
    )
    return text, [*values, query.of_each or query.limit]


def _in_turns(connection: sqlite3.Connection, query: Query) -> Iterator[tuple[Any, ...]]:
    """The first of each lane, then the second of each, and so on. Of a lane no more is read than may be shown."""
    found = [
        (turn, row[_DUE], row[_ID], row)
        for channel, sender in _lanes(connection)
        if query.channel in (None, channel) and query.sender in (None, sender)
        for turn, row in enumerate(
            connection.execute(*to_sql(replace(query, channel=channel, sender=sender)))
        )
    ]
    return (row for *_, row in heapq.nsmallest(query.limit, found))


def _lanes(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Each sender's share of each channel in which something has a time to be looked at."""
    lane = connection.execute(_LANE.format("")).fetchone()
    while lane is not None:
        yield lane
        beside = connection.execute(_LANE.format(_SAME_CHANNEL), lane).fetchone()
        lane = beside or connection.execute(_LANE.format(_NEXT_CHANNEL), lane[:1]).fetchone()


def _index(query: Query) -> tuple[str, str]:
    """The narrowest index that a query can use, and the condition it is partial by."""
    if query.due_before_us is not None:
        return "exchange_lane", "due_us > 0"
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
