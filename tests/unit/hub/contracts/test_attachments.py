"""Which places of a document refer to attachments."""

import pytest

from hub.contracts.attachments import reference_fields, references
from hub.core.values import JsonValue

DIGEST, OTHER = "a" * 64, "b" * 64
MARK: JsonValue = {"type": "string", "format": "attachment-digest"}
FILE: JsonValue = {"type": "object", "properties": {"digest": MARK, "size": {"type": "integer"}}}


def found(schema: JsonValue, body: JsonValue) -> list[tuple[str, str]]:
    return [(each.pointer, each.digest) for each in references(schema, body)]


@pytest.mark.parametrize(
    ("schema", "body", "pointer"),
    [
        ({"properties": {"plan": MARK}}, {"plan": DIGEST}, "/plan"),
        ({"properties": {"plan": FILE}}, {"plan": {"digest": DIGEST}}, "/plan/digest"),
        ({"properties": {"plans": {"items": MARK}}}, {"plans": [DIGEST]}, "/plans/0"),
        ({"properties": {"plans": {"prefixItems": [{}, MARK]}}}, {"plans": [OTHER, DIGEST]}, "/plans/1"),
        ({"properties": {"plan": {"$ref": "#/$defs/f"}}, "$defs": {"f": MARK}}, {"plan": DIGEST}, "/plan"),
        ({"allOf": [{"properties": {"plan": MARK}}]}, {"plan": DIGEST}, "/plan"),
        ({"properties": {"plan": {"oneOf": [{"type": "null"}, MARK]}}}, {"plan": DIGEST}, "/plan"),
        ({"if": {"required": ["k"]}, "then": {"properties": {"plan": MARK}}}, {"plan": DIGEST}, "/plan"),
        ({"dependentSchemas": {"k": {"properties": {"plan": MARK}}}}, {"k": 1, "plan": DIGEST}, "/plan"),
        ({"additionalProperties": MARK}, {"a/b": DIGEST}, "/a~1b"),
        ({"patternProperties": {"^p": MARK}}, {"plan": DIGEST}, "/plan"),
    ],
)
def test_a_reference_is_found_wherever_the_schema_marks_it(
    schema: JsonValue, body: JsonValue, pointer: str
) -> None:
    assert found(schema, body) == [(pointer, DIGEST)]


def test_what_only_looks_like_a_digest_is_none() -> None:
    assert found({"properties": {"plan": MARK, "note": {"type": "string"}}}, {"note": DIGEST}) == []


def test_each_place_counts_once_and_tells_what_stands_beside_it() -> None:
    schema = {"properties": {"plan": {"allOf": [FILE, FILE]}}}
    (reference,) = references(schema, {"plan": {"digest": DIGEST, "size": 7}})
    assert reference.beside == {"digest": DIGEST, "size": 7}


def test_a_schema_that_goes_round_ends_with_the_document() -> None:
    schema = {
        "$defs": {"node": {"properties": {"file": MARK, "next": {"$ref": "#/$defs/node"}}}},
        "$ref": "#/$defs/node",
    }
    body = {"file": DIGEST, "next": {"next": {"file": OTHER}}}
    assert found(schema, body) == [("/file", DIGEST), ("/next/next/file", OTHER)]


@pytest.mark.parametrize(
    ("schema", "fields"),
    [
        ({"properties": {"plan": MARK, "note": {"type": "string"}}}, {"plan"}),
        ({"properties": {"plan": {"$ref": "#/$defs/f"}}, "$defs": {"f": FILE}}, {"plan.digest"}),
        ({"properties": {"sheets": {"items": FILE}}}, {"sheets[].digest"}),
        ({"properties": {"sheets": {"prefixItems": [MARK]}}}, {"sheets[]"}),
        ({"anyOf": [{"properties": {"a": MARK}}, {"properties": {"b": MARK}}]}, {"a", "b"}),
        ({"additionalProperties": MARK}, {"*"}),
        (
            {
                "properties": {"page": {"$ref": "#/$defs/p"}},
                "$defs": {"p": {"properties": {"scan": MARK, "next": {"$ref": "#/$defs/p"}}}},
            },
            {"page.scan"},
        ),
    ],
)
def test_a_schemas_references_are_named_as_manifests_write_them(schema: JsonValue, fields: set[str]) -> None:
    assert reference_fields(schema) == fields
