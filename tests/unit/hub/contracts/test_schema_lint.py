import json

import pytest

from hub.contracts.schema_lint import check_schema
from hub.core.findings import LintError
from hub.reading.json_text import read_json


def findings(schema: object) -> list[tuple[int, str, str]]:
    raw = json.dumps(schema, indent=1).encode()
    with pytest.raises(LintError) as caught:
        check_schema(read_json(raw, "s.json"), raw)
    return [(finding.line, finding.rule, finding.hint) for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("schema", "line", "rule", "hint"),
    [
        ({"type": "strin"}, 2, "schema.invalid", ""),
        ({"properties": {"a": {"minLength": -1}}}, 4, "schema.invalid", ""),
        ({"requred": ["a"]}, 2, "schema.unknown-keyword", "did you mean 'required'?"),
        ({"properties": {"a": {"Type": "string"}}}, 4, "schema.unknown-keyword", "did you mean 'type'?"),
        ({"$id": "https://example.org/x"}, 2, "schema.unknown-keyword", ""),
        ({"$dynamicRef": "#x"}, 2, "schema.unknown-keyword", ""),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, 2, "schema.dialect", "2020-12"),
        ({"$ref": "https://example.org/x"}, 2, "schema.reference", "self-contained"),
        ({"$ref": "other.json#/$defs/a"}, 2, "schema.reference", ""),
        ({"items": {"$ref": "#/$defs/none"}}, 3, "schema.reference", ""),
        ({"$ref": "#/properties", "properties": {}}, 2, "schema.reference", ""),
        ({"type": "string", "format": "ir-national-cod"}, 3, "schema.unknown-format", "'ir-national-code'"),
        ({"pattern": "(?=a)b"}, 2, "schema.pattern", "look-around"),
        ({"pattern": "(a)\\1"}, 2, "schema.pattern", "back-references"),
        ({"pattern": "("}, 2, "schema.pattern", ""),
        ({"patternProperties": {"(?<!a)b": {}}}, 3, "schema.pattern", ""),
        ({"$ref": "#"}, 1, "schema.endless-reference", ""),
        ({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{}, {"$ref": "#"}]}}}, 11, "schema.endless-reference", ""),
        (
            {"required": ["b"], "properties": {"bb": {}}, "additionalProperties": False},
            3, "schema.required-unknown", "did you mean 'bb'?",
        ),
        ([], 1, "schema.invalid", ""),
        (True, 1, "schema.invalid", ""),
    ],
)  # fmt: skip
def test_a_schema_that_does_not_say_what_it_means_is_refused(
    schema: object, line: int, rule: str, hint: str
) -> None:
    found = findings(schema)
    assert [(at, what) for at, what, _ in found] == [(line, rule)]
    assert hint in found[0][2]


@pytest.mark.parametrize(
    "schema",
    [
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "x-en": "a note", "type": "object"},
        {"$ref": "#/$defs/tree", "$defs": {"tree": {"properties": {"sub": {"$ref": "#/$defs/tree"}}}}},
        {"items": {"$ref": "#"}},
        {"$defs": {"a/b": {}}, "allOf": [{"$ref": "#/$defs/a~1b"}]},
        {"prefixItems": [{"type": "string"}], "items": {"$ref": "#/prefixItems/0"}},
        {"properties": {"requred": {"type": "string"}, "format": {"enum": ["x"]}}},
        {"enum": [{"requred": 1}], "const": {"$ref": "x"}, "default": {"pattern": "("}},
        {"type": "string", "pattern": "^(a+)+$"},
        {"required": ["b"], "properties": {"a": {}}},
    ],
)
def test_a_self_contained_schema_is_compiled(schema: object) -> None:
    raw = json.dumps(schema).encode()
    assert check_schema(read_json(raw, "s.json"), raw)


def test_all_that_is_wrong_with_a_schema_is_said() -> None:
    schema = {"requred": [], "format": "x", "properties": {"a": {"$ref": "#/no"}}}
    assert [rule for _, rule, _ in findings(schema)] == [
        "schema.unknown-keyword",
        "schema.unknown-format",
        "schema.reference",
    ]
    assert [rule for _, rule, _ in findings({"pattern": "(", "minLength": -1, "type": 3})] == [
        "schema.pattern",
        "schema.invalid",
        "schema.invalid",
    ]
