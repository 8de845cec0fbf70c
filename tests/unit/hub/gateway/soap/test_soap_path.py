"""SOAP at the edge: the same exchange, pipeline and codes as REST, in envelopes."""

import base64
import json

import pytest

from hub.core.contract import Pattern
from hub.core.exchange import State
from hub.core.message import Role
from hub.gateway.http import HttpLimits
from tests.unit.hub.gateway.soap.edge import (
    EXCHANGE,
    GOOD,
    NS,
    PATH,
    SOAP_11,
    SOAP_12,
    TYPE_11,
    TYPE_12,
    SoapEdge,
    Told,
    envelope,
    told,
    with_schemas,
)
from tests.unit.hub.runtime.engine import GOOD as GOOD_JSON
from tests.unit.hub.runtime.engine import GOOD_REPLY, engine

ACTION = f"{NS}:Inquiry"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#"
WSA = "http://www.w3.org/2005/08/addressing"


def basic(name: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()


def token(name: str, password: str, kind: str = "PasswordText") -> str:
    return (
        f'<w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"><w:UsernameToken><w:Username>{name}</w:Username>'
        f'<w:Password Type="{PROFILE}{kind}">{password}</w:Password></w:UsernameToken></w:Security>'
    )


def exchange_header(**fields: str) -> str:
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f'<Exchange xmlns="urn:peyvand:exchange:v1">{inside}</Exchange>'


async def recorded(edge: SoapEdge, answer: Told) -> dict[Role, tuple[str, bytes]]:
    documents = await edge.hub.journal.documents(answer.headers["exchange-id"])
    return {document.role: (document.media_type, document.body) for _, document in documents}


class TestAnExchange:
    @pytest.mark.parametrize(("soap", "type_"), [(SOAP_11, TYPE_11), (SOAP_12, TYPE_12)])
    async def test_is_answered_in_the_version_it_was_asked_in(self, soap: str, type_: str) -> None:
        edge = SoapEdge()
        answer = await edge.post(envelope(soap=soap), type_=type_)
        assert (answer.status, answer.headers["content-type"]) == (200, type_)
        assert answer.root.tag == f"{{{soap}}}Envelope"
        assert answer.content.tag == f"{{{NS}}}InquiryResponse"
        assert answer.content.findtext(f".//{{{NS}}}owner") == "found"
        assert edge.hub.states(answer.headers["exchange-id"])[-1] is State.COMPLETED
        assert [call.body for call, _ in edge.hub.endpoint.calls] == [GOOD_JSON]

    async def test_tells_its_id_in_a_header_of_its_own(self) -> None:
        answer = await SoapEdge().post()
        assert answer.root.findtext(f".//{EXCHANGE}ExchangeId") == answer.headers["exchange-id"]

    async def test_is_recorded_as_it_came_and_its_reply_in_json(self) -> None:
        edge = SoapEdge()
        documents = await recorded(edge, await edge.post())
        assert documents[Role.REQUEST] == (TYPE_11, envelope())
        assert (documents[Role.REPLY][0], json.loads(documents[Role.REPLY][1])) == (
            "application/json", GOOD_REPLY,
        )  # fmt: skip

    async def test_goes_on_from_its_record_after_a_wait(self) -> None:
        edge = SoapEdge(engine(contract_=with_schemas(Pattern.STORE_AND_FORWARD)))
        answer = await edge.post()
        assert (answer.status, answer.content.tag) == (200, f"{EXCHANGE}Accepted")
        assert answer.content.findtext(f"{EXCHANGE}State") == "accepted"
        id_ = answer.content.findtext(f"{EXCHANGE}ExchangeId")
        assert answer.content.findtext(f"{EXCHANGE}Location") == f"/exchanges/{id_}"
        await edge.hub.workers.work(id_)
        assert edge.hub.states(id_)[-1] is State.COMPLETED
        assert [call.body for call, _ in edge.hub.endpoint.calls] == [GOOD_JSON]

    async def test_is_one_under_its_key_whatever_the_protocol(self) -> None:
        edge = SoapEdge()
        key = ("Idempotency-Key", "k-1")
        over_soap = await edge.post(envelope(), key)
        headers = [("Authorization", f"Bearer {edge.hub.key}"), ("Content-Type", "application/json"), key]
        rest = "/exchange/deeds.inquiry/v1"
        over_rest = await told(edge.app, "POST", rest, headers, b'{ "note":17 }')
        again = await edge.post(envelope(header=exchange_header(IdempotencyKey="k-1")))
        assert json.loads(over_rest.body) == GOOD_REPLY
        assert again.content.findtext(f".//{{{NS}}}owner") == "found"
        ids = {answer.headers["exchange-id"] for answer in (over_soap, over_rest, again)}
        assert len(ids) == len(edge.hub.endpoint.calls) == 1

    async def test_a_reply_that_xml_cannot_carry_is_no_success_and_is_recorded_as_none(self) -> None:
        edge = SoapEdge(engine(contract_=with_schemas(), answer={"owner": "a\u0000"}))
        answer = await edge.post()
        assert (answer.status, answer.fault, answer.problem("Code")) == (
            500,
            "Server",
            "mapping.output_invalid",
        )
        assert answer.errors == [("/owner", "characters")]
        assert edge.hub.states(answer.headers["exchange-id"])[-1] is State.FAILED


class TestRefusals:
    @pytest.mark.parametrize(
        ("soap", "type_", "status", "fault"),
        [(SOAP_11, TYPE_11, 500, "Client"), (SOAP_12, TYPE_12, 400, "Sender")],
    )
    async def test_have_the_codes_and_pointers_of_json(
        self, soap: str, type_: str, status: int, fault: str
    ) -> None:
        content = f'<Inquiry xmlns="{NS}"><request><note>x</note></request></Inquiry>'
        edge = SoapEdge()
        answer = await edge.post(envelope(content, soap=soap), type_=type_)
        assert (answer.status, answer.fault) == (status, fault)
        assert (answer.problem("Code"), answer.errors) == ("request.invalid", [("/note", "type")])
        assert (answer.problem("Origin"), answer.problem("Retryable")) == ("client", "false")
        assert answer.problem("ExchangeId") == answer.headers["exchange-id"]
        assert edge.hub.states(answer.headers["exchange-id"]) == [State.REJECTED]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "request.empty"),
            (envelope(""), "request.empty"),
            (b"{}", "request.malformed"),
            (b"<a/>", "request.malformed"),
            (envelope(GOOD + GOOD), "request.malformed"),
            (envelope(f"x{GOOD}"), "request.malformed"),
            (f'<s:Envelope xmlns:s="{SOAP_11}"/>'.encode(), "request.malformed"),
            (b'<!DOCTYPE a [<!ENTITY e "x">]>' + envelope(), "request.malformed"),
            (envelope("<!-- x -->" + GOOD), "request.malformed"),
            (envelope("<?x?>" + GOOD), "request.malformed"),
            (envelope(f'<Other xmlns="{NS}"/>'), "request.invalid"),
            (envelope(GOOD.replace(NS, "urn:x")), "request.invalid"),
            (envelope().replace(b"17", b"\xff"), "request.not_utf8"),
            (envelope().decode().encode("utf-16"), "request.not_utf8"),
        ],
    )
    async def test_of_what_is_no_such_message(self, body: bytes, code: str) -> None:
        edge = SoapEdge()
        answer = await edge.post(body)
        assert (answer.status, answer.fault, answer.problem("Code")) == (500, "Client", code)
        assert edge.hub.endpoint.calls == []

    @pytest.mark.parametrize(
        ("soap", "type_", "action", "is_taken"),
        [
            (SOAP_11, TYPE_11, f'"{ACTION}"', True),
            (SOAP_11, TYPE_11, ACTION, True),
            (SOAP_11, TYPE_11, '""', True),
            (SOAP_11, TYPE_11, "", True),
            (SOAP_11, TYPE_11, '"urn:other"', False),
            (SOAP_12, f'{TYPE_12}; action="{ACTION}"', "", True),
            (SOAP_12, f'{TYPE_12}; action="urn:other"', "", False),
        ],
    )
    async def test_of_another_action(self, soap: str, type_: str, action: str, is_taken: bool) -> None:
        more = [("SOAPAction", action)] if action else []
        answer = await SoapEdge().post(envelope(soap=soap), *more, type_=type_)
        assert (answer.status == 200) is is_taken
        if not is_taken:
            assert answer.problem("Code") == "request.bad_header"
            assert ACTION in str(answer.problem("Detail"))

    async def test_of_a_version_of_soap_that_is_not_announced(self) -> None:
        answer = await SoapEdge().post(envelope(soap=SOAP_12), type_=TYPE_11)
        assert (answer.fault, answer.problem("Code")) == ("VersionMismatch", "request.malformed")

    @pytest.mark.parametrize("type_", ["application/json", "", "text/xml2", "multipart/related"])
    async def test_of_other_content_types(self, type_: str) -> None:
        answer = await SoapEdge().post(type_=type_)
        assert (answer.status, answer.problem("Code")) == (500, "request.media_type")

    @pytest.mark.parametrize(
        ("header", "fault"),
        [
            ('<a xmlns="urn:x" s:mustUnderstand="1"/>', "MustUnderstand"),
            ('<a xmlns="urn:x" s:mustUnderstand="0"/>', None),
            ('<a xmlns="urn:x"/>', None),
            ('<a xmlns="urn:x" s:mustUnderstand="1" s:actor="urn:somebody-else"/>', None),
            ('<a xmlns="urn:x" s:mustUnderstand="1" s:actor="http://schemas.xmlsoap.org/soap/actor/next"/>', "MustUnderstand"),
        ],
    )  # fmt: skip
    async def test_of_headers_that_must_be_understood(self, header: str, fault: str | None) -> None:
        answer = await SoapEdge().post(envelope(header=header))
        assert (answer.fault if answer.status != 200 else None) == fault

    async def test_overload_is_told_by_the_status_too(self) -> None:
        answer = await SoapEdge(max_in_flight=0).post()
        assert (answer.status, answer.fault, answer.problem("Code")) == (503, "Server", "hub.overloaded")
        assert (answer.headers["retry-after"], answer.problem("Retryable")) == ("1", "true")

    async def test_a_message_that_is_too_large(self) -> None:
        answer = await SoapEdge(limits=HttpLimits(body_bytes=100)).post(envelope(GOOD + " " * 200))
        assert (answer.fault, answer.problem("Code")) == ("Client", "request.too_large")

    async def test_other_methods(self) -> None:
        edge = SoapEdge()
        assert (await told(edge.app, "PUT", PATH)).status == 405


