"""Conversions between kinds: ``int()``, ``uint()``, ``double()``, ``string()``, ``bool()``, ``bytes()``, ``type()``."""

import math
import re
from typing import Final

from hub.expressions.closures.times import duration_text, timestamp_text
from hub.expressions.failures import fail
from hub.expressions.kinds import (
    INT_HIGHEST,
    INT_LOWEST,
    UINT_HIGHEST,
    Duration,
    Timestamp,
    TypeName,
    UnsignedInt,
    Value,
    kind,
)

_WHITE: Final = r"[ \t\n\v\f\r]*"
_INTEGER: Final = re.compile(rf"{_WHITE}([+-]?[0-9]{{1,400}}){_WHITE}\Z")
_UNSIGNED: Final = re.compile(rf"{_WHITE}(\+?[0-9]{{1,400}}){_WHITE}\Z")
_DOUBLE: Final = re.compile(
    rf"{_WHITE}([+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)){_WHITE}\Z",
    re.IGNORECASE,
)
_LONGEST_NUMBER: Final = 1_000
_TRUE: Final = frozenset({"1", "t", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "false", "FALSE", "False"})
_NANOSECONDS: Final = 1_000_000_000
_BELOW_INT, _ABOVE_INT = float(INT_LOWEST), float(INT_HIGHEST)
_ABOVE_UINT: Final = float(UINT_HIGHEST)


def to_int(value: Value) -> int:
    """``int(value)``; a double loses its fraction."""
    match value:
        case bool():
            return int(value)
        case Timestamp():
            return int(value // _NANOSECONDS)
        case Duration():
            raise fail("type")
        case int():
            if kind(value) == "int":
                return value
            if value <= INT_HIGHEST:
                return int(value)
            raise fail("range")
        case float():
            if not _BELOW_INT < value < _ABOVE_INT:
                raise fail("range")
            return int(value)
        case str():
            return _parsed(value, _INTEGER, INT_LOWEST, INT_HIGHEST)
        case _:
            raise fail("type")


def to_uint(value: Value) -> UnsignedInt:
    """``uint(value)``."""
    match value:
        case bool() | Duration() | Timestamp():
            raise fail("type")
        case int():
            kind(value)
            if value < 0:
                raise fail("range")
            return UnsignedInt(value)
        case float():
            if not 0 <= value < _ABOVE_UINT:
                raise fail("range")
            return UnsignedInt(int(value))
        case str():
            return UnsignedInt(_parsed(value, _UNSIGNED, 0, UINT_HIGHEST))
        case _:
            raise fail("type")


def _parsed(text: str, pattern: re.Pattern[str], lowest: int, highest: int) -> int:
    match = pattern.match(text) if len(text) <= _LONGEST_NUMBER else None
    if match is None:
        raise fail("conversion")
    number = int(match[1])
    if not lowest <= number <= highest:
        raise fail("conversion")
    return number


def to_double(value: Value) -> float:
    """``double(value)``."""
    match value:
        case bool() | Duration() | Timestamp():
            raise fail("type")
        case int():
            kind(value)
            return float(value)
        case float():
            return value
        case str():
            match = _DOUBLE.match(value) if len(value) <= _LONGEST_NUMBER else None
            if match is None:
                raise fail("conversion")
            return float(match[1])
        case _:
            raise fail("type")


def to_bool(value: Value) -> bool:
    """``bool(value)``."""
    if type(value) is bool:
        return value
    if type(value) is not str:
        raise fail("type")
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise fail("conversion")


def to_string(value: Value) -> str:
    """``string(value)``."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Timestamp():
            return timestamp_text(value)
        case Duration():
            return duration_text(value)
        case int():
            kind(value)
            return str(int(value))
        case float():
            return double_text(value)
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                raise fail("conversion") from None
        case _:
            raise fail("type")


def double_text(value: float) -> str:
    """A double in the fewest digits that read back as the same, with an exponent where it is -5 or less, or 6 or more."""
    if not math.isfinite(value):
        return repr(value)
    digits = len(repr(value).lower().partition("e")[0].strip("-").replace(".", "").strip("0")) or 1
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if -5 < int(exponent) < 6:  # noqa: PLR2004 - where C's printf begins to write exponents
        return f"{value:.{max(digits - 1 - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def to_bytes(value: Value) -> bytes:
    """``bytes(value)``."""
    if type(value) is bytes:
        return value
    if type(value) is not str:
        raise fail("type")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise fail("conversion") from None


def type_of(value: Value) -> TypeName:
    """``type(value)``."""
    return TypeName(kind(value))
