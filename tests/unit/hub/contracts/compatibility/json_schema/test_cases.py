"""The specification: pairs of schemas, and in which direction each is compatible. See cases/README.md."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from hub.contracts.compatibility.comparison import Mode
from hub.contracts.compatibility.json_schema.compare import compare_json_schemas
from hub.contracts.compatibility.rules import RULES
from hub.contracts.formats import predicates
from tests.unit.hub.contracts.compatibility.json_schema.schemas import seeded

CASES = {
    f"{path.stem}: {case['is']}": case
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
}
COMPATIBLE = {
    "both": (True, True),
    "backward": (True, False),
    "forward": (False, True),
    "neither": (False, False),
}
OF_XML = {
    "element", "min-occurs", "max-occurs", "content", "attribute", "wildcard", "fixed", "default", "nillable",
    "abstract", "mixed", "derived-type", "identity", "namespace", "substitution", "length", "total-digits",
    "fraction-digits", "not-proven",
}  # fmt: skip
DOCUMENTS = seeded(2).documents(500)


def judge(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=True, formats=predicates(), offline=True
    )


@pytest.mark.parametrize("name", CASES)
def test_the_pair_is_judged_as_it_should_be(name: str) -> None:
    case = CASES[name]
    comparison = compare_json_schemas(case["old"], case["new"])
    found = comparison.is_compatible(Mode.BACKWARD), comparison.is_compatible(Mode.FORWARD)
    assert found == COMPATIBLE[case["compatible"]], comparison.changes
    assert comparison.is_compatible(Mode.FULL) is all(found)


@pytest.mark.parametrize("name", CASES)
def test_the_other_way_round_the_directions_change_places(name: str) -> None:
    case = CASES[name]
    comparison = compare_json_schemas(case["new"], case["old"])
    found = comparison.is_compatible(Mode.FORWARD), comparison.is_compatible(Mode.BACKWARD)
    assert found == COMPATIBLE[case["compatible"]], comparison.changes


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "rule" in case])
def test_the_change_is_told_by_its_rule(name: str) -> None:
    case = CASES[name]
    changes = compare_json_schemas(case["old"], case["new"]).changes
    assert case["rule"] in {change.rule for change in changes}
    assert {change.rule for change in changes} <= RULES.keys()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if {"lost", "gained"} & case.keys()])
def test_the_engine_that_judges_messages_agrees_on_the_documents_given(name: str) -> None:
    case = CASES[name]
    old, new = judge(case["old"]), judge(case["new"])
    if "lost" in case:
        assert old.is_valid(case["lost"])
        assert not new.is_valid(case["lost"])
    if "gained" in case:
        assert new.is_valid(case["gained"])
        assert not old.is_valid(case["gained"])


@pytest.mark.parametrize("name", CASES)
def test_no_other_document_speaks_against_the_verdict(name: str) -> None:
    case = CASES[name]
    if "secret-handshake" in str(case) or "(?=" in str(case):
        pytest.skip("the engine takes no unknown formats and no look-ahead")
    old, new = judge(case["old"]), judge(case["new"])
    backward, forward = COMPATIBLE[case["compatible"]]
    for document in DOCUMENTS:
        assert not (backward and old.is_valid(document) and not new.is_valid(document)), document
        assert not (forward and new.is_valid(document) and not old.is_valid(document)), document


def test_every_rule_has_its_case() -> None:
    told = {case["rule"] for case in CASES.values() if "rule" in case}
    missing = {rule for rule in RULES.keys() - told if not any(rule.startswith(area) for area in OF_XML)}
    assert missing == set()


def test_there_are_enough_cases_of_each_kind() -> None:
    counts = {
        verdict: sum(case["compatible"] == verdict for case in CASES.values()) for verdict in COMPATIBLE
    }
    assert len(CASES) > 250
    assert min(counts.values()) > 20
