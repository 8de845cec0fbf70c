"""What is called compatible is: held against the engine that judges messages, over random schemas and documents."""

from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.json_schema.compare import Schemas, compare_json_schemas
from hub.contracts.compatibility.json_schema.evaluation import Evaluator
from hub.contracts.compatibility.json_schema.graph import Graph, UnusableSchemaError
from hub.contracts.compatibility.json_schema.unevaluated import write_out
from tests.unit.hub.contracts.compatibility.json_schema.schemas import Maker, seeded

DOCUMENTS = seeded(1).documents(1_500)


def judge(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, offline=True)


def is_usable(schema: Any) -> bool:
    """A reference may lead back to itself for the same value, which no validator can end."""
    try:
        Schemas({"only": schema})
    except UnusableSchemaError:
        return False
    return True


@given(st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_no_document_gets_lost_between_schemas_that_are_called_compatible(chance: Random) -> None:
    maker = Maker(chance)
    one = maker.document_schema()
    other = maker.neighbour(one)
    assume(is_usable(one) and is_usable(other))
    schemas, judges = Schemas({"one": one, "other": other}), {"one": judge(one), "other": judge(other)}
    documents = [*DOCUMENTS[:300], *maker.documents(50), *chance.sample(DOCUMENTS, 200)]
    for old, new in (("one", "other"), ("other", "one")):
        if schemas.is_subset(old, new):
            lost = [d for d in documents if judges[old].is_valid(d) and not judges[new].is_valid(d)]
            assert not lost, (one, other)


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_a_comparison_is_compatible_just_where_all_its_changes_are(chance: Random) -> None:
    maker = Maker(chance)
    old = maker.document_schema()
    new = maker.neighbour(old)
    assume(is_usable(old) and is_usable(new))
    schemas, comparison = Schemas({"old": old, "new": new}), compare_json_schemas(old, new)
    backward, forward = schemas.is_subset("old", "new"), schemas.is_subset("new", "old")
    assert comparison.is_compatible(Mode.BACKWARD) is backward
    assert comparison.is_compatible(Mode.FORWARD) is forward
    assert comparison.is_compatible(Mode.FULL) is (backward and forward)


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_every_schema_is_compatible_with_itself(chance: Random) -> None:
    schema = Maker(chance).document_schema()
    assume(is_usable(schema))
    assert compare_json_schemas(schema, schema).changes == ()


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_single_values_are_judged_as_the_engine_judges_them(chance: Random) -> None:
    schema = Maker(chance).document_schema()
    assume(is_usable(schema))
    graph = Graph({"only": schema})
    root = graph.node_at("only")
    write_out(graph)
    evaluator, engine = Evaluator(graph.nodes), judge(schema)
    for document in DOCUMENTS[:250]:
        assert evaluator.judge(root, document) in {engine.is_valid(document), None}


@pytest.mark.parametrize("seed", range(3))
def test_most_of_what_no_document_speaks_against_is_proven(seed: int) -> None:
    """A prover that always says no would be sound too."""
    maker = seeded(seed)
    proven = unproven = 0
    for _ in range(300):
        one = maker.document_schema()
        other = maker.neighbour(one)
        if not (is_usable(one) and is_usable(other)):
            continue
        before, after = judge(one), judge(other)
        if not any(before.is_valid(d) and not after.is_valid(d) for d in DOCUMENTS):
            if Schemas({"one": one, "other": other}).is_subset("one", "other"):
                proven += 1
            else:
                unproven += 1
    assert proven > 100
    assert unproven < proven / 20
