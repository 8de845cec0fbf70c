"""Where things stand in a JSON text. Slow and careful; used only once something is to be said of a place."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hub.reading.document import Location

# A string without its end is one token too: searching for its end from each of its quotes again would take
# quadratic time.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A place in a text: lines and columns count from 1."""

    offset: int
    line: int
    column: int


@dataclass(slots=True)
class _Container:
    location: Location
    is_object: bool
    expects_key: bool
    key: str | int
    keys: set[str] = field(default_factory=set)


class Places(Mapping[Location, int]):
    """The lines of all parts of a well-formed JSON text, found when first asked for."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __getitem__(self, location: Location) -> int:
        return self._lines[location]

    def __iter__(self) -> Iterator[Location]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def _lines(self) -> dict[Location, int]:
        text = self._raw.decode("utf-8")
        lines: dict[Location, int] = {}
        line = 1
        reached = 0
        for location, offset, _ in _walk(text):
            line += text.count("\n", reached, offset)
            reached = offset
            lines.setdefault(location, line)
        return lines

    @staticmethod
    def find_depth(text: str, max_depth: int) -> Trouble | None:
        """The first bracket that nests deeper than allowed."""
        if text.count("{") + text.count("[") <= max_depth:
            return None
        depth = 0
        for match in _TOKEN.finditer(text):
            mark = match[0]
            if mark in "{[":
                depth += 1
                if depth > max_depth:
                    return _trouble(text, match.start())
            elif mark in "}]":
                depth -= 1
        return None

    @staticmethod
    def find_number(text: str, is_good: Callable[[str], bool]) -> Trouble | None:
        """The first number (or NaN, Infinity) that is not good."""
        for match in _TOKEN.finditer(text):
            if match[0][0] in "-0123456789NI" and not is_good(match[0]):
                return _trouble(text, match.start())
        return None

    @staticmethod
    def find_duplicate(text: str) -> Trouble | None:
        """The first key that stands in its object already."""
        for _, offset, is_duplicate in _walk(text):
            if is_duplicate:
                return _trouble(text, offset)
        return None

    @staticmethod
    def find_half_pair(text: str) -> Trouble | None:
        """The first escape of a surrogate without its other half."""
        expected_at = -1
        for match in _ESCAPE.finditer(text):
            code = int(match[1], 16) if match[1] else 0
            if expected_at >= 0 and (match.start() != expected_at or code not in _LOW):
                return _trouble(text, expected_at - 6)
            if code in _LOW and expected_at < 0:
                return _trouble(text, match.start())
            expected_at = match.end() if code in _HIGH else -1
        return _trouble(text, expected_at - 6) if expected_at >= 0 else None


def _trouble(text: str, offset: int) -> Trouble:
    return Trouble(offset, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _walk(text: str) -> Iterator[tuple[Location, int, bool]]:
    """Each part with the offset where it begins (an object's entry: its key), and whether its key is there twice.

    Takes a text whose brackets and strings match; of any other it gives as much as can be made out.
    """
    stack: list[_Container] = []
    for match in _TOKEN.finditer(text):
        mark = match[0]
        top = stack[-1] if stack else None
        if mark in "}]":
            if stack:
                stack.pop()
        elif mark == ",":
            if top is not None:
                top.expects_key = top.is_object
                top.key = top.key + 1 if isinstance(top.key, int) else top.key
        elif mark == ":":
            continue
        elif top is not None and top.expects_key:
            top.key = _key(mark)
            top.expects_key = False
            yield (*top.location, top.key), match.start(), top.key in top.keys
            top.keys.add(top.key)
        else:
            location = () if top is None else (*top.location, top.key)
            if top is None or not top.is_object:
                yield location, match.start(), False
            if mark in "{[":
                is_object = mark == "{"
                stack.append(_Container(location, is_object, is_object, "" if is_object else 0))


def _key(token: str) -> str:
    try:
        key = json.loads(token)
    except json.JSONDecodeError:
        return token
    return key if isinstance(key, str) else token
