"""A drafted mapping joins what is named alike; whatever a person must decide is a line that lint finds."""

from typing import Any

import pytest

from hub.contracts.catalogue import load_catalogue
from hub.contracts.drafting.draft import Draft
from hub.contracts.drafting.mapping_skeleton import draft_mapping
from hub.core.findings import LintError
from hub.core.message import Kind
from hub.core.values import ContractRef
from tests.unit.hub.contracts.folders import NUMBER, TEXT, Folder, obj

CITY, THEIRS = ContractRef.parse("city.ask@1.0"), ContractRef.parse("partner.ask@1.0")
PATH = "partner.ask/mappings/1.0/from-city.ask-1.0.yaml"


def drafted(source: Any, target: Any) -> Draft:
    draft = Draft()
    draft_mapping(draft, Kind.REQUEST, (CITY, source), (THEIRS, target))
    return draft


def findings(folder: Folder, source: Any, target: Any) -> list[str]:
    draft = drafted(source, target)
    folder.contract("city.ask", source).contract("partner.ask", target).write(PATH, draft.contracts[PATH])
    try:
        load_catalogue(folder.root)
    except LintError as error:
        return [finding.rule for finding in error.findings]
    return []


def test_what_is_named_alike_is_joined_and_lints(folder):
    source = obj(
        ["national_code", "office"], national_code=TEXT, office=obj(["code"], code=TEXT), plaque=TEXT
    )
    target = obj(["NationalCode", "OfficeCode"], NationalCode=TEXT, OfficeCode=TEXT, Plaque=TEXT)
    assert drafted(source, target).decisions == []
    assert findings(folder, source, target) == []


def test_a_needed_field_that_nothing_is_named_like_is_a_decision_on_its_own_line(folder):
    source, target = obj(["a"], a=TEXT), obj(["a", "b"], a=TEXT, b=TEXT)
    (decision,) = drafted(source, target).decisions
    assert (decision.path, "needs b" in decision.question) == (PATH, True)
    assert findings(folder, source, target) == ["mapping.source-unknown"]


def test_what_no_field_reads_is_a_decision(folder):
    source, target = obj(["a", "c"], a=TEXT, c=obj(x=TEXT)), obj(["a"], a=TEXT)
    (decision,) = drafted(source, target).decisions
    assert "/c/x" in decision.question
    assert findings(folder, source, target) == ["mapping.source-unread"]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (obj(["a"], a=TEXT), obj(["a"], a=NUMBER)),
        (obj(a=TEXT), obj(["a"], a=TEXT)),
        (obj(["x", "y"], x=obj(["a"], a=TEXT), y=obj(["a"], a=TEXT)), obj(["a"], a=TEXT)),
        (obj(["a"], a={"type": "array", "items": TEXT}), obj(["a"], a=TEXT)),
    ],
    ids=["another type", "perhaps absent", "two of that name", "a list"],
)
def test_no_guess_is_made_where_a_twin_may_not_fit(source, target):
    assert "source.to_be_decided" in drafted(source, target).contracts[PATH]


def test_names_that_cel_cannot_say_are_left_to_a_person(folder):
    source, target = obj(["@unit"], **{"@unit": TEXT}), obj(["unit"], unit=TEXT)
    assert set(findings(folder, source, target)) == {"mapping.source-unknown", "mapping.source-unread"}
