"""Conditions and expressions of routes and mappings, as the rest of the house sees them.

Which language they are written in, and what runs it, is known to ``hub.expressions`` alone.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, Protocol, TypeAlias

from hub.core.values import JsonValue, Text

Variables: TypeAlias = Mapping[str, JsonValue]
"""Variable names and their values: plain JSON values as a parser yields them, no subclasses of dict or list."""

Path: TypeAlias = tuple[str, ...]
"""A place that is read: variable, then field names; ``*`` stands for any element of a list or any key."""


class Absent(Enum):
    """The result of an optional expression that found nothing; not the same as null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class ExpressionSyntaxError(Exception):
    """A text that is no usable expression; found when it is compiled. For its author, so it may quote the text.

    ``line`` and ``column`` count from 1; 0 where the whole text is meant.
    """

    def __init__(self, code: str, message: str, *, line: int = 0, column: int = 0, hint: str = "") -> None:
        place = f"line {line}, column {column}: " if line else ""
        super().__init__(f"{place}{message}" + (f" ({hint})" if hint else ""))
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint


class ExpressionError(Exception):
    """An expression that could not be evaluated over some values. Never repeats a value (G10).

    ``code`` is stable: ``missing-field``, ``type``, ``function`` and so on. ``entry`` names the expression
    within a set, ``function`` the function that refused, and ``rule`` the rule it refused by; each may be empty.
    """

    def __init__(
        self, code: str, text: Text, *, expression: str, entry: str = "", function: str = "", rule: str = ""
    ) -> None:
        super().__init__(f"{entry}: {text.en}: {expression}" if entry else f"{text.en}: {expression}")
        self.code = code
        self.text = text
        self.expression = expression
        self.entry = entry
        self.function = function
        self.rule = rule


class Condition(Protocol):
    """A compiled question about a message. Pure, and safe to share between tasks and threads."""

    @property
    def text(self) -> str:
        """The condition as its author wrote it."""
        ...

    @property
    def paths(self) -> frozenset[Path]:
        """The places the condition may read; best effort, for people and lint."""
        ...

    def __call__(self, variables: Variables, /) -> bool:
        """Answer with a real bool. Raises ExpressionError for everything else: an error is never "true"."""
        ...


class Expression(Protocol):
    """A compiled computation of one JSON value. Pure, and safe to share between tasks and threads."""

    @property
    def text(self) -> str:
        """The expression as its author wrote it."""
        ...

    @property
    def paths(self) -> frozenset[Path]:
        """The places the expression may read; best effort, for people and lint."""
        ...

    @property
    def is_plain_path(self) -> bool:
        """Whether the expression only copies what it finds at one path."""
        ...

    def __call__(self, variables: Variables, /) -> JsonValue | Literal[Absent.ABSENT]:
        """Compute the value. It may share structure with ``variables``: neither is to be changed.

        Gives ABSENT only where the expression is an optional one (``source.?name``). Raises ExpressionError.
        """
        ...


class ExpressionSet(Protocol):
    """Several expressions over the same variables, computed together. Pure, safe to share."""

    @property
    def expressions(self) -> Mapping[str, Expression]:
        """The single expressions by entry name, in the given order."""
        ...

    @property
    def paths(self) -> frozenset[Path]:
        """The places any of the expressions may read."""
        ...

    def __call__(self, variables: Variables, /) -> dict[str, JsonValue]:
        """Compute all values, in the given order; entries that are ABSENT are left out.

        Raises ExpressionError naming the first entry, in that order, that cannot be computed.
        """
        ...

    def values(self, variables: Variables, /) -> list[JsonValue | Literal[Absent.ABSENT]]:
        """Compute all values, ABSENT ones included, in the given order. Raises ExpressionError as a call does."""
        ...
