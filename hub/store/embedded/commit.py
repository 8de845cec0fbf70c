"""Writing many appends in one transaction, each of them all or none.

The writer's thread shares the interpreter with the event loop, and every SQLite step gives the interpreter
lock away and must win it back. So a transaction is a handful of statements, however many appends it holds:
one question about all that is known, then inserts of many rows each.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

import orjson

from hub.core.errors import AlreadyClaimedError, StateConflictError
from hub.core.exchange import FIRST, TRANSITIONS, State
from hub.store.appends import Append, Line
from hub.store.embedded.statements import (
    DOCUMENTS_PER_ENTRY,
    INSERT_CLAIM,
    INSERT_DOCUMENT,
    INSERT_ENTRY,
    INSERT_EVENT,
    INSERT_EXCHANGE,
    PLACES,
    UPDATE_EXCHANGE,
    ManyRows,
)

Refusal: TypeAlias = StateConflictError | AlreadyClaimedError
Row: TypeAlias = Sequence[Any]

_STANDING = """
SELECT
    (SELECT coalesce(max(seq), 0) FROM entry),
    (SELECT json_group_array(json_array(id, number, state))
        FROM exchange WHERE id IN (SELECT value FROM json_each(?)))
"""
_CLAIMED = """
SELECT json_group_array(json_array(claim.owner, claim.key, fingerprint, exchange_id, expires_us))
    FROM json_each(?) AS wanted CROSS JOIN claim
    ON claim.owner = json_extract(wanted.value, '$[0]') AND claim.key = json_extract(wanted.value, '$[1]')
"""
_NEXT: Mapping[str, frozenset[State]] = {before.value: after for before, after in TRANSITIONS.items()}
_NOTHING = ""  # the state of an exchange that does not exist


@dataclass(slots=True)
class _Standing:
    """What the journal says, as far as this transaction is concerned; moved on by each append it takes."""

    seq: int
    exchanges: dict[str, tuple[int, str]]
    """Number and state, by id."""
    claims: dict[tuple[str, str], tuple[str, str, int]]
    """Fingerprint, exchange and expiry, by owner and key."""


@dataclass(slots=True)
class _Rows:
    """Everything that one transaction writes."""

    entries: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    begun: dict[str, list[Any]] = field(default_factory=dict)
    changed: dict[str, Row] = field(default_factory=dict)
    claims: dict[tuple[str, str], Row] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)


def commit(connection: sqlite3.Connection, appends: Sequence[Append]) -> list[Refusal | None]:
    """Record the appends in one transaction; it is on disk when this returns.

    Gives, in order, what stands against each append, or None for the recorded ones. A refused append leaves
    no trace and does not disturb the others. Raises sqlite3.Error if the transaction failed as a whole; if
    that was at its very end, only reading tells whether it counts.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        standing = _look_up(connection, appends)
        rows = _Rows()
        refusals: list[Refusal | None] = []
        for append in appends:
            refusal = _judge(append, standing)
            if refusal is None:
                _collect(append, standing, rows)
            refusals.append(refusal)
        _write(connection, rows)
        connection.execute("COMMIT")
    except BaseException:
        # After some errors SQLite has rolled back by itself; left open it would poison the next transaction.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return refusals


def is_recorded(connection: sqlite3.Connection, append: Append) -> bool:
    """Whether an append is in the journal: if its first entry is, all of its transaction is."""
    line = append.lines[0]
    row = connection.execute(
        "SELECT leaf FROM entry WHERE exchange_id = ? AND number = ?",
        (line.entry.exchange_id, line.entry.number),
    ).fetchone()
    return row is not None and row[0] == line.leaf


