"""Fields and elements: ``a.b``, ``a[0]``, ``has(a.b)``.

What is read most, a few fields one below the other, is tried as plain subscriptions: a key's absence and a value
that has no keys show as exceptions, and only then does somebody look at what it was.
"""

from collections.abc import Sequence
from typing import Any, Final

from hub.core.expressions import ABSENT
from hub.expressions.closures.frame import MISSING, Closure, Frame, OptionalClosure
from hub.expressions.failures import EvaluationError, fail, missing_field
from hub.expressions.kinds import INT_HIGHEST, NOTHING, Optional, UnsignedInt, Value, map_key


def variable(place: int) -> Closure:
    """A variable that may not be given."""

    def read(frame: Frame) -> Value:
        value = frame[place]
        if value is MISSING:
            raise fail("missing-variable")
        return value

    return read


def local(place: int) -> Closure:
    """A comprehension's own variable."""
    return lambda frame: frame[place]


def fields(place: int, names: Sequence[str]) -> Closure:
    """Fields below a variable, one in another."""
    return _READERS.get(len(names), _many_fields)(place, tuple(names))


def _one_field(place: int, names: tuple[str, ...]) -> Closure:
    (name,) = names

    def read(frame: Frame) -> Value:
        try:
            return frame[place][name]
        except (KeyError, TypeError):
            return _follow(frame[place], names)

    return read


def _two_fields(place: int, names: tuple[str, ...]) -> Closure:
    first, second = names

    def read(frame: Frame) -> Value:
        try:
            return frame[place][first][second]
        except (KeyError, TypeError):
            return _follow(frame[place], names)

    return read


def _many_fields(place: int, names: tuple[str, ...]) -> Closure:
    def read(frame: Frame) -> Value:
        value = frame[place]
        try:
            for name in names:
                value = value[name]
        except (KeyError, TypeError):
            return _follow(frame[place], names)
        return value

    return read


_READERS: Final = {1: _one_field, 2: _two_fields}


def _follow(value: Value, names: tuple[str, ...]) -> Value:
    if value is MISSING:
        raise fail("missing-variable")
    for name in names:
        value = select(value, name)
    return value


def field(operand: Closure, name: str) -> Closure:
    """A field of something computed."""

    def read(frame: Frame) -> Value:
        value = operand(frame)
        if type(value) is dict and name in value:
            return value[name]
        return select(value, name)

    return read


def select(value: Value, name: str) -> Value:
    """A field of a value; of an optional value, optionally. Raises EvaluationError."""
    if type(value) is dict:
        try:
            return value[name]
        except KeyError:
            raise EvaluationError("missing-field", missing_field(name)) from None
    if type(value) is Optional:
        if value.content is ABSENT:
            return NOTHING
        found = optional_select(value.content, name)
        return NOTHING if found is ABSENT else Optional(found)
    raise fail("not-an-object")


def optional_select(value: Value, name: str) -> Any:
    """A field of a value, or ABSENT. Raises EvaluationError where the value has no fields."""
    if type(value) is dict:
        return value.get(name, ABSENT)
    raise fail("not-an-object")


def has_field(operand: Closure, name: str) -> Closure:
    """``has(operand.name)``."""

    def ask(frame: Frame) -> bool:
        value = operand(frame)
        if type(value) is dict:
            return name in value
        if type(value) is Optional:
            return value.content is not ABSENT and optional_select(value.content, name) is not ABSENT
        raise fail("not-an-object")

    return ask


def has_optional_field(operand: OptionalClosure, name: str) -> Closure:
    """``has(operand.name)`` of an optional operand."""

    def ask(frame: Frame) -> bool:
        value = operand(frame)
        return value is not ABSENT and optional_select(value, name) is not ABSENT

    return ask


def element(operand: Closure, key: Closure) -> Closure:
    """``operand[key]``."""
    return lambda frame: index(operand(frame), key(frame))


def named_element(operand: Closure, name: str) -> Closure:
    """``operand["name"]``: a field that the expression's text names."""

    def read(frame: Frame) -> Value:
        value = operand(frame)
        if type(value) is dict:
            try:
                return value[name]
            except KeyError:
                raise EvaluationError("missing-field", missing_field(name)) from None
        return index(value, name)

    return read


def index(value: Value, key: Value) -> Value:
    """An element of a list or map. Raises EvaluationError."""
    if type(value) is list:
        place = _place(key)
        if place is None or not 0 <= place < len(value):
            raise fail("index")
        return value[place]
    if type(value) is dict:
        try:
            return value[map_key(key)]
        except KeyError:
            raise fail("missing-field") from None
    if type(value) is Optional:
        if value.content is ABSENT:
            return NOTHING
        found = optional_index(value.content, key)
        return NOTHING if found is ABSENT else Optional(found)
    raise fail("type")


def optional_index(value: Value, key: Value) -> Any:
    """An element of a list or map, or ABSENT. Raises EvaluationError where the value has no such elements."""
    if type(value) is list:
        if type(key) is not int or key > INT_HIGHEST:
            raise fail("not-an-object")
        return value[key] if 0 <= key < len(value) else ABSENT
    if type(value) is dict:
        try:
            return value.get(map_key(key), ABSENT)
        except EvaluationError:
            return ABSENT  # what cannot be a key is none
    raise fail("not-an-object")


def _place(key: Value) -> int | None:
    """A number that counts elements; None for any other value."""
    if type(key) is int or type(key) is UnsignedInt:
        return key
    return int(key) if type(key) is float and key.is_integer() else None
