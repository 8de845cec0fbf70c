"""Statements that write many rows in one step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LARGEST_PART = 64


DOCUMENTS_PER_ENTRY = 8
PLACES: Mapping[str, int] = {
    "request": 0,
    "partner_request": 1,
    "partner_reply": 2,
    "reply": 3,
    "edited_request": 4,
    "draft": 5,
    "note": 6,
}
"""A role's place among its entry's documents, below eight. Part of the file's format: never renumbered."""


class ManyRows:
    """One statement, in a form for each size of a part."""

    def __init__(self, before: str, columns: int, after: str = "") -> None:
        row = "(" + ", ".join("?" * columns) + ")"
        self._texts = [f"{before} {', '.join([row] * size)} {after}" for size in range(_LARGEST_PART + 1)]

    def parts(self, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
        """Each statement to run, with the rows it takes, in order; nothing for no rows."""
        for start in range(0, len(rows), _LARGEST_PART):
            part = rows[start : start + _LARGEST_PART]
            yield self._texts[len(part)], part


INSERT_EXCHANGE = ManyRows(
    "INSERT INTO exchange"
    " (id, sender, case_id, begun_us, state, number, code, changed_us, channel, due_us) VALUES",
    10,
)
UPDATE_EXCHANGE = ManyRows(
    "UPDATE exchange SET state = v.column2, number = v.column3, code = v.column4,"
    " changed_us = v.column5, channel = v.column6, due_us = v.column7 FROM (VALUES",
    7,
    ") AS v WHERE exchange.id = v.column1",
)
INSERT_ENTRY = ManyRows("INSERT INTO entry (seq, exchange_id, number, at_us, state, record, leaf) VALUES", 7)
INSERT_DOCUMENT = ManyRows("INSERT INTO document (id, seq, role, sealed) VALUES", 4)
# An expired claim gives way; one that holds has been refused before this.
INSERT_CLAIM = ManyRows(
    "INSERT OR REPLACE INTO claim (owner, key, fingerprint, exchange_id, expires_us) VALUES", 5
)
INSERT_EVENT = ManyRows("INSERT INTO event (contract, seq, exchange_id, at_us) VALUES", 4)
