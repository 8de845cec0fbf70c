"""The XML Schema that clients are generated from: what it says, and that it does not move within a major."""

from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
import xmlschema
from lxml import etree

from hub.contracts.catalogue import load_catalogue
from hub.contracts.xml.binding import UnbindableError, XmlBinding
from hub.core.contract import ContractVersion
from hub.core.message import Kind
from hub.core.values import ContractRef

ROOT = Path(__file__).parents[5]
REF = ContractRef.parse("test.deed@1.0")
XS = "{http://www.w3.org/2001/XMLSchema}"
VERSIONS = [
    pytest.param(version, id=str(version.ref))
    for contract in load_catalogue(ROOT / "contracts").contracts.values()
    for version in contract.versions.values()
]


def binding(**properties: Any) -> XmlBinding:
    return XmlBinding(
        REF, {Kind.REQUEST: {"type": "object", "additionalProperties": False, "properties": properties}}
    )


def element(made: XmlBinding, name: str) -> Any:
    return etree.fromstring(made.schema).find(f".//{XS}element[@name='{name}']")


@pytest.mark.parametrize("version", VERSIONS)
class TestEveryContract:
    def test_has_a_schema_that_two_makers_read(self, version: ContractVersion) -> None:
        made = XmlBinding(version.ref, {kind: schema.source for kind, schema in version.schemas.items()})
        etree.XMLSchema(etree.fromstring(made.schema))
        xmlschema.XMLSchema(made.schema)

    def test_has_examples_that_come_back_as_they_were(self, version: ContractVersion) -> None:
        made = XmlBinding(version.ref, {kind: schema.source for kind, schema in version.schemas.items()})
        schema = etree.XMLSchema(etree.fromstring(made.schema))
        folder = ROOT / "contracts" / version.ref.name / "examples" / str(version.ref.version) / "valid"
        examples = [(kind, path) for kind in version.schemas for path in folder.glob(f"*.{kind}.json")]
        assert examples
        for kind, path in examples:
            document = orjson.loads(path.read_bytes())
            text = made.encode(kind, document)
            assert schema.validate(etree.fromstring(text)), (path, schema.error_log)
            assert made.decode(kind, text.encode()) == document


class TestFacets:
    @pytest.mark.parametrize(
        ("schema", "base", "facets"),
        [
            (
                {"type": "string", "minLength": 1, "maxLength": 9},
                "xs:string",
                {"minLength": "1", "maxLength": "9"},
            ),
            ({"type": "string", "pattern": "^[0-9]{3}$"}, "xs:string", {"pattern": "[0-9]{3}"}),
            ({"const": "a<b"}, "xs:string", {"enumeration": "a<b"}),
            ({"type": "integer", "minimum": 0}, "xs:integer", {"minInclusive": "0"}),
            (
                {"type": "integer", "minimum": 0.5, "exclusiveMaximum": 10},
                "xs:long",
                {"minInclusive": "1", "maxExclusive": "10"},
            ),
            ({"type": "number", "exclusiveMinimum": 0}, "xs:decimal", {"minExclusive": "0"}),
            ({"type": "string", "format": "date"}, "xs:date", {"pattern": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}),
        ],
    )
    def test_what_xml_schema_can_say_it_says(self, schema: Any, base: str, facets: dict[str, str]) -> None:
        restriction = element(binding(a=schema), "a").find(f".//{XS}restriction")
        assert restriction.get("base") == base
        assert {etree.QName(facet).localname: facet.get("value") for facet in restriction} == facets

    @pytest.mark.parametrize(
        ("schema", "type_"),
        [
            ({"type": "string", "pattern": "no anchors"}, "xs:string"),
            ({"enum": ["a", "\u0000"]}, "xs:string"),
            ({"type": "boolean"}, "xs:boolean"),
            ({"type": "string", "format": "ir-national-code"}, "xs:string"),
            ({"type": "string", "contentEncoding": "base64"}, "xs:base64Binary"),
            ({"type": ["string", "integer"]}, "tns:json"),
            ({"type": "object"}, "tns:json-map"),
            ({}, "tns:json"),
        ],
    )
    def test_the_rest_is_left_to_the_json_schema(self, schema: Any, type_: str) -> None:
        assert element(binding(a=schema), "a").get("type") == type_


