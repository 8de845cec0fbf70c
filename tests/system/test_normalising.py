"""Persian as it is typed, through the real hub to the simulated registry office, in both protocols."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
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


def post(hub: SoapHub, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes, Any]:
    request = urllib.request.Request(hub.hub.public + path, body, dict(headers))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read(), refusal.headers


def ask(hub: SoapHub, document: Any, major: int = 2) -> tuple[int, Any, Any]:
    headers = {
        "Authorization": f"Bearer {hub.key}",
        "Content-Type": "application/json",
        "Accept-Language": "fa",
    }
    status, body, out = post(hub, f"/exchange/{CONTRACT}/v{major}", json.dumps(document).encode(), headers)
    return status, json.loads(body), out


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
    request = urllib.request.Request(
        f"{hub.hub.public}/exchanges/{headers['Exchange-Id']}", headers={"Authorization": f"Bearer {hub.key}"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        history = json.loads(answer.read())["history"]
    assert "/requester/officer/national_code" in history[0]["detail"]["normalised"].split()


def test_soap_takes_the_same(hub: SoapHub) -> None:
    credentials = base64.b64encode(f"{hub.user}:{hub.key}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "text/xml; charset=utf-8"}
    status, body, _ = post(hub, f"/soap/{CONTRACT}/v2", envelope(typed()), headers)
    assert status == 200, body.decode()
    note = etree.fromstring(body).findtext(f".//{{{NS}}}estate_note_number")
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
