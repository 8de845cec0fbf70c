"""What keywords say of objects."""

from collections.abc import Iterator

from hub.contracts.compatibility.json_schema.graph import Node
from hub.contracts.compatibility.json_schema.literals import (
    Has,
    Judged,
    Literal,
    Matches,
    Names,
    PropertiesOf,
    PropertyIs,
)
from hub.contracts.compatibility.json_schema.of_strings import size_parts
from hub.contracts.compatibility.json_schema.parts import Part, met


def object_parts(node: Node) -> Iterator[Part]:
    """Statements about an object. ``unevaluatedProperties`` has been written in other keywords before."""
    yield from size_parts(node, "minProperties", "maxProperties")
    for name in node.said.get("required", ()):
        yield met(Has(name, holds=True), unless=(Has(name, holds=False),))
    yield from _dependent(node)
    properties = node.maps.get("properties", {})
    patterns = node.maps.get("patternProperties", {})
    for name, value in properties.items():
        judged = Judged(value, is_valid=True)
        yield met(
            PropertyIs(name, judged, exists=False), unless=(PropertyIs(name, judged.denied(), exists=True),)
        )
    for pattern, value in patterns.items():
        yield _all_of(Names(matching=frozenset({Matches(pattern, holds=True)})), value)
    if "additionalProperties" in node.one:
        others = Names(
            frozenset(properties), frozenset(Matches(pattern, holds=False) for pattern in patterns)
        )
        yield _all_of(others, node.one["additionalProperties"])
    if "propertyNames" in node.one:
        bad = Names(judged=frozenset({Judged(node.one["propertyNames"], is_valid=False)}))
        yield met(PropertiesOf(bad, None, exists=False), unless=(PropertiesOf(bad, None, exists=True),))


def _all_of(names: Names, value: int) -> Part:
    judged = Judged(value, is_valid=True)
    return met(
        PropertiesOf(names, judged, exists=False), unless=(PropertiesOf(names, judged.denied(), exists=True),)
    )


def _dependent(node: Node) -> Iterator[Part]:
    for name, needed in node.said.get("dependentRequired", {}).items():
        if needed:
            needs: tuple[Literal, ...] = tuple(Has(other, holds=True) for other in needed)
            clause = ((Has(name, holds=False),), needs)
            contrary = tuple((Has(name, holds=True), Has(other, holds=False)) for other in needed)
            yield Part((), (clause,), contrary)
    for name, schema in node.maps.get("dependentSchemas", {}).items():
        judged = Judged(schema, is_valid=True)
        clause = ((Has(name, holds=False),), (judged,))
        yield Part((), (clause,), ((Has(name, holds=True), judged.denied()),))
