"""Schemas as a graph of nodes. Nodes that say the same share a class, in whichever document they stand."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.contracts.compatibility.json_schema.references import References
from hub.contracts.compatibility.json_schema.values import frozen
from hub.contracts.schema_keywords import LIST, ONE
from hub.core.values import JsonValue
from hub.reading.pointer import escape, join

UNKNOWN: Final = "unknown"
"""Among what a node says: there is more, of which nothing is known."""
_MAX_REFINED: Final = 2_000_000
"""How many nodes are looked at, all rounds together, to find those that say the same."""
_MAPS: Final = frozenset({"properties", "patternProperties", "dependentSchemas"})
_SAID: Final = frozenset(
    {"type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
     "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minContains",
     "maxContains", "minProperties", "maxProperties", "required", "dependentRequired"}
)  # fmt: skip
"""Keywords that judge and hold no schema. All others are notes to readers."""


class UnusableSchemaError(Exception):
    """A schema that cannot be compared with another: why, in one sentence."""


@dataclass(frozen=True, slots=True)
class At:
    """In a schema's place: the schema that stands at a pointer of another document of the graph."""

    document: str
    pointer: str


@dataclass(slots=True)
class Node:
    """One schema: what it says of a value itself, and the schemas inside it, by their places in the graph."""

    said: dict[str, JsonValue] = field(default_factory=dict)
    """Keywords that hold no schema."""
    one: dict[str, int] = field(default_factory=dict)
    """Keywords that hold one schema; ``$ref`` too."""
    lists: dict[str, tuple[int, ...]] = field(default_factory=dict)
    maps: dict[str, dict[str, int]] = field(default_factory=dict)
    is_false: bool = False

    @property
    def says_nothing(self) -> bool:
        """Whether every value is valid."""
        return not (self.said or self.one or self.lists or self.maps or self.is_false)

    def inside(self) -> Iterator[int]:
        """All nodes directly inside."""
        yield from self.one.values()
        for nodes in self.lists.values():
            yield from nodes
        for named in self.maps.values():
            yield from named.values()

    def in_place(self) -> Iterator[int]:
        """The nodes inside that judge the same value."""
        for keyword in ("$ref", "not", "if", "then", "else"):
            if keyword in self.one:
                yield self.one[keyword]
        for keyword in ("allOf", "anyOf", "oneOf"):
            yield from self.lists.get(keyword, ())
        yield from self.maps.get("dependentSchemas", {}).values()


