"""All differences between two schemas, found by walking through both of them at once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hub.contracts.compatibility.json_schema.edits import GONE, NEW, OLD, Edit, Two
from hub.contracts.compatibility.json_schema.graph import At
from hub.contracts.compatibility.json_schema.references import References
from hub.contracts.compatibility.json_schema.said_edits import SAID
from hub.contracts.compatibility.json_schema.stripped import is_note, stripped
from hub.core.values import JsonValue

_SCHEMAS: Final = {
    "additionalProperties": "additional-properties", "unevaluatedProperties": "unevaluated-properties",
    "propertyNames": "property-names", "items": "items", "unevaluatedItems": "unevaluated-items",
    "contains": "contains", "not": "not", "if": "if", "then": "then", "else": "else",
}  # fmt: skip
_NAMED: Final = {
    "properties": "property",
    "patternProperties": "pattern-property",
    "dependentSchemas": "dependent-schema",
}
_LISTED: Final = {"allOf": "all-of", "anyOf": "any-of", "oneOf": "one-of"}
_SAY_SOMETHING_ALWAYS: Final = frozenset({"contains", "not", "if"})
"""Keywords that matter even with a schema that everything is valid under."""


def differences(old: JsonValue, new: JsonValue) -> Iterator[Edit]:
    """All differences that matter, in the order of the new document. Takes only schemas whose references lead
    somewhere.
    """
    return _Walk(old, new).schema("", "")


class _Walk:
    def __init__(self, old: JsonValue, new: JsonValue) -> None:
        self._old = References(old)
        self._new = References(new)
        self._seen: set[tuple[str, str]] = set()

    def schema(self, at: str, to: str) -> Iterator[Edit]:
        """Differences between the schemas at two pointers."""
        if (at, to) in self._seen:
            return
        self._seen.add((at, to))
        old, new = self._old.get(at), self._new.get(to)
        if not isinstance(old, dict) or not isinstance(new, dict):
            if stripped(old) != stripped(new):
                yield Edit("schema-changed", to, old, new, at, whole=At(NEW, to))
            return
        before = self._old.target(at, old["$ref"]) if "$ref" in old else None
        after = self._new.target(to, new["$ref"]) if "$ref" in new else None
        if before is not None and after is None and _says_only_ref(old):
            yield from self.schema(before, to)
        elif after is not None and before is None and _says_only_ref(new):
            yield from self.schema(at, after)
        else:
            two = Two(at, old, to, new)
            yield from self._references(two, before, after)
            for keyword in dict.fromkeys((*new, *old)):
                yield from self._keyword(keyword, two)

    def _references(self, two: Two, before: str | None, after: str | None) -> Iterator[Edit]:
        """Follow references on both sides, whatever the names of their targets."""
        if before is not None and after is not None:
            yield from self.schema(before, after)
        elif before is not None:
            yield Edit("schema-changed", two.there("$ref"), two.old["$ref"], None, two.at, {"$ref": GONE})
        elif after is not None:
            becomes = {"allOf": [*two.old.get("allOf", ()), At(NEW, after)]}
            yield Edit("schema-changed", two.here("$ref"), None, two.new["$ref"], two.at, becomes)

    def _keyword(self, keyword: str, two: Two) -> Iterator[Edit]:
        walks: Mapping[str, Callable[[str, Two], Iterator[Edit]]] = {
            **SAID,
            **dict.fromkeys(_NAMED, self._by_name),
            **dict.fromkeys(_SCHEMAS, self._one),
            **dict.fromkeys(_LISTED, self._branches),
            "prefixItems": self._places,
        }
        if keyword in walks:
            yield from walks[keyword](keyword, two)

    def _by_name(self, keyword: str, two: Two) -> Iterator[Edit]:
        before, after = two.old.get(keyword, {}), two.new.get(keyword, {})
        area = _NAMED[keyword]
        for name in dict.fromkeys((*after, *before)):
            there, here = two.there(keyword, name), two.here(keyword, name)
            if name not in before:
                becomes = {keyword: {**before, name: At(NEW, here)}}
                yield Edit(f"{area}-added", here, None, after[name], two.at, becomes)
            elif name not in after:
                kept = {other: schema for other, schema in before.items() if other != name}
                yield Edit(f"{area}-removed", there, before[name], None, two.at, {keyword: kept})
            else:
                yield from self.schema(there, here)

    def _one(self, keyword: str, two: Two) -> Iterator[Edit]:
        there, here = two.there(keyword), two.here(keyword)
        area = _SCHEMAS[keyword]
        before, after = two.old.get(keyword), two.new.get(keyword)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self.schema(there, here)
        elif after is None:
            if _says_something(keyword, before):
                yield Edit(f"{area}-removed", there, before, None, two.at, {keyword: GONE})
        elif stripped(before) != stripped(after) and (before is not None or _says_something(keyword, after)):
            kind = "added" if before is None else "changed"
            yield Edit(f"{area}-{kind}", here, before, after, two.at, {keyword: At(NEW, here)})

    def _places(self, keyword: str, two: Two) -> Iterator[Edit]:
        before, after = two.old.get(keyword, []), two.new.get(keyword, [])
        # Where the old tuple has no place of its own, its rest says what holds there.
        rest: At | bool = At(OLD, two.there("items")) if "items" in two.old else True
        for index in range(max(len(before), len(after))):
            there, here = two.there(keyword, index), two.here(keyword, index)
            if index < min(len(before), len(after)):
                yield from self.schema(there, here)
            elif index < len(after):
                becomes = {keyword: [*before, *[rest] * (index - len(before)), At(NEW, here)]}
                yield Edit("prefix-item-added", here, None, after[index], two.at, becomes)
            else:
                becomes = {keyword: [*before[:index], rest, *before[index + 1 :]]}
                yield Edit("prefix-item-removed", there, before[index], None, two.at, becomes)

    def _branches(self, keyword: str, two: Two) -> Iterator[Edit]:
        before, after = two.old.get(keyword, []), two.new.get(keyword, [])
        area = _LISTED[keyword]
        if not before or not after:
            kind = "added" if after else "removed"
            pointer = two.here(keyword) if after else two.there(keyword)
            becomes = {keyword: [At(NEW, two.here(keyword, i)) for i in range(len(after))] or GONE}
            yield Edit(f"{area}-{kind}", pointer, before or None, after or None, two.at, becomes)
            return
        pairs, lost, gained = _paired(before, after)
        for old, new in pairs:
            yield from self.schema(two.there(keyword, old), two.here(keyword, new))
        for index in gained:
            here = two.here(keyword, index)
            becomes = {keyword: [*before, At(NEW, here)]}
            yield Edit(f"{area}-added", here, None, after[index], two.at, becomes)
        for index in lost:
            becomes = {keyword: [*before[:index], *before[index + 1 :]]}
            yield Edit(f"{area}-removed", two.there(keyword, index), before[index], None, two.at, becomes)


def _says_only_ref(schema: Mapping[str, JsonValue]) -> bool:
    return all(keyword == "$ref" or is_note(keyword) for keyword in schema)


def _says_something(keyword: str, schema: JsonValue) -> bool:
    return keyword in _SAY_SOMETHING_ALWAYS or stripped(schema) not in (True, {})


def _paired(
    before: list[JsonValue], after: list[JsonValue]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Pair what is the same, then the rest in order; and what is left over on either side."""
    left = dict(enumerate(stripped(one) for one in before))
    right = dict(enumerate(stripped(one) for one in after))
    pairs: list[tuple[int, int]] = []
    for old, one in list(left.items()):
        same = next((index for index, other in right.items() if other == one), None)
        if same is not None:
            pairs.append((old, same))
            del left[old], right[same]
    in_order = list(zip(left, right, strict=False))
    for old, new in in_order:
        del left[old], right[new]
    return pairs + in_order, [*left], [*right]
