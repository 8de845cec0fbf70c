"""Differences in keywords that hold no schema."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from hub.contracts.compatibility.json_schema.edits import GONE, Edit, Two
from hub.contracts.compatibility.json_schema.values import frozen
from hub.core.values import JsonValue

_BOUNDS: Final = {
    "minimum": "minimum", "maximum": "maximum", "exclusiveMinimum": "exclusive-minimum",
    "exclusiveMaximum": "exclusive-maximum", "minLength": "min-length", "maxLength": "max-length",
    "minItems": "min-items", "maxItems": "max-items", "minContains": "min-contains", "maxContains": "max-contains",
    "minProperties": "min-properties", "maxProperties": "max-properties",
}  # fmt: skip
_CONDITIONS: Final = {"multipleOf": "multiple-of", "pattern": "pattern", "format": "format"}


def _type(_keyword: str, two: Two) -> Iterator[Edit]:
    before, after = _types(two.old), _types(two.new)
    if before != after:
        rule = "type-widened" if after > before else "type-narrowed" if after < before else "type-changed"
        yield two.keyword_edit(rule, "type")


def _types(schema: Mapping[str, JsonValue]) -> frozenset[str]:
    given = schema.get("type", ["null", "boolean", "object", "array", "number", "string"])
    names = frozenset([given] if isinstance(given, str) else given)
    return names | {"integer"} if "number" in names else names


def _enum(keyword: str, two: Two) -> Iterator[Edit]:
    if keyword == "const" and ("enum" in two.old or "enum" in two.new):
        return  # told with the list
    before, after = _values(two.old), _values(two.new)
    if before is None or after is None:
        side, pointer = (two.old, two.there) if after is None else (two.new, two.here)
        rule = "enum-added" if before is None else "enum-removed"
        yield two.edit(
            rule,
            pointer("enum" if "enum" in side else "const"),
            old=None if before is None else [*before.values()],
            new=None if after is None else [*after.values()],
            enum=two.new.get("enum", GONE),
            const=two.new.get("const", GONE),
        )
        return
    here = two.here("enum" if "enum" in two.new else "const")
    there = two.there("enum" if "enum" in two.old else "const")
    for key, value in after.items():
        if key not in before:
            yield two.edit("enum-value-added", here, new=value, enum=[*before.values(), value], const=GONE)
    for key, value in before.items():
        if key not in after:
            kept = [other for name, other in before.items() if name != key]
            yield two.edit("enum-value-removed", there, old=value, enum=kept, const=GONE)


def _values(schema: Mapping[str, JsonValue]) -> dict[Hashable, JsonValue] | None:
    if "enum" in schema:
        return {frozen(value): value for value in schema["enum"]}
    return {frozen(schema["const"]): schema["const"]} if "const" in schema else None


def _bound(keyword: str, two: Two) -> Iterator[Edit]:
    before, after = two.old.get(keyword), two.new.get(keyword)
    if before == after:
        return
    if before is None or after is None:
        kind = "added" if before is None else "removed"
    else:
        kind = "raised" if after > before else "lowered"
    yield two.keyword_edit(f"{_BOUNDS[keyword]}-{kind}", keyword)


def _condition(keyword: str, two: Two) -> Iterator[Edit]:
    before, after = two.old.get(keyword), two.new.get(keyword)
    if before != after:
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield two.keyword_edit(f"{_CONDITIONS[keyword]}-{kind}", keyword)


def _unique(keyword: str, two: Two) -> Iterator[Edit]:
    before, after = two.old.get(keyword, False), two.new.get(keyword, False)
    if before != after:
        yield two.keyword_edit(f"unique-items-{'added' if after else 'removed'}", keyword)


def _required(keyword: str, two: Two) -> Iterator[Edit]:
    before, after = two.old.get(keyword, []), two.new.get(keyword, [])
    for index, name in enumerate(after):
        if name not in before:
            yield two.edit("required-added", two.here(keyword, index), new=name, required=[*before, name])
    for index, name in enumerate(before):
        if name not in after:
            kept = [other for other in before if other != name]
            yield two.edit("required-removed", two.there(keyword, index), old=name, required=kept)


def _dependent_required(keyword: str, two: Two) -> Iterator[Edit]:
    before, after = two.old.get(keyword, {}), two.new.get(keyword, {})
    for name in dict.fromkeys((*after, *before)):
        was, is_ = before.get(name), after.get(name)
        if set(was or ()) != set(is_ or ()):
            kind = "added" if was is None else "removed" if is_ is None else "changed"
            pointer = two.there(keyword, name) if is_ is None else two.here(keyword, name)
            becomes = {**before, name: is_ or []}
            yield two.edit(f"dependent-required-{kind}", pointer, old=was, new=is_, dependentRequired=becomes)


SAID: Final[Mapping[str, Callable[[str, Two], Iterator[Edit]]]] = MappingProxyType(
    {
        "type": _type,
        "enum": _enum,
        "const": _enum,
        **dict.fromkeys(_BOUNDS, _bound),
        **dict.fromkeys(_CONDITIONS, _condition),
        "uniqueItems": _unique,
        "required": _required,
        "dependentRequired": _dependent_required,
    }
)
"""For each keyword what tells its differences. What it is given may have the keyword or not."""
