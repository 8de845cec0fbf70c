"""The contracts as SOAP against a running hub: zeep made from the WSDL alone, and what only a socket can show."""

import base64
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import xmlschema
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

from tests.system.peyvand_process import INQUIRY
from tests.system.soap_hub import CONTRACT, SoapHub, running_soap_hub

pytestmark = pytest.mark.system

DOCUMENT: dict[str, Any] = json.loads(INQUIRY.read_text(encoding="utf-8"))
PROBLEM = "{urn:peyvand:problem:v1}"
PORTS = ("TitleInquirySoap11", "TitleInquirySoap12")


@pytest.fixture(scope="module")
def soap_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoapHub]:
    with running_soap_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


class Zeep:
    """A client that knows the WSDL's address, a name and a key."""

    def __init__(self, hub: SoapHub, *, wsdl: str = "", **options: Any) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (hub.user, hub.key)
        self.history = HistoryPlugin()
        self.client = zeep.Client(
            wsdl or hub.wsdl,
            transport=Transport(session=self.session, timeout=30),
            plugins=[self.history],
            **options,
        )

    def port(self, name: str = PORTS[0]) -> Any:
        return self.client.bind("TitleInquiryService", name)


@pytest.fixture
def made(soap_hub: SoapHub) -> Iterator[Zeep]:
    client = Zeep(soap_hub)
    with client.session:
        yield client


def wrong() -> dict[str, Any]:
    document = json.loads(json.dumps(DOCUMENT))
    document["requester"]["officer"]["national_code"] = "1234567890"
    return document


class TestZeep:
    @pytest.mark.parametrize("port", PORTS)
    def test_asks_and_is_answered(self, made: Zeep, port: str) -> None:
        reply = made.port(port).TitleInquiry(request=DOCUMENT)
        assert reply.result == "found"
        assert reply.estate.owners.item[0].national_code == "9990000018"
        assert str(reply.estate.area.value) == "212.45"
        assert reply.response.answered_at.utcoffset() is not None
        assert reply.estate.arrests is None  # zeep's word for an element that is there and empty

    @pytest.mark.parametrize(("port", "code"), [(PORTS[0], "S:Client"), (PORTS[1], "S:Sender")])
    def test_reads_faults_with_code_and_pointers(self, made: Zeep, port: str, code: str) -> None:
        with pytest.raises(Fault) as caught:
            made.port(port).TitleInquiry(request=wrong())
        problem = caught.value.detail.find(f"{PROBLEM}Problem")
        assert (caught.value.code, problem.findtext(f"{PROBLEM}Code")) == (code, "request.invalid")
        assert problem.findtext(f"{PROBLEM}Error/{PROBLEM}Pointer") == "/requester/officer/national_code"

    def test_sends_a_username_token_instead_of_basic(self, soap_hub: SoapHub) -> None:
        made = Zeep(soap_hub, wsse=UsernameToken(soap_hub.user, soap_hub.key))
        made.session.auth = None
        with made.session:
            assert made.port().TitleInquiry(request=DOCUMENT).result == "found"
        store = b"".join(path.read_bytes() for path in soap_hub.where.data_dir.glob("*") if path.is_file())
        assert soap_hub.key.encode() not in store

    def test_cannot_send_a_digest(self, soap_hub: SoapHub) -> None:
        made = Zeep(soap_hub, wsse=UsernameToken(soap_hub.user, soap_hub.key, use_digest=True))
        made.session.auth = None
        with made.session, pytest.raises(Fault) as caught:
            made.port().TitleInquiry(request=DOCUMENT)
        assert "PasswordText" in caught.value.detail.findtext(f".//{PROBLEM}Detail")

    def test_says_case_and_key_in_the_header_of_the_wsdl(self, soap_hub: SoapHub, made: Zeep) -> None:
        header = {"exchange": {"CaseId": "zeep-1", "IdempotencyKey": "zeep-key-1"}}
        for port in PORTS:
            made.port(port).TitleInquiry(request=DOCUMENT, _soapheaders=header)
        (only,) = soap_hub.where.json("exchange", "list", "--case", "zeep-1")["exchanges"]
        assert only["state"] == "completed"

    def test_what_both_send_is_valid_under_the_catalogue_s_schema(
        self, soap_hub: SoapHub, made: Zeep
    ) -> None:
        made.port().TitleInquiry(request=DOCUMENT)
        version = made.client.wsdl.services["TitleInquiryService"].ports[PORTS[0]].binding_options["address"]
        schema = fetch(soap_hub, f"/contracts/{CONTRACT}/v1/types.xsd?{urlsplit(version).query}")
        judges = (xmlschema.XMLSchema(schema.decode()), etree.XMLSchema(etree.fromstring(schema)))
        for message in (made.history.last_sent, made.history.last_received):
            content = message["envelope"][-1][0]
            judges[0].validate(content)
            assert judges[1].validate(content), judges[1].error_log

    @pytest.mark.parametrize("version", ["1.0", "1.1"])
    def test_keeps_to_the_version_it_was_made_from(self, soap_hub: SoapHub, version: str) -> None:
        made = Zeep(soap_hub, wsdl=f"{soap_hub.wsdl}&version={version}")
        with made.session:
            made.port().TitleInquiry(request=DOCUMENT)
        headers = made.history.last_received["http_headers"]
        assert headers["contract-version"] == version


