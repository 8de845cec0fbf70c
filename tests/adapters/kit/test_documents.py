"""What a call becomes that carries documents, and what a manifest may say of them."""

import re
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import Message as MimeMessage

import pytest

from adapters.kit.documents import DocumentsSpec, with_documents
from adapters.kit.http import HttpCall, StreamedBody
from adapters.rest.protocol import rest
from hub.core import codes
from hub.core.attachments import AttachmentStream
from hub.core.endpoint import Delivery
from hub.core.errors import ExchangeError
from hub.core.findings import LintError
from hub.core.values import JsonValue
from tests.adapters.manifests import compile_condition, manifest

CONTENT = {"a" * 64: b"first\r\n--", "b" * 64: b""}
JSON = b'{"note": 1}'


def spec(documents: str) -> DocumentsSpec:
    text = f"""
protocol: rest
rest: {{}}
endpoints:
  submit:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 1s
    rest: {{method: POST, path: /p, body: json}}
    documents: {documents}
"""
    found = manifest(text).endpoints["land-office.submit"].documents
    assert found is not None
    return found


async def open_attachment(digest: str) -> AttachmentStream:
    if digest not in CONTENT:
        raise ExchangeError(codes.DOCUMENT_LOST)
    content = CONTENT[digest]

    async def chunks() -> AsyncIterator[bytes]:
        for byte in content:
            yield bytes((byte,))

    return AttachmentStream(digest, len(content), "image/tiff", chunks)


async def made(
    documents: str, document: JsonValue, body: bytes | None = JSON, media_type: str = "application/json"
) -> HttpCall:
    call = HttpCall("POST", "http://p/", {"Content-Type": media_type, "X-Key": "k"}, body, 5.0)
    delivery = Delivery("e", "m", 1, 5.0, open_attachment=open_attachment)
    return await with_documents(call, spec(documents), document, delivery)


async def parts(call: HttpCall) -> list[tuple[str | None, str | None, str, bytes]]:
    """Name, file name, type and content of each part, as the standard library reads them."""
    assert isinstance(call.body, StreamedBody)
    body = b"".join([chunk async for chunk in call.body.chunks()])
    assert len(body) == call.body.size
    whole = message_from_bytes(f"Content-Type: {call.headers['Content-Type']}\r\n\r\n".encode() + body)
    assert whole.get_content_type() == "multipart/form-data"
    found = []
    for part in whole.get_payload():
        assert isinstance(part, MimeMessage)
        name = part.get_param("name", header="content-disposition")
        found.append((name, part.get_filename(), part.get_content_type(), part.get_payload(decode=True)))
    return found


async def test_the_message_is_a_part_and_each_document_another() -> None:
    said = "{message: request, parts: [{part: map, field: 'sheets[].digest', file_name: '{name}'}]}"
    document: JsonValue = {
        "sheets": [{"digest": "a" * 64, "name": "one.tif"}, {"digest": "b" * 64, "name": "2"}]
    }
    call = await made(said, document)
    assert await parts(call) == [
        ("request", None, "application/json", JSON),
        ("map", "one.tif", "image/tiff", CONTENT["a" * 64]),
        ("map", "2", "image/tiff", b""),
    ]
    assert await parts(call) == await parts(call)  # each attempt begins anew
    assert call.headers["X-Key"] == "k"


async def test_a_literal_name_a_type_of_ones_own_and_what_is_absent() -> None:
    said = """
      message: request
      parts:
        - {part: map, field: plan.digest, file_name: 'plan "1".pdf', media_type: application/pdf}
        - {part: deed, field: deed.digest}
"""
    call = await made(said, {"plan": {"digest": "a" * 64}})
    [_, plan] = await parts(call)
    assert plan[1:3] == ("plan %221%22.pdf", "application/pdf")
    [_, deed] = await parts(await made(said, {"deed": {"digest": "b" * 64}}))
    assert deed[:2] == ("deed", "b" * 64)  # without a name of its own it is called by its digest


