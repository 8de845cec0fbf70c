"""Persian as it is typed, through the real hub to the simulated registry office, in both protocols."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from lxml import etree

from tests.system.peyvand_process import ROOT
from tests.system.soap_hub import CONTRACT, SoapHub, running_soap_hub

pytestmark = pytest.mark.system

EXAMPLE = ROOT / "contracts" / CONTRACT / "examples/2.1/valid/one-owner.request.json"
CANONICAL: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
PERSIAN = str.maketrans("0123456789یک", "۰۱۲۳۴۵۶۷۸۹يك")
NS = f"urn:peyvand:contract:{CONTRACT}:v2"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoapHub]:
    with running_soap_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


def typed() -> dict[str, Any]:
    """The example as an officer types it: Arabic letters, Persian digits, a blank that slipped in."""
    document: dict[str, Any] = json.loads(json.dumps(CANONICAL))
    officer = document["requester"]["officer"]
    for name in officer:
        officer[name] = officer[name].translate(PERSIAN)
    officer["national_code"] = f" {officer['national_code']}"
    document["deed"]["estate_note_number"] = document["deed"]["estate_note_number"].translate(PERSIAN)
    return document


def call(hub: SoapHub, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return session.request(method, hub.hub.public + path, data=body, headers=given, timeout=60)


def ask(hub: SoapHub, document: Any, major: int = 2) -> tuple[int, Any, Any]:
    answer = call(
        hub,
        "POST",
        f"/exchange/{CONTRACT}/v{major}",
        json.dumps(document).encode(),
        Authorization=f"Bearer {hub.key}",
        Content_Type="application/json",
        Accept_Language="fa",
    )
    return answer.status_code, answer.json(), answer.headers


def element(name: str, value: Any) -> Any:
    made = etree.Element(f"{{{NS}}}{name}")
    if isinstance(value, dict):
        for key, inner in value.items():
            made.append(element(key, inner))
    else:
        made.text = str(value)
    return made


def envelope(document: Any) -> bytes:
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    root = etree.Element(f"{{{soap}}}Envelope")
    operation = etree.SubElement(etree.SubElement(root, f"{{{soap}}}Body"), f"{{{NS}}}TitleInquiry")
    operation.append(element("request", document))
    return etree.tostring(root, encoding="utf-8")


def test_rest_takes_what_is_typed_and_tells_which_fields_it_put_right(hub: SoapHub) -> None:
    _, expected, _ = ask(hub, CANONICAL)
    status, reply, headers = ask(hub, typed())
    assert status == 200, reply
    assert reply["estate"] == expected["estate"]
    shown = call(hub, "GET", f"/exchanges/{headers['Exchange-Id']}", Authorization=f"Bearer {hub.key}")
    history = shown.json()["history"]
    assert "/requester/officer/national_code" in history[0]["detail"]["normalised"].split()


def test_soap_takes_the_same(hub: SoapHub) -> None:
    credentials = base64.b64encode(f"{hub.user}:{hub.key}".encode()).decode()
    answer = call(
        hub,
        "POST",
        f"/soap/{CONTRACT}/v2",
        envelope(typed()),
        Authorization=f"Basic {credentials}",
        Content_Type="text/xml; charset=utf-8",
    )
    assert answer.status_code == 200, answer.text
    note = etree.fromstring(answer.content).findtext(f".//{{{NS}}}estate_note_number")
    assert note == CANONICAL["deed"]["estate_note_number"]


def test_a_wrong_check_digit_is_still_refused_in_words_for_who_typed_it(hub: SoapHub) -> None:
    document = typed()
    document["requester"]["officer"]["national_code"] = "۹۹۹۰۰۰۰۰۸۶"
    status, problem, _ = ask(hub, document)
    assert status == 422
    [error] = problem["errors"]
    assert error["pointer"] == "/requester/officer/national_code"
    assert "رقم کنترل" in error["detail"]
    assert "۹۹۹" not in json.dumps(problem, ensure_ascii=False)


def test_versions_that_do_not_ask_for_it_take_nothing_but_the_canonical_form(hub: SoapHub) -> None:
    document = typed()
    assert ask(hub, document, major=1)[0] == 422


def test_the_catalogue_says_which_fields_may_be_written_otherwise(hub: SoapHub) -> None:
    for path in (f"/contracts/{CONTRACT}/v2", "/openapi.json", f"/contracts/{CONTRACT}/v2/asyncapi.json"):
        answer = call(hub, "GET", path, Authorization=f"Bearer {hub.key}")
        assert answer.status_code == 200, path
        assert '"/requester/officer/last_name":"letters"' in answer.text, path
