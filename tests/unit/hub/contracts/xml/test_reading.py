"""What XML can get wrong that JSON cannot, and what becomes of it; the rest is judged as JSON is."""

import json
from typing import Any

import pytest

from hub.contracts.validator import SchemaValidator
from hub.contracts.xml.binding import XmlBinding
from hub.core.errors import ExchangeError
from hub.core.message import Kind
from hub.core.values import ContractRef

NS = "urn:peyvand:contract:test.deed:v1"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["number", "owners"],
    "additionalProperties": False,
    "properties": {
        "number": {"type": "string"},
        "amount": {"type": "integer"},
        "area": {"type": "number"},
        "sold": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "note": {"type": ["string", "null"]},
        "owners": {"type": "array", "items": {"$ref": "#/$defs/owner"}},
        "more": {},
        "open": {"type": "object", "properties": {"known": {"type": "string"}}},
        "image": {"type": "string", "contentEncoding": "base64"},
    },
    "$defs": {
        "owner": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "heir": {"$ref": "#/$defs/owner"}},
        }
    },
}
BINDING = XmlBinding(ContractRef.parse("test.deed@1.0"), {Kind.REQUEST: SCHEMA})
VALIDATOR = SchemaValidator(json.dumps(SCHEMA).encode())
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
OWNERS = "<owners><item><name>A</name></item></owners>"


def xml(inside: str, around: str = "") -> bytes:
    return f'<Deed xmlns="{NS}" {XSI}><request {around}>{inside}</request></Deed>'.encode()


def read(inside: str) -> Any:
    return BINDING.decode(Kind.REQUEST, xml(inside))


def refused(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    with pytest.raises(ExchangeError) as caught:
        BINDING.decode(Kind.REQUEST, raw)
    return caught.value.code.id, [(error.pointer, error.code) for error in caught.value.errors]


def judged(inside: str) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in VALIDATOR.errors(read(inside))]


class TestEmptyMissingNil:
    @pytest.mark.parametrize(
        ("note", "value"),
        [
            ("<note/>", ""),
            ("<note></note>", ""),
            ("<note> </note>", " "),
            ('<note xsi:nil="true"/>', None),
            ('<note xsi:nil=" 1 "/>', None),
            ('<note xsi:nil="false">x</note>', "x"),
            ("<note><![CDATA[<a>]]>b</note>", "<a>b"),
        ],
    )
    def test_a_text(self, note: str, value: str | None) -> None:
        assert read(f"<number>1</number>{note}{OWNERS}")["note"] == value

    def test_a_missing_element_is_a_missing_field(self) -> None:
        assert read(f"<number>1</number>{OWNERS}") == {"number": "1", "owners": [{"name": "A"}]}

    def test_an_empty_list_is_not_a_missing_one(self) -> None:
        assert read("<number>1</number><owners/>") == {"number": "1", "owners": []}
        assert judged("<number>1</number>") == [("/owners", "required")]

    def test_nil_is_null_and_judged_so(self) -> None:
        assert judged(f'<number xsi:nil="true"/>{OWNERS}') == [("/number", "type")]

    def test_nil_holds_nothing(self) -> None:
        raw = xml(f'<number>1</number><note xsi:nil="true">x</note>{OWNERS}')
        assert refused(raw) == ("request.invalid", [("/note", "nil")])


