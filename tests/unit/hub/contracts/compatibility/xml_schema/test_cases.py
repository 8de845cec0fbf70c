"""The specification for XML Schema: pairs, in which direction each is compatible, and documents that must agree."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from hub.contracts.compatibility.comparison import Comparison, Mode
from hub.contracts.compatibility.rules import RULES
from hub.contracts.compatibility.xml_schema.compare import compare_xml_schemas
from hub.contracts.compatibility.xml_schema.reading import read_xsd

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
SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">{}</xs:schema>'
)


def written(short: str) -> bytes:
    """A whole schema from the short forms of the cases."""
    if short.startswith("@"):
        body = f'<xs:element name="r"><xs:complexType><xs:sequence/>{short[1:]}</xs:complexType></xs:element>'
    elif short.startswith("<"):
        body = short
    else:
        base, _, facets = short.partition("|")
        restriction = f'<xs:restriction base="xs:{base}">{facets}</xs:restriction>'
        body = f'<xs:element name="r"><xs:simpleType>{restriction}</xs:simpleType></xs:element>'
        body = body if facets else f'<xs:element name="r" type="xs:{base}"/>'
    return SCHEMA.format(body).encode()


def compared(old: str, new: str) -> Comparison:
    return compare_xml_schemas(read_xsd(written(old), "old.xsd"), read_xsd(written(new), "new.xsd"))


@pytest.mark.parametrize("name", CASES)
def test_the_pair_is_judged_as_it_should_be(name: str) -> None:
    case = CASES[name]
    comparison = compared(case["old"], case["new"])
    found = comparison.is_compatible(Mode.BACKWARD), comparison.is_compatible(Mode.FORWARD)
    assert found == COMPATIBLE[case["compatible"]], comparison.changes
    rules = {change.rule for change in comparison.changes}
    assert rules <= RULES.keys()
    assert case.get("rule") in rules | {None}


@pytest.mark.parametrize("name", CASES)
def test_the_other_way_round_the_directions_change_places(name: str) -> None:
    case = CASES[name]
    comparison = compared(case["new"], case["old"])
    found = comparison.is_compatible(Mode.FORWARD), comparison.is_compatible(Mode.BACKWARD)
    assert found == COMPATIBLE[case["compatible"]], comparison.changes


def verdicts(short: str, document: str) -> set[bool]:
    """What both validators say of a document."""
    raw = written(short)
    of_lxml = etree.XMLSchema(etree.fromstring(raw)).validate(etree.fromstring(document))
    return {of_lxml, read_xsd(raw, "schema.xsd").is_valid(document)}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "docs" in case])
def test_both_validators_agree_on_the_documents_given(name: str) -> None:
    case: dict[str, Any] = CASES[name]
    backward, forward = COMPATIBLE[case["compatible"]]
    lost = gained = 0
    for document in case["docs"]:
        before, after = verdicts(case["old"], document), verdicts(case["new"], document)
        assert len(before) == len(after) == 1, f"the validators differ on {document}"
        lost += before == {True} and after == {False}
        gained += before == {False} and after == {True}
    assert not (backward and lost)
    assert not (forward and gained)
    if len(case["docs"]) > 1:
        assert {(bool(lost), bool(gained))} == {(not backward, not forward)}, "a document must show each harm"


def test_every_rule_for_xml_has_its_case() -> None:
    areas = (
        "element", "min-occurs", "max-occurs", "content", "attribute", "wildcard", "fixed", "default", "nillable",
        "abstract", "mixed", "derived-type", "identity", "substitution", "length", "total-digits", "fraction-digits",
    )  # fmt: skip
    told = {case["rule"] for case in CASES.values() if "rule" in case}
    assert {rule for rule in RULES if rule.startswith(areas)} - told == set()


def test_another_namespace_is_another_document() -> None:
    old, new = (
        SCHEMA.replace("elementForm", f'targetNamespace="urn:{name}" elementForm').format(
            '<xs:element name="r"/>'
        )
        for name in "ab"
    )
    comparison = compare_xml_schemas(read_xsd(old.encode(), "old.xsd"), read_xsd(new.encode(), "new.xsd"))
    assert [change.rule for change in comparison.changes] == [
        "namespace-changed",
        "element-added",
        "element-removed",
    ]
    assert not comparison.is_compatible(Mode.BACKWARD)
    assert not comparison.is_compatible(Mode.FORWARD)


def test_unqualified_elements_are_others_than_qualified_ones() -> None:
    body = '<xs:element name="r"><xs:complexType><xs:sequence><xs:element name="a"/></xs:sequence></xs:complexType></xs:element>'
    qualified = SCHEMA.replace("elementForm", 'targetNamespace="urn:a" elementForm').format(body)
    unqualified = qualified.replace('elementFormDefault="qualified"', "")
    comparison = compare_xml_schemas(
        read_xsd(qualified.encode(), "old.xsd"), read_xsd(unqualified.encode(), "new.xsd")
    )
    assert not comparison.is_compatible(Mode.BACKWARD)
