"""Texts, numbers and truth values between JSON and XML Schema.

What is no number or no truth value stays the text that it is: the contract's JSON Schema then says so, as it
does of a message in JSON.
"""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from hub.contracts.xml.unfit import UnfitError
from hub.core import codes
from hub.core.values import JsonValue

ToText: TypeAlias = Callable[[JsonValue], str]
"""Writes a valid value. Raises UnfitError."""
FromText: TypeAlias = Callable[[str], JsonValue]
"""Reads any text. Raises UnfitError for a number that JSON cannot hold."""

_SPACE: Final = " \t\r\n"
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,1000}\Z")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,1000}(?:\.[0-9]{0,1000})?|\.[0-9]{1,1000})\Z")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_INT64: Final = 1 << 63
_DIGITS_OF_A_DOUBLE: Final = 17
"""With so many digits every double is told from its neighbours, and that is how many programs print them."""
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_carried(text: str) -> bool:
    """Whether XML can carry a text: all of Unicode but most control characters and a few others."""
    return _ILLEGAL.search(text) is None


def carried(text: str) -> str:
    """A text with what XML cannot carry replaced: for texts that only people read."""
    return _ILLEGAL.sub("\ufffd", text)


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    raise _wrong("متن نیست", "is no text")


def _moment_to_text(value: JsonValue) -> str:
    """RFC 3339 allows small letters, XML Schema does not."""
    return _text(value).replace("t", "T").replace("z", "Z")


def _boolean_to_text(value: JsonValue) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise _wrong("درست یا نادرست نیست", "is neither true nor false")


def number_to_text(value: JsonValue) -> str:
    """A number as ``xs:decimal`` has it: all its digits, no exponent; with a point exactly if it is a float."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong("عدد نیست", "is no number")
    text = repr(value)
    if "e" not in text:
        return text
    text = f"{Decimal(text):f}"
    return text if "." in text else f"{text}.0"


def _integer_to_text(value: JsonValue) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # 1.0 is a whole number to JSON Schema
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong("عدد صحیح نیست", "is no whole number")
    return str(value)


def _same(text: str) -> str:
    return text


def _trimmed(text: str) -> str:
    return text.strip(_SPACE)


def _without_space(text: str) -> str:
    return "".join(text.split())


def _boolean_from_text(text: str) -> JsonValue:
    return _BOOLEANS.get(text.strip(_SPACE), text)


def _integer_from_text(text: str) -> JsonValue:
    bare = text.strip(_SPACE)
    return _whole(int(bare)) if _INTEGER.match(bare) else text


def number_from_text(text: str) -> JsonValue:
    """Read ``xs:decimal``: a float exactly if there is a point."""
    bare = text.strip(_SPACE)
    if not _DECIMAL.match(bare):
        return text
    if "." not in bare:
        return _whole(int(bare))
    value = float(bare)
    digits = len(bare.strip("+-").replace(".", "").lstrip("0"))
    is_exact = digits <= _DIGITS_OF_A_DOUBLE or Decimal(repr(value)) == Decimal(bare)
    if not math.isfinite(value) or not is_exact:
        raise UnfitError(
            codes.REQUEST_BAD_NUMBER,
            "number",
            "رقم‌های عدد بیش از آن است که عدد JSON بتواند نگه دارد",
            "the number has more digits than a JSON number holds",
        )
    return value


def _whole(value: int) -> int | float:
    if -_INT64 <= value < _INT64:
        return value
    if abs(value) < 10**308 and int(float(value)) == value:
        return float(value)
    raise UnfitError(
        codes.REQUEST_BAD_NUMBER, "number", "عدد بیرون از بازه‌ی ۶۴ بیت است", "the number is beyond 64 bits"
    )


def _wrong(fa: str, en: str) -> UnfitError:
    return UnfitError(codes.MAPPING_OUTPUT_INVALID, "type", fa, en)


PLAIN: Final = "string"
"""The kind whose texts are their own values."""
TO_TEXT: Final[Mapping[str, ToText]] = {
    PLAIN: _text,
    "date": _text,
    "dateTime": _moment_to_text,
    "time": _moment_to_text,
    "base64Binary": _text,
    "boolean": _boolean_to_text,
    "integer": _integer_to_text,
    "number": number_to_text,
}
"""By kind."""
FROM_TEXT: Final[Mapping[str, FromText]] = {
    PLAIN: _same,
    "date": _trimmed,
    "dateTime": _trimmed,
    "time": _trimmed,
    "base64Binary": _without_space,
    "boolean": _boolean_from_text,
    "integer": _integer_from_text,
    "number": number_from_text,
}
"""By kind."""