def test_a_bound_of_one_alternative_does_not_bind_the_others() -> None:
    schema = {"anyOf": [{"type": "integer"}, {"type": "number", "exclusiveMinimum": 0}]}
    assert element(binding(a=schema), "a").get("type") == "xs:decimal"


class TestStability:
    """A client generated from an older version writes what the newer one reads."""

    def test_a_field_that_is_no_longer_required_stays_the_same_element(self) -> None:
        items = {"type": "array", "items": {"type": "string"}}
        strict = {"type": "object", "required": ["a"], "properties": {"a": items | {"minItems": 1}}}
        loose = {"type": "object", "properties": {"a": items}}
        one, other = (XmlBinding(REF, {Kind.REQUEST: schema}) for schema in (strict, loose))
        assert one.encode(Kind.REQUEST, {"a": ["x"]}) == other.encode(Kind.REQUEST, {"a": ["x"]})
        assert other.decode(Kind.REQUEST, other.encode(Kind.REQUEST, {"a": []}).encode()) == {"a": []}


class TestAttributes:
    """A partner's own format may have attributes: ``@`` before their names, ``#`` for the text beside them."""

    AREA: ClassVar[Any] = {
        "type": "object",
        "required": ["#"],
        "additionalProperties": False,
        "properties": {"@unit": {"type": "string"}, "#": {"type": "number"}},
    }

    def test_an_element_with_a_text_and_an_attribute(self) -> None:
        made = binding(Area=self.AREA)
        text = made.encode(Kind.REQUEST, {"Area": {"@unit": 'm"2\n', "#": 128.75}})
        assert '<Area unit="m&quot;2&#10;">128.75</Area>' in text
        assert etree.XMLSchema(etree.fromstring(made.schema)).validate(etree.fromstring(text))
        assert made.decode(Kind.REQUEST, text.encode()) == {"Area": {"@unit": 'm"2\n', "#": 128.75}}

    def test_an_element_with_children_and_an_attribute(self) -> None:
        inner = {
            "type": "object",
            "required": ["@id"],
            "properties": {"@id": {"type": "integer"}, "b": {"type": "string"}},
        }
        made = binding(a=inner)
        text = made.encode(Kind.REQUEST, {"a": {"@id": 7, "b": "x"}})
        assert '<a id="7"><b>x</b></a>' in text
        assert made.decode(Kind.REQUEST, text.encode()) == {"a": {"@id": 7, "b": "x"}}


class TestDocumentation:
    def test_both_languages_are_told(self) -> None:
        schema = {"type": "string", "title": "شماره", "x-en": "Number", "description": "a < b"}
        notes = element(binding(a=schema), "a").findall(f".//{XS}documentation")
        assert [note.text for note in notes] == ["شماره", "Number", "a < b"]


class TestWhatStandsAround:
    """The element of the operation holds ``request`` or ``reply``, and that is the document, whatever its type."""

    @pytest.mark.parametrize(
        ("schema", "document"),
        [
            ({"type": "object", "properties": {"a": {}}}, {"a": 1}),
            ({"type": "array", "items": {"type": "string"}}, ["a"]),
            ({"type": "string"}, "a"),
            ({"type": ["object", "null"], "properties": {"a": {}}}, None),
            ({"type": "object"}, {"a": 1}),
            ({}, [1, {"a": None}]),
        ],
    )
    def test_any_document(self, schema: Any, document: Any) -> None:
        made = XmlBinding(REF, {Kind.REPLY: schema})
        text = made.encode(Kind.REPLY, document)
        assert text.startswith('<DeedResponse xmlns="urn:peyvand:contract:test.deed:v1"')
        assert "><reply" in text
        assert made.decode(Kind.REPLY, text.encode()) == document

    def test_nothing_can_be_said_where_nothing_is_valid(self) -> None:
        with pytest.raises(UnbindableError):
            XmlBinding(REF, {Kind.REQUEST: {"type": "string", "enum": [1]}})