class TestTheHeaderExchange:
    async def test_says_what_http_headers_say(self) -> None:
        edge = SoapEdge()
        header = exchange_header(CaseId="c-1", OnBehalfOf="o-1", ContractVersion="1.0")
        answer = await edge.post(envelope(header=header))
        opening = edge.hub.history(answer.headers["exchange-id"])[0].opening
        assert opening is not None
        assert (opening.case_id, opening.on_behalf_of) == ("c-1", "o-1")

    async def test_and_http_headers_do_not_both_say_it(self) -> None:
        answer = await SoapEdge().post(envelope(header=exchange_header(CaseId="c-1")), ("Case-Id", "c-1"))
        assert answer.problem("Code") == "request.bad_header"

    async def test_can_ask_not_to_wait(self) -> None:
        answer = await SoapEdge().post(envelope(header=exchange_header(Prefer="respond-async")))
        assert (answer.status, answer.content.tag) == (200, f"{EXCHANGE}Accepted")

    @pytest.mark.parametrize(
        "fields", [{"Surprise": "x"}, {"CaseId": "x" * 201}, {"CaseId": "پ"}, {"CaseId": "<a/>"}]
    )
    async def test_is_judged(self, fields: dict[str, str]) -> None:
        answer = await SoapEdge().post(envelope(header=exchange_header(**fields)))
        assert answer.problem("Code") == "request.bad_header"

    async def test_the_version_may_stand_in_the_address(self) -> None:
        edge = SoapEdge()
        assert (await edge.post(path=PATH + "?version=1.0")).status == 200
        answer = await edge.post(path=PATH + "?version=1.7")
        assert answer.problem("Code") == "contract.version_unknown"


