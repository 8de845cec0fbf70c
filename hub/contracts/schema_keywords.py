"""The part of JSON Schema 2020-12 that contracts are written in, and how to walk through it.

Left out are the keywords that let a schema's meaning depend on other documents or on how it was reached
(``$id``, ``$anchor``, ``$dynamicRef``, ``$vocabulary``): a contract is read by people of two agencies, and its
file says everything.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from hub.core.values import JsonValue
from hub.reading.document import Location

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

ONE: Final = frozenset(
    {"additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
     "unevaluatedProperties", "unevaluatedItems"}
)  # fmt: skip
"""Keywords that hold one schema."""
LIST: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
"""Keywords that hold a list of schemas."""
MAP: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
"""Keywords that hold schemas by name."""
PLAIN: Final = frozenset(
    {"$schema", "$ref", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly",
     "writeOnly", "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum",
     "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minContains",
     "maxContains", "minProperties", "maxProperties", "required", "dependentRequired", "contentEncoding",
     "contentMediaType"}
)  # fmt: skip
"""Keywords that hold no schema."""
KNOWN: Final = ONE | LIST | MAP | PLAIN

IN_PLACE: Final[Mapping[str, str]] = MappingProxyType(
    {"allOf": "list", "anyOf": "list", "oneOf": "list", "not": "one", "if": "one", "then": "one", "else": "one",
     "dependentSchemas": "map"}
)  # fmt: skip
"""Keywords whose schemas judge the same value that the schema around them does."""


def subschemas(schema: JsonValue, location: Location) -> Iterator[tuple[Location, JsonValue]]:
    """The schemas directly inside one. What is malformed is passed over: the meta-schema judges that."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        if keyword in ONE:
            yield (*location, keyword), value
        elif keyword in LIST and isinstance(value, list):
            for index, item in enumerate(value):
                yield (*location, keyword, index), item
        elif keyword in MAP and isinstance(value, dict):
            for name, item in value.items():
                yield (*location, keyword, name), item


def walk(schema: JsonValue) -> Iterator[tuple[Location, JsonValue]]:
    """The schema and all schemas inside, each with its location, in document order."""
    waiting: list[tuple[Location, JsonValue]] = [((), schema)]
    while waiting:
        location, current = waiting.pop()
        yield location, current
        waiting.extend(reversed(list(subschemas(current, location))))