def _look_up(connection: sqlite3.Connection, appends: Sequence[Append]) -> _Standing:
    ids = {line.entry.exchange_id for append in appends for line in append.lines}
    seq, found = connection.execute(_STANDING, (orjson.dumps(list(ids)).decode(),)).fetchone()
    exchanges = {id_: (number, state) for id_, number, state in orjson.loads(found)}
    claims = {}
    keys = [(append.claim.owner, append.claim.key) for append in appends if append.claim is not None]
    if keys:
        (found,) = connection.execute(_CLAIMED, (orjson.dumps(keys).decode(),)).fetchone()
        claims = {(row[0], row[1]): (row[2], row[3], row[4]) for row in orjson.loads(found)}
    return _Standing(seq, exchanges, claims)


def _judge(append: Append, standing: _Standing) -> Refusal | None:
    """What stands against an append, if anything; takes it into account for the next ones if nothing does."""
    claim = append.claim
    if claim is not None:
        taken = standing.claims.get((claim.owner, claim.key))
        if taken is not None:
            fingerprint, exchange_id, expires_us = taken
            if exchange_id != claim.exchange_id and expires_us > append.lines[0].entry.at_us:
                return AlreadyClaimedError(exchange_id, fingerprint)
    moved: dict[str, tuple[int, str]] = {}
    for line in append.lines:
        entry = line.entry
        id_ = entry.exchange_id
        number, before = moved.get(id_) or standing.exchanges.get(id_) or (0, _NOTHING)
        lawful = _NEXT[before] if number else FIRST
        if (
            entry.number != number + 1
            or entry.state not in lawful
            or (entry.opening is None) == (number == 0)
        ):
            return StateConflictError(
                f"exchange {id_} stands at entry {number} ({before or 'it does not exist'}); "
                f"entry {entry.number} ({entry.state}) does not follow it"
            )
        moved[id_] = (entry.number, entry.state.value)
    standing.exchanges.update(moved)
    if claim is not None:
        standing.claims[claim.owner, claim.key] = (claim.fingerprint, claim.exchange_id, claim.expires_us)
    return None


def _collect(append: Append, standing: _Standing, rows: _Rows) -> None:
    for line in append.lines:
        standing.seq = seq = standing.seq + 1
        entry = line.entry
        id_, state = entry.exchange_id, entry.state.value
        rows.entries.append((seq, id_, entry.number, entry.at_us, state, line.record, line.leaf))
        for role, sealed in line.sealed:
            rows.documents.append((seq * DOCUMENTS_PER_ENTRY + PLACES[role], seq, role, sealed))
        _project(line, state, rows)
    if append.event:
        last = append.lines[-1].entry
        rows.events.append((append.event, standing.seq, last.exchange_id, last.at_us))
    claim = append.claim
    if claim is not None:
        row = (claim.owner, claim.key, claim.fingerprint, claim.exchange_id, claim.expires_us)
        rows.claims[claim.owner, claim.key] = row


def _project(line: Line, state: str, rows: _Rows) -> None:
    """Bring the exchange's row up to date: one write per exchange, however many entries it gets at once."""
    entry = line.entry
    id_ = entry.exchange_id
    present = (state, entry.number, entry.code, entry.at_us, entry.channel, entry.due_us)
    if entry.opening is not None:
        rows.begun[id_] = [id_, entry.opening.sender, entry.opening.case_id, entry.at_us, *present]
    elif id_ in rows.begun:
        rows.begun[id_][4:] = present
    else:
        rows.changed[id_] = (id_, *present)


def _write(connection: sqlite3.Connection, rows: _Rows) -> None:
    _run(connection, INSERT_EXCHANGE, list(rows.begun.values()))
    _run(connection, UPDATE_EXCHANGE, list(rows.changed.values()))
    _run(connection, INSERT_ENTRY, rows.entries)
    _run(connection, INSERT_DOCUMENT, rows.documents)
    _run(connection, INSERT_CLAIM, list(rows.claims.values()))
    _run(connection, INSERT_EVENT, rows.events)


def _run(connection: sqlite3.Connection, statement: ManyRows, rows: Sequence[Row]) -> None:
    for text, part in statement.parts(rows):
        connection.execute(text, list(chain.from_iterable(part)))
