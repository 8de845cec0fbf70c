"""XML Schema's simple types and their JSON: how each is read from a text and written to one.

| XML Schema | JSON |
|---|---|
| boolean | true, false |
| the integer types | a whole number, within the type's range and 64 bits |
| decimal | a number; one that JSON's numbers cannot carry exactly is refused, not rounded |
| float, double | a number; INF and NaN are refused |
| base64Binary | its base64 text, without white space |
| string, normalizedString | the text as it is |
| all others (dates, tokens, URIs, unions …) | the text, trimmed |
"""

import base64
import binascii
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from adapters.soap.unfit import UnfitError
from hub.core.values import JsonValue

ToText: TypeAlias = Callable[[JsonValue], str]
FromText: TypeAlias = Callable[[str], JsonValue]

_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,1000}(?:\.[0-9]{0,1000})?|\.[0-9]{1,1000})\Z")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,100}\Z")
_DOUBLE: Final = re.compile(
    r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,5})?\Z"
)
_XML_SPACE: Final = " \t\r\n"
_ALWAYS_EXACT: Final = 15
"""So many decimal digits survive in a double."""
_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**64 - 1
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One simple type. Both functions raise UnfitError."""

    name: str
    to_text: ToText
    from_text: FromText
    is_plain_text: bool = False
    """Any text is its own value: neither function does more than check for a text."""


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    raise UnfitError("type", "متن نیست", "is no text")


def _same(text: str) -> str:
    return text


def _trimmed(text: str) -> str:
    return text.strip(_XML_SPACE)


def _boolean_to_text(value: JsonValue) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise UnfitError("type", "درست یا نادرست نیست", "is neither true nor false")


def _boolean_from_text(text: str) -> bool:
    value = _BOOLEANS.get(text.strip(_XML_SPACE))
    if value is None:
        raise UnfitError("type", "درست یا نادرست نیست", "is neither true nor false")
    return value


def _number_to_text(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnfitError("type", "عدد نیست", "is no number")
    return str(value) if isinstance(value, int) else repr(value)


def _decimal_to_text(value: JsonValue) -> str:
    text = _number_to_text(value)
    return f"{Decimal(text):f}" if "e" in text else text


def _decimal_from_text(text: str) -> int | float:
    text = text.strip(_XML_SPACE)
    if _DECIMAL.match(text) is None:
        raise UnfitError("type", "عدد نیست", "is no number")
    if "." not in text:
        return _within(int(text), _LOWEST, _HIGHEST)
    value = float(text)
    if len(text) > _ALWAYS_EXACT and Decimal(repr(value)) != Decimal(text):
        raise UnfitError(
            "precision", "با عدد JSON دقیق گفته نمی‌شود", "cannot be carried exactly by a JSON number"
        )
    return value


def _double_from_text(text: str) -> float:
    text = text.strip(_XML_SPACE)
    value = float(text) if _DOUBLE.match(text) else math.nan
    if not math.isfinite(value):
        raise UnfitError("type", "عدد نیست", "is no finite number")
    return value


def _within(value: int, low: int, high: int) -> int:
    if low <= value <= high:
        return value
    raise UnfitError("range", "بیرون از بازه است", "is out of range")


def _integer(name: str, low: int, high: int) -> Scalar:
    def to_text(value: JsonValue) -> str:
        if type(value) is int and low <= value <= high:
            return str(value)
        if type(value) is int:
            raise UnfitError("range", "بیرون از بازه است", "is out of range")
        raise UnfitError("type", "عدد صحیح نیست", "is no whole number")

    def from_text(text: str) -> int:
        text = text.strip(_XML_SPACE)
        if _INTEGER.match(text) is None:
            raise UnfitError("type", "عدد صحیح نیست", "is no whole number")
        return _within(int(text), low, high)

    return Scalar(name, to_text, from_text)


def _base64_from_text(text: str) -> str:
    joined = "".join(text.split())
    try:
        base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        raise UnfitError("type", "base64 نیست", "is no base64") from None
    return joined


def _base64_to_text(value: JsonValue) -> str:
    return _base64_from_text(_text(value))


STRING: Final = Scalar("string", _text, _same, is_plain_text=True)
TOKEN: Final = Scalar("token", _text, _trimmed)

SCALARS: Final = {
    scalar.name: scalar
    for scalar in (
        STRING,
        Scalar("normalizedString", _text, _same, is_plain_text=True),
        Scalar("boolean", _boolean_to_text, _boolean_from_text),
        Scalar("decimal", _decimal_to_text, _decimal_from_text),
        Scalar("float", _number_to_text, _double_from_text),
        Scalar("double", _number_to_text, _double_from_text),
        Scalar("base64Binary", _base64_to_text, _base64_from_text),
        _integer("integer", _LOWEST, _HIGHEST),
        _integer("nonNegativeInteger", 0, _HIGHEST),
        _integer("positiveInteger", 1, _HIGHEST),
        _integer("nonPositiveInteger", _LOWEST, 0),
        _integer("negativeInteger", _LOWEST, -1),
        _integer("long", -(2**63), 2**63 - 1),
        _integer("int", -(2**31), 2**31 - 1),
        _integer("short", -(2**15), 2**15 - 1),
        _integer("byte", -(2**7), 2**7 - 1),
        _integer("unsignedLong", 0, 2**64 - 1),
        _integer("unsignedInt", 0, 2**32 - 1),
        _integer("unsignedShort", 0, 2**16 - 1),
        _integer("unsignedByte", 0, 2**8 - 1),
    )
}
"""By the type's local name; every other simple type is a TOKEN."""
