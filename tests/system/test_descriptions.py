"""The life of a contract over HTTP: described, served in two majors at once, deprecated, gone, and counted meanwhile."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.system.peyvand_process import ROOT, WITHIN_S, City, Hub, city, running_hub, with_own_data
from tests.system.sandbox_process import Partners, fresh, running_partners

pytestmark = pytest.mark.system

TITLE, CIVIL, PAYMENT = "registry.title-inquiry", "civil.identity-inquiry", "payment.verify"
ASYNCAPI = ROOT / "tests" / "third_party" / "asyncapi" / "3.0.0.schema.json"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: Any


def call(url: str, key: str, document: Any = None, **headers: str) -> Reply:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(  # noqa: S310 - our own hub
        url, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **given}
    )
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 - as above
            return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, {k.lower(): v for k, v in error.headers.items()}, json.load(error))


def example(contract: str, version: str, name: str) -> Any:
    path = ROOT / "contracts" / contract / "examples" / version / "valid" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def client(where: City, name: str, *grants: str) -> str:
    return str(where.json("client", "add", name, *(w for grant in grants for w in ("--grant", grant)))["key"])


@pytest.fixture(scope="module")
def all_partners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    with running_partners(tmp_path_factory.mktemp("sandbox")) as partners:
        yield partners


@pytest.fixture
def partners(all_partners: Partners) -> Iterator[Partners]:
    with fresh(all_partners) as ready:
        yield ready


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, str]]:
    """A hub without partners, and the key of a client that may use some contracts."""
    where = city(tmp_path_factory.mktemp("city"))
    key = client(where, "portal", f"{TITLE}@1", PAYMENT)
    with running_hub(where) as hub:
        yield hub, key


class TestDescriptions:
    def test_one_document_of_everything_that_the_client_may_use(self, served):
        hub, key = served
        answer = call(hub.public + "/openapi.json", key)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        OpenAPIV31SpecValidator(answer.body).validate()
        told = [path for path in answer.body["paths"] if path.startswith("/exchange/")]
        assert told == [f"/exchange/{PAYMENT}/v1", f"/exchange/{PAYMENT}/v2", f"/exchange/{TITLE}/v1"]

    @pytest.mark.parametrize(("query", "numbers"), [("", ["1.1", "1.0"]), ("?version=1.0", ["1.0"])])
    def test_one_major_or_one_version_of_it(self, served, query, numbers):
        hub, key = served
        answer = call(hub.public + f"/contracts/{TITLE}/v1/openapi.json{query}", key)
        OpenAPIV31SpecValidator(answer.body).validate()
        operation = answer.body["paths"][f"/exchange/{TITLE}/v1"]["post"]
        header = next(p for p in operation["parameters"] if p.get("name") == "Contract-Version")
        assert header["schema"]["enum"] == numbers

    def test_asyncapi_names_the_hub_by_the_address_it_was_reached_by(self, served):
        hub, key = served
        answer = call(hub.public + f"/contracts/{PAYMENT}/v2/asyncapi.json", key)
        judge = jsonschema_rs.Draft7Validator(json.loads(ASYNCAPI.read_text(encoding="utf-8")))
        assert judge.is_valid(answer.body)
        assert answer.body["servers"]["hub"]["host"] == hub.public.removeprefix("http://")

    @pytest.mark.parametrize("file", ["openapi.json", "asyncapi.json"])
    @pytest.mark.parametrize(
        ("place", "status", "code"),
        [
            (f"{TITLE}/v2", 403, "grant.missing"),
            (f"{CIVIL}/v1", 403, "grant.missing"),
            ("registry-office.ownership/v1", 404, "contract.unknown"),
            (f"{TITLE}/v9", 404, "contract.version_unknown"),
        ],
    )
    def test_nobody_is_told_of_what_is_not_theirs(self, served, file, place, status, code):
        hub, key = served
        answer = call(hub.public + f"/contracts/{place}/{file}", key)
        assert (answer.status, answer.body["code"]) == (status, code)

    def test_an_unknown_version_and_a_stranger_are_refused(self, served):
        hub, key = served
        unknown = call(hub.public + f"/contracts/{TITLE}/v1/openapi.json?version=1.9", key)
        assert (unknown.status, unknown.body["code"]) == (404, "contract.version_unknown")
        stranger = call(hub.public + "/openapi.json", "pvd_nobody")
        assert (stranger.status, stranger.body["code"]) == (401, "auth.invalid")


def without_time(reply: Any) -> Any:
    """When and under which number the partner answered is another each time."""
    return {name: value for name, value in reply.items() if name != "response"}


class TestTwoMajorsAtOnce:
    """Clients on 1.0 and on 2.x, the same partner, the same parcel, person, payment: each in its own words."""

    def test_clients_of_both_majors_are_served_by_one_partner(self, tmp_path: Path, partners: Partners):
        where = city(tmp_path)
        with running_hub(where, partners=partners.environment) as hub:
            old = client(where, "desk", f"{TITLE}@1.0", f"{CIVIL}@1.0", f"{PAYMENT}@1.0")
            new = client(where, "portal", f"{TITLE}@2", f"{CIVIL}@2.0", f"{PAYMENT}@2.0")

            def ask(contract: str, version: str, name: str) -> Any:
                key = old if version.startswith("1") else new
                url = f"{hub.public}/exchange/{contract}/v{version[0]}"
                answer = call(url, key, example(contract, version, name))
                assert (answer.status, answer.headers["contract-version"]) == (200, version), answer.body
                return answer.body

            for contract, older, newer, name in (
                (TITLE, "1.0", "2.1", "mortgaged"),
                (CIVIL, "1.0", "2.0", "alive"),
            ):
                for version in (older, newer):
                    reply, shown = (
                        ask(contract, version, f"{name}.request"),
                        example(contract, version, f"{name}.reply"),
                    )
                    assert without_time(reply) == without_time(shown)
            assert ask(PAYMENT, "1.0", "paid.request") == {"result": "verified", "provider_code": "0"}
            assert ask(PAYMENT, "2.0", "paid.request")["result"] == "already_verified"

            refused = call(
                f"{hub.public}/exchange/{TITLE}/v2", old, example(TITLE, "2.0", "mortgaged.request")
            )
            assert (refused.status, refused.body["code"]) == (403, "grant.missing")
        assert partners.calls("registry_office")["count"] == 2

    def test_a_message_of_one_major_is_none_of_the_other(self, tmp_path: Path, partners: Partners):
        where = city(tmp_path)
        with running_hub(where, partners=partners.environment) as hub:
            key = client(where, "portal", PAYMENT)
            answer = call(f"{hub.public}/exchange/{PAYMENT}/v2", key, example(PAYMENT, "1.1", "paid.request"))
            assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/order_id")
        assert partners.calls("behpardakht")["count"] == 0


def lifecycle(where: City, version: str, entry: str) -> None:
    path = where.folder / "contracts" / TITLE / "contract.yaml"
    before = f'"{version}": {{status: released, released: 2026-11-22}}'
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, f'"{version}": {entry}'), encoding="utf-8")


class TestTheEndOfAVersion:
    def test_a_deprecated_version_says_when_it_goes_and_what_follows(
        self, tmp_path: Path, partners: Partners
    ):
        where = with_own_data(tmp_path)
        entry = '{status: deprecated, released: 2020-01-01, deprecated: 2021-03-20, sunset: 2999-12-31, successor: "2.1"}'
        lifecycle(where, "1.0", entry)
        with running_hub(where, partners=partners.environment) as hub:
            key = client(where, "portal", TITLE)
            url = f"{hub.public}/exchange/{TITLE}/v1"
            old = call(url, key, example(TITLE, "1.0", "one-owner.request"), Contract_Version="1.0")
            assert old.status == 200
            assert old.headers["deprecation"] == "@1616198400"
            assert old.headers["sunset"] == "Tue, 31 Dec 2999 00:00:00 GMT"
            assert old.headers["link"] == f'</contracts/{TITLE}/v2>; rel="successor-version"'
            newest = call(url, key, example(TITLE, "1.1", "one-owner.request"))
            assert newest.headers.keys() & {"deprecation", "sunset", "link"} == set()
            described = call(f"{hub.public}/contracts/{TITLE}/v1/openapi.json?version=1.0", key).body
            assert described["paths"][f"/exchange/{TITLE}/v1"]["post"]["deprecated"] is True

    def test_after_its_sunset_it_is_gone_with_a_pointer_to_what_follows(self, tmp_path: Path):
        where = with_own_data(tmp_path)
        entry = '{status: deprecated, released: 2020-01-01, deprecated: 2020-02-01, sunset: 2021-01-01, successor: "2.1"}'
        lifecycle(where, "1.0", entry)
        with running_hub(where) as hub:
            key = client(where, "portal", TITLE)
            url = f"{hub.public}/exchange/{TITLE}/v1"
            gone = call(url, key, example(TITLE, "1.0", "one-owner.request"), Contract_Version="1.0")
            assert (gone.status, gone.body["code"]) == (410, "contract.retired")
            assert f"{TITLE}@2.1" in gone.body["detail"]
            assert gone.headers["link"] == f'</contracts/{TITLE}/v2>; rel="successor-version"'
            document = call(f"{hub.public}/contracts/{TITLE}/v1/openapi.json?version=1.0", key)
            assert (document.status, document.body["code"]) == (410, "contract.retired")
            everything = call(f"{hub.public}/openapi.json", key).body
            schemas = everything["components"]["schemas"].keys()
            assert f"{TITLE}-1.0-request" not in schemas
            assert f"{TITLE}-1.1-request" in schemas


class TestUsage:
    def test_who_still_uses_what_is_counted_from_the_journal(self, tmp_path: Path, partners: Partners):
        where = city(tmp_path)
        with running_hub(where, partners=partners.environment) as hub:
            desk, portal = client(where, "desk", CIVIL), client(where, "portal", CIVIL)
            asked = example(CIVIL, "1.0", "alive.request")
            for key, version in ((desk, "1.0"), (desk, "1.0"), (portal, "2.0")):
                url = f"{hub.public}/exchange/{CIVIL}/v{version[0]}"
                assert call(url, key, asked, Contract_Version=version).status == 200
            assert call(f"{hub.public}/exchange/{CIVIL}/v1", desk, {}, Contract_Version="1.0").status == 422
            told = where.json("contract", "usage")
            shown = where.run("contract", "usage")
        rows = [
            (row["contract"], row["version"], row["client"], row["exchanges"], row["refused"])
            for row in told["usage"]
        ]
        assert rows == [(CIVIL, "1.0", "desk", 3, 1), (CIVIL, "2.0", "portal", 1, 0)]
        assert all(row["status"] == "released" and row["last_used"] > "2026" for row in told["usage"])
        assert shown.returncode == 0
        assert "desk" in shown.stdout