def fetch(hub: SoapHub, path: str) -> bytes:
    return call(hub, "GET", path, b"", {})[2]


def call(
    hub: SoapHub, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    place = urlsplit(hub.hub.public)
    headers = {"Authorization": f"Bearer {hub.key}"} | headers
    with closing(http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)) as connection:
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def envelope(hub: SoapHub) -> bytes:
    """A request as zeep writes it."""
    made = Zeep(hub)
    with made.session:
        message = made.client.create_message(made.port(), "TitleInquiry", request=DOCUMENT)
    return bytes(etree.tostring(message))


class TestTheCatalogue:
    def test_names_wsdl_and_schema_of_each_version(self, soap_hub: SoapHub) -> None:
        view = json.loads(fetch(soap_hub, f"/contracts/{CONTRACT}/v1"))
        for version in view["versions"]:
            wsdl = etree.fromstring(fetch(soap_hub, version["wsdl"]))
            addresses = {node.get("location") for node in wsdl.iter("{*}address")}
            assert addresses == {soap_hub.hub.public + version["soap"]}
            assert etree.fromstring(fetch(soap_hub, version["types"])).get("version") == version["version"]


class TestXmlOverRest:
    def test_the_content_of_an_envelope_is_a_document_of_the_exchange_path(self, soap_hub: SoapHub) -> None:
        content = etree.tostring(etree.fromstring(envelope(soap_hub))[-1][0])
        status, headers, body = call(
            soap_hub, "POST", f"/exchange/{CONTRACT}/v1", content, {"Content-Type": "application/xml"}
        )
        assert (status, headers["content-type"]) == (200, "application/xml; charset=utf-8")
        assert etree.fromstring(body).findtext(".//{*}result") == "found"
        shown = json.loads(fetch(soap_hub, f"/exchanges/{headers['exchange-id']}"))
        assert shown["reply"]["result"] == "found"


class TestTheSocket:
    def test_expect_100_continue(self, soap_hub: SoapHub) -> None:
        body = envelope(soap_hub)
        place = urlsplit(soap_hub.url)
        with socket.create_connection((str(place.hostname), place.port or 80), timeout=30) as line:
            line.sendall(
                f"POST {place.path} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {soap_hub.key}\r\n"
                f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
                "Expect: 100-continue\r\nConnection: close\r\n\r\n".encode()
            )
            assert line.recv(1000).startswith(b"HTTP/1.1 100 Continue\r\n")
            line.sendall(body)
            answer = b""
            while piece := line.recv(65536):
                answer += piece
        assert answer.startswith(b"HTTP/1.1 200 ")

    def test_mtom(self, soap_hub: SoapHub) -> None:
        """No contract of ours has a binary field; the package is understood, and its message answered."""
        part = (
            b'Content-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\n'
            b"Content-Transfer-Encoding: binary\r\nContent-ID: <root>\r\n\r\n"
        )
        body = b"--b\r\n" + part + envelope(soap_hub) + b"\r\n--b--\r\n"
        type_ = (
            'multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary=b'
        )
        status, _, answer = call(soap_hub, "POST", urlsplit(soap_hub.url).path, body, {"Content-Type": type_})
        assert (status, etree.fromstring(answer).findtext(".//{*}result")) == (200, "found")

    def test_an_empty_body(self, soap_hub: SoapHub) -> None:
        status, _, answer = call(
            soap_hub,
            "POST",
            urlsplit(soap_hub.url).path,
            b"",
            {"Content-Type": "text/xml", "Content-Length": "0"},
        )
        assert (status, etree.fromstring(answer).findtext(f".//{PROBLEM}Code")) == (500, "request.empty")

    def test_basic_is_challenged_where_nothing_is_given(self, soap_hub: SoapHub) -> None:
        status, headers, _ = call(
            soap_hub, "GET", f"{urlsplit(soap_hub.url).path}?wsdl", b"", {"Authorization": ""}
        )
        assert (status, "Basic" in headers["www-authenticate"]) == (401, True)
        given = "Basic " + base64.b64encode(f"{soap_hub.user}:{soap_hub.key}".encode()).decode()
        path = f"{urlsplit(soap_hub.url).path}?wsdl"
        assert call(soap_hub, "GET", path, b"", {"Authorization": given})[0] == 200
