"""What goes out over SOAP."""

import pytest
from lxml import etree

from adapters.kit.partner import NotConfiguredError
from adapters.soap.section import SoapEndpoint
from hub.core import codes
from hub.core.errors import ExchangeError, Outcome
from hub.core.values import JsonValue
from tests.adapters.soap.shapes import ACCESS, E11, E12, ELEVEN, LEAST, TWELVE, operation, sent

FULL = {
    **LEAST,
    "day": "2026-11-22",
    "bytes": "2LPZhNin2YU=",
    "ratio": 1e-7,
    "price": 1e-7,
    "City": "تهران",
    "part": [{"@id": 1}, {"@id": 2, "note": 'a"b<c>&\r\n'}],
}
DEPLOYED = SoapEndpoint(
    operation="Ask",
    port="Eleven",
    path="/services/ask",
    action="urn:mediate",
    header={"Auth": {"Terminal": "credentials.terminal", "Secret": "credentials.secret"}},
    body={"person": "credentials.secret"},
)


def refusal(document: JsonValue) -> tuple[str, str]:
    with pytest.raises(ExchangeError) as caught:
        sent(document)
    assert caught.value.code is codes.MAPPING_OUTPUT_INVALID
    assert caught.value.code.outcome is Outcome.NOT_SENT
    return caught.value.errors[0].pointer, caught.value.errors[0].code


def test_soap_11_has_a_quoted_action_and_its_own_content_type() -> None:
    call = sent(LEAST)
    assert call.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert call.headers["SOAPAction"] == '"urn:ask"'
    assert call.headers["Peyvand-Message-Id"] == "m"
    assert call.headers["X-Key"] == "k"
    assert (call.method, call.url, call.timeout_s) == ("POST", "http://127.0.0.1:1/base", 2.5)


def test_soap_12_has_the_action_inside_the_content_type() -> None:
    call = sent(LEAST, TWELVE)
    assert call.headers["Content-Type"] == 'application/soap+xml; charset=utf-8; action="urn:ask"'
    assert "SOAPAction" not in call.headers
    assert etree.fromstring(call.body or b"").tag == f"{{{E12}}}Envelope"


def test_children_come_in_the_schemas_order_qualified_or_not_as_it_says() -> None:
    ask = etree.fromstring(sent(dict(reversed(FULL.items()))).body or b"")[0][0]
    assert ask.tag == "{urn:shapes:a}Ask"
    assert [child.tag for child in ask] == [
        "flag", "level", "day", "bytes", "ratio", "price", "person", "{urn:shapes:b}City", "part", "part",
    ]  # fmt: skip
    assert ask.findtext("price") == "0.0000001"
    assert ask.findall("part")[1].findtext("note") == 'a"b<c>&\r\n'
    assert ask.findall("part")[1].get("id") == "2"


def test_null_is_nil_where_the_schema_allows_it() -> None:
    ask = etree.fromstring(sent({**LEAST, "level": None}).body or b"")[0][0]
    assert ask.find("level").get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"  # type: ignore[union-attr] # it is there


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"flag": None}, "/flag", "type"),
        ({"flag": "true"}, "/flag", "type"),
        ({"flag": 1}, "/flag", "type"),
        ({"level": True}, "/level", "type"),
        ({"level": 2.0}, "/level", "type"),
        ({"level": 2**31}, "/level", "range"),
        ({"person": 5}, "/person", "type"),
        ({"bytes": "not base64"}, "/bytes", "type"),
        ({"ratio": float("inf")}, "/ratio", "type"),
        ({"company": "both"}, "", "choice"),
        ({"part": {"@id": 1}}, "/part", "type"),
        ({"part": [{"@id": 1}, {}]}, "/part/1/@id", "required"),
        ({"part": [{"@id": 1, "x/y": 1}]}, "/part/0/x~1y", "unknown"),
        ({"other": 1}, "/other", "unknown"),
        ({"person": "bell \x07"}, "", "characters"),
        ({"person": "\ufffe"}, "", "characters"),
        ({"person": "\ud800"}, "", "characters"),
    ],
)
def test_what_does_not_fit_is_not_sent_and_the_field_is_named(
    change: dict[str, JsonValue], pointer: str, rule: str
) -> None:
    assert refusal({**LEAST, **change}) == (pointer, rule)


def test_a_required_field_must_be_there() -> None:
    assert refusal({"level": 1, "person": "x"}) == ("/flag", "required")
    assert refusal(["no object"]) == ("", "type")


def test_credentials_go_into_header_and_body_typed_and_escaped() -> None:
    call = sent({"flag": True, "level": 3}, operation(DEPLOYED))
    envelope = etree.fromstring(call.body or b"")
    auth = envelope.find(f"{{{E11}}}Header/{{urn:shapes:b}}Auth")
    assert auth is not None
    assert auth.findtext("{urn:shapes:b}Terminal") == "7"
    assert auth.findtext("{urn:shapes:b}Secret") == "ک<&>۱"
    assert envelope.findtext(f"{{{E11}}}Body/{{urn:shapes:a}}Ask/person") == "ک<&>۱"
    assert call.url == "http://127.0.0.1:1/base/services/ask"
    assert call.headers["SOAPAction"] == '"urn:mediate"'


def test_a_field_that_the_hub_fills_in_is_refused_in_a_message() -> None:
    with pytest.raises(ExchangeError) as caught:
        sent(LEAST, operation(DEPLOYED))
    assert [(error.pointer, error.code) for error in caught.value.errors] == [("/person", "reserved")]


def test_a_credential_of_the_wrong_type_counts_as_not_configured_and_is_not_shown() -> None:
    access = type(ACCESS)(ACCESS.address, {"terminal": "hunter2", "secret": "x"}, {})
    with pytest.raises(NotConfiguredError) as caught:
        operation(DEPLOYED, access)
    assert "credentials.terminal" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_document_is_not_changed_by_being_sent() -> None:
    document = {"flag": True, "level": 3}
    sent(document, operation(DEPLOYED))
    assert document == {"flag": True, "level": 3}
    assert sent(LEAST).body == sent(LEAST, ELEVEN).body
