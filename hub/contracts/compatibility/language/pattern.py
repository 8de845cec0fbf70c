r"""Reads patterns (of JSON Schema, which has ECMA-262's, and of XML Schema) as regular expressions.

Look-around, back-references, ``\b``, ``\p{…}``, flags and subtracted classes are not read.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from hub.contracts.compatibility.language.charset import (
    ANY,
    BEGIN,
    END,
    Charset,
    chars,
    charset,
    complement,
    union,
)
from hub.contracts.compatibility.language.expression import (
    EVERYTHING,
    Expression,
    Symbols,
    choice,
    repetition,
    sequence,
)

MAX_LENGTH: Final = 500
MAX_COUNT: Final = 1_000
_MAX_NESTING: Final = 20


class _UnreadableError(Exception):
    """The pattern uses what is not read here."""


class Dialect(Enum):
    """Who reads the patterns."""

    ECMA = "ECMA-262"  # as JSON Schema has it: a dot takes none of four line ends
    ENGINE = "the engine that judges messages"  # as ECMA-262, but a dot takes all but the line feed
    XML_SCHEMA = "XML Schema"  # matches the whole text; letters and digits of all scripts


JSON_DIALECTS: Final = (Dialect.ECMA, Dialect.ENGINE)
"""What is proven of patterns in JSON Schema is proven for each of these."""


@lru_cache(maxsize=4096)
def pattern_language(pattern: str, dialect: Dialect) -> Expression | None:
    """The language of the texts that a pattern matches; None if it cannot be read."""
    if len(pattern) > MAX_LENGTH:
        return None
    try:
        found = _Reader(pattern, dialect).read()
    except _UnreadableError:
        return None
    if dialect is Dialect.XML_SCHEMA:
        return sequence(_BEGIN, found, _END)
    return sequence(EVERYTHING, found, EVERYTHING)


@lru_cache(maxsize=4096)
def literal(text: str) -> Expression:
    """The language of one text."""
    middle = (Symbols(Charset(((ord(char), ord(char)),))) for char in text)
    return sequence(_BEGIN, *middle, _END)


_BEGIN: Final = Symbols(Charset(((BEGIN, BEGIN),)))
_END: Final = Symbols(Charset(((END, END),)))


_DIGIT: Final = charset([(0x30, 0x39)])
_WORD: Final = charset([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)])
_SPACE: Final = charset(
    [(0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
     (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)]
)  # fmt: skip
_CLASSES: Final[Mapping[str, Charset]] = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_DOTS: Final[Mapping[Dialect, Charset]] = {
    Dialect.ECMA: complement(chars("\n\r\u2028\u2029")),
    Dialect.ENGINE: complement(chars("\n")),
    Dialect.XML_SCHEMA: complement(chars("\n\r")),
}


@lru_cache(maxsize=1)
def _xml_classes() -> Mapping[str, Charset]:
    """The classes of XML Schema, from the Unicode data at hand."""
    categories = [unicodedata.category(chr(code)) for code in range(END)]
    digits = charset((code, code) for code, category in enumerate(categories) if category == "Nd")
    others = charset((code, code) for code, category in enumerate(categories) if category[0] in "PZC")
    return {"d": digits, "w": complement(others), "s": chars(" \t\n\r")}


_CONTROLS: Final = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_HEX_DIGITS: Final = {"x": 2, "u": 4}


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern, and whether ``^`` or ``$`` stand in it."""

    expression: Expression
    has_begin: bool = False
    has_end: bool = False


