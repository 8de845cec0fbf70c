"""Holds a mapping against the two schemas it stands between."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.contracts.mapping.paths import ITEMS
from hub.contracts.mapping.tree import Leaf, Node, leaves
from hub.contracts.schema_places import SchemaPlace, types_of
from hub.core.expressions import Path
from hub.core.findings import Finding
from hub.core.values import JsonValue
from hub.reading.document import Document
from hub.reading.model import closest
from hub.reading.pointer import split, to_pointer

_MAX_DEPTH = 12
_DOCUMENTS = frozenset({"source", "original"})
"""The document in its canonical spelling, and as it was written: one schema tells of both."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where lines of the table stand: what ``item`` is a part of, if that is plainly said."""

    item: SchemaPlace | None = None
    item_path: Path | None = None
    outer: "_Scope | None" = None


class ReferenceLint:
    """The lint of one mapping."""

    def __init__(self, document: Document, source: JsonValue, target: JsonValue) -> None:
        self._document = document
        self._source = SchemaPlace.of(source)
        self._target = SchemaPlace.of(target)
        self._read: set[Path] = set()
        """What values are made from: read with all that is below."""
        self._asked: set[Path] = set()
        """What conditions look at: to ask for an object is not to read its fields."""

    def findings(self, root: Node, ignores: tuple[str, ...]) -> Iterator[Finding]:
        """Everything that does not agree with the schemas."""
        yield from self._check_object(root, self._target, "", _Scope(), is_certain=True)
        ignored: set[Path] = set()
        for index, pointer in enumerate(ignores):
            yield from self._check_ignore(index, pointer, ignored)
        for path in self._unread(self._source, ("source",), ignored):
            pointer = to_pointer(0 if step == ITEMS else step for step in path[1:])
            message = f"no field reads {pointer} of the source"
            hint = "read it, or list it in `ignores`"
            yield self._document.finding(("fields",), "mapping.source-unread", message, hint)

    def _found(self, leaf: Leaf, rule: str, message: str, hint: str = "") -> Finding:
        return self._document.finding(("fields", leaf.name), rule, message, hint)

    def _check_object(
        self, node: Node, place: SchemaPlace, name: str, scope: _Scope, *, is_certain: bool
    ) -> Iterator[Finding]:
        """``is_certain``: whether the object is always made, so that what it needs cannot be left out."""
        required = place.required()
        for key, child in node.children.items():
            here = f"{name}.{key}" if name else key
            first = next(leaves(child))
            below = place.field(key)
            if below is None:
                hint = closest(key, place.names())
                yield self._found(first, "mapping.target-unknown", f"the target has no field {here}", hint)
                continue
            is_needed = is_certain and key in required
            if is_needed and child.leaf is not None and child.leaf.may_be_left_out:
                message = f"the target needs {here}, but this line may leave it out"
                yield self._found(child.leaf, "mapping.required-left-out", message)
            yield from self._check_child(child, below, here, scope, is_certain=is_needed)
        for key in required:
            if key not in node.children:
                here = f"{name}.{key}" if name else key
                at = ("fields",) if not node.children else ("fields", next(leaves(node)).name)
                message = f"the target needs {here}, and no line makes it"
                yield self._document.finding(at, "mapping.required-missing", message)

    def _check_child(
        self, node: Node, place: SchemaPlace, name: str, scope: _Scope, *, is_certain: bool
    ) -> Iterator[Finding]:
        leaf = node.leaf
        if leaf is None:
            yield from self._check_object(node, place, name, scope, is_certain=is_certain)
            return
        self._note(leaf.asked, scope, self._asked)
        origin = None
        if leaf.path is not None:
            origin, problem = self._look_up(leaf, leaf.path.path, scope)
            if problem is not None:
                yield problem
            if leaf.function is not None:
                origin = None  # what the function makes of it is another matter
        if not node.is_list:
            self._note(leaf.paths, scope, self._read)
            yield from self._check_types(leaf, origin, place, name)
            return
        items = place.items()
        if items is None:
            yield self._found(leaf, "mapping.type", f"{name} of the target is no list")
            return
        inner = _Scope(outer=scope)
        if leaf.path is not None and leaf.function is None and leaf.when is None:
            around = self._absolute(leaf.path.path, scope)
            inner = _Scope(
                origin.items() if origin is not None else None,
                None if around is None else (*around, ITEMS),
                scope,
            )
            if origin is not None and inner.item is None:
                yield self._found(leaf, "mapping.type", f"{leaf.text} of the source is no list")
        else:
            self._note(leaf.paths, scope, self._read)
        yield from self._check_object(node, items, f"{name}[]", inner, is_certain=True)

    def _look_up(self, leaf: Leaf, path: Path, scope: _Scope) -> tuple[SchemaPlace | None, Finding | None]:
        """What the source's schema says of a plain path, or that there is no such path."""
        place = self._start(path[0], scope)
        for step in path[1:]:
            if place is None:
                return None, None
            below = place.items() if step == ITEMS else place.field(step)
            if below is None:
                what = "is no list" if step == ITEMS else f"has no field {step!r} here"
                hint = closest(step, place.names()) if step != ITEMS else ""
                return None, self._found(
                    leaf, "mapping.source-unknown", f"{leaf.text}: the source {what}", hint
                )
            place = below
        return place, None

    def _start(self, root: str, scope: _Scope) -> SchemaPlace | None:
        if root in _DOCUMENTS:
            return self._source
        if root == "item":
            return scope.item
        return scope.outer.item if root == "outer" and scope.outer is not None else None

    def _check_types(
        self, leaf: Leaf, origin: SchemaPlace | None, place: SchemaPlace, name: str
    ) -> Iterator[Finding]:
        wanted = place.types()
        if leaf.codes is not None:
            values = [*leaf.codes.values(), *([leaf.otherwise] if leaf.has_otherwise else [])]
            if not all(types_of(value) & wanted for value in values):
                yield self._found(
                    leaf, "mapping.type", f"a value of the code list is no {_or(wanted)}, as {name} must be"
                )
            return
        given: frozenset[str] | None = None
        if leaf.literal is not None:
            given = types_of(leaf.literal.value)
        elif origin is not None:
            given = origin.types()
        if given is not None and given and not given & wanted:
            message = f"{leaf.text} is {_or(given)}, but {name} must be {_or(wanted)}"
            yield self._found(leaf, "mapping.type", message)

    def _note(self, paths: Iterable[Path], scope: _Scope, into: set[Path]) -> None:
        for path in paths:
            absolute = self._absolute(path, scope)
            if absolute is not None:
                into.add(absolute)

    def _absolute(self, path: Path, scope: _Scope) -> Path | None:
        if path[0] in _DOCUMENTS:
            return ("source", *path[1:])
        start = (
            scope.item_path
            if path[0] == "item"
            else scope.outer.item_path
            if scope.outer is not None
            else None
        )
        return None if start is None or path[0] not in {"item", "outer"} else (*start, *path[1:])

    def _check_ignore(self, index: int, pointer: str, ignored: set[Path]) -> Iterator[Finding]:
        at = ("ignores", index)
        try:
            tokens = split(pointer)
        except ValueError:
            yield self._document.finding(at, "mapping.ignore-unknown", f"{pointer!r} is not a JSON pointer")
            return
        place = self._source
        path: Path = ("source",)
        for token in tokens:
            is_item = token.isdecimal() and place.field(token) is None
            below = place.items() if is_item else place.field(token)
            if below is None:
                hint = closest(token, place.names())
                yield self._document.finding(
                    at, "mapping.ignore-unknown", f"the source has no {pointer}", hint
                )
                return
            place, path = below, (*path, ITEMS if is_item else token)
        if any(_begins(path, read) for read in self._read):
            yield self._document.finding(
                at, "mapping.ignore-read", f"{pointer} is read, and cannot be ignored too"
            )
        ignored.add(path)

    def _unread(self, place: SchemaPlace, path: Path, ignored: set[Path]) -> Iterator[Path]:
        """The topmost places that are neither read nor ignored, nor hold anything that is."""
        covering = self._read | ignored
        if any(_begins(path, other) for other in covering) or len(path) > _MAX_DEPTH:
            return
        if len(path) > 1 and not any(_begins(other, path) for other in covering | self._asked):
            yield path
            return
        for name in place.names():
            below = place.field(name)
            if below is not None:
                yield from self._unread(below, (*path, name), ignored)
        items = place.items() if "array" in place.types() and not place.names() else None
        if items is not None and items.is_described:
            yield from self._unread(items, (*path, ITEMS), ignored)


def _begins(path: Path, start: Path) -> bool:
    """Whether a path begins with another; ``*`` stands for any step."""
    return len(start) <= len(path) and all(
        mine == other or ITEMS in {mine, other} for mine, other in zip(path, start, strict=False)
    )


def _or(types: frozenset[str]) -> str:
    shown = types - {"integer"} if "number" in types else types
    return " or ".join(sorted(shown)) or "nothing"
