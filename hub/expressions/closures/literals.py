"""Literals: constants, lists and maps."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hub.core.expressions import ABSENT
from hub.core.values import Text
from hub.expressions.closures.frame import Closure, Frame, OptionalClosure
from hub.expressions.failures import EvaluationError, fail
from hub.expressions.kinds import Value, map_key


def constant(value: Value) -> Closure:
    """Always the same value; whoever gets it must not change it."""
    return lambda _: value


def listing(items: Sequence[Closure]) -> Closure:
    """``[a, b]``."""
    items = tuple(items)
    return lambda frame: [item(frame) for item in items]


def listing_with_optionals(items: Sequence[tuple[Closure | OptionalClosure, bool]]) -> Closure:
    """``[a, ?b]``; with each item whether it is an optional one."""
    items = tuple(items)

    def build(frame: Frame) -> Value:
        found = [item(frame) for item, _ in items]
        return [
            value
            for value, (_, optional) in zip(found, items, strict=True)
            if not (optional and value is ABSENT)
        ]

    return build


class EntryClosures(NamedTuple):
    """One entry of a map."""

    key: Closure
    value: Closure | OptionalClosure
    is_optional: bool


def table(names: Sequence[str], values: Sequence[Closure]) -> Closure:
    """``{"a": x, "b": y}``, the keys known and different."""
    entries = tuple(zip(names, values, strict=True))
    return lambda frame: {name: value(frame) for name, value in entries}


def computed_table(entries: Sequence[EntryClosures]) -> Closure:
    """``{k: x, ?l: y}``."""
    entries = tuple(entries)

    def build(frame: Frame) -> Value:
        found: dict[Any, Any] = {}
        for entry in entries:
            key, value = map_key(entry.key(frame)), entry.value(frame)
            if type(key) is not str and type(key[1]) is float:
                raise fail("type")
            if entry.is_optional and value is ABSENT:
                continue
            if key in found:
                raise EvaluationError("type", _TWICE)
            found[key] = value
        return found

    return build


_TWICE = Text("یک کلید دو بار آمده است", "a map has a key twice")
