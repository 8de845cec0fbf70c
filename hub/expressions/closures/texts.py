"""Functions on texts: the standard's and those of its strings extension. Places count characters, from 0."""

import re
from typing import Final

from hub.expressions.failures import fail
from hub.expressions.kinds import INT_HIGHEST, Value

MAX_LENGTH: Final = 10_000_000
"""Characters of a text that ``replace`` makes: it alone makes texts that grow with the square of what it gets."""

_WHITE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_ASCII_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TO_LOWER: Final = str.maketrans(_ASCII_UPPER, _ASCII_UPPER.lower())
_TO_UPPER: Final = str.maketrans(_ASCII_UPPER.lower(), _ASCII_UPPER)
_ESCAPES: Final = str.maketrans(
    {
        "\a": r"\a",
        "\b": r"\b",
        "\f": r"\f",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\v": r"\v",
        "\\": r"\\",
        '"': r"\"",
    }
)
_SIZED: Final = frozenset({str, bytes, list, dict})
_HALF: Final = re.compile("[\ud800-\udfff]")


def size(value: Value) -> int:
    """Characters, bytes, elements or entries."""
    if type(value) in _SIZED:
        return len(value)
    raise fail("type")


def holds(text: Value, part: Value) -> bool:
    """``text.contains(part)``."""
    _texts(text, part)
    return part in text


def starts_with(text: Value, start: Value) -> bool:
    """``text.startsWith(start)``."""
    _texts(text, start)
    return bool(text.startswith(start))


def ends_with(text: Value, end: Value) -> bool:
    """``text.endsWith(end)``."""
    _texts(text, end)
    return bool(text.endswith(end))


def char_at(text: Value, place: Value) -> str:
    """One character; the empty text just behind the last."""
    _texts(text)
    _places(place)
    if not 0 <= place <= len(text):
        raise fail("index")
    return str(text[place : place + 1])


def index_of(text: Value, part: Value, start: Value = 0) -> int:
    """Where the part is first found, from a place on; -1 if nowhere."""
    _texts(text, part)
    _places(start)
    if not 0 <= start <= len(text):
        raise fail("index")
    return int(text.find(part, start))


def last_index_of(text: Value, part: Value) -> int:
    """Where the part is last found; -1 if nowhere."""
    _texts(text, part)
    return int(text.rfind(part))


def last_index_before(text: Value, part: Value, start: Value) -> int:
    """Where the part is last found, beginning no later than at a place; -1 if nowhere."""
    _texts(text, part)
    _places(start)
    if not 0 <= start <= len(text):
        raise fail("index")
    return int(text.rfind(part, 0, start + len(part)))


def join(texts: Value, between: Value = "") -> str:
    """The texts of a list, as one."""
    _texts(between)
    if type(texts) is not list:
        raise fail("type")
    _texts(*texts)
    return str(between.join(texts))


def lower_ascii(text: Value) -> str:
    """ASCII letters become small."""
    _texts(text)
    return str(text.translate(_TO_LOWER))


def upper_ascii(text: Value) -> str:
    """ASCII letters become capital."""
    _texts(text)
    return str(text.translate(_TO_UPPER))


def quote(text: Value) -> str:
    """The text as a literal of the language."""
    _texts(text)
    return '"' + _HALF.sub("\ufffd", text.translate(_ESCAPES)) + '"'


def replace(text: Value, old: Value, new: Value, times: Value = -1) -> str:
    """Another part in place of each, or of the first so many."""
    _texts(text, old, new)
    _places(times)
    if len(new) > len(old):
        found = len(text) + 1 if not old else text.count(old)
        found = found if times < 0 else min(found, times)
        if len(text) + found * len(new) > MAX_LENGTH:
            raise fail("too-much-work")
    return str(text.replace(old, new, times))


def reverse(text: Value) -> str:
    """The characters from last to first."""
    _texts(text)
    return str(text[::-1])


def split(text: Value, between: Value, pieces: Value = -1) -> list[str]:
    """The pieces of a text, all or at most so many."""
    _texts(text, between)
    _places(pieces)
    if pieces == 0:
        return []
    if between:
        return list(text.split(between, pieces - 1 if pieces > 0 else -1))
    if not text or pieces == 1:
        return [text]
    if pieces < 0 or pieces >= len(text):
        return list(text)
    return [*text[: pieces - 1], text[pieces - 1 :]]


def end_of(text: Value, start: Value) -> str:
    """``text.substring(start)``: the part from a place on."""
    _texts(text)
    return substring(text, start, len(text))


def substring(text: Value, start: Value, end: Value) -> str:
    """The part from one place to before another."""
    _texts(text)
    _places(start, end)
    if not 0 <= start <= end <= len(text):
        raise fail("index")
    return str(text[start:end])


def trim(text: Value) -> str:
    """The text without white space around it."""
    _texts(text)
    return str(text.strip(_WHITE))


def _texts(*values: Value) -> None:
    for value in values:
        if type(value) is not str:
            raise fail("type")


def _places(*values: Value) -> None:
    for value in values:
        if type(value) is not int or value > INT_HIGHEST:
            raise fail("type")
