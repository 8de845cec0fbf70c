"""A pattern is carried over only where both languages surely mean the same by it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.contracts.validator import SchemaValidator
from hub.contracts.xml.patterns import xsd_pattern


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        (r"^[0-9]{1,4}$", "[0-9]{1,4}"),
        (r"^\d+$", "[0-9]+"),
        (r"^[\d-]+$", ""),
        (r"^(?:a|b)\/\$\.$", r"(a|b)/$\."),
        (r"^([0-9۰-۹]{5}-?[0-9]{5})?$", "([0-9۰-۹]{5}-?[0-9]{5})?"),
        (r"^[^a\/]$", "[^a/]"),
        ("[0-9]", ""),  # not anchored
        ("^a|b$", ""),  # anchored in parts
        ("^a.c$", ""),  # what a point is differs
        (r"^\w+$", ""),
        (r"^\p{L}+$", ""),
        (r"^a\x41$", ""),
        ("^a+?$", ""),
        ("^[a-z&&[b]]$", ""),
        ("^[[:alpha:]]$", ""),
        ("^a$b$", ""),
        ("^(?i)a$", ""),
        (r"^a\$", ""),
        ("^$", ""),
    ],
)
def test_translation(pattern: str, same: str) -> None:
    assert xsd_pattern(pattern) == same


PARTS = st.lists(
    st.sampled_from(
        ["a", "ب", r"\d", "[0-9]", "[^a-c]", "(a|b)", "(?:12)?", r"\.", "b{2}", "c{1,2}", "-", "/"]
    ),
    max_size=4,
).map("".join)


@given(PARTS, st.text("aبbc12.-/\n", max_size=6))
def test_both_say_the_same_of_every_text(body: str, text: str) -> None:
    pattern = f"^{body}$"
    same = xsd_pattern(pattern)
    if same:
        schema = etree.XMLSchema(
            etree.fromstring(
                '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:simpleType>'
                f'<xs:restriction base="xs:string"><xs:pattern value="{same}"/></xs:restriction>'
                "</xs:simpleType></xs:element></xs:schema>"
            )
        )
        element = etree.Element("a")
        element.text = text
        assert schema.validate(element) == SchemaValidator(
            json.dumps({"pattern": pattern}).encode()
        ).is_valid(text)
