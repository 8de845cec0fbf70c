"""Names in XML: reversible, legal for every reader, and never two of the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.contracts.xml.names import (
    OTHERS,
    TypeNames,
    escaped,
    escaped_key,
    namespace_of,
    operation_of,
    unescaped,
)
from hub.contracts.xml.scalars import is_carried
from hub.core.values import ContractRef


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("first_name", "first_name"),
        ("کد_ملی", "کد_ملی"),
        ("1a", "_x0031_a"),
        ("a b", "a_x0020_b"),
        ("", "_xFFFFFFFF_"),
        ("xmlData", "_x0078_mlData"),
        ("_x0041_", "_x005F_x0041_"),
        (OTHERS, "_x005F_others"),
        ("😀", "_x0001F600_"),
        ("می‌خواهم", "می_x200C_خواهم"),
    ],
)
def test_a_field_is_called_as_in_json_where_xml_allows_it(name: str, element: str) -> None:
    assert escaped(name) == element
    assert unescaped(element) == name


@given(st.text(), st.text())
def test_escaping_is_reversible_and_legal(one: str, other: str) -> None:
    assert unescaped(escaped(one)) == one
    assert etree.fromstring(f"<{escaped(one)}/>".encode()).tag == escaped(one)
    assert (escaped(one) == escaped(other)) == (one == other)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_key_is_the_field_s_name_wherever_xml_can_carry_it(name: str) -> None:
    assert unescaped(escaped_key(name)) == name
    if is_carried(name) and "_x" not in name:
        assert escaped_key(name) == name
    assert is_carried(escaped_key(name))


@pytest.mark.parametrize(
    ("contract", "namespace", "operation"),
    [
        ("registry.title-inquiry@1.2", "urn:peyvand:contract:registry.title-inquiry:v1", "TitleInquiry"),
        ("permits@12.0", "urn:peyvand:contract:permits:v12", "Permits"),
    ],
)
def test_a_contract_has_one_namespace_per_major(contract: str, namespace: str, operation: str) -> None:
    ref = ContractRef.parse(contract)
    assert (namespace_of(ref), operation_of(ref.name)) == (namespace, operation)


def test_types_differ_by_more_than_case_and_punctuation() -> None:
    names = TypeNames()
    assert [names.take(name) for name in ("a.b", "a-b", "A.B", "c")] == ["a.b", "a-b.2", "A.B.3", "c"]
