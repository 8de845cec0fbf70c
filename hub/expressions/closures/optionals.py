"""Optional values: ``a.?b``, ``a[?k]``, ``orValue``, ``optMap`` and their like.

Between the functions that give and take them optionals are not wrapped: a closure gives what is held, or ABSENT.
"""

from collections.abc import Sequence
from typing import Any, Final

from hub.core.expressions import ABSENT
from hub.expressions.closures.frame import Closure, Frame, OptionalClosure
from hub.expressions.closures.paths import index, optional_index, optional_select
from hub.expressions.failures import fail
from hub.expressions.kinds import NOTHING, Optional, Value


def wrapped(optional: OptionalClosure) -> Closure:
    """The optional as a value."""

    def wrap(frame: Frame) -> Value:
        found = optional(frame)
        return NOTHING if found is ABSENT else Optional(found)

    return wrap


def unwrapped(closure: Closure) -> OptionalClosure:
    """The optional that a value is; a value of another kind has no such function."""

    def unwrap(frame: Frame) -> Any:
        value = closure(frame)
        if type(value) is not Optional:
            raise fail("type")
        return value.content

    return unwrap


def optional_fields(operand: Closure, names: Sequence[str]) -> OptionalClosure:
    """``operand.?a.?b``: fields, one in another, each there or not."""
    return _READERS.get(len(names), _many_fields)(operand, tuple(names))


def _one_field(operand: Closure, names: tuple[str, ...]) -> OptionalClosure:
    (name,) = names

    def read(frame: Frame) -> Any:
        value = operand(frame)
        return value.get(name, ABSENT) if type(value) is dict else _first_step(value, name)

    return read


def _two_fields(operand: Closure, names: tuple[str, ...]) -> OptionalClosure:
    first, second = names

    def read(frame: Frame) -> Any:
        value = operand(frame)
        value = value.get(first, ABSENT) if type(value) is dict else _first_step(value, first)
        if type(value) is dict:
            return value.get(second, ABSENT)
        return value if value is ABSENT else optional_select(value, second)

    return read


def _many_fields(operand: Closure, names: tuple[str, ...]) -> OptionalClosure:
    first, *rest = names

    def read(frame: Frame) -> Any:
        value = operand(frame)
        value = value.get(first, ABSENT) if type(value) is dict else _first_step(value, first)
        for name in rest:
            if type(value) is dict:
                value = value.get(name, ABSENT)
            elif value is ABSENT:
                return value
            else:
                return optional_select(value, name)
        return value

    return read


_READERS: Final = {1: _one_field, 2: _two_fields}


def _first_step(value: Value, name: str) -> Any:
    """The first optional field, which may be asked of an optional value too."""
    if type(value) is Optional:
        return ABSENT if value.content is ABSENT else optional_select(value.content, name)
    return optional_select(value, name)


def optional_field(operand: OptionalClosure, name: str) -> OptionalClosure:
    """``operand.name`` and ``operand.?name`` of an optional operand."""

    def read(frame: Frame) -> Any:
        value = operand(frame)
        return value if value is ABSENT else optional_select(value, name)

    return read


def optional_element(operand: OptionalClosure, key: Closure) -> OptionalClosure:
    """``operand[key]`` and ``operand[?key]`` of an optional operand."""

    def read(frame: Frame) -> Any:
        value, wanted = operand(frame), key(frame)
        return value if value is ABSENT else optional_index(value, wanted)

    return read


def element_if_there(operand: Closure, key: Closure) -> OptionalClosure:
    """``operand[?key]``."""

    def read(frame: Frame) -> Any:
        value, wanted = operand(frame), key(frame)
        if type(value) is Optional:
            return ABSENT if value.content is ABSENT else optional_index(value.content, wanted)
        return optional_index(value, wanted)

    return read


def nothing(_: Frame) -> Any:
    """``optional.none()``."""
    return ABSENT


def unless_zero(closure: Closure) -> OptionalClosure:
    """``optional.ofNonZeroValue(x)``."""

    def ask(frame: Frame) -> Any:
        return closure(frame) or ABSENT  # CEL's zero values are just those that Python takes for false

    return ask


def unless_absent_or_zero(optional: OptionalClosure) -> OptionalClosure:
    """``optional.ofNonZeroValue(x.orValue(""))``, in one."""
    return lambda frame: optional(frame) or ABSENT


def or_value(optional: OptionalClosure, other: Closure) -> Closure:
    """``x.orValue(y)``."""

    def choose(frame: Frame) -> Value:
        value = optional(frame)
        return other(frame) if value is ABSENT else value

    return choose


def or_optional(optional: OptionalClosure, other: OptionalClosure) -> OptionalClosure:
    """``x.or(y)``."""

    def choose(frame: Frame) -> Any:
        value = optional(frame)
        return other(frame) if value is ABSENT else value

    return choose


def has_value(optional: OptionalClosure) -> Closure:
    """``x.hasValue()``."""
    return lambda frame: optional(frame) is not ABSENT


def value_of(optional: OptionalClosure) -> Closure:
    """``x.value()``."""

    def take(frame: Frame) -> Value:
        value = optional(frame)
        if value is ABSENT:
            raise fail("no-value")
        return value

    return take


def mapped(optional: OptionalClosure, place: int, then: Closure) -> Closure:
    """``x.optMap(v, …)`` and ``x.optFlatMap(v, …)``: with the value at ``place``, if there is one."""

    def compute(frame: Frame) -> Any:
        value = optional(frame)
        if value is ABSENT:
            return value
        frame[place] = value
        return then(frame)

    return compute


def at_end(closure: Closure, place: int) -> OptionalClosure:
    """``x.first()`` (place 0) and ``x.last()`` (place -1)."""

    def read(frame: Frame) -> Any:
        value = closure(frame)
        if type(value) is not list:
            raise fail("type")
        return index(value, place % len(value)) if value else ABSENT

    return read
