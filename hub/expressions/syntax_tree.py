"""The syntax tree of a checked expression, macros expanded, read from its serialised form.

The binding shows no tree, but serialises the standard's ``cel.expr.CheckedExpr`` (syntax.proto, checked.proto);
the few fields needed are read here straight from protobuf's wire format.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.expressions.kinds import UnsignedInt

Constant: TypeAlias = bool | int | UnsignedInt | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Const:
    """A literal."""

    value: Constant

    @property
    def text(self) -> str | None:
        """The value of a string literal; None for any other."""
        return self.value if isinstance(self.value, str) else None


@dataclass(frozen=True, slots=True)
class Ident:
    """A variable, a comprehension's own variable, or the name of a type."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """``operand.field``, or ``has(operand.field)``."""

    operand: "Node"
    field: str
    test_only: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function, operator or method; a method's target is its first argument."""

    function: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list literal; ``optionals`` are the places of elements like ``?x``."""

    items: tuple["Node", ...]
    optionals: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a map literal; ``is_optional`` for one like ``?key: x``."""

    key: "Node"
    value: "Node"
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A map literal, or the construction of the message type ``message``."""

    entries: tuple[Entry, ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Comprehension:
    """What ``all``, ``exists``, ``map``, ``filter`` and their like expand to."""

    variables: tuple[str, ...]
    source: "Node"
    accumulator: str
    start: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"


Node: TypeAlias = Const | Ident | Select | Call | Listing | Table | Comprehension

_SELECT_TEST_ONLY = 3
_SIGN = 1 << 63


def syntax_tree(serialised: bytes) -> Node:
    """The tree in what ``Expression.serialize`` gives."""
    checked = _first(serialised, 2)  # google.protobuf.Any.value
    return _node(_first(checked, 4))  # CheckedExpr.expr


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Select(operand):
            return (operand,)
        case Call(_, args):
            return args
        case Listing(items):
            return items
        case Table(entries):
            return tuple(part for entry in entries for part in (entry.key, entry.value))
        case Comprehension():
            return (node.source, node.start, node.condition, node.step, node.result)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def _node(raw: bytes) -> Node:
    for number, value in _fields(raw):
        match number:
            case 3:
                return Const(_constant(value))
            case 4:
                return Ident(_string(value, 1))
            case 5:
                test_only = any(n == _SELECT_TEST_ONLY for n, _ in _fields(value))
                return Select(_node(_first(value, 1)), _string(value, 2), test_only)
            case 6:
                return Call(_string(value, 2), tuple(_node(v) for n, v in _fields(value) if n in {1, 3}))
            case 7:
                return _listing(value)
            case 8:
                entries = tuple(_entry(v) for n, v in _fields(value) if n == 2)  # noqa: PLR2004 - a field's number
                return Table(entries, _string(value, 1))
            case 9:
                return _comprehension(value)
    raise ValueError("a syntax tree of an unknown shape")


def _constant(raw: bytes) -> Constant:
    for number, value in _fields(raw):
        match number:
            case 1:
                return None
            case 2:
                return bool(value)
            case 3:
                return int(value) - (2 * _SIGN if value & _SIGN else 0)
            case 4:
                return UnsignedInt(value)
            case 5:
                return float(struct.unpack("<d", value)[0])
            case 6:
                return str(value, "utf-8")
            case 7:
                return bytes(value)
    raise ValueError("a literal of an unknown kind")


def _listing(raw: bytes) -> Listing:
    items = tuple(_node(v) for n, v in _fields(raw) if n == 1)
    optionals: set[int] = set()
    for number, value in _fields(raw):
        if number == 1:
            continue
        if isinstance(value, int):
            optionals.add(value)
            continue
        at = 0
        while at < len(value):  # packed
            place, at = _varint(value, at)
            optionals.add(place)
    return Listing(items, frozenset(optionals))


def _entry(raw: bytes) -> Entry:
    is_optional = any(number == 5 and value for number, value in _fields(raw))  # noqa: PLR2004 - a field's number
    # A message's field (2) has no key; messages are refused before anybody looks at it.
    key = next((_node(v) for n, v in _fields(raw) if n == 3), Const(None))  # noqa: PLR2004 - a field's number
    return Entry(key, _node(_first(raw, 4)), is_optional)


def _comprehension(raw: bytes) -> Comprehension:
    variables = tuple(v.decode() for n, v in _fields(raw) if n in {1, 8})
    source, start, condition, step, result = (_node(_first(raw, n)) for n in (2, 4, 5, 6, 7))
    return Comprehension(variables, source, _string(raw, 3), start, condition, step, result)


def _first(raw: bytes, number: int) -> bytes:
    for n, value in _fields(raw):
        if n == number and isinstance(value, bytes):
            return value
    raise ValueError(f"a syntax tree without field {number}")


def _string(raw: bytes, number: int) -> str:
    return next((value.decode() for n, value in _fields(raw) if n == number), "")


def _fields(raw: bytes) -> Iterator[tuple[int, Any]]:
    """Field numbers and values of one protobuf message: int for varints, bytes for all else."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        match key & 7:
            case 0:
                value, at = _varint(raw, at)
                yield key >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(raw, at)
            case 5:
                size = 4
            case _:
                raise ValueError("a syntax tree in an unknown wire format")
        yield key >> 3, raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while raw[at] & 0x80:
        value |= (raw[at] & 0x7F) << shift
        shift += 7
        at += 1
    return value | raw[at] << shift, at + 1
