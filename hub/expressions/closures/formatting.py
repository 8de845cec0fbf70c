"""``text.format([…])``: the strings extension's ``%s``, ``%d``, ``%f``, ``%e``, ``%x``, ``%X``, ``%o`` and ``%b``."""

import math
import re
from collections.abc import Callable
from typing import Final

from hub.expressions.closures.conversions import to_string
from hub.expressions.failures import fail
from hub.expressions.kinds import TypeName, UnsignedInt, Value, from_map_key, kind

_CLAUSE: Final = re.compile(r"%(?:%|(?:\.([0-9]{1,3}))?([sdfexXob]))")
_PRECISION: Final = 6
_SPECIAL: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def formatted(text: Value, values: Value) -> str:
    """The text with a value in place of each clause, in order."""
    if type(text) is not str or type(values) is not list:
        raise fail("type")
    parts: list[str] = []
    at = used = 0
    while (start := text.find("%", at)) >= 0:
        clause = _CLAUSE.match(text, start)
        if clause is None:
            raise fail("conversion")
        parts.append(text[at:start])
        at = clause.end()
        if clause[2] is None:
            parts.append("%")
            continue
        if used == len(values):
            raise fail("index")
        parts.append(_CLAUSES[clause[2]](values[used], int(clause[1] or _PRECISION)))
        used += 1
    return "".join([*parts, text[at:]])


def _shown(value: Value, _: int) -> str:
    match value:
        case None:
            return "null"
        case float():
            return _special(value) or f"{value:g}"
        case TypeName(name):
            return name
        case list():
            return f"[{', '.join(_shown(item, 0) for item in value)}]"
        case dict():
            entries = sorted((_shown(from_map_key(key), 0), _shown(item, 0)) for key, item in value.items())
            return f"{{{', '.join(f'{key}: {item}' for key, item in entries)}}}"
        case str() | int() | bytes():
            return to_string(value)
        case _:
            raise fail("conversion")


def _special(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "" if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


def _decimal(value: Value, _: int) -> str:
    if type(value) is float:
        return _special(value) or f"{value:f}"
    return str(_integer(value))


def _integer(value: Value) -> int:
    if type(value) not in (int, UnsignedInt):
        raise fail("type")
    kind(value)
    return int(value)


def _with_places(letter: str) -> Callable[[Value, int], str]:
    def write(value: Value, places: int) -> str:
        if type(value) is str:
            if value not in _SPECIAL:
                raise fail("conversion")
            return value
        number = value if type(value) is float else float(_integer(value))
        return _special(number) or f"{number:.{places}{letter}}"

    return write


def _hexadecimal(value: Value, _: int) -> str:
    match value:
        case str():
            return value.encode().hex()
        case bytes():
            return value.hex()
        case _:
            return f"{_integer(value):x}"


def _capital_hexadecimal(value: Value, _: int) -> str:
    return _hexadecimal(value, 0).upper()


def _binary(value: Value, _: int) -> str:
    return f"{int(value) if type(value) is bool else _integer(value):b}"


def _octal(value: Value, _: int) -> str:
    return f"{_integer(value):o}"


_CLAUSES: Final[dict[str, Callable[[Value, int], str]]] = {
    "s": _shown,
    "d": _decimal,
    "f": _with_places("f"),
    "e": _with_places("e"),
    "x": _hexadecimal,
    "X": _capital_hexadecimal,
    "o": _octal,
    "b": _binary,
}
