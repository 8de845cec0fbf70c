"""What it means for a value of one type that it is valid under a node's schema, or that it is not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hub.contracts.compatibility.json_schema.formats import OF_TEXTS
from hub.contracts.compatibility.json_schema.graph import UNKNOWN, Node
from hub.contracts.compatibility.json_schema.literals import Clause, Judged, Literal, OneOf, Opaque
from hub.contracts.compatibility.json_schema.of_arrays import array_parts
from hub.contracts.compatibility.json_schema.of_numbers import number_parts
from hub.contracts.compatibility.json_schema.of_objects import object_parts
from hub.contracts.compatibility.json_schema.of_strings import string_parts
from hub.contracts.compatibility.json_schema.parts import IMPOSSIBLE, Part, met
from hub.contracts.compatibility.json_schema.values import Type, frozen, type_of

_MAX_PAIRS: Final = 30
"""Up to how many branches of a ``oneOf`` are held against one another."""

_PARTS: Final[Mapping[Type, Callable[[Node], Iterator[Part]]]] = {
    Type.NUMBER: number_parts,
    Type.STRING: string_parts,
    Type.ARRAY: array_parts,
    Type.OBJECT: object_parts,
}


@dataclass(frozen=True, slots=True)
class Expansion:
    """Statements that all hold, and clauses of each of which one alternative holds."""

    statements: tuple[Literal, ...] = ()
    clauses: tuple[Clause, ...] = ()
    is_impossible: bool = False


_IMPOSSIBLE: Final = Expansion(is_impossible=True)


def expand(node: Node, type_: Type, *, is_valid: bool) -> Expansion:
    """What follows for a value of this type; never more than follows, and for most keywords all of it."""
    parts = [*_parts(node, type_)]
    if is_valid:
        if IMPOSSIBLE in parts:
            return _IMPOSSIBLE
        return Expansion(
            tuple(literal for part in parts for literal in part.all_of),
            tuple(clause for part in parts for clause in part.clauses),
        )
    alternatives = tuple(dict.fromkeys(one for part in parts for one in part.contrary))
    if any(not one for one in alternatives):
        return Expansion()
    if not alternatives:
        return _IMPOSSIBLE
    return Expansion(alternatives[0]) if len(alternatives) == 1 else Expansion((), (alternatives,))


def _parts(node: Node, type_: Type) -> Iterator[Part]:
    if node.is_false or not may_be(node, type_):
        yield IMPOSSIBLE
        return
    yield from _applied(node)
    if UNKNOWN in node.said:
        yield Part((), (), ((),))
    if "format" in node.said and node.said["format"] not in OF_TEXTS:
        name = f"format {node.said['format']}"
        yield met(Opaque(name, holds=True), unless=(Opaque(name, holds=False),))
    for keyword in ("enum", "const"):
        if keyword in node.said:
            given = node.said[keyword] if keyword == "enum" else [node.said[keyword]]
            values = frozenset(frozen(value) for value in given if type_of(value) is type_)
            yield (
                Part((OneOf(values, is_one=True),), (), ((OneOf(values, is_one=False),),))
                if values
                else IMPOSSIBLE
            )
    if type_ in _PARTS:
        yield from _PARTS[type_](node)


def may_be(node: Node, type_: Type) -> bool:
    """Tell whether a node's own ``type`` allows values of a type."""
    given = node.said.get("type")
    if given is None:
        return True
    names = [given] if isinstance(given, str) else given
    return type_ in names or (type_ is Type.NUMBER and "integer" in names)


def _applied(node: Node) -> Iterator[Part]:
    """Keywords that apply schemas to the same value."""
    if "$ref" in node.one:
        yield _same(Judged(node.one["$ref"], is_valid=True))
    if "not" in node.one:
        yield _same(Judged(node.one["not"], is_valid=False))
    for index in node.lists.get("allOf", ()):
        yield _same(Judged(index, is_valid=True))
    if "anyOf" in node.lists:
        yield _any_of(node.lists["anyOf"])
    if "oneOf" in node.lists:
        yield _one_of(node.lists["oneOf"])
    if "if" in node.one:
        condition = Judged(node.one["if"], is_valid=True)
        if "then" in node.one:
            yield _implied(condition, Judged(node.one["then"], is_valid=True))
        if "else" in node.one:
            yield _implied(condition.denied(), Judged(node.one["else"], is_valid=True))


def _same(judged: Judged) -> Part:
    return Part((judged,), (), ((judged.denied(),),))


def _implied(condition: Judged, consequence: Judged) -> Part:
    clause = ((condition.denied(),), (consequence,))
    return Part((), (clause,), ((condition, consequence.denied()),))


def _any_of(branches: tuple[int, ...]) -> Part:
    valid = tuple(Judged(index, is_valid=True) for index in dict.fromkeys(branches))
    clause = tuple((one,) for one in valid)
    return Part((), (clause,), (tuple(one.denied() for one in valid),))


def _one_of(branches: tuple[int, ...]) -> Part:
    valid = [Judged(index, is_valid=True) for index in branches]
    none = tuple(dict.fromkeys(one.denied() for one in valid))
    pairs = [(one, other) for number, one in enumerate(valid) for other in valid[number + 1 :]]
    some = tuple((one,) for one in valid)
    if len(branches) > _MAX_PAIRS:
        # That two branches hold at once is left open: what is proven without it stays proven.
        return Part((), (some,), (none, ()))
    clauses = (some, *(((one.denied(),), (other.denied(),)) for one, other in pairs))
    return Part((), clauses, (none, *pairs))
