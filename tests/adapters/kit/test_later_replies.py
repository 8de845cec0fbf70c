"""What a partner posts later is read as its manifest says, and what cannot be read is the sender's fault."""

from typing import Any

import orjson
import pytest

from adapters.kit import registry
from adapters.kit.later_replies import later_reply_forms
from adapters.rest.protocol import rest
from hub.core import codes
from hub.core.endpoint import LaterReplyForm
from hub.core.errors import Code, ExchangeError
from hub.core.findings import LintError
from hub.core.values import ContractRef
from hub.expressions import compile_condition
from tests.adapters.manifests import manifest

ASYNC = """
protocol: rest
rest: {}
endpoints:
  parcel:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 20s
    rest: {method: POST, path: /parcels, body: json}
    outcomes:
      - {when: 'has(reply.Tracking)', acknowledged: reply.Tracking}
    later_replies:
      form: json
      tracking_code: reply.Tracking
      document: reply.Answer
      contract: land-office.answer@1.0
      outcomes:
        - {when: '!reply.Done', code: partner.refused, detail: {fa: نه, en: refused}}
"""


def form(text: str = ASYNC) -> LaterReplyForm:
    read = manifest(text)
    endpoints = registry.endpoints((read,), {"rest": rest}, compile_condition, {})
    return later_reply_forms((read,), endpoints, compile_condition)["land-office.parcel"]


def post(document: Any, media_type: str = "application/json") -> Any:
    wire = document if isinstance(document, bytes) else orjson.dumps(document)
    return form().read(wire, media_type)


def test_code_and_document_are_found_where_the_manifest_says() -> None:
    reply = post({"Tracking": 17, "Answer": {"Done": True}})
    assert reply.tracking_code == "17"
    assert reply.message.body == {"Done": True}
    assert reply.message.contract == ContractRef.parse("land-office.answer@1.0")
    assert reply.message.wire == b'{"Tracking":17,"Answer":{"Done":true}}'


@pytest.mark.parametrize(
    ("document", "media_type", "code"),
    [
        (b"", "application/json", codes.REQUEST_EMPTY),
        (b"{", "application/json", codes.REQUEST_MALFORMED),
        (b'{"a":1,"a":2}', "application/json", codes.REQUEST_DUPLICATE_KEY),
        (b"{}", "text/plain", codes.REQUEST_MEDIA_TYPE),
        ({"Answer": {}}, "application/json", codes.REPLY_NO_CODE),
        ({"Tracking": "", "Answer": {}}, "application/json", codes.REPLY_NO_CODE),
        ({"Tracking": True, "Answer": {}}, "application/json", codes.REPLY_NO_CODE),
        ({"Tracking": "x" * 201, "Answer": {}}, "application/json", codes.REPLY_NO_CODE),
        ([], "application/json", codes.REPLY_NO_CODE),
        ({"Tracking": "17"}, "application/json", codes.REQUEST_INVALID),
    ],
)
def test_what_cannot_be_read_says_why(document: Any, media_type: str, code: Code) -> None:
    with pytest.raises(ExchangeError) as refused:
        post(document, media_type)
    assert refused.value.code is code


def test_a_reply_may_say_that_the_partner_has_not_done_it() -> None:
    with pytest.raises(ExchangeError) as refused:
        form().judge(post({"Tracking": "17", "Answer": {"Done": False}}).message)
    assert refused.value.code is codes.PARTNER_REFUSED
    form().judge(post({"Tracking": "17", "Answer": {"Done": True}}).message)


async def test_the_endpoints_own_form_is_read_as_its_protocol_reads_replies() -> None:
    own = manifest(ASYNC.replace("form: json", "form: own"))
    endpoints = registry.endpoints(
        (own,), {"rest": rest}, compile_condition, {"LAND_OFFICE": "http://land.invalid"}
    )
    read = later_reply_forms((own,), endpoints, compile_condition)["land-office.parcel"]
    with pytest.raises(ExchangeError) as refused:
        read.read(b"{", "application/json")
    assert refused.value.code.id in {"request.malformed", "partner.not_configured"}


def test_a_condition_that_does_not_compile_is_a_finding() -> None:
    with pytest.raises(LintError) as failure:
        form(ASYNC.replace("!reply.Done", "reply.Done ="))
    assert [finding.rule for finding in failure.value.findings] == ["manifest.condition"]
