"""What a proof reasons about: statements about one value of one type."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Judged:
    """The value is valid under a node's schema, or it is not."""

    node: int
    is_valid: bool

    def denied(self) -> "Judged":
        """The contrary."""
        return Judged(self.node, not self.is_valid)


Goal: TypeAlias = frozenset[Judged]
"""Several statements about one value."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these (frozen), or none of them."""

    values: frozenset[Hashable]
    is_one: bool


@dataclass(frozen=True, slots=True)
class Opaque:
    """A condition that is known by name only holds, or does not."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number is not below a bound."""

    bound: Fraction
    is_exclusive: bool


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number is not above a bound."""

    bound: Fraction
    is_exclusive: bool


@dataclass(frozen=True, slots=True)
class Multiple:
    """A number is a multiple of a step, or is none."""

    of: Fraction
    holds: bool


@dataclass(frozen=True, slots=True)
class Size:
    """So many characters, items or properties at least and at most."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Matches:
    """A text has a match of the pattern, or has none."""

    pattern: str
    holds: bool


@dataclass(frozen=True, slots=True)
class HasFormat:
    """A text is of a format, or is not."""

    format: str
    holds: bool


@dataclass(frozen=True, slots=True)
class ItemAt:
    """If there is an item of this index it is so. With ``exists``: there is one, and it is so."""

    index: int
    item: Judged
    exists: bool


@dataclass(frozen=True, slots=True)
class ItemsFrom:
    """All items from this index on are so. With ``exists``: one of them is there and is so."""

    index: int
    item: Judged
    exists: bool


@dataclass(frozen=True, slots=True)
class Count:
    """So many items are valid under a node's schema; ``high`` is None for no limit."""

    node: int
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Unique:
    """All items are different, or two are equal."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Has:
    """A property is there, or is not."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PropertyIs:
    """If the property is there it is so. With ``exists``: it is there and is so."""

    name: str
    value: Judged
    exists: bool


@dataclass(frozen=True, slots=True)
class Names:
    """A set of property names: none of these, matching some patterns and not others, judged by schemas."""

    others_than: frozenset[str] = frozenset()
    matching: frozenset[Matches] = frozenset()
    judged: Goal = frozenset()


@dataclass(frozen=True, slots=True)
class PropertiesOf:
    """All properties with such names are so. With ``exists``: one of them is there and is so.

    Without ``value``: there are none. With ``exists`` and without ``value``: there is one.
    """

    names: Names
    value: Judged | None
    exists: bool


Statement: TypeAlias = (
    OneOf
    | Opaque
    | AtLeast
    | AtMost
    | Multiple
    | Size
    | Matches
    | HasFormat
    | ItemAt
    | ItemsFrom
    | Count
    | Unique
    | Has
    | PropertyIs
    | PropertiesOf
)
"""What theories of the single types understand."""

Literal: TypeAlias = Judged | Statement
Clause: TypeAlias = tuple[tuple[Literal, ...], ...]
"""Alternatives, each of several statements that hold together."""


def contrary(literal: Literal) -> Literal | None:
    """The statement that cannot hold beside this one, where there is just one that says the same of it."""
    match literal:
        case Judged(node, is_valid):
            return Judged(node, not is_valid)
        case PropertyIs(name, value, exists):
            return PropertyIs(name, value.denied(), not exists)
        case Has(name, holds):
            return Has(name, not holds)
        case ItemAt(index, item, exists):
            return ItemAt(index, item.denied(), not exists)
        case ItemsFrom(index, item, exists):
            return ItemsFrom(index, item.denied(), not exists)
        case PropertiesOf(names, value, exists):
            return PropertiesOf(names, value.denied() if value else None, not exists)
        case Opaque() | Multiple() | Matches() | HasFormat() | Unique():
            return replace(literal, holds=not literal.holds)
        case _:
            return None


def map_judged(literal: Literal, number: Callable[[int], int]) -> Literal:
    """The same with other numbers of nodes."""

    def other(one: Judged) -> Judged:
        return Judged(number(one.node), one.is_valid)

    match literal:
        case Judged():
            return other(literal)
        case ItemAt() | ItemsFrom():
            return replace(literal, item=other(literal.item))
        case PropertyIs():
            return replace(literal, value=other(literal.value))
        case Count():
            return replace(literal, node=number(literal.node))
        case PropertiesOf(names, value, exists):
            judged = frozenset(other(one) for one in names.judged)
            return PropertiesOf(replace(names, judged=judged), other(value) if value else None, exists)
        case _:
            return literal
