"""Proves that no JSON document meets some statements, and with it that one schema accepts only what another does.

The method is a tableau: what a schema says is taken apart into statements about values of one type and into
alternatives; every combination of alternatives must come to a contradiction. Every step keeps at least the
documents that it began with, so that what is proven empty is empty; what is not proven may be either.

Schemas that contain themselves are dealt with by induction over the size of documents: while it is being
proven that no document meets a goal, the goal may be taken as proven for what lies inside the document.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from hub.contracts.compatibility.json_schema.branch import is_closed
from hub.contracts.compatibility.json_schema.evaluation import Evaluator, Verdict
from hub.contracts.compatibility.json_schema.expansion import Expansion, expand, may_be
from hub.contracts.compatibility.json_schema.graph import Graph
from hub.contracts.compatibility.json_schema.literals import Goal, Judged, Literal, Statement, map_judged
from hub.contracts.compatibility.json_schema.proving import Unproven
from hub.contracts.compatibility.json_schema.values import ALL_TYPES, ALL_VALUES, Type, frozen, thawed
from hub.core.values import JsonValue

MAX_STEPS: Final = 20_000
"""How many small steps a proof may take at least: some seconds."""
STEPS_PER_NODE: Final = 60
"""How many more it may take for each schema inside: that much a plain comparison needs."""
MAX_DEPTH: Final = 60
"""How deep proofs may lie in one another."""


_EVERY_TYPE: Final = frozenset(ALL_TYPES)
_NOTHING: Final = 1 << 30
"""Deeper than any goal: the proof leans on none."""


class Prover:
    """Proofs about the schemas of one graph. What was proven once is remembered."""

    def __init__(self, graph: Graph) -> None:
        """Take the graph as it is now; nodes must not be added later."""
        self._nodes = graph.nodes
        self._classes = graph.classes()
        self._evaluator = Evaluator(graph.nodes)
        self._allowed = MAX_STEPS + STEPS_PER_NODE * len(graph.nodes)
        self._max_steps = self._allowed
        self.steps = 0
        """How many steps the last proof took."""
        self._depth = 0
        self._known: dict[Goal, bool] = {}
        self._open: dict[Goal, int] = {}
        self._leaned_on = _NOTHING
        self._texts: dict[tuple[Goal, frozenset[Statement]], bool] = {}
        self._possible_types: dict[int, frozenset[Type]] = {}
        self._expansions: dict[tuple[Judged, Type], Expansion] = {}

    def is_subset(self, old: int, new: int, max_steps: int | None = None) -> bool:
        """Tell whether everything valid under one node's schema is valid under another's. True is proven."""
        self.steps = 0
        self._max_steps = self._allowed if max_steps is None else max_steps
        self._depth = 0
        self._open.clear()
        self._leaned_on = _NOTHING
        try:
            return self.is_empty(
                frozenset(
                    {Judged(self._classes[old], is_valid=True), Judged(self._classes[new], is_valid=False)}
                )
            )
        except (Unproven, RecursionError):  # Python's own limit is one of the proof's
            return False

    def is_empty(self, goal: Goal) -> bool:
        """See ``Proving``."""
        if any(one.denied() in goal for one in goal if one.is_valid):
            return True
        if not goal:
            return False
        if goal in self._known:
            return self._known[goal]
        level = self._open.get(goal)
        if level is not None:
            self._leaned_on = min(self._leaned_on, level)
            return True
        return self._prove(goal)

    def _prove(self, goal: Goal) -> bool:
        self.step()
        level = len(self._open)
        self._open[goal] = level
        leaned_before, self._leaned_on = self._leaned_on, _NOTHING
        with self.deeper():
            possible = _EVERY_TYPE.intersection(*(self._types(one) for one in goal))
            result = all(is_closed(self, goal, type_) for type_ in ALL_TYPES if type_ in possible)
        del self._open[goal]
        # What leans on a goal further out stands only if that one is proven in the end; a refutation, which
        # came about in spite of all that was taken as proven, stands anyway.
        if not result or self._leaned_on >= level:
            self._known[goal] = result
            self._leaned_on = _NOTHING
        self._leaned_on = min(leaned_before, self._leaned_on)
        return result

    def _types(self, one: Judged) -> frozenset[Type]:
        """The types that a value can have of which this holds, as far as it is plain to see."""
        if not one.is_valid:
            return _EVERY_TYPE
        found = self._possible_types.get(one.node)
        if found is None:
            node = self._nodes[one.node]
            found = frozenset(type_ for type_ in ALL_TYPES if may_be(node, type_))
            for index in (*node.lists.get("allOf", ()), *([node.one["$ref"]] if "$ref" in node.one else ())):
                found &= self._types(Judged(index, is_valid=True))
            self._possible_types[one.node] = found
        return found

    def has_no_name(self, goal: Goal, statements: frozenset[Statement]) -> bool:
        """See ``Proving``."""
        key = (goal, statements)
        if key not in self._texts:
            with self.deeper():
                self._texts[key] = is_closed(self, goal, Type.STRING, statements)
        return self._texts[key]

    def judge(self, goal: Goal, value: JsonValue) -> Verdict:
        """See ``Proving``."""
        result: Verdict = True
        for one in goal:
            self.step()
            verdict = self._evaluator.judge(one.node, value)
            if verdict is None:
                result = None
            elif verdict is not one.is_valid:
                return False
        return result

    def count_values(self, goal: Goal) -> int | None:
        """See ``Proving``."""
        listed = [found for one in goal if one.is_valid and (found := self._listed(one.node)) is not None]
        if not listed:
            return None
        return sum(self.judge(goal, thawed(value)) is not False for value in frozenset.intersection(*listed))

    def _listed(self, index: int) -> frozenset[Hashable] | None:
        """All values that can be valid under a node's schema, where they can be listed; perhaps some more."""
        node = self._nodes[index]
        if self._types(Judged(index, is_valid=True)) <= ALL_VALUES.keys():
            return frozenset().union(*ALL_VALUES.values())
        if "enum" in node.said:
            return frozenset(frozen(value) for value in node.said["enum"])
        if "const" in node.said:
            return frozenset({frozen(node.said["const"])})
        return self._listed(node.one["$ref"]) if "$ref" in node.one else None

    def expansion(self, one: Judged, type_: Type) -> Expansion:
        """What follows from a node's judgement."""
        key = (one, type_)
        if key not in self._expansions:
            self.step()
            self._expansions[key] = self._canonical(
                expand(self._nodes[one.node], type_, is_valid=one.is_valid)
            )
        return self._expansions[key]

    def _canonical(self, expansion: Expansion) -> Expansion:
        return Expansion(
            tuple(self._in_class(one) for one in expansion.statements),
            tuple(
                tuple(tuple(self._in_class(one) for one in alternative) for alternative in clause)
                for clause in expansion.clauses
            ),
            expansion.is_impossible,
        )

    def _in_class(self, literal: Literal) -> Literal:
        return map_judged(literal, self._class_of)

    def _class_of(self, node: int) -> int:
        return self._classes[node]

    def step(self, weight: int = 1) -> None:
        """Count steps. Raises Unproven at the limit."""
        self.steps += weight
        if self.steps > self._max_steps:
            raise Unproven

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Go one level deeper. Raises Unproven at the limit."""
        if self._depth >= MAX_DEPTH:
            raise Unproven
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
