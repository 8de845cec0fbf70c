"""The kinds of values that expressions compute with, as Python objects.

JSON's kinds are Python's own. An integer is CEL's ``int`` within 64 bits with a sign; one above, up to 64 bits
without a sign, is a ``uint``, as is every ``UnsignedInt``. A key of a map that is no string is kept as a tuple, so
that ``true``, ``1`` and ``"1"`` are three keys and ``1``, ``1u`` and ``1.0`` are one.
"""

import math
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hub.core.expressions import ABSENT, Absent
from hub.core.values import JsonValue, Text
from hub.expressions.failures import fail

INT_LOWEST: Final = -(2**63)
INT_HIGHEST: Final = 2**63 - 1
UINT_HIGHEST: Final = 2**64 - 1

Value: TypeAlias = Any
"""What an expression computes with: JSON values and the types of this module, bytes, times and durations."""


class UnsignedInt(int):
    """A ``uint``."""

    __slots__ = ()


class Optional:
    """An optional value that is handled as a value: kept in a list, compared, passed through ``dyn``."""

    __slots__ = ("content",)

    def __init__(self, content: Value | Absent) -> None:
        self.content = content


NOTHING: Final = Optional(ABSENT)


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type, which is a value of its own: ``type(1) == int``."""

    name: str


class Duration(int):
    """A span of time in nanoseconds."""

    __slots__ = ()


class Timestamp(int):
    """An instant, in nanoseconds since 1970-01-01T00:00:00Z."""

    __slots__ = ()


_NAMES: Final[dict[type, str]] = {
    str: "string",
    bool: "bool",
    float: "double",
    type(None): "null_type",
    list: "list",
    dict: "map",
    bytes: "bytes",
    UnsignedInt: "uint",
    Optional: "optional_type",
    TypeName: "type",
    Duration: "google.protobuf.Duration",
    Timestamp: "google.protobuf.Timestamp",
}
TYPE_NAMES: Final = frozenset({*_NAMES.values(), "int", "dyn"})


def kind(value: Value) -> str:
    """CEL's name for the value's type. Raises EvaluationError ``value`` for what has none."""
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    if type(value) is int:
        if INT_LOWEST <= value <= INT_HIGHEST:
            return "int"
        if 0 <= value <= UINT_HIGHEST:
            return "uint"
    raise fail("value")


_FIRST_INSTANT: Final = -62_135_596_800 * 1_000_000_000
_LAST_INSTANT: Final = 253_402_300_800 * 1_000_000_000 - 1
_LONGEST_SPAN: Final = 315_576_000_000 * 1_000_000_000


def timestamp(nanoseconds: int) -> Timestamp:
    """An instant of the years 1 to 9999. Raises EvaluationError ``range``."""
    if not _FIRST_INSTANT <= nanoseconds <= _LAST_INSTANT:
        raise fail("range")
    return Timestamp(nanoseconds)


def duration(nanoseconds: int) -> Duration:
    """A span of ten thousand years at most. Raises EvaluationError ``range``."""
    if not -_LONGEST_SPAN <= nanoseconds <= _LONGEST_SPAN:
        raise fail("range")
    return Duration(nanoseconds)


def map_key(key: Value) -> Any:
    """The key as maps keep it. Raises EvaluationError ``type`` for what cannot be one."""
    if type(key) is str:
        return key
    if type(key) is bool:
        return (bool, key)
    if type(key) in (int, UnsignedInt, float):
        return (int, key)
    raise fail("type")


def from_map_key(kept: Any) -> Value:
    """The key that is kept so."""
    return kept if type(kept) is str else kept[1]


def json_result(value: Value) -> JsonValue:
    """The value as plain JSON. Raises EvaluationError ``result`` for what is none."""
    if type(value) in _PLAIN:
        return value
    if type(value) is UnsignedInt:
        return int(value)
    if type(value) is float:
        if math.isfinite(value):
            return value
        raise fail("result", _NOT_FINITE)
    if type(value) is list:
        return [json_result(item) for item in value]
    if type(value) is dict:
        if all(type(key) is str for key in value):
            return {key: json_result(item) for key, item in value.items()}
        raise fail("result", _KEY)
    raise fail("result", _REFUSED.get(type(value), _TYPE))


_KEY = Text("کلید یک شیء باید متن باشد", "an object's key is not a string")
_NOT_FINITE = Text("عدد بی‌نهایت یا نامعین است", "the number is infinite or not a number")
_BYTES = Text("نتیجه بایت است؛ آن را به متن برگردانید", "the result is bytes: make it a text")
_TYPE = Text("نتیجه از جنس JSON نیست", "the result is not a plain JSON value")
_TIME = Text(
    "نتیجه زمان یا مدت است؛ آن را با string() متن کنید",
    "the result is a time or duration: make it a text with string()",
)
_OPTIONAL = Text(
    "نتیجه مقداری اختیاری دارد؛ با orValue تمامش کنید",
    "an optional is left inside the result: end it with .orValue(…)",
)

_PLAIN: Final = frozenset({str, bool, int, type(None)})
_REFUSED: Final[dict[type, Text]] = {bytes: _BYTES, Timestamp: _TIME, Duration: _TIME, Optional: _OPTIONAL}