class TestJudgedAsJson:
    """Codes and pointers are those of the same mistake in JSON."""

    @pytest.mark.parametrize(
        ("inside", "errors"),
        [
            ("<number>1</number><amount>many</amount><owners/>", [("/amount", "type")]),
            ("<number>1</number><amount>1.5</amount><owners/>", [("/amount", "type")]),
            ("<number>1</number><amount/><owners/>", [("/amount", "type")]),
            ("<number>1</number><area>1e3</area><owners/>", [("/area", "type")]),
            ("<number>1</number><area>NaN</area><owners/>", [("/area", "type")]),
            ("<number>1</number><sold>yes</sold><owners/>", [("/sold", "type")]),
            ("<number>1</number><day>1405-13-40</day><owners/>", [("/day", "format")]),
            ("<number>1</number><day>2026-11-22+03:30</day><owners/>", [("/day", "format")]),
            ("<number><a/></number><owners/>", [("/number", "type")]),
            ("<number>1</number><owners>none</owners>", [("/owners", "type")]),
            ("<number>1</number><owners><item>A</item></owners>", [("/owners/0", "type")]),
            ("<number>1</number><owners><item/></owners>", [("/owners/0/name", "required")]),
            ("<number>1</number><surprise/><owners/>", [("/surprise", "additionalProperties")]),
            ('<number>1</number><x:a xmlns:x="urn:x"/><owners/>', [("/{urn:x}a", "additionalProperties")]),
            (
                '<number xmlns="">1</number><owners/>',
                [("/number", "required"), ("/{}number", "additionalProperties")],
            ),
        ],
    )
    def test_what_does_not_fit(self, inside: str, errors: list[tuple[str, str]]) -> None:
        assert judged(inside) == errors


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("5", 5),
            (" +5 ", 5),
            ("-0", 0),
            ("9223372036854775807", 2**63 - 1),
            ("-9223372036854775808", -(2**63)),
            ("100000000000000000000", 1e20),
        ],
    )
    def test_whole(self, text: str, value: float) -> None:
        assert read(f"<number>1</number><amount>{text}</amount>{OWNERS}")["amount"] == value

    @pytest.mark.parametrize(
        ("text", "value"),
        [("5", 5), ("5.0", 5.0), (".5", 0.5), ("5.", 5.0), ("0.10", 0.1), ("51.299999999999997", 51.3)],
    )
    def test_with_a_point(self, text: str, value: float) -> None:
        found = read(f"<number>1</number><area>{text}</area>{OWNERS}")["area"]
        assert (found, type(found)) == (value, type(value))

    @pytest.mark.parametrize(
        "inside", ["<amount>9223372036854775809</amount>", "<area>0.1234567890123456789</area>"]
    )
    def test_what_json_cannot_hold_is_not_rounded(self, inside: str) -> None:
        code, ((pointer, rule),) = refused(xml(f"<number>1</number>{inside}{OWNERS}"))
        assert (code, rule) == ("request.bad_number", "number")
        assert pointer in inside.replace("<", "/").replace(">", "/")


class TestOrderAndRepetition:
    def test_order(self) -> None:
        assert refused(xml(f"{OWNERS}<number>1</number>")) == ("request.invalid", [("/number", "order")])

    def test_repetition(self) -> None:
        raw = xml(f"<number>1</number><number>2</number>{OWNERS}")
        assert refused(raw) == ("request.duplicate_key", [("/number", "repeated")])

    def test_deep_inside(self) -> None:
        raw = xml("<number>1</number><owners><item><heir/><name/></item></owners>")
        assert refused(raw) == ("request.invalid", [("/owners/0/name", "order")])


class TestWhatMeansNothing:
    @pytest.mark.parametrize(
        ("raw", "found"),
        [
            (xml(f'<number a="1">1</number>{OWNERS}'), ("request.invalid", [("/number/@a", "attribute")])),
            (xml(OWNERS, 'a="1"'), ("request.invalid", [("/@a", "attribute")])),
            (xml(f"x<number>1</number>{OWNERS}"), ("request.invalid", [("", "text")])),
            (xml(f"<number>1</number>x{OWNERS}"), ("request.invalid", [("", "text")])),
            (xml("<number>1</number><owners><name/></owners>"), ("request.invalid", [("/owners", "item")])),
            (b"<Deed/>", ("request.invalid", [("", "element")])),
            (b'<Other xmlns="urn:x"/>', ("request.invalid", [("", "element")])),
        ],
    )
    def test_is_refused(self, raw: bytes, found: tuple[str, list[tuple[str, str]]]) -> None:
        assert refused(raw) == found

    def test_an_element_has_one_name(self) -> None:
        inside = "<_x006E_umber>1</_x006E_umber><owners/>"
        assert ("/number", "required") in judged(inside)

    def test_hints_for_xml_schema_are_passed_over(self) -> None:
        raw = xml(f'<number xsi:type="xs:string">1</number>{OWNERS}', 'xsi:schemaLocation="urn:x x.xsd"')
        assert BINDING.decode(Kind.REQUEST, raw)["number"] == "1"