class TestWhoCalls:
    async def test_basic_is_name_and_key(self) -> None:
        edge = SoapEdge()
        assert (await edge.post(authorization=basic("portal", edge.hub.key))).status == 200

    @pytest.mark.parametrize(
        "given", ["Bearer x", "Basic x", "Basic", basic("portal", ""), basic("portal", "x"), "Basic eA=="]
    )
    async def test_nobody_else_gets_in(self, given: str) -> None:
        edge = SoapEdge()
        answer = await edge.post(authorization=given)
        assert str(answer.problem("Code")).startswith("auth.")
        assert "Basic" in answer.headers["www-authenticate"] or answer.problem("Code") == "auth.invalid"
        assert edge.hub.endpoint.calls == []

    async def test_a_key_under_another_name_is_refused(self) -> None:
        edge = SoapEdge()
        answer = await edge.post(authorization=basic("somebody", edge.hub.key))
        assert answer.problem("Code") == "auth.invalid"
        answer = await edge.post(envelope(header=token("somebody", edge.hub.key)), authorization="")
        assert answer.problem("Code") == "auth.invalid"

    async def test_a_username_token_is_name_and_key_and_its_password_is_never_recorded(self) -> None:
        edge = SoapEdge()
        answer = await edge.post(envelope(header=token("portal", edge.hub.key)), authorization="")
        assert answer.status == 200
        documents = await recorded(edge, answer)
        assert b"<note>17</note>" in documents[Role.REQUEST][1]
        assert all(edge.hub.key.encode() not in body for _, body in documents.values())

    async def test_a_refused_message_is_recorded_without_its_password_too(self) -> None:
        edge = SoapEdge()
        content = GOOD.replace("17", "x")
        answer = await edge.post(envelope(content, header=token("portal", edge.hub.key)), authorization="")
        documents = await recorded(edge, answer)
        assert all(edge.hub.key.encode() not in body for _, body in documents.values())

    async def test_a_digest_cannot_be_checked_and_the_fault_says_so(self) -> None:
        edge = SoapEdge()
        answer = await edge.post(envelope(header=token("portal", "x", "PasswordDigest")), authorization="")
        assert answer.problem("Code") == "auth.missing"
        assert "PasswordText" in str(answer.problem("Detail"))

    async def test_who_is_refused_by_http_is_not_even_read(self) -> None:
        answer = await SoapEdge().post(b"no xml at all", authorization="Bearer x")
        assert answer.problem("Code") == "auth.invalid"


