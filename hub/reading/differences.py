"""How two JSON documents differ, place by place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.core.values import JsonValue
from hub.reading.pointer import join


class Change(StrEnum):
    """What is the matter with a place."""

    MISSING = "missing"  # expected, but not there
    UNEXPECTED = "unexpected"  # there, but not expected
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the actual document is not the expected one. Holds values: for test data only."""

    pointer: str
    change: Change
    expected: JsonValue = None
    actual: JsonValue = None

    def __str__(self) -> str:
        where = self.pointer or "(the document)"
        if self.change is Change.MISSING:
            return f"{where}: missing, expected {self.expected!r}"
        if self.change is Change.UNEXPECTED:
            return f"{where}: unexpected {self.actual!r}"
        return f"{where}: expected {self.expected!r}, got {self.actual!r}"


def differences(expected: JsonValue, actual: JsonValue) -> tuple[Difference, ...]:
    """All places that differ, in document order; empty exactly if the documents are equal as JSON.

    Numbers are equal by value (1 and 1.0), but true is not 1.
    """
    return tuple(_compare(expected, actual, ""))


def _compare(expected: JsonValue, actual: JsonValue, pointer: str) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        yield from _compare_objects(expected, actual, pointer)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _compare_objects(dict(enumerate(expected)), dict(enumerate(actual)), pointer)
    elif not _equal(expected, actual):
        yield Difference(pointer, Change.DIFFERENT, expected, actual)


def _compare_objects(
    expected: Mapping[Any, JsonValue], actual: Mapping[Any, JsonValue], pointer: str
) -> Iterator[Difference]:
    for key, value in expected.items():
        if key in actual:
            yield from _compare(value, actual[key], join(pointer, key))
        else:
            yield Difference(join(pointer, key), Change.MISSING, expected=value)
    for key, value in actual.items():
        if key not in expected:
            yield Difference(join(pointer, key), Change.UNEXPECTED, actual=value)


def _equal(expected: JsonValue, actual: JsonValue) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    return bool(expected == actual)