class TestOpenPlaces:
    def more(self, inside: str) -> bytes:
        return xml(f"<number>1</number>{OWNERS}<more>{inside}</more>")

    @pytest.mark.parametrize(
        ("inside", "code"),
        [
            ("", "json"),
            ("text", "json"),
            ("<string/><string/>", "json"),
            ("<text>x</text>", "json"),
            ("<number>x</number>", "type"),
            ("<boolean>x</boolean>", "type"),
            ("<map><item/></map>", "json"),
            ("<map><member><null/></member></map>", "json"),
            ("<array><member><null/></member></array>", "json"),
            ('<array><item a="1"><null/></item></array>', "attribute"),
            ('<string a="1"/>', "attribute"),
        ],
    )
    def test_say_what_they_hold(self, inside: str, code: str) -> None:
        found, errors = refused(self.more(inside))
        assert (found, next(error for _, error in errors)) == ("request.invalid", code)

    def test_a_key_stands_once(self) -> None:
        one = '<member key="a"><null/></member>'
        assert refused(self.more(f"<map>{one}{one}</map>")) == (
            "request.duplicate_key",
            [("/more/a", "repeated")],
        )

    def test_further_fields_stand_at_the_end_in_their_own_element(self) -> None:
        inside = '<known>x</known><_others><member key="a"><number>1</number></member></_others>'
        document = read(f"<number>1</number>{OWNERS}<open>{inside}</open>")
        assert document["open"] == {"known": "x", "a": 1}
        hidden = '<_others><member key="known"><number>1</number></member></_others>'
        raw = xml(f"<number>1</number>{OWNERS}<open>{hidden}</open>")
        assert refused(raw) == ("request.invalid", [("/open/known", "others")])
        raw = xml(f"<number>1</number>{OWNERS}<open><unknown/></open>")
        assert refused(raw) == ("request.invalid", [("/open/unknown", "additionalProperties")])


class TestBase64:
    def test_white_space_in_it_means_nothing(self) -> None:
        document = read(f"<number>1</number>{OWNERS}<image>aG\n k=</image>")
        assert document["image"] == "aGk="


class TestHostileText:
    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "request.empty"),
            (b" \n", "request.empty"),
            (b'<?xml version="1.0"?>', "request.empty"),
            (b"{}", "request.malformed"),
            (b"<Deed", "request.malformed"),
            (b'<!DOCTYPE Deed><Deed xmlns="%s"/>' % NS.encode(), "request.malformed"),
            (b'<!DOCTYPE Deed SYSTEM "file:///etc/passwd"><Deed/>', "request.malformed"),
            (b'<!DOCTYPE D [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Deed>&b;</Deed>', "request.malformed"),
            (b"<Deed>&b;</Deed>", "request.malformed"),
            (b"<!-- x --><Deed/>", "request.malformed"),
            (b"<Deed/><!-- x -->", "request.malformed"),
            (b"<Deed><!-- x --></Deed>", "request.malformed"),
            (b"<?php x ?><Deed/>", "request.malformed"),
            (b"<Deed><?php x ?></Deed>", "request.malformed"),
            (b"<Deed/><?php x ?>", "request.malformed"),
            (b"<a:Deed/>", "request.malformed"),
            (b'<Deed a="1" a="2"/>', "request.malformed"),
            (b"<Deed>\xff</Deed>", "request.not_utf8"),
            (b'<?xml version="1.0" encoding="windows-1256"?><Deed/>', "request.not_utf8"),
            ("<Deed/>".encode("utf-16"), "request.not_utf8"),
            (b"<a>" * 3000 + b"</a>" * 3000, "request.too_deep"),
        ],
    )
    def test_is_refused_with_its_code(self, raw: bytes, code: str) -> None:
        assert refused(raw)[0] == code

    def test_nesting_has_the_limit_of_json(self) -> None:
        deep = "<item><name/>" + "<heir><name/>" * 70 + "</heir>" * 70 + "</item>"
        assert refused(xml(f"<number>1</number><owners>{deep}</owners>"))[0] == "request.too_deep"
        deep = "<array><item>" * 40 + "<null/>" + "</item></array>" * 40
        assert refused(xml(f"<number>1</number>{OWNERS}<more>{deep}</more>"))[0] == "request.too_deep"

    @pytest.mark.parametrize(
        "head", [b"", b"\xef\xbb\xbf", b"\n", b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"]
    )
    def test_what_may_stand_before_a_document(self, head: bytes) -> None:
        assert BINDING.decode(Kind.REQUEST, head + xml(f"<number>1</number>{OWNERS}"))["number"] == "1"


class TestWriting:
    def test_characters_that_xml_cannot_carry_are_told_by_their_place(self) -> None:
        document = {"number": "1", "owners": [{"name": "a\x00"}]}
        with pytest.raises(ExchangeError) as caught:
            BINDING.encode(Kind.REQUEST, document)
        (error,) = caught.value.errors
        assert (caught.value.code.id, error.pointer, error.code) == (
            "mapping.output_invalid", "/owners/0/name", "characters",
        )  # fmt: skip
