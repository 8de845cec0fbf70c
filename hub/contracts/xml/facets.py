"""What XML Schema can say exactly about a text or number of a JSON Schema; the rest is the JSON Schema's to judge."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hub.contracts.xml.patterns import xsd_pattern
from hub.contracts.xml.scalars import is_carried, number_to_text
from hub.core.values import JsonValue

_INT64: Final = 1 << 63
_MOST_LENGTH: Final = 1_000_000
_PATTERNS: Final = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "dateTime": "[^Z]*(Z|[+-][0-9]{2}:[0-9]{2})",
    "time": "[^Z]*(Z|[+-][0-9]{2}:[0-9]{2})",
}
"""What the formats ask for beyond their types: a day without a zone, a time with one."""

_Schemas: TypeAlias = Sequence[Mapping[str, JsonValue]]


@dataclass(frozen=True, slots=True)
class Facets:
    """The restrictions of a simple type, as texts of XML Schema."""

    enumeration: tuple[str, ...] = ()
    pattern: str = ""
    min_length: int = 0
    max_length: int | None = None
    bounds: tuple[tuple[str, str], ...] = ()
    """``minInclusive`` and so on, with their values."""
    is_long: bool = False
    """Whether a whole number surely has 64 bits."""


def facets_of(kind: str, schemas: Iterable[Mapping[str, JsonValue]]) -> Facets:
    """The facets that hold for a kind of scalar under all these schemas."""
    judging = tuple(schemas)
    if kind in {"integer", "number"}:
        return _of_number(judging, is_whole=kind == "integer")
    if kind == "string":
        return _of_text(judging)
    return Facets(pattern=_PATTERNS.get(kind, ""))


def _of_text(judging: _Schemas) -> Facets:
    patterns = [xsd_pattern(s["pattern"]) for s in judging if isinstance(s.get("pattern"), str)]
    most = min(_numbers(judging, "maxLength"), default=math.inf)
    return Facets(
        enumeration=_enumeration(judging),
        pattern=next((pattern for pattern in patterns if pattern), ""),
        min_length=min(int(max(_numbers(judging, "minLength"), default=0)), _MOST_LENGTH),
        max_length=int(most) if most <= _MOST_LENGTH else None,
    )


def _of_number(judging: _Schemas, *, is_whole: bool) -> Facets:
    lows = [(value, "minInclusive") for value in _numbers(judging, "minimum")]
    lows += [(value, "minExclusive") for value in _numbers(judging, "exclusiveMinimum")]
    highs = [(value, "maxInclusive") for value in _numbers(judging, "maximum")]
    highs += [(value, "maxExclusive") for value in _numbers(judging, "exclusiveMaximum")]
    bounds: list[tuple[str, str]] = []
    if lows:
        value, facet = max(lows, key=lambda bound: (bound[0], bound[1] == "minExclusive"))
        bounds.append(_bound(value, facet, is_whole=is_whole))
    if highs:
        value, facet = min(highs, key=lambda bound: (bound[0], bound[1] == "maxInclusive"))
        bounds.append(_bound(value, facet, is_whole=is_whole))
    is_long = is_whole and bool(lows and highs) and all(-_INT64 < int(text) < _INT64 for _, text in bounds)
    return Facets(bounds=tuple(bounds), is_long=is_long)


def _bound(value: float, facet: str, *, is_whole: bool) -> tuple[str, str]:
    if not is_whole:
        return facet, number_to_text(value)
    if value == int(value):
        return facet, str(int(value))
    return facet.replace("Exclusive", "Inclusive"), str(
        math.ceil(value) if facet.startswith("min") else math.floor(value)
    )


def _numbers(judging: _Schemas, keyword: str) -> list[int | float]:
    found = (schema.get(keyword) for schema in judging)
    return [v for v in found if isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)]


def _enumeration(judging: _Schemas) -> tuple[str, ...]:
    """The texts that are allowed; none if all are, or if one of them cannot stand in XML."""
    for schema in judging:
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if isinstance(values, list):
            texts = tuple(value for value in values if isinstance(value, str))
            if all(map(is_carried, texts)):
                return texts
    return ()
