"""Writes ``unevaluatedProperties`` and ``unevaluatedItems`` in other keywords.

What they leave to judge depends on which schemas beside them are valid. For each combination that makes a
difference there is one alternative: these are valid, those are not, and all else is as the keyword asks. The
result means exactly the same. Where there would be too many combinations the keyword counts as not known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from hub.contracts.compatibility.json_schema.graph import UNKNOWN, Graph, Node

_MAX_CASES: Final = 64
_KEYWORDS: Final = ("unevaluatedProperties", "unevaluatedItems")


class _TooManyError(Exception):
    """There are too many combinations."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One combination, and what has been judged in it."""

    valid: frozenset[int] = frozenset()
    invalid: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    first_items: int = 0
    containing: frozenset[int] = frozenset()
    is_all: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing has been judged."""
        return not (self.names or self.patterns or self.first_items or self.containing or self.is_all)

    def and_(self, other: "_Case") -> "_Case":
        return _Case(
            self.valid | other.valid,
            self.invalid | other.invalid,
            self.names | other.names,
            self.patterns | other.patterns,
            max(self.first_items, other.first_items),
            self.containing | other.containing,
            self.is_all or other.is_all,
        )


def write_out(graph: Graph) -> None:
    """Replace the keywords in all nodes of a graph, of which no schema leads back to itself in place."""
    writer = _Writer(graph)
    found: list[tuple[Node, str, tuple[_Case, ...] | None]] = []
    for node in list(graph.nodes):
        here = [keyword for keyword in _KEYWORDS if keyword in node.one]
        found.extend((node, keyword, writer.cases(node, keyword)) for keyword in here)
    for node, keyword, cases in found:
        judging = node.one.pop(keyword)
        if cases is None:
            node.said[UNKNOWN] = True
            continue
        alternatives = tuple(writer.alternative(case, keyword, judging) for case in cases)
        every = alternatives[0] if len(alternatives) == 1 else graph.add(Node(lists={"anyOf": alternatives}))
        node.lists = {**node.lists, "allOf": (*node.lists.get("allOf", ()), every)}


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._anything = graph.add(Node())

    def cases(self, node: Node, keyword: str) -> tuple[_Case, ...] | None:
        """All combinations for a node that has the keyword; None if there are too many."""
        try:
            return self._cases(node, keyword, is_outermost=True)
        except _TooManyError:
            return None

    def alternative(self, case: _Case, keyword: str, judging: int) -> int:
        """A node for one combination."""
        rest = Node() if case.is_all else self._rest(case, keyword, judging)
        conditions = chain(
            sorted(case.valid), (self._graph.add(Node(one={"not": index})) for index in sorted(case.invalid))
        )
        rest.lists = {"allOf": tuple(conditions)} if case.valid or case.invalid else {}
        if keyword == "unevaluatedItems" and not case.is_all and case.first_items:
            rest.lists["prefixItems"] = (self._anything,) * case.first_items
        return self._graph.add(rest)

    def _rest(self, case: _Case, keyword: str, judging: int) -> Node:
        if keyword == "unevaluatedItems":
            if case.containing:
                judging = self._graph.add(Node(lists={"anyOf": (*sorted(case.containing), judging)}))
            return Node(one={"items": judging})
        maps = {
            "patternProperties": dict.fromkeys(sorted(case.patterns), self._anything),
            "properties": dict.fromkeys(sorted(case.names), self._anything),
        }
        return Node(
            one={"additionalProperties": judging}, maps={k: named for k, named in maps.items() if named}
        )

    def _cases(self, node: Node, keyword: str, *, is_outermost: bool = False) -> tuple[_Case, ...]:
        own = _own_properties(node) if keyword == "unevaluatedProperties" else _own_items(node)
        if keyword in node.one and not is_outermost:
            own = _Case(is_all=True)
        cases: tuple[_Case, ...] = (own,)
        for options in self._options(node, keyword):
            cases = _distinct(one.and_(other) for one in cases for other in options)
        return cases

    def _options(self, node: Node, keyword: str) -> Iterator[tuple[_Case, ...]]:
        for index in (*node.lists.get("allOf", ()), *([node.one["$ref"]] if "$ref" in node.one else ())):
            yield self._cases(self._graph.nodes[index], keyword)
        for index in (*node.lists.get("anyOf", ()), *node.lists.get("oneOf", ())):
            yield self._if(index, self._cases(self._graph.nodes[index], keyword), (_Case(),))
        if "if" in node.one:
            then = self._consequence(node, "then", keyword)
            otherwise = self._consequence(node, "else", keyword)
            judged = self._cases(self._graph.nodes[node.one["if"]], keyword)
            met = _distinct(one.and_(other) for one in judged for other in then)
            yield self._if(node.one["if"], met, otherwise)
        for name, index in node.maps.get("dependentSchemas", {}).items():
            has = self._graph.add(Node(said={"type": "object", "required": [name]}))
            yield self._if(has, self._cases(self._graph.nodes[index], keyword), (_Case(),))

    def _consequence(self, node: Node, branch: str, keyword: str) -> tuple[_Case, ...]:
        return self._cases(self._graph.nodes[node.one[branch]], keyword) if branch in node.one else (_Case(),)

    def _if(self, index: int, met: tuple[_Case, ...], not_met: tuple[_Case, ...]) -> tuple[_Case, ...]:
        if all(case.is_plain and not case.valid and not case.invalid for case in (*met, *not_met)):
            return (_Case(),)
        valid, invalid = _Case(valid=frozenset({index})), _Case(invalid=frozenset({index}))
        return _distinct(chain((valid.and_(one) for one in met), (invalid.and_(one) for one in not_met)))


def _distinct(cases: Iterable[_Case]) -> tuple[_Case, ...]:
    found = dict.fromkeys(case for case in cases if not case.valid & case.invalid)
    if len(found) > _MAX_CASES:
        raise _TooManyError
    return tuple(found)


def _own_properties(node: Node) -> _Case:
    return _Case(
        names=frozenset(node.maps.get("properties", ())),
        patterns=frozenset(node.maps.get("patternProperties", ())),
        is_all="additionalProperties" in node.one,
    )


def _own_items(node: Node) -> _Case:
    return _Case(
        first_items=len(node.lists.get("prefixItems", ())),
        containing=frozenset({node.one["contains"]} if "contains" in node.one else ()),
        is_all="items" in node.one,
    )
