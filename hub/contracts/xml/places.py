"""What a schema lets stand at a place of its documents: never less than it does, sometimes more.

A place is a list of alternatives, each a set of schemas that all judge it. Keywords that only narrow (``not``,
``dependentSchemas``, and which of ``then`` and ``else`` it is) are passed over: the contract's validator knows them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from hub.contracts.schema_places import resolve, types_of
from hub.core.values import JsonValue
from hub.reading.pointer import split

Schema: TypeAlias = Mapping[str, JsonValue]
_All: TypeAlias = tuple[Schema, ...]
_EVERY_TYPE: Final = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
_MOST_ALTERNATIVES: Final = 64
_MAX_DEPTH: Final = 20
_NOTES: Final = frozenset(
    {"$ref", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"}
)


@dataclass(frozen=True, eq=False)
class Place:
    """A place of the documents of one root schema."""

    root: JsonValue
    given: tuple[tuple[JsonValue, ...], ...]
    """The alternatives as they are written: of each, schemas that all judge the place."""

    @classmethod
    def of(cls, root: JsonValue) -> "Place":
        """The document as a whole."""
        return cls(root, ((root,),))

    @cached_property
    def alternatives(self) -> tuple[_All, ...]:
        """Those under which a value can be valid, spelt out."""
        found: dict[frozenset[int], _All] = {}
        for schemas in self.given:
            for alternative in _product([_spelt(self.root, schema, 0) for schema in schemas]):
                if _types(alternative):
                    found.setdefault(frozenset(map(id, alternative)), alternative)
        return tuple(found.values())

    @cached_property
    def key(self) -> frozenset[frozenset[int]]:
        """Equal for places that are judged alike."""
        return frozenset(frozenset(map(id, alternative)) for alternative in self.alternatives)

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that a value may have."""
        return frozenset[str]().union(*map(_types, self.alternatives))

    def only(self, kind: str) -> tuple[_All, ...]:
        """The alternatives under which a value may be of a type."""
        return tuple(alternative for alternative in self.alternatives if kind in _types(alternative))

    def names(self) -> tuple[str, ...]:
        """The fields that are named for an object here, in the schemas' order."""
        schemas = (schema for alternative in self.only("object") for schema in alternative)
        return tuple(dict.fromkeys(name for schema in schemas for name in _table(schema, "properties")))

    def field(self, name: str) -> "Place":
        """A field of an object here."""
        found = (tuple(_of_field(alternative, name)) for alternative in self.only("object"))
        return Place(self.root, tuple(_distinct(found)))

    def required(self) -> frozenset[str]:
        """The fields that every object here needs."""
        needed = [
            frozenset(name for schema in alternative for name in schema.get("required", ()))
            for alternative in self.only("object")
        ]
        return frozenset.intersection(*needed) if needed else frozenset()

    def is_closed(self) -> bool:
        """Whether no object here has fields but those that are named."""
        return all(any(_closes(schema) for schema in alternative) for alternative in self.only("object"))

    def items(self) -> "Place":
        """An item of a list here."""
        given = [
            items
            for alternative in self.only("array")
            for items in _product([_of_items(schema) for schema in alternative])
        ]
        return Place(self.root, tuple(_distinct(given)))

    def judging(self, kind: str) -> _All:
        """The schemas that judge every value of a type here, where that is told by one alternative."""
        kinds = {"integer", "number"} if kind == "number" else {kind}  # a whole number is a number too
        found = [alternative for alternative in self.alternatives if kinds & _types(alternative)]
        return found[0] if len(found) == 1 else ()

    def definition(self) -> str:
        """The name of the definition that this place refers to without adding anything; empty for none."""
        name = ""
        schemas = self.given[0] if len(self.given) == 1 else ()
        for _ in range(_MAX_DEPTH):
            if len(schemas) != 1 or not isinstance(schemas[0], dict) or not _only_refers(schemas[0]):
                break
            reference = schemas[0]["$ref"]
            name = (split(reference[1:]) or ("",))[-1]
            schemas = (resolve(self.root, reference),)
        return name

    def told(self, keyword: str) -> str:
        """The nearest note of a kind: title, description …"""
        waiting: list[JsonValue] = [schema for schemas in self.given[:1] for schema in schemas]
        for _ in range(_MAX_DEPTH):
            if not waiting:
                break
            schema = waiting.pop(0)
            if isinstance(schema, dict):
                if isinstance(schema.get(keyword), str):
                    return str(schema[keyword])
                if "$ref" in schema:
                    waiting.append(resolve(self.root, schema["$ref"]))
        return ""


def _spelt(root: JsonValue, schema: JsonValue, depth: int) -> list[_All]:
    """A schema as alternatives of schemas that all judge; too many of them are one that judges less."""
    if schema is False:
        return []
    if not isinstance(schema, dict):
        return [()]
    if depth > _MAX_DEPTH:
        return [(schema,)]
    factors: list[list[_All]] = [[(schema,)]]
    if "$ref" in schema:
        factors.append(_spelt(root, resolve(root, schema["$ref"]), depth + 1))
    factors += [_spelt(root, part, depth + 1) for part in schema.get("allOf", ())]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            factors.append([a for part in schema[keyword] for a in _spelt(root, part, depth + 1)])
    if "if" in schema:
        branches = (schema.get("then", True), schema.get("else", True))
        factors.append([a for part in branches for a in _spelt(root, part, depth + 1)])
    return _product(factors)


def _product(factors: Sequence[Sequence[tuple[JsonValue, ...]]]) -> list[tuple[JsonValue, ...]]:
    """All that hold together, one of each; a factor that would make too many is left out."""
    made: list[tuple[JsonValue, ...]] = [()]
    for factor in factors:
        if len(made) * len(factor) <= _MOST_ALTERNATIVES:
            made = [(*before, *more) for before in made for more in factor]
    return made


def _of_field(alternative: _All, name: str) -> Iterator[JsonValue]:
    for schema in alternative:
        properties = _table(schema, "properties")
        if name in properties:
            yield properties[name]
        elif not _table(schema, "patternProperties") and "additionalProperties" in schema:
            yield schema["additionalProperties"]


def _of_items(schema: Schema) -> list[tuple[JsonValue, ...]]:
    first = schema.get("prefixItems", [])
    rest = [(schema["items"],)] if "items" in schema else [()]
    return [*((item,) for item in first), *rest] if isinstance(first, list) else [()]


def _distinct(given: Iterable[tuple[JsonValue, ...]]) -> Iterator[tuple[JsonValue, ...]]:
    seen: set[frozenset[int]] = set()
    for schemas in given:
        key = frozenset(map(id, schemas))
        if key not in seen and not any(schema is False for schema in schemas):
            seen.add(key)
            yield schemas


def _closes(schema: Schema) -> bool:
    return schema.get("additionalProperties") is False and not _table(schema, "patternProperties")


def _types(alternative: _All) -> frozenset[str]:
    found = _EVERY_TYPE
    for schema in alternative:
        given = schema.get("type")
        if given is not None:
            named = frozenset({given} if isinstance(given, str) else given)
            found &= named | {"integer"} if "number" in named else named
        if "const" in schema:
            found &= types_of(schema["const"])
        if isinstance(schema.get("enum"), list):
            found &= frozenset[str]().union(*map(types_of, schema["enum"]))
    return found


def _table(schema: Schema, keyword: str) -> Schema:
    value = schema.get(keyword)
    return value if isinstance(value, dict) else {}


def _only_refers(schema: Schema) -> bool:
    return isinstance(schema.get("$ref"), str) and all(
        keyword in _NOTES or keyword.startswith("x-") for keyword in schema
    )
