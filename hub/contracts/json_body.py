"""Reads a message's body: bytes in, document out, or the code that says why not. On every exchange's path."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.core import codes
from hub.core.errors import Code, ExchangeError
from hub.core.values import JsonValue
from hub.reading.json_text import DEFAULT_DEPTH, MAX_DEPTH, JsonTextError, Problem, parse_json

_CODES: Mapping[Problem, Code] = {
    Problem.EMPTY: codes.REQUEST_EMPTY,
    Problem.NOT_UTF8: codes.REQUEST_NOT_UTF8,
    Problem.MALFORMED: codes.REQUEST_MALFORMED,
    Problem.DUPLICATE_KEY: codes.REQUEST_DUPLICATE_KEY,
    Problem.BAD_NUMBER: codes.REQUEST_BAD_NUMBER,
    Problem.TOO_DEEP: codes.REQUEST_TOO_DEEP,
}


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """How much of a body is read."""

    max_bytes: int = 1_000_000
    max_depth: int = DEFAULT_DEPTH

    def __post_init__(self) -> None:
        if not 1 <= self.max_depth <= MAX_DEPTH:
            raise ValueError(f"max_depth must be between 1 and {MAX_DEPTH}, not {self.max_depth}")


DEFAULT_LIMITS = JsonLimits()


def decode_json(raw: bytes, limits: JsonLimits = DEFAULT_LIMITS) -> JsonValue:
    """Read a body strictly; any JSON value is taken, as the contract's schema judges what it may be.

    Raises ExchangeError with a ``request.*`` code whose detail tells line and column, and never what
    stands there (G10).
    """
    if len(raw) > limits.max_bytes:
        raise ExchangeError(codes.REQUEST_TOO_LARGE, f"more than {limits.max_bytes} bytes")
    try:
        return parse_json(raw, limits.max_depth)
    except JsonTextError as error:
        raise ExchangeError(_CODES[error.problem], str(error)) from None