async def test_each_field_of_a_form_is_a_part_of_its_own() -> None:
    said = "{parts: [{part: map, field: digest}]}"
    form, media_type = b"a=%D8%A8&empty=&n=1&n=2", "application/x-www-form-urlencoded; charset=utf-8"
    found = await parts(await made(said, {"digest": "b" * 64}, form, media_type))
    assert [(name, content.decode()) for name, _, _, content in found] == [
        ("a", "ب"), ("empty", ""), ("n", "1"), ("n", "2"), ("map", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "code", "pointer"),
    [
        ({"digest": "c" * 64, "name": "x"}, codes.DOCUMENT_LOST, "/digest"),
        ({"digest": 5, "name": "x"}, codes.MAPPING_OUTPUT_INVALID, "/digest"),
        ({"digest": "a" * 64}, codes.MAPPING_OUTPUT_INVALID, "/name"),
        ({"digest": "a" * 64, "name": "x\r\nX-Key: y"}, codes.MAPPING_OUTPUT_INVALID, "/name"),
    ],
)
async def test_what_cannot_be_sent_is_told_by_its_field(
    document: JsonValue, code: object, pointer: str
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await made("{message: m, parts: [{part: map, field: digest, file_name: '{name}'}]}", document)
    assert caught.value.code is code
    assert caught.value.errors[0].pointer == pointer


@pytest.mark.parametrize(
    ("documents", "rule"),
    [
        ("{message: m, parts: []}", "manifest"),
        ("{message: m, parts: [{part: map}]}", "manifest"),
        ("{message: m, parts: [{part: map, field: 'a..b'}]}", "manifest"),
        ("{message: m, parts: [{part: map, field: a, file_name: '{a}.pdf'}]}", "manifest"),
        ("{message: m, parts: [{part: map, field: a, media_type: pdf}]}", "manifest"),
        ("{message: m, parts: [{part: map, field: a, form: mtom}]}", "manifest"),
        ("{message: m, parts: [{part: one, field: a}, {part: two, field: a}]}", "manifest.document-twice"),
        ("{message: m, parts: [{part: m, field: a}]}", "manifest.document-part"),
    ],
)
def test_what_a_manifest_cannot_mean_is_a_finding(documents: str, rule: str) -> None:
    with pytest.raises(LintError) as caught:
        spec(documents)
    assert all(finding.rule.startswith(rule) and finding.line for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("section", "documents", "rule"),
    [
        ("{method: POST, path: /p, body: json}", "", "rest.documents-message"),
        ("{method: POST, path: /p, body: form}", "message: m, ", "rest.documents-message"),
        ("{method: GET, path: /p, body: none}", "", "rest.documents-without-body"),
    ],
)
def test_what_a_rest_call_cannot_carry_is_a_finding(section: str, documents: str, rule: str) -> None:
    text = f"""
protocol: rest
endpoints:
  submit:
    contract: land-office.parcel@1.0
    idempotent: true
    timeout: 1s
    rest: {section}
    documents: {{{documents}parts: [{{part: map, field: a}}]}}
"""
    with pytest.raises(LintError) as caught:
        rest(manifest(text), compile_condition, {})
    [finding] = caught.value.findings
    assert finding.rule == rule
    assert re.search(r":\d+", str(finding))


def test_who_calls_nobody_sends_no_documents() -> None:
    head = "partner: land-office\ntitle: {fa: اداره‌ی زمین, en: Land office}\nevidence: modelled\n"
    text = """
protocol: inbox
inbox: {}
endpoints:
  submit:
    contract: land-office.parcel@1.0
    inbox: {}
    documents: {message: m, parts: [{part: map, field: a}]}
"""
    with pytest.raises(LintError) as caught:
        manifest(text, head=head)
    assert "manifest.not-used" in {finding.rule for finding in caught.value.findings}
