"""Holds one JSON Schema against another."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from hub.contracts.compatibility.comparison import Change, Comparison, agreed
from hub.contracts.compatibility.json_schema.differences import differences
from hub.contracts.compatibility.json_schema.edits import NEW, OLD, Edit
from hub.contracts.compatibility.json_schema.graph import Graph
from hub.contracts.compatibility.json_schema.prover import Prover
from hub.contracts.compatibility.json_schema.unevaluated import write_out
from hub.core.values import JsonValue

MAX_CHANGES: Final = 200
"""How many differences are told at most."""
_MAX_JUDGED: Final = 60
"""How many differences are judged one by one."""
_MAX_JUDGED_NODES: Final = 30_000
"""How large all schemas together may become that are made to judge differences."""
_JUDGING_STEPS: Final = 20_000
"""How many steps proofs about single differences may take together."""


def compare_json_schemas(old: JsonValue, new: JsonValue) -> Comparison:
    """All differences between two schemas, and what they mean for documents. Raises UnusableSchemaError."""
    schemas = Schemas({OLD: old, NEW: new})
    is_backward, is_forward = schemas.is_subset(OLD, NEW), schemas.is_subset(NEW, OLD)
    edits = [*islice(differences(old, new), MAX_CHANGES)]
    if is_backward and is_forward:
        return Comparison(tuple(_change(edit, is_backward=True, is_forward=True) for edit in edits))
    # Beyond some number single differences are taken for as harmful as all of them together.
    judge = _Judge(old, new, edits[: min(_MAX_JUDGED, _MAX_JUDGED_NODES // schemas.size)])
    changes = [
        _change(
            edit,
            is_backward=is_backward or judge.is_backward(number),
            is_forward=is_forward or judge.is_forward(number),
        )
        for number, edit in enumerate(edits)
    ]
    return Comparison(agreed(changes, "", is_backward=is_backward, is_forward=is_forward))


class Schemas:
    """Several schemas ready to be held against one another; what was proven once is remembered."""

    def __init__(self, documents: Mapping[str, JsonValue], else_in: str = "") -> None:
        """Read the documents. A reference that leads nowhere in its own is looked up in ``else_in``, if given.

        Raises UnusableSchemaError for references that lead nowhere, elsewhere, or back to themselves for the
        same value.
        """
        graph = Graph(documents, else_in)
        self._roots = {name: graph.node_at(name) for name in documents}
        graph.refuse_endless()
        write_out(graph)
        self._size = len(graph.nodes)
        self._prover = Prover(graph)

    @property
    def size(self) -> int:
        """How many schemas there are, with all those inside."""
        return self._size

    @property
    def steps(self) -> int:
        """How many steps the last proof took."""
        return self._prover.steps

    def is_subset(self, one: str, other: str, max_steps: int | None = None) -> bool:
        """Tell whether every document valid under one schema is valid under another. True is proven."""
        return self._prover.is_subset(self._roots[one], self._roots[other], max_steps)


class _Judge:
    """Judges each difference by itself, made to the old schema: what it alone means for documents."""

    def __init__(self, old: JsonValue, new: JsonValue, edits: Sequence[Edit]) -> None:
        documents = {_name(number): edit.made_to(old) for number, edit in enumerate(edits)}
        self._schemas = Schemas({OLD: old, NEW: new, **documents}, else_in=OLD)
        self._count = len(edits)
        self._left = _JUDGING_STEPS

    def is_backward(self, number: int) -> bool:
        return number < self._count and self._is_subset(OLD, _name(number))

    def is_forward(self, number: int) -> bool:
        return number < self._count and self._is_subset(_name(number), OLD)

    def _is_subset(self, one: str, other: str) -> bool:
        proven = self._left > 0 and self._schemas.is_subset(one, other, self._left)
        self._left -= self._schemas.steps
        return proven


def _name(number: int) -> str:
    return f"edit {number}"


def _change(edit: Edit, *, is_backward: bool, is_forward: bool) -> Change:
    return Change(edit.rule, edit.pointer, is_backward, is_forward, edit.old, edit.new)