class Graph:
    """All nodes of some documents. Provers take it as it is then."""

    def __init__(self, documents: Mapping[str, JsonValue], else_in: str = "") -> None:
        """Take the documents. A reference that leads nowhere in its own is looked up in ``else_in``, if given."""
        self._else_in = else_in
        self._references = {name: References(root) for name, root in documents.items()}
        self.nodes: list[Node] = []
        self._places: dict[tuple[str, str], int] = {}
        self._waiting: list[tuple[int, str, str, JsonValue]] = []

    def node_at(self, document: str, pointer: str = "") -> int:
        """The node of the schema at a place. Raises UnusableSchemaError."""
        index = self._place(document, pointer, self._references[document].get(pointer))
        while self._waiting:
            self._read(*self._waiting.pop())
        return index

    def add(self, node: Node) -> int:
        """A node of one's own."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _place(self, document: str, pointer: str, schema: JsonValue) -> int:
        """The node of a place, which is to be read if it is new."""
        if isinstance(schema, At):
            document, pointer = schema.document, schema.pointer
            schema = self._references[document].get(pointer)
        key = (document, pointer)
        if key not in self._places:
            self._places[key] = self.add(Node())
            self._waiting.append((self._places[key], document, pointer, schema))
        return self._places[key]

    def _read(self, index: int, document: str, pointer: str, schema: JsonValue) -> None:
        node = self.nodes[index]
        if isinstance(schema, bool):
            node.is_false = not schema
            return
        if not isinstance(schema, dict):
            raise UnusableSchemaError(
                f"{pointer or 'the document'} is no schema: it must be an object or true or false"
            )
        for keyword, value in schema.items():
            below = f"{pointer}/{keyword}"
            if keyword in {"$ref", "$dynamicRef"}:
                self._refer(node, document, pointer, keyword, value)
            elif keyword in ONE:
                node.one[keyword] = self._place(document, below, value)
            elif keyword in LIST:
                node.lists[keyword] = tuple(
                    self._place(document, f"{below}/{number}", item) for number, item in enumerate(value)
                )
            elif keyword in _MAPS:
                node.maps[keyword] = {
                    name: self._place(document, f"{below}/{escape(name)}", item)
                    for name, item in value.items()
                }
            elif keyword in _SAID:
                node.said[keyword] = value
        _simplify(node)

    def _refer(self, node: Node, document: str, pointer: str, keyword: str, value: JsonValue) -> None:
        references = self._references[document]
        target = references.target(pointer, str(value))
        if target is None and self._else_in:
            document = self._else_in
            references = self._references[document]
            target = references.target("", str(value))
        if target is None:
            raise UnusableSchemaError(
                f"{value!r} in {join(pointer, keyword)} leads to no schema of this file; "
                "references to other places are never fetched"
            )
        if keyword == "$dynamicRef" and references.has_several_resources:
            node.said[UNKNOWN] = True
        elif "$ref" in node.one:
            node.lists["allOf"] = (
                *node.lists.get("allOf", ()),
                self._place(document, target, references.get(target)),
            )
        else:
            node.one["$ref"] = self._place(document, target, references.get(target))

    def refuse_endless(self) -> None:
        """Refuse schemas that lead back to themselves for the same value. Raises UnusableSchemaError."""
        done: set[int] = set()
        for start in range(len(self.nodes)):
            path: set[int] = set()
            stack: list[tuple[int, Iterator[int]]] = []
            if start not in done:
                stack.append((start, self.nodes[start].in_place()))
                path.add(start)
            while stack:
                index, following = stack[-1]
                after = next(following, None)
                if after is None:
                    stack.pop()
                    path.discard(index)
                    done.add(index)
                elif after in path:
                    raise UnusableSchemaError("a $ref leads back to itself for the same value, without end")
                elif after not in done:
                    path.add(after)
                    stack.append((after, self.nodes[after].in_place()))

    def classes(self) -> list[int]:
        """For each node the first node that says the same, down to the last schema inside.

        Found by refinement: nodes are told apart by their own keywords, then by the classes of what is inside
        them, until nothing changes. Where that would take too many rounds nodes stay apart.
        """
        own: list[Hashable] = [_own(node) for node in self.nodes]
        classes = _numbered(own)
        for _ in range(_MAX_REFINED // max(len(self.nodes), 1)):
            keys: list[Hashable] = [
                (own[i], tuple(classes[child] for child in node.inside()))
                for i, node in enumerate(self.nodes)
            ]
            refined = _numbered(keys)
            if len(set(refined)) == len(set(classes)):
                return refined
            classes = refined
        return list(range(len(self.nodes)))


def _simplify(node: Node) -> None:
    """Drop what says nothing, and put the rest in order."""
    if node.said.get("uniqueItems") is False:
        del node.said["uniqueItems"]
    for keyword in ("minLength", "minItems", "minProperties", "required", "dependentRequired"):
        if keyword in node.said and not node.said[keyword]:
            del node.said[keyword]
    if "contains" not in node.one:
        node.said.pop("minContains", None)
        node.said.pop("maxContains", None)
    if "if" not in node.one:
        node.one.pop("then", None)
        node.one.pop("else", None)
    node.one = dict(sorted(node.one.items()))
    node.lists = {keyword: nodes for keyword, nodes in sorted(node.lists.items()) if nodes}
    node.maps = {
        keyword: dict(sorted(named.items())) for keyword, named in sorted(node.maps.items()) if named
    }


def _own(node: Node) -> Hashable:
    said = frozenset((keyword, _said(keyword, value)) for keyword, value in node.said.items())
    shape = (
        tuple(node.one),
        tuple((keyword, len(nodes)) for keyword, nodes in node.lists.items()),
        tuple((keyword, tuple(named)) for keyword, named in node.maps.items()),
    )
    return (said, shape, node.is_false)


def _said(keyword: str, value: JsonValue) -> Hashable:
    if keyword in {"enum", "required", "type"} and isinstance(value, list):
        return frozenset(frozen(item) for item in value)
    if keyword == "dependentRequired":
        return frozenset((name, frozenset(needed)) for name, needed in value.items())
    return frozen(value)


def _numbered(keys: list[Hashable]) -> list[int]:
    first: dict[Hashable, int] = {}
    return [first.setdefault(key, index) for index, key in enumerate(keys)]