class _Reader:
    def __init__(self, pattern: str, dialect: Dialect) -> None:
        self._text = pattern
        self._dialect = dialect
        self._at = 0
        self._nesting = 0

    def read(self) -> Expression:
        part = self._alternatives()
        if self._at < len(self._text):
            raise _UnreadableError
        return part.expression

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._text[at] if at < len(self._text) else ""

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise _UnreadableError
        self._at += 1
        return char

    def _alternatives(self) -> _Part:
        parts = [self._one_after_the_other()]
        while self._peek() == "|":
            self._at += 1
            parts.append(self._one_after_the_other())
        return _Part(
            choice(*(part.expression for part in parts)),
            any(part.has_begin for part in parts),
            any(part.has_end for part in parts),
        )

    def _one_after_the_other(self) -> _Part:
        parts: list[_Part] = []
        while self._peek() not in {"", "|", ")"}:
            parts.append(self._repeated())
        begins = [index for index, part in enumerate(parts) if part.has_begin]
        ends = [index for index, part in enumerate(parts) if part.has_end]
        # An end of the text is read as a symbol of its own, which is the same only where nothing else asks
        # for that end too and nothing empty can stand on its far side.
        if any(index != 0 for index in begins) or any(index != len(parts) - 1 for index in ends):
            raise _UnreadableError
        return _Part(sequence(*(part.expression for part in parts)), bool(begins), bool(ends))

    def _repeated(self) -> _Part:
        part = self._atom()
        counts = self._counts()
        if counts is None:
            return part
        if part.has_begin or part.has_end:
            raise _UnreadableError
        if self._peek() == "?":
            self._at += 1  # how greedy it is does not change what matches
        if self._peek() in {"*", "+", "?", "{"}:
            raise _UnreadableError
        return _Part(repetition(part.expression, *counts))

    def _counts(self) -> tuple[int, int | None] | None:
        match self._peek():
            case "*":
                self._at += 1
                return 0, None
            case "+":
                self._at += 1
                return 1, None
            case "?":
                self._at += 1
                return 0, 1
            case "{":
                return self._braces()
        return None

    def _braces(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._at)
        inside = self._text[self._at + 1 : end] if end > 0 else ""
        low, comma, high = inside.partition(",")
        if not low.isdecimal() or not low.isascii() or (high and not (high.isdecimal() and high.isascii())):
            raise _UnreadableError
        self._at = end + 1
        least = int(low)
        most = least if not comma else int(high) if high else None
        if max(least, most or 0) > MAX_COUNT or (most is not None and most < least):
            raise _UnreadableError
        return least, most

    def _atom(self) -> _Part:
        char = self._take()
        match char:
            case "^" | "$" if self._dialect is Dialect.XML_SCHEMA:
                raise _UnreadableError
            case "^":
                return _Part(_BEGIN, has_begin=True)
            case "$":
                return _Part(_END, has_end=True)
            case "(":
                return self._group()
            case "[":
                return _Part(Symbols(self._class()))
            case ".":
                return _Part(Symbols(_DOTS[self._dialect]))
            case "\\":
                return _Part(Symbols(self._escape()))
            case "*" | "+" | "?" | "{" | "}" | ")" | "]":
                raise _UnreadableError
        return _Part(Symbols(chars(char)))

    def _group(self) -> _Part:
        if self._peek() == "?":
            self._at += 1
            kind = self._take()
            if kind == "<" and self._peek() not in {"=", "!"}:
                end = self._text.find(">", self._at)
                if end < 0 or not self._text[self._at : end].isidentifier():
                    raise _UnreadableError
                self._at = end + 1
            elif kind != ":":
                raise _UnreadableError
        self._nesting += 1
        if self._nesting > _MAX_NESTING:
            raise _UnreadableError
        part = self._alternatives()
        if self._take() != ")":
            raise _UnreadableError
        self._nesting -= 1
        return part

    def _escape(self) -> Charset:
        char = self._take()
        if char.lower() in _CLASSES:
            classes = _xml_classes() if self._dialect is Dialect.XML_SCHEMA else _CLASSES
            return classes[char] if char.islower() else complement(classes[char.lower()])
        if char in _CONTROLS:
            return chars(_CONTROLS[char])
        if char in _HEX_DIGITS:
            digits = self._text[self._at : self._at + _HEX_DIGITS[char]]
            if len(digits) != _HEX_DIGITS[char] or any(d not in "0123456789abcdefABCDEF" for d in digits):
                raise _UnreadableError
            self._at += len(digits)
            return chars(chr(int(digits, 16)))
        if char.isalnum() or not char.isascii():
            raise _UnreadableError
        return chars(char)

    def _class(self) -> Charset:
        is_inverted = self._peek() == "^"
        self._at += is_inverted
        parts: list[Charset] = []
        while self._peek() != "]" or not parts:
            if self._peek() == "]":  # empty, or a bracket that stands for itself: engines differ
                raise _UnreadableError
            parts.append(self._class_part())
        self._at += 1
        return complement(union(*parts)) if is_inverted else union(*parts)

    def _class_part(self) -> Charset:
        first = self._class_atom()
        if self._peek() != "-" or self._peek(1) in {"]", ""}:
            return first
        self._at += 1
        low, high = _single(first), _single(self._class_atom())
        if low is None or high is None or low > high:
            raise _UnreadableError
        return charset([(low, high)])

    def _class_atom(self) -> Charset:
        char = self._take()
        if char == "\\":
            return self._escape()
        if char == "[" or (char in "&-~" and self._peek() == char):  # sets of sets, in some engines
            raise _UnreadableError
        return chars(char)


def _single(of: Charset) -> int | None:
    return of[0][0] if len(of) == 1 and of[0][0] == of[0][1] else None


ANY_TEXT: Final[Expression] = sequence(_BEGIN, repetition(Symbols(ANY), 0, None), _END)
"""Every text."""
