"""Strict JSON (RFC 8259, with the interoperable choices of RFC 7493): one text, one meaning.

Refused beside plain mistakes: a byte order mark, bytes that are not UTF-8, a key twice in one object, NaN
and Infinity, integers outside 64 bits, numbers that overflow a double, half surrogate pairs, and nesting
beyond a limit. What is read is therefore what any other strict reader reads.
"""

import json
import re
from enum import StrEnum
from typing import Final

import orjson

from hub.core.findings import Finding, LintError
from hub.core.values import JsonValue
from hub.reading.document import Document
from hub.reading.json_places import Places, Trouble

DEFAULT_DEPTH: Final = 64
MAX_DEPTH: Final = 250
"""What both parsers below can do without running out of stack."""
_WHITESPACE: Final = b" \t\r\n"
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_INNERMOST: Final = re.compile(rb"\{\}|\[\]")
_NO_BRACKETS: Final = bytes(range(256)).translate(None, b"{}[]")
_INT64: Final = 1 << 63
_INT64_DIGITS: Final = 19


class Problem(StrEnum):
    """Why a text is not acceptable JSON."""

    EMPTY = "empty"
    NOT_UTF8 = "not-utf8"
    MALFORMED = "malformed"
    DUPLICATE_KEY = "duplicate-key"
    BAD_NUMBER = "bad-number"
    TOO_DEEP = "too-deep"


class JsonTextError(Exception):
    """A text is not acceptable JSON: why, and where. Says nothing of what stands there (G10)."""

    def __init__(self, problem: Problem, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{message}, line {line} column {column}")
        self.problem = problem
        self.message = message
        self.line = line
        self.column = column


def parse_json(raw: bytes, max_depth: int = DEFAULT_DEPTH) -> JsonValue:
    """Read any JSON value. ``max_depth`` is at most MAX_DEPTH. Raises JsonTextError.

    The usual case costs one parse and one dump: a text that orjson writes again as it stood, white space
    aside, has no duplicate key and no number that was bent (a text with a duplicate key has more tokens
    than its value, and a bent number has another spelling). Everything else is read again carefully.
    """
    try:
        value = orjson.loads(raw)
        # Integers beyond 53 bits are refused by this option and so take the careful way, which knows
        # the limit of 64 bits. Both bound their own depth.
        again = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return _read_carefully(raw, max_depth)
    is_plain = raw == again or raw.translate(None, _WHITESPACE) == again.translate(None, b" ")
    return value if is_plain and _is_shallow(again, max_depth) else _read_carefully(raw, max_depth)


def _is_shallow(text: bytes, max_depth: int) -> bool:
    """Whether well-formed JSON is nested no deeper: each pass takes the innermost brackets away."""
    if text.count(b"{") + text.count(b"[") <= max_depth:
        return True
    brackets = _STRING.sub(b"", text).translate(None, _NO_BRACKETS)
    for _ in range(max_depth):
        if not brackets:
            return True
        brackets = _INNERMOST.sub(b"", brackets)
    return not brackets


def read_json(raw: bytes, path: str) -> Document:
    """Read a file. ``path`` is how findings name it. Raises LintError.

    The lines of its parts are found only when somebody asks for one.
    """
    try:
        value = parse_json(raw)
    except JsonTextError as error:
        finding = Finding(
            path, error.line, f"json.{error.problem}", f"{error.message} (column {error.column})"
        )
        raise LintError([finding]) from None
    return Document(path, value, Places(raw))


class _RefusedError(Exception):
    """A hook met something that strict JSON does not allow; the scanner then tells where."""


def _read_carefully(raw: bytes, max_depth: int) -> JsonValue:
    text = _decode(raw)
    trouble = Places.find_depth(text, max_depth)
    if trouble is not None:
        raise _error(Problem.TOO_DEEP, f"nested more than {max_depth} deep", trouble)
    try:
        value = (_DECODER if _SUSPECT_NUMBER.search(text) else _LIGHT_DECODER).decode(text)
    except _RefusedError:
        raise _locate(text) from None
    except json.JSONDecodeError as error:
        raise JsonTextError(Problem.MALFORMED, "this is not JSON", error.lineno, error.colno) from None
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        trouble = Places.find_half_pair(text)
    if trouble is not None:
        raise _error(Problem.MALFORMED, "an escape gives half of a surrogate pair", trouble)
    return value


def _decode(raw: bytes) -> str:
    if not raw.strip(_WHITESPACE):
        raise JsonTextError(Problem.EMPTY, "there is nothing to read")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise JsonTextError(Problem.NOT_UTF8, "these bytes are not UTF-8", line, column) from None
    if text.startswith("\ufeff"):
        raise JsonTextError(Problem.MALFORMED, "the text begins with a byte order mark")
    return text


def _error(problem: Problem, message: str, trouble: Trouble) -> JsonTextError:
    return JsonTextError(problem, message, trouble.line, trouble.column)


def _locate(text: str) -> JsonTextError:
    trouble = Places.find_number(text, is_good_number)
    duplicate = Places.find_duplicate(text)
    if duplicate is not None and (trouble is None or duplicate.offset < trouble.offset):
        return _error(Problem.DUPLICATE_KEY, "a key stands twice in one object", duplicate)
    if trouble is not None:
        return _error(Problem.BAD_NUMBER, "a number is not finite or out of range", trouble)
    return JsonTextError(Problem.MALFORMED, "this is not JSON")


def is_good_number(text: str) -> bool:
    """Tell whether a number token can be held exactly enough: int64, or a finite double."""
    if text.lstrip("-").isdigit():
        return len(text.lstrip("-")) <= _INT64_DIGITS and -_INT64 <= int(text) < _INT64
    try:
        number = float(text)
    except ValueError:
        return False
    return number - number == 0  # neither infinite nor NaN


def _integer(text: str) -> int:
    if not is_good_number(text):
        raise _RefusedError
    return int(text)


def _decimal(text: str) -> float:
    if not is_good_number(text):
        raise _RefusedError
    return float(text)


def _constant(_text: str) -> float:
    raise _RefusedError


def _pairs(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _RefusedError
    return result


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)
# A number can only be bad if it has an exponent or 19 digits; without one, the hooks on numbers cost for nothing.
_SUSPECT_NUMBER = re.compile(r"[0-9][eE]|[0-9]{19}")
_LIGHT_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
