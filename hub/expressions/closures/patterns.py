"""``text.matches(pattern)``: RE2, whose time grows with the text alone, whatever the pattern."""

from typing import Any, Final

import re2

from hub.expressions.failures import fail
from hub.expressions.kinds import Value

_LONGEST_PATTERN: Final = 1_000


class PatternError(Exception):
    """A pattern that RE2 does not take."""


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


_OPTIONS: Final = _options()


def compiled(pattern: str) -> Any:
    """The pattern, ready to search. Raises PatternError."""
    if len(pattern) > _LONGEST_PATTERN:
        raise PatternError
    try:
        return re2.compile(pattern, _OPTIONS)
    except (re2.error, UnicodeEncodeError):
        raise PatternError from None


def found(pattern: Any, text: Value) -> bool:
    """Whether a compiled pattern is found anywhere in the text."""
    if type(text) is not str:
        raise fail("type")
    try:
        return pattern.search(text) is not None
    except UnicodeEncodeError:
        raise fail("type") from None


def matches(text: Value, pattern: Value) -> bool:
    """Whether a pattern that is itself computed is found anywhere in the text."""
    if type(text) is not str or type(pattern) is not str:
        raise fail("type")
    try:
        return found(compiled(pattern), text)
    except PatternError:
        raise fail("regex") from None
