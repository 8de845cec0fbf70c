"""Hostile schemas: the answer comes after a bounded number of steps, and is "not proven" rather than wrong."""

from typing import Any

import pytest

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.json_schema.compare import MAX_CHANGES, Schemas, compare_json_schemas
from hub.contracts.compatibility.json_schema.graph import UnusableSchemaError
from hub.contracts.compatibility.json_schema.prover import MAX_STEPS, STEPS_PER_NODE

TEXT = {"type": "string"}


def nested(depth: int, wrap: Any, leaf: Any) -> Any:
    for _ in range(depth):
        leaf = wrap(leaf)
    return leaf


def doubling(leaf: Any) -> Any:
    return nested(12, lambda inside: {"anyOf": [inside, {"type": "array", "items": inside}]}, leaf)


def pigeons(birds: int, holes: int) -> Any:
    """No object can be valid, which takes long to find out."""
    somewhere = [{"anyOf": [{"required": [f"{b}-{h}"]} for h in range(holes)]} for b in range(birds)]
    apart = [
        {"not": {"required": [f"{one}-{h}", f"{other}-{h}"]}}
        for h in range(holes)
        for one in range(birds)
        for other in range(one)
    ]
    return {"type": "object", "allOf": somewhere + apart}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (doubling(TEXT), doubling({"type": "string", "minLength": 1})),
        (pigeons(8, 7), False),
        (
            {"type": "string", "pattern": "^(a|b)*a(a|b){15}$"},
            {"type": "string", "pattern": "^(a|b)*b(a|b){15}$"},
        ),
        (
            nested(150, lambda inside: {"items": inside}, TEXT),
            nested(150, lambda inside: {"items": inside}, {}),
        ),
    ],
    ids=["branches in branches", "pigeons", "pattern", "depth"],
)
def test_a_proof_that_would_take_too_long_is_given_up(old: Any, new: Any) -> None:
    schemas = Schemas({"old": old, "new": new})
    schemas.is_subset("old", "new")
    heaviest_step = 2_000
    assert schemas.steps <= MAX_STEPS + STEPS_PER_NODE * schemas.size + heaviest_step


def test_pigeons_are_not_proven_but_fewer_are() -> None:
    assert Schemas({"old": pigeons(3, 2), "new": False}).is_subset("old", "new")
    assert not Schemas({"old": pigeons(8, 7), "new": False}).is_subset("old", "new")


@pytest.mark.parametrize("schema", [doubling(TEXT), pigeons(8, 7), nested(150, lambda i: {"items": i}, TEXT)])
def test_what_did_not_change_is_compatible_however_hostile(schema: Any) -> None:
    assert compare_json_schemas(schema, schema).is_compatible(Mode.FULL)


def test_large_plain_schemas_are_proven_all_the_same() -> None:
    def fields(length: int) -> Any:
        properties = {f"field_{i}": {"type": "string", "maxLength": length + i} for i in range(1_000)}
        return {"type": "object", "additionalProperties": False, "properties": properties}

    schemas = Schemas({"old": fields(1), "new": fields(2)})
    assert schemas.is_subset("old", "new")
    assert not schemas.is_subset("new", "old")


def test_so_many_changes_are_told_at_most() -> None:
    old = {"properties": {f"field_{i}": {"minLength": 1} for i in range(300)}}
    comparison = compare_json_schemas(
        old, {"properties": {f"field_{i}": {"minLength": 2} for i in range(300)}}
    )
    assert len(comparison.changes) == MAX_CHANGES
    assert not comparison.is_compatible(Mode.BACKWARD)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}},
        {"properties": {"a": {"not": {"$ref": "#/properties/a"}}}},
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "#nowhere"},
        {"$ref": "https://city.example/other.json"},
        {"$ref": "other.json#/$defs/a"},
        {"items": {"$ref": "#/$defs/list"}, "$defs": {"list": [1]}},
    ],
)  # fmt: skip
def test_references_that_lead_nowhere_elsewhere_or_round_in_a_ring_are_refused(schema: Any) -> None:
    with pytest.raises(UnusableSchemaError):
        compare_json_schemas(schema, {})
