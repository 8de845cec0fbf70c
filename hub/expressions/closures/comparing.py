"""Equality, order and membership, over values of any kinds.

Numbers of different kinds are compared by what they amount to, an integer with a double as a double, as CEL's
implementations do; beyond numbers, values of different kinds are never equal and have no order.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any, Final

from hub.core.expressions import ABSENT
from hub.expressions.closures.frame import Closure, Frame
from hub.expressions.failures import fail
from hub.expressions.kinds import Duration, Optional, Timestamp, UnsignedInt, Value, kind, map_key

_NUMBERS: Final = frozenset({int, float, UnsignedInt})
_ORDERED: Final = frozenset({int, float, UnsignedInt, str, bool, bytes, Timestamp, Duration})


def equals(one: Value, other: Value) -> bool:
    """``one == other``."""
    type_of_one = type(one)
    if type_of_one is type(other):
        if type_of_one is dict:
            return len(one) == len(other) and all(
                key in other and equals(value, other[key]) for key, value in one.items()
            )
        if type_of_one is list:
            return len(one) == len(other) and all(map(equals, one, other))
        if type_of_one is Optional:
            return _equal_contents(one.content, other.content)
        return bool(one == other)
    return type_of_one in _NUMBERS and type(other) in _NUMBERS and _compare_numbers(_equal, one, other)


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def _equal_contents(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return equals(one, other)


def _compare_numbers(compare: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    if type(one) is float or type(other) is float:
        for number in (one, other):
            kind(number)  # refuses what is beyond 64 bits
        return compare(float(one), float(other))
    return compare(one, other)


def equality(one: Closure, other: Closure) -> Closure:
    """``one == other``."""
    return lambda frame: equals(one(frame), other(frame))


def inequality(one: Closure, other: Closure) -> Closure:
    """``one != other``."""
    return lambda frame: not equals(one(frame), other(frame))


def equality_to(one: Closure, constant: Value) -> Closure:
    """``one == constant``."""
    if constant is None or type(constant) is bool:
        return lambda frame: one(frame) is constant
    if type(constant) is str:
        return lambda frame: one(frame) == constant
    return lambda frame: equals(one(frame), constant)


def inequality_to(one: Closure, constant: Value) -> Closure:
    """``one != constant``."""
    if constant is None or type(constant) is bool:
        return lambda frame: one(frame) is not constant
    if type(constant) is str:
        return lambda frame: one(frame) != constant
    return lambda frame: not equals(one(frame), constant)


def _order(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def ordered(one: Value, other: Value) -> bool:
        type_of_one = type(one)
        if type_of_one is type(other) and type_of_one in _ORDERED:
            return compare(one, other)
        if type_of_one in _NUMBERS and type(other) in _NUMBERS:
            return _compare_numbers(compare, one, other)
        raise fail("type")

    return ordered


less: Final = _order(lt)
less_or_equal: Final = _order(le)
greater: Final = _order(gt)
greater_or_equal: Final = _order(ge)


def contains(element: Value, container: Value) -> bool:
    """``element in container``."""
    if type(container) is list:
        return any(equals(element, one) for one in container)
    if type(container) is dict:
        return map_key(element) in container
    raise fail("type")


def membership_in(element: Closure, constants: list[Value]) -> Closure:
    """``element in [constants]``."""
    if all(type(constant) is str for constant in constants):
        texts = frozenset(constants)

        def ask(frame: Frame) -> bool:
            value = element(frame)
            return type(value) is str and value in texts

        return ask
    return lambda frame: contains(element(frame), constants)
