"""JSON over HTTP: what goes out, and what is made of what comes back."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kit.http import HttpCall, HttpReply
from adapters.kit.partner import Access
from adapters.rest.operation import RestOperation, compile_operation
from adapters.rest.protocol import rest
from adapters.rest.section import RestEndpoint
from adapters.rest.template import compile_path
from hub.core import codes
from hub.core.endpoint import Delivery
from hub.core.errors import Code, ExchangeError, Outcome
from hub.core.findings import LintError
from hub.core.message import Kind, Message
from hub.core.values import ContractRef, JsonValue
from tests.adapters.manifests import compile_condition, manifest

CONTRACT = ContractRef.parse("land-office.parcel@1.0")
ACCESS = Access("http://127.0.0.1:1/base/", {"key": "ک&1"}, {"X-City": "c"})


def operation(**section: object) -> RestOperation:
    read = RestEndpoint.model_validate({"method": "POST", "path": "/p", "body": "json", **section})
    return compile_operation(CONTRACT, read).bind(ACCESS)


def sent(document: JsonValue, **section: object) -> HttpCall:
    message = Message(CONTRACT, Kind.REQUEST, document)
    return operation(**section).encode(message, Delivery("e", "m", 1, 2.5))


def refusal(document: JsonValue, **section: object) -> tuple[str, str]:
    with pytest.raises(ExchangeError) as caught:
        sent(document, **section)
    assert caught.value.code is codes.MAPPING_OUTPUT_INVALID
    assert caught.value.code.outcome is Outcome.NOT_SENT
    return caught.value.errors[0].pointer, caught.value.errors[0].code


def test_json_goes_out_with_what_every_call_carries() -> None:
    call = sent({"نام": "علی"}, headers={"X-Own": "credentials.key"}, add={"ApiKey": "credentials.key"})
    assert call.body == '{"نام":"علی","ApiKey":"ک&1"}'.encode()
    assert call.headers["Content-Type"] == "application/json"
    assert (call.headers["X-City"], call.headers["X-Own"]) == ("c", "ک&1")
    assert (call.url, call.timeout_s) == ("http://127.0.0.1:1/base/p", 2.5)


def test_a_form_is_flat_and_repeats_its_lists() -> None:
    call = sent({"a": "ب", "n": 5, "yes": True, "many": [1, 2]}, body="form")
    assert call.body == b"a=%D8%A8&n=5&yes=true&many=1&many=2"
    assert refusal({"deep": {"x": 1}}, body="form") == ("/deep", "type")


def test_path_and_query_are_made_of_fields() -> None:
    query = {"year": "{y}", "page": "{p?}", "v": "2", "key": "credentials.key"}
    section = {"method": "GET", "body": "none", "path": "/persons/{who.id}", "query": query}
    assert sent({"who": {"id": "0/1"}, "y": 1403}, **section).url == (
        "http://127.0.0.1:1/base/persons/0%2F1?year=1403&v=2&key=%DA%A9%261"
    )
    assert refusal({"who": {}, "y": 1}, **section) == ("/who/id", "type")
    assert refusal({"who": {"id": ""}, "y": 1}, **section) == ("/who/id", "empty")
    assert refusal({"who": {"id": "1"}}, **section) == ("/y", "type")


def test_nothing_of_a_message_is_lost_where_there_is_no_body() -> None:
    assert refusal({"id": "1", "more": 1}, method="GET", body="none", path="/p/{id}") == (
        "/more",
        "not-carried",
    )


def test_a_field_that_the_hub_fills_in_is_refused_in_a_message() -> None:
    assert refusal({"ApiKey": "x"}, add={"ApiKey": "credentials.key"}) == ("/ApiKey", "reserved")


@pytest.mark.parametrize("value", [".", "..", ""])
def test_a_field_never_leads_to_another_address(value: str) -> None:
    assert refusal({"id": value}, path="/p/{id}/x")[0] == "/id"


@given(st.text(min_size=1, max_size=20).filter(lambda text: text not in {".", ".."}))
def test_a_field_stays_whole_in_its_own_segment(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    segments = compile_path("/p/{id}/x")({"id": value}).split("/")
    assert [unquote(segment) for segment in segments] == ["", "p", value, "x"]
    assert not set("?#") & set(segments[2])


def reply(body: bytes, status: int = 200, type_: str = "application/json", charset: str = "") -> HttpReply:
    return HttpReply(status, type_, charset, body)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (reply(b"{"), codes.PARTNER_MALFORMED),
        (reply(b'{"a":1,"a":2}'), codes.PARTNER_MALFORMED),
        (reply(b'{"a":NaN}'), codes.PARTNER_MALFORMED),
        (reply("\ufeff{}".encode()), codes.PARTNER_MALFORMED),
        (reply(b"[" * 1000 + b"]" * 1000), codes.PARTNER_UNSAFE),
        (reply(b"{}", type_="text/plain"), codes.PARTNER_MALFORMED),
        (reply(b"{}", type_=""), codes.PARTNER_MALFORMED),
        (reply(b"{}", charset="windows-1256"), codes.PARTNER_MALFORMED),
        (reply(b"", status=204), codes.PARTNER_EMPTY),
    ],
)
def test_what_is_no_strict_json_is_refused(given: HttpReply, code: Code) -> None:
    with pytest.raises(ExchangeError) as caught:
        operation().decode(given)
    assert caught.value.code is code


def test_other_content_types_are_read_where_the_manifest_says_so() -> None:
    assert operation(reply_types=["text/plain"]).decode(
        reply(b'{"code ":"200"}', type_="text/plain")
    ).body == {"code ": "200"}
    assert operation().decode(reply(b"[]", type_="application/hal+json", charset="utf-8")).body == []


def test_statuses_may_be_business_replies() -> None:
    declared = operation(replies={"404": {"found": False}, "409": "json", "204": {"done": True}})
    assert sent({}, replies={"404": "json"}).readable == {404}
    not_found = declared.decode(reply(b"<html>", 404, "text/html"))
    assert (not_found.body, not_found.wire) == ({"found": False}, b"<html>")
    assert declared.decode(reply(b'{"a":1}', 409)).body == {"a": 1}
    assert declared.decode(reply(b"", 204, "")).body == {"done": True}
    with pytest.raises(ExchangeError):
        declared.decode(reply(b"<html>", 409, "text/html"))


MANIFEST = """
protocol: rest
endpoints:
  parcel:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 5s
    rest: %s