class TestAddressing:
    def header(self, reply_to: str = f"{WSA}/anonymous") -> str:
        return (
            f'<a:MessageID xmlns:a="{WSA}">urn:uuid:1</a:MessageID>'
            f'<a:ReplyTo xmlns:a="{WSA}" s:mustUnderstand="1"><a:Address>{reply_to}</a:Address></a:ReplyTo>'
        )

    async def test_an_answer_relates_to_its_message(self) -> None:
        answer = await SoapEdge().post(envelope(header=self.header()))
        assert answer.root.findtext(f".//{{{WSA}}}RelatesTo") == "urn:uuid:1"
        assert answer.root.findtext(f".//{{{WSA}}}Action") == f"{ACTION}Response"

    async def test_answers_go_back_where_the_message_came_from(self) -> None:
        answer = await SoapEdge().post(envelope(header=self.header("http://elsewhere/")))
        assert answer.problem("Code") == "request.bad_header"


class TestMtom:
    TYPE = (
        'multipart/related; type="application/xop+xml"; boundary="b-1"; start="<root>"; start-info="text/xml"'
    )
    INCLUDE = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:{}"/>'

    def message(self, image: str, *parts: tuple[str, bytes]) -> bytes:
        content = f'<Inquiry xmlns="{NS}"><request><note>17</note><image>{image}</image></request></Inquiry>'
        heads = [("root", "application/xop+xml; charset=utf-8", envelope(content))]
        heads += [(id_, "image/png", body) for id_, body in parts]
        text = b"".join(
            f"\r\n--b-1\r\nContent-Type: {type_}\r\nContent-Transfer-Encoding: binary\r\n"
            f"Content-ID: <{id_}>\r\n\r\n".encode()
            + body
            for id_, type_, body in heads
        )
        return text.lstrip() + b"\r\n--b-1--\r\n"

    async def test_a_part_is_the_base64_of_its_element(self) -> None:
        edge = SoapEdge(engine(contract_=with_schemas(Pattern.STORE_AND_FORWARD)))
        content = bytes(range(256)) + b"\r\n--b-"
        raw = self.message(self.INCLUDE.format("p%401"), ("p@1", content))
        answer = await edge.post(raw, type_=self.TYPE)
        assert (await recorded(edge, answer))[Role.REQUEST] == (self.TYPE, raw)
        await edge.hub.workers.work(answer.headers["exchange-id"])
        ((message, _),) = edge.hub.endpoint.calls
        assert base64.b64decode(message.body["image"]) == content

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "request.empty"),
            (b"--b-1--", "request.incomplete"),
            (b"--b-1\r\n\r\n", "request.incomplete"),
            (b"--b-1\r\nno head\r\n--b-1--", "request.malformed"),
        ],
    )
    async def test_what_is_broken_is_refused(self, raw: bytes, code: str) -> None:
        assert (await SoapEdge().post(raw, type_=self.TYPE)).problem("Code") == code

    @pytest.mark.parametrize(
        "image", [INCLUDE.format("gone"), "x" + INCLUDE.format("p"), INCLUDE.format("p") * 2]
    )
    async def test_a_part_that_is_not_there_or_not_alone_is_refused(self, image: str) -> None:
        answer = await SoapEdge().post(self.message(image, ("p", b"x")), type_=self.TYPE)
        assert answer.problem("Code") == "request.malformed"


