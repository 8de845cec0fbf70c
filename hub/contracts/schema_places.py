"""What a schema says about a place of its documents, as far as it can be told without a document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.core.values import JsonValue
from hub.reading.pointer import split

_ALL_TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
_BRANCHES = ("anyOf", "oneOf")
_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """A place of a document: the schemas that judge it always, and those that may judge it."""

    root: JsonValue
    always: tuple[JsonValue, ...]
    perhaps: tuple[JsonValue, ...] = ()

    @classmethod
    def of(cls, schema: JsonValue) -> "SchemaPlace":
        """The document as a whole."""
        return cls(schema, (schema,))

    @property
    def is_described(self) -> bool:
        """Whether any schema speaks of this place."""
        return bool(self.always or self.perhaps)

    @property
    def is_open(self) -> bool:
        """Whether nothing is said about the fields of an object here: any may be there."""
        return not any(
            "properties" in s or "patternProperties" in s or s.get("additionalProperties") is False
            for s in self._all()
        )

    def names(self) -> tuple[str, ...]:
        """The fields that are named for an object here, in the schemas' order."""
        return tuple(dict.fromkeys(name for schema in self._all() for name in _table(schema, "properties")))

    def field(self, name: str) -> "SchemaPlace | None":
        """A field of an object here; None if no schema knows it. In an open object every field is known."""
        always = tuple(
            _table(s, "properties")[name] for s in self._certain() if name in _table(s, "properties")
        )
        perhaps = tuple(
            _table(s, "properties")[name] for s in self._possible() if name in _table(s, "properties")
        )
        if always or perhaps:
            return SchemaPlace(self.root, always, perhaps)
        others = tuple(
            schema
            for s in self._all()
            for schema in (*_table(s, "patternProperties").values(), s.get("additionalProperties"))
            if isinstance(schema, dict) or schema is True
        )
        if others:
            return SchemaPlace(self.root, (), others)
        return SchemaPlace(self.root, ()) if self.is_open and self._may_be("object") else None

    def items(self) -> "SchemaPlace | None":
        """An item of a list here; None if there can be no list."""
        if not self._may_be("array"):
            return None
        found = tuple(
            item
            for s in self._all()
            for item in (
                *(s["prefixItems"] if isinstance(s.get("prefixItems"), list) else ()),
                s.get("items"),
            )
            if item is not None and item is not False
        )
        # One schema for all items judges each of them always; of several, each may be the one.
        return SchemaPlace(self.root, found) if len(found) == 1 else SchemaPlace(self.root, (), found)

    def required(self) -> tuple[str, ...]:
        """The fields that an object here always needs."""
        names = (name for s in self._certain() for name in s.get("required", ()) if isinstance(name, str))
        return tuple(dict.fromkeys(names))

    def statements(self) -> Iterator[Mapping[str, JsonValue]]:
        """The schemas that always judge a value here, references followed."""
        yield from self._certain()

    def types(self) -> frozenset[str]:
        """The JSON types that a value here may have."""
        found = _ALL_TYPES
        for schema in self.always:
            found &= _types(self.root, schema, 0)
        if not self.always and self.perhaps:
            found = frozenset[str]().union(*(_types(self.root, schema, 0) for schema in self.perhaps))
        return found

    def _may_be(self, kind: str) -> bool:
        return kind in self.types()

    def _certain(self) -> Iterator[Mapping[str, JsonValue]]:
        for schema in self.always:
            yield from _expand(self.root, schema, is_certain=True)

    def _possible(self) -> Iterator[Mapping[str, JsonValue]]:
        for schema in (*self.perhaps, *self.always):
            yield from _expand(self.root, schema, is_certain=False)

    def _all(self) -> Iterator[Mapping[str, JsonValue]]:
        yield from {id(schema): schema for schema in (*self._certain(), *self._possible())}.values()


def _table(schema: Mapping[str, JsonValue], keyword: str) -> Mapping[str, JsonValue]:
    value = schema.get(keyword)
    return value if isinstance(value, dict) else {}


def _expand(root: JsonValue, schema: JsonValue, *, is_certain: bool) -> Iterator[Mapping[str, JsonValue]]:
    """The schema and those that judge the same value with it: only the certain ones, or all."""
    waiting, seen = [schema], set[int]()
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, dict) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if "$ref" in current:
            waiting.append(resolve(root, current["$ref"]))
        waiting.extend(current.get("allOf", ()))
        if not is_certain:
            for keyword in _BRANCHES:
                waiting.extend(current.get(keyword, ()))
            waiting.extend(current[keyword] for keyword in ("then", "else") if keyword in current)
            waiting.extend(_table(current, "dependentSchemas").values())


def _types(root: JsonValue, schema: JsonValue, depth: int) -> frozenset[str]:
    if schema is False:
        return frozenset()
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return _ALL_TYPES
    found = _own_types(schema)
    if "$ref" in schema:
        found &= _types(root, resolve(root, schema["$ref"]), depth + 1)
    for part in schema.get("allOf", ()):
        found &= _types(root, part, depth + 1)
    for keyword in _BRANCHES:
        if schema.get(keyword):
            found &= frozenset[str]().union(*(_types(root, part, depth + 1) for part in schema[keyword]))
    return found


def _own_types(schema: Mapping[str, JsonValue]) -> frozenset[str]:
    found = _ALL_TYPES
    given = schema.get("type")
    if isinstance(given, str):
        found = frozenset({given})
    elif isinstance(given, list):
        found = frozenset(given)
    if "number" in found:
        found |= {"integer"}
    if "const" in schema:
        found &= types_of(schema["const"])
    if isinstance(schema.get("enum"), list):
        found &= frozenset[str]().union(*(types_of(value) for value in schema["enum"]))
    return found


def types_of(value: JsonValue) -> frozenset[str]:
    """The JSON types that a value has; a whole number has two."""
    if value is None:
        return frozenset({"null"})
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return frozenset({"integer", "number"})
    if isinstance(value, float):
        return frozenset({"number"})
    return frozenset(
        {"string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"}
    )


def resolve(root: JsonValue, reference: JsonValue) -> JsonValue:
    """The schema that a reference within the document names; True, which says nothing, where it names none."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return True
    current = root
    for token in split(reference[1:]):
        if isinstance(current, dict) and token in current:
            current = current[token]
        elif isinstance(current, list) and token.isdecimal() and int(token) < len(current):
            current = current[int(token)]
        else:
            return True
    return current
