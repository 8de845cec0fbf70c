"""Arithmetic: ``int`` and ``uint`` within 64 bits, doubles as IEEE 754 has them; kinds are never mixed.

``+`` also joins texts, bytes and lists, and moves instants.
"""

import math
from collections.abc import Callable
from typing import Any, Final

from hub.expressions.failures import fail
from hub.expressions.kinds import (
    INT_HIGHEST,
    INT_LOWEST,
    UINT_HIGHEST,
    Duration,
    Timestamp,
    UnsignedInt,
    Value,
    duration,
    kind,
    timestamp,
)

_JOINED: Final = frozenset({str, list, bytes})


def add(one: Value, other: Value) -> Value:
    """``one + other``."""
    if type(one) is type(other):
        if type(one) in _JOINED or type(one) is float:
            return one + other
        if type(one) is Duration:
            return duration(one + other)
    elif type(one) in _MOMENTS and type(other) in _MOMENTS:
        return timestamp(one + other)
    return _of_integers(one, other, int.__add__)


def subtract(one: Value, other: Value) -> Value:
    """``one - other``."""
    if type(one) is type(other):
        if type(one) is float:
            return one - other
        if type(one) in _MOMENTS:
            return duration(one - other)
    elif type(one) is Timestamp and type(other) is Duration:
        return timestamp(one - other)
    return _of_integers(one, other, int.__sub__)


def multiply(one: Value, other: Value) -> Value:
    """``one * other``."""
    if type(one) is float and type(other) is float:
        return one * other
    return _of_integers(one, other, int.__mul__)


def divide(one: Value, other: Value) -> Value:
    """``one / other``: integers towards zero, doubles to infinity where they divide by zero."""
    if type(one) is float and type(other) is float:
        if other:
            return one / other
        if not one or one != one:  # noqa: PLR0124 - NaN is the value that is not itself
            return math.nan
        return math.copysign(math.inf, one) * math.copysign(1.0, other)
    return _of_integers(one, other, _quotient)


def remainder(one: Value, other: Value) -> Value:
    """``one % other``, with the sign of ``one``."""
    return _of_integers(one, other, _remainder)


def negate(value: Value) -> Value:
    """``-value``."""
    if type(value) is float:
        return -value
    if type(value) is int and kind(value) == "int":
        return _within(-value, INT_LOWEST, INT_HIGHEST)
    raise fail("type")


_MOMENTS: Final = frozenset({Timestamp, Duration})


def _of_integers(one: Value, other: Value, compute: Callable[[int, int], int]) -> Value:
    if type(one) is int and type(other) is int and _is_int(one) and _is_int(other):
        return _within(compute(one, other), INT_LOWEST, INT_HIGHEST)
    if kind(one) == "uint" and kind(other) == "uint":
        return UnsignedInt(_within(compute(one, other), 0, UINT_HIGHEST))
    raise fail("type")


def _is_int(value: int) -> bool:
    return INT_LOWEST <= value <= INT_HIGHEST


def _within(value: int, lowest: int, highest: int) -> int:
    if lowest <= value <= highest:
        return value
    raise fail("range")


def _quotient(one: int, other: int) -> int:
    if not other:
        raise fail("division")
    quotient = abs(one) // abs(other)
    return quotient if (one < 0) == (other < 0) else -quotient


def _remainder(one: int, other: int) -> int:
    if not other:
        raise fail("division")
    if one == INT_LOWEST and other == -1:
        raise fail("range")
    rest = abs(one) % abs(other)
    return -rest if one < 0 else rest


BINARY: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "_+_": add,
    "_-_": subtract,
    "_*_": multiply,
    "_/_": divide,
    "_%_": remainder,
}