"""


@pytest.mark.parametrize(
    ("section", "rule"),
    [
        ("{method: GET, path: p, body: none}", "rest.bad-value"),
        ("{method: GET, path: /../x, body: none}", "rest.path"),
        ("{method: GET, path: /%2E%2e/x, body: none}", "rest.path"),
        ("{method: GET, path: '/{', body: none}", "rest.path"),
        ("{method: GET, path: '/{}', body: none}", "rest.path"),
        ("{method: GET, path: /x, body: none, query: {a: 'x{b}'}}", "rest.path"),
        ("{method: GET, path: /x, body: json}", "rest.get-with-body"),
        ("{method: POST, path: /x, body: none, add: {a: b}}", "rest.add-without-body"),
        ("{method: POST, path: /x, body: json, headers: {A: credentials.none}}", "rest.credential-unknown"),
        ("{method: POST, path: /x, body: xml}", "rest.bad-value"),
        ("{method: POST, path: /x, body: json, replies: {'40': json}}", "rest.bad-value"),
    ],
)
def test_mistakes_of_a_manifest_are_found(section: str, rule: str) -> None:
    with pytest.raises(LintError) as caught:
        rest(manifest(MANIFEST % section), compile_condition, {})
    assert [(finding.rule, finding.line) for finding in caught.value.findings] == [(rule, 17)]
