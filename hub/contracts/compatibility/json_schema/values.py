"""JSON values as JSON Schema compares them: 1 and 1.0 are one number, true and 1 are two values."""

from collections.abc import Hashable, Mapping
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from hub.core.values import JsonValue


class Type(StrEnum):
    """The six kinds of JSON values. An integer is a number."""

    NULL = "null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


ALL_TYPES: Final = tuple(Type)


def type_of(value: JsonValue) -> Type:
    """Which kind of value it is."""
    match value:
        case None:
            return Type.NULL
        case bool():
            return Type.BOOLEAN
        case int() | float():
            return Type.NUMBER
        case str():
            return Type.STRING
        case list() | tuple():
            return Type.ARRAY
        case _:
            return Type.OBJECT


def frozen(value: JsonValue) -> Hashable:
    """A value that is hashable, and equal to another just where JSON Schema takes the two for equal."""
    match value:
        case bool():
            return ("boolean", value)
        case list() | tuple():
            return ("array", tuple(frozen(item) for item in value))
        case dict():
            return ("object", frozenset((name, frozen(item)) for name, item in value.items()))
        case None | int() | float() | str():
            return value
        case _:
            raise TypeError("this is no JSON value")


ALL_VALUES: Final[Mapping[Type, frozenset[Hashable]]] = MappingProxyType(
    {Type.NULL: frozenset({frozen(None)}), Type.BOOLEAN: frozenset({frozen(True), frozen(False)})}
)
"""All values, frozen, of the types that have only so many."""


def exact(number: float) -> Fraction:
    """A number as it is written in decimal, not as the machine holds it."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def is_integer(number: float) -> bool:
    """Tell whether a number has no fractional part."""
    return isinstance(number, int) or number.is_integer()


def thawed(value: Hashable) -> JsonValue:
    """The value that was frozen."""
    match value:
        case ("boolean", bool(truth)):
            return truth
        case ("array", tuple(items)):
            return [thawed(item) for item in items]
        case ("object", frozenset(pairs)):
            return {name: thawed(item) for name, item in pairs}
        case _:
            return value
