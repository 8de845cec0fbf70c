"""Sample data: valid whatever the schema says, the same for the same seed, with right check digits."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contracts.descriptions.sample_texts import FORMAT_TEXTS, NoTextError, of_pattern, words
from hub.contracts.descriptions.samples import NoSampleError, sample
from hub.contracts.validator import FORMAT_TEXTS as ALL_FORMATS
from hub.contracts.validator import SchemaValidator
from hub.core.contract import Schema
from tests.unit.hub.contracts.descriptions.cases import catalogue

SEEDS = st.integers(0, 2**32)
EVERY_SCHEMA = [
    pytest.param(schema, id=f"{version.ref}-{kind}")
    for contract in catalogue().contracts.values()
    for version in contract.versions.values()
    for kind, schema in version.schemas.items()
]


def drawn_from(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - invented data, no secret


def compiled(source: Any) -> Schema:
    text = json.dumps(source).encode()
    return Schema(source, text, SchemaValidator(text))


@pytest.mark.parametrize("schema", EVERY_SCHEMA)
def test_every_schema_of_the_catalogue_has_samples_that_it_takes(schema):
    made = [sample(schema, seed) for seed in range(10)]
    assert all(schema.validator.is_valid(document) for document in made)
    assert len({json.dumps(document) for document in made}) > 1


def test_a_seed_gives_the_same_document_every_time():
    schema = catalogue().contracts["registry.title-inquiry"].versions
    reply = next(iter(schema.values())).schemas
    for each in reply.values():
        assert sample(each, "17") == sample(each, "17")


def test_every_format_that_contracts_may_use_has_its_texts():
    assert FORMAT_TEXTS.keys() == ALL_FORMATS.keys()


@pytest.mark.parametrize("name", sorted(ALL_FORMATS))
@given(seed=SEEDS)
def test_a_text_of_a_format_is_one(name, seed):
    judge = SchemaValidator(json.dumps({"type": "string", "format": name}).encode())
    assert judge.is_valid(FORMAT_TEXTS[name](drawn_from(seed)))


def test_invented_persons_are_nobody():
    """No office issues national codes that begin with 999."""
    assert all(FORMAT_TEXTS["ir-national-code"](drawn_from(seed)).startswith("999") for seed in range(50))


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9]{1,10}$",
        "^(a|bc)+$",
        r"^[\x21-\x7e]{1,100}$",
        "x",
        "^[^a]$",
        "^$",
        "^-?[0-9A-Za-z_]{1,20}$",
        r"\d{3}",
    ],
)
@given(seed=SEEDS)
def test_a_text_of_a_pattern_matches_it(pattern, seed):
    judge = SchemaValidator(json.dumps({"type": "string", "pattern": pattern}).encode())
    assert judge.is_valid(of_pattern(pattern, drawn_from(seed)))


def test_a_pattern_that_cannot_be_read_is_told():
    with pytest.raises(NoTextError):
        of_pattern(r"\p{L}+", drawn_from(1))


@given(seed=SEEDS, low=st.integers(0, 60), more=st.integers(0, 60))
def test_words_keep_to_their_length(seed, low, more):
    assert low <= len(words(drawn_from(seed), low, low + more)) <= low + more


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"type": ["string", "null"]},
        {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "integer"}},
        {"type": "array", "prefixItems": [{"const": 1}, {"type": "boolean"}], "minItems": 2, "items": False, "maxItems": 2},
        {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"enum": [1, 2, 3]}},
        {"type": "integer", "minimum": 7, "multipleOf": 5, "maximum": 23},
        {"type": "integer", "exclusiveMinimum": -3, "exclusiveMaximum": -1},
        {"type": "integer", "maximum": -10},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        {"type": "string", "minLength": 30, "maxLength": 30},
        {"type": "string", "format": "date", "pattern": "^20"},
        {"type": "string", "pattern": "^a*$", "minLength": 20},
        {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]},
        {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
        {"required": ["k"], "properties": {"k": {"enum": [1, 2]}, "x": {}},
         "if": {"properties": {"k": {"const": 1}}}, "then": {"required": ["x"]}, "else": {"properties": {"x": False}}},
        {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {
            "left": {"$ref": "#/$defs/tree"}, "right": {"$ref": "#/$defs/tree"}}}}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", range(5))
def test_whatever_contracts_are_written_with_is_understood(source, seed):
    schema = compiled(source)
    assert schema.validator.is_valid(sample(schema, seed))


@pytest.mark.parametrize(
    "source", [{"type": "string", "not": {}}, {"required": ["a"], "properties": {"a": False}}, {"enum": []}]
)
def test_a_schema_that_takes_nothing_has_no_sample(source):
    with pytest.raises(NoSampleError):
        sample(compiled(source), 1)
