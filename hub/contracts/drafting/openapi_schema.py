"""A partner's OpenAPI schemas in the dialect that contracts are written in.

What the dialect does not have is left out, and each such place is named: a person decides whether it matters.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.contracts.schema_keywords import KNOWN, LIST, MAP, ONE
from hub.contracts.validator import FORMAT_TEXTS, is_linear_pattern
from hub.core.values import JsonValue
from hub.reading.pointer import split

_SHARED: Final = "#/components/schemas/"
_BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
}
_SILENT: Final = frozenset({"nullable", "example", "xml", "externalDocs", "discriminator", "$id", "$schema"})
"""Dropped or turned without a word: they say nothing about which documents are valid, or are said otherwise."""
_SAYS_NOTHING: Final = frozenset({"float", "double", "password", "binary", "byte", "int32", "int64"})


class RemoteReferenceError(Exception):
    """A reference leads out of the file: nothing is ever fetched."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference!r} lies outside this file")
        self.reference = reference


class OpenApiSchemas:
    """The schemas of one document."""

    def __init__(self, document: JsonValue, ask: Callable[[str], None]) -> None:
        """``ask`` is told every place that a person has to look at."""
        self._document = document
        self._ask = ask

    def self_contained(self, schema: JsonValue) -> dict[str, JsonValue]:
        """A schema with all that it refers to in its own ``$defs``. Raises RemoteReferenceError."""
        needed: dict[str, JsonValue] = {}
        made = self._turned(schema, "", needed)
        result: dict[str, JsonValue] = made if isinstance(made, dict) else {}
        if needed:
            result["$defs"] = needed
        return result

    def _turned(self, schema: JsonValue, place: str, needed: dict[str, JsonValue]) -> JsonValue:
        if not isinstance(schema, dict):
            return schema
        result: dict[str, JsonValue] = {}
        for keyword, value in schema.items():
            here = f"{place}/{keyword}"
            if keyword == "$ref":
                result["$ref"] = self._referred(value, needed)
            elif keyword in _SILENT or keyword.startswith("x-"):
                continue
            elif keyword in ONE:
                result[keyword] = self._turned(value, here, needed)
            elif keyword in LIST:
                result[keyword] = [self._turned(item, f"{here}/{n}", needed) for n, item in enumerate(value)]
            elif keyword in MAP and keyword != "$defs":
                result[keyword] = {n: self._turned(item, f"{here}/{n}", needed) for n, item in value.items()}
            elif keyword in KNOWN:
                result[keyword] = value
            else:
                self._ask(f"{here} says what contracts cannot say, and was left out")
        self._mend(schema, result, place)
        return result

    def _mend(self, schema: dict[str, Any], result: dict[str, JsonValue], place: str) -> None:
        """What OpenAPI 3.0 says in its own way."""
        for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if isinstance(result.get(strict), bool) and result.pop(strict) and bound in result:
                result[strict] = result.pop(bound)
        if schema.get("nullable") is True and isinstance(result.get("type"), str):
            result["type"] = [result["type"], "null"]
            if "enum" in result and None not in result["enum"]:
                result["enum"] = [*result["enum"], None]
        given = result.get("format")
        if isinstance(given, str) and given not in FORMAT_TEXTS:
            del result["format"]
            if given in _BOUNDS:
                low, high = _BOUNDS[given]
                result.setdefault("minimum", low)
                result.setdefault("maximum", high)
            elif given not in _SAYS_NOTHING:
                self._ask(f"{place}/format is {given!r}, which contracts do not know, and was left out")
        pattern = result.get("pattern")
        if isinstance(pattern, str) and not is_linear_pattern(pattern):
            del result["pattern"]
            self._ask(f"{place}/pattern cannot be matched in linear time, and was left out")

    def _referred(self, reference: JsonValue, needed: dict[str, JsonValue]) -> str:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise RemoteReferenceError(str(reference))
        name = (
            reference.removeprefix(_SHARED)
            if reference.startswith(_SHARED)
            else reference[2:].replace("/", "-")
        )
        if name not in needed:
            needed[name] = True  # it may refer to itself
            needed[name] = self._turned(self.resolved({"$ref": reference}), f"#{name}", needed)
        return f"#/$defs/{name}"

    def resolved(self, part: JsonValue) -> JsonValue:
        """What a part of the document says, be it there or where it refers to. Raises RemoteReferenceError."""
        seen: set[str] = set()
        while isinstance(part, dict) and isinstance(part.get("$ref"), str):
            reference = part["$ref"]
            if not reference.startswith("#/") or reference in seen:
                raise RemoteReferenceError(reference)
            seen.add(reference)
            part = self._document
            for token in split(reference[1:]):
                part = part.get(token) if isinstance(part, dict) else None
            if part is None:
                raise RemoteReferenceError(reference)
        return part