class TestDescriptions:
    async def get(self, path: str, *, key: bool = True) -> Told:
        edge = SoapEdge()
        headers = [("Authorization", basic("portal", edge.hub.key))] if key else []
        return await told(edge.app, "GET", path, [*headers, ("Host", "hub.example")])

    @pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl&version=1.0"])
    async def test_the_wsdl_is_of_one_version_and_leads_to_it(self, query: str) -> None:
        found = await self.get(f"{PATH}?{query}")
        assert (found.status, found.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        locations = [node.get("location") for node in found.root.iter("{*}address")]
        assert len(locations) == 2
        assert all(place.endswith("/soap/deeds.inquiry/v1?version=1.0") for place in locations)

    async def test_the_schema(self) -> None:
        assert (await self.get(f"{PATH}?xsd")).root.get("targetNamespace") == NS

    @pytest.mark.parametrize(
        ("path", "status"),
        [(PATH, 405), ("/soap/deeds.other/v1?wsdl", 404), (PATH + "?wsdl&version=7.0", 404)],
    )
    async def test_there_is_nothing_else(self, path: str, status: int) -> None:
        assert (await self.get(path)).status == status

    async def test_only_for_clients(self) -> None:
        found = await self.get(f"{PATH}?wsdl", key=False)
        assert (found.status, "Basic" in found.headers["www-authenticate"]) == (401, True)


class TestXmlOverRest:
    async def post(self, body: bytes, *more: tuple[str, str]) -> Told:
        edge = SoapEdge()
        headers = [("Authorization", f"Bearer {edge.hub.key}"), *more]
        return await told(edge.app, "POST", "/exchange/deeds.inquiry/v1", headers, body)

    XML = ("Content-Type", "application/xml")
    JSON = ("Content-Type", "application/json")

    @pytest.mark.parametrize(
        ("sent", "accept", "is_xml"),
        [
            (XML, "", True),
            (XML, "*/*", True),
            (XML, "application/json", False),
            (XML, "application/json;q=0.5, application/xml", True),
            (JSON, "", False),
            (JSON, "application/xml", True),
            (JSON, "application/xml, application/json", False),
            (JSON, "text/html, application/xhtml+xml", False),
        ],
    )
    async def test_a_reply_has_the_form_of_the_request_unless_another_is_preferred(
        self, sent: tuple[str, str], accept: str, is_xml: bool
    ) -> None:
        body = GOOD.encode() if sent is self.XML else json.dumps(GOOD_JSON).encode()
        found = await self.post(body, sent, *([("Accept", accept)] if accept else []))
        assert found.status == 200
        if is_xml:
            assert found.headers["content-type"] == "application/xml; charset=utf-8"
            assert found.root.tag == f"{{{NS}}}InquiryResponse"
        else:
            assert json.loads(found.body) == GOOD_REPLY

    async def test_mistakes_are_those_of_json(self) -> None:
        found = await self.post(GOOD.replace("17", "x").encode(), self.XML)
        problem = json.loads(found.body)
        assert (found.status, problem["code"], problem["errors"][0]["pointer"]) == (
            422,
            "request.invalid",
            "/note",
        )

    async def test_an_envelope_is_no_document(self) -> None:
        found = await self.post(envelope(), self.XML)
        assert json.loads(found.body)["errors"][0]["code"] == "element"
