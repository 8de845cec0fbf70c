"""The way from outside in: begin a contract or a route, simulate a partner, draft from what a partner gives."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.system.peyvand_process import ROOT, WITHIN_S, City, end, read_until, running_hub, with_own_data

pytestmark = pytest.mark.system

OWNERSHIP = ROOT / "adapters" / "registry_office" / "wsdl" / "ownership.wsdl"
TITLE_VALID = ROOT / "contracts" / "registry.title-inquiry" / "examples" / "1.1" / "valid"


def lint(where: City) -> tuple[int, Any]:
    done = where.run("lint", "--json")
    return done.returncode, json.loads(done.stdout)


@contextmanager
def simulated(where: City, contract: str, *options: str) -> Iterator[str]:
    command = where.command("contract", "mock", contract, "--port", "0", "--json", *options)
    process = subprocess.Popen(command, cwd=ROOT, env=where.environment, stdout=subprocess.PIPE)
    try:
        yield json.loads(read_until(process, lambda said: said.endswith("\n")))["address"]
    finally:
        assert end(process) == 0


def post(url: str, body: bytes, method: str = "POST") -> tuple[int, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 - as above
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


class TestNewContract:
    def test_it_lints_and_can_be_simulated_at_once(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        written = where.json("new", "contract", "fire.hydrant-report")["written"]
        assert "contract.yaml" in {Path(path).name for path in written}
        code, told = lint(where)
        assert (code, told["findings"]) == (0, [])
        with simulated(where, "fire.hydrant-report") as address:
            assert post(address, b'{"number": "17"}') == (200, {"result": "found"})

    def test_nothing_is_overwritten(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        done = where.run("new", "contract", "payment.verify")
        assert (done.returncode, "nothing was written" in done.stderr) == (1, True)

    @pytest.mark.parametrize("name", ["Fire", "fire", "../x", "fire..approval"])
    def test_a_name_that_names_no_contract_is_refused(self, tmp_path: Path, name: str) -> None:
        assert with_own_data(tmp_path).run("new", "contract", name).returncode == 2


class TestNewRoute:
    FROM_TO = ("--from", "registry.title-inquiry@1", "--to", "registry-office.ownership-inquiry")

    def test_it_lints_takes_nothing_and_is_red_until_it_is_filled_in(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        where.json("new", "route", "title-inquiry-district-2", *self.FROM_TO)
        assert lint(where)[0] == 0
        tested = where.run("test", "--json")
        red = [file["path"] for file in json.loads(tested.stdout)["files"] if not file["passed"]]
        assert tested.returncode == 1
        assert [Path(path).parent.name for path in red] == ["title-inquiry-district-2"]
        explained = where.run(
            "explain", "registry.title-inquiry@1", str(TITLE_VALID / "one-owner.request.json")
        )
        assert "title-inquiry-district-2" not in explained.stdout.partition("translate")[2]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"--from": "registry.title-inqury@1"}, "did you mean 'registry.title-inquiry'?"),
            ({"--from": "registry.title-inquiry@7"}, "no served version of major 7"),
            ({"--to": "registry-office.ownership"}, "did you mean"),
            ({"--to": "behpardakht.verify"}, "no mappings lead from"),
        ],
    )
    def test_what_leads_nowhere_is_refused(self, tmp_path: Path, changes: dict[str, str], said: str) -> None:
        options = dict(zip(self.FROM_TO[::2], self.FROM_TO[1::2], strict=True)) | changes
        done = with_own_data(tmp_path).run(
            "new", "route", "x", *(w for pair in options.items() for w in pair)
        )
        assert done.returncode in {1, 2}
        assert said in done.stderr


class TestMock:
    def test_it_answers_with_the_example_s_reply_else_with_an_invented_one_always_the_same(
        self, tmp_path: Path
    ) -> None:
        where = with_own_data(tmp_path)
        asked = (TITLE_VALID / "one-owner.request.json").read_bytes()
        other = json.loads(asked)
        other["deed"]["estate_note_number"] = "77"
        with simulated(where, "registry.title-inquiry@1.1") as address:
            assert post(f"{address}/any/path", asked) == (
                200, json.loads((TITLE_VALID / "one-owner.reply.json").read_text(encoding="utf-8")),
            )  # fmt: skip
            first, again = (post(address, json.dumps(other).encode()) for _ in "12")
        assert first == again
        assert first[0] == 200
        with simulated(where, "registry.title-inquiry@1.1", "--seed", "2") as address:
            assert post(address, json.dumps(other).encode())[1] != first[1]

    def test_it_takes_only_what_the_contract_takes(self, tmp_path: Path) -> None:
        with simulated(with_own_data(tmp_path), "payment.verify@2.0") as address:
            status, told = post(address, b'{"provider": "behpardakht"}')
            assert (status, {error["code"] for error in told["errors"]}) == (422, {"required"})
            assert post(address, b'{"a": 1, "a": 2}')[1]["error"] == "request.duplicate_key"
            assert post(address, b"{}", "DELETE")[0] == 405

    def test_it_is_a_partner_for_a_rest_endpoint(self, tmp_path: Path) -> None:
        """Drafted from OpenAPI, simulated, routed to: a message goes the whole way before the partner is there."""
        where = with_own_data(tmp_path)
        drafted_debt(where)
        route(where)
        with simulated(where, "water.ask-debt") as address:
            added = where.json("client", "add", "portal", "--grant", "utility.debt-inquiry")
            with running_hub(where, partners={"PEYVAND_WATER_URL": address}) as hub:
                message = where.folder / "debt.json"
                message.write_text('{"connection": "1234567"}', encoding="utf-8")
                sent = where.json(
                    "send",
                    "utility.debt-inquiry@1",
                    str(message),
                    "--url",
                    hub.public,
                    PEYVAND_KEY=added["key"],
                )
        assert sent["status"] == 200
        assert isinstance(sent["reply"]["debt_rial"], int)


DEBT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Water", "version": "1"},
    "paths": {
        "/debts": {
            "post": {
                "operationId": "askDebt",
                "requestBody": {"content": {"application/json": {"schema": {
                    "type": "object", "required": ["connection"], "additionalProperties": False,
                    "properties": {"connection": {"type": "string", "pattern": "^[0-9]{7}$"}}}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Debt"}}}}},
            }
        }
    },
    "components": {"schemas": {"Debt": {
        "type": "object", "required": ["debtRial"], "additionalProperties": False,
        "properties": {"debtRial": {"type": "integer", "minimum": 0, "maximum": 1000000000}}}}},
}  # fmt: skip
CITY_DEBT = {
    "request": {"connection": {"type": "string", "pattern": "^[0-9]{7}$"}},
    "reply": {"debt_rial": {"type": "integer", "minimum": 0}},
}


def drafted_debt(where: City) -> Any:
    """The city's contract, and what is drafted for it from the partner's OpenAPI."""
    where.json("new", "contract", "utility.debt-inquiry")
    folder = where.folder / "contracts" / "utility.debt-inquiry"
    for kind, properties in CITY_DEBT.items():
        schema = {
            "type": "object",
            "required": list(properties),
            "additionalProperties": False,
            "properties": properties,
        }
        (folder / f"1.0.{kind}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    shutil.rmtree(folder / "examples")
    contract = folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(
        text.replace("{status: draft}", "{status: released, released: 2026-11-22}"), encoding="utf-8"
    )
    description = where.folder / "water.json"
    description.write_text(json.dumps(DEBT), encoding="utf-8")
    return where.json(
        "contract", "import", str(description), "--partner", "water", "--for", "utility.debt-inquiry@1.0"
    )


def route(where: City) -> None:
    where.json("new", "route", "debt", "--from", "utility.debt-inquiry@1", "--to", "water.ask-debt")
    path = where.folder / "routes" / "debt" / "route.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("when:")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


class TestImport:
    def test_a_wsdl_becomes_contract_adapter_and_mappings_that_lint_but_for_what_a_person_decides(
        self, tmp_path: Path
    ) -> None:
        where = with_own_data(tmp_path)
        told = where.json(
            "contract",
            "import",
            str(OWNERSHIP),
            "--partner",
            "land-office",
            "--for",
            "registry.title-inquiry@1.1",
        )
        code, found = lint(where)
        assert code == 1
        assert {finding["rule"] for finding in found["findings"]} <= {
            "mapping.source-unknown", "mapping.source-unread", "mapping.required-missing",
        }  # fmt: skip
        asked = {decision["path"] for decision in told["decisions"]}
        assert {finding["path"] for finding in found["findings"]} <= asked
        assert any("RequestId" in decision["question"] for decision in told["decisions"])
        assert any("idempotent" in decision["question"] for decision in told["decisions"])

    def test_without_mappings_everything_lints(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        where.json("contract", "import", str(OWNERSHIP), "--partner", "land-office")
        assert lint(where)[0] == 0

    @pytest.mark.parametrize(
        ("folder", "operation", "contract"),
        [
            ("registry_office", "OwnershipInquiry", "registry-office.ownership"),
            ("civil_registry", "getEstelam3", "civil-registry.estelam3"),
            ("behpardakht", "bpVerifyRequest", "behpardakht.verify"),
        ],
    )
    def test_the_drafted_reply_takes_what_the_partners_known_so_far_answer(
        self, tmp_path: Path, folder: str, operation: str, contract: str
    ) -> None:
        where = with_own_data(tmp_path)
        (wsdl,) = (ROOT / "adapters" / folder / "wsdl").glob("*.wsdl")
        written = where.json("contract", "import", str(wsdl), "--partner", "known", "--operation", operation)[
            "written"
        ]
        (drafted,) = (Path(path).parent.name for path in written if path.endswith("1.0.reply.schema.json"))
        target = where.folder / "contracts" / drafted / "examples" / "1.0" / "valid"
        target.mkdir(parents=True)
        for path in (ROOT / "contracts" / contract / "examples" / "1.0" / "valid").glob("*.reply.json"):
            (target / path.name).write_bytes(path.read_bytes())
        assert list(target.iterdir())
        assert lint(where)[1]["findings"] == []

    def test_openapi_becomes_contract_endpoint_and_complete_mappings(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        drafted_debt(where)
        assert where.run("lock").returncode == 0
        assert lint(where)[1]["findings"] == []

    def test_two_elements_of_an_xsd_become_a_contract(self, tmp_path: Path) -> None:
        where = with_own_data(tmp_path)
        xsd = where.folder / "types.xsd"
        xsd.write_text(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t" xmlns="urn:t" '
            'elementFormDefault="qualified">'
            '<xs:simpleType name="Code"><xs:restriction base="xs:string"><xs:maxLength value="4"/>'
            '<xs:pattern value="[0-9]+"/></xs:restriction></xs:simpleType>'
            '<xs:simpleType name="Kind"><xs:restriction base="xs:int"><xs:enumeration value="1"/>'
            '<xs:enumeration value="2"/></xs:restriction></xs:simpleType>'
            '<xs:element name="Ask"><xs:complexType><xs:sequence><xs:element name="code" type="Code"/>'
            '<xs:element name="kind" type="Kind" minOccurs="0" maxOccurs="3"/></xs:sequence></xs:complexType></xs:element>'
            '<xs:element name="Tell"><xs:complexType><xs:sequence><xs:element name="day" type="xs:date" nillable="true"/>'
            "</xs:sequence></xs:complexType></xs:element></xs:schema>",
            encoding="utf-8",
        )
        where.json(
            "contract", "import", str(xsd), "--partner", "tax", "--operation", "Ask", "--reply", "Tell"
        )
        folder = where.folder / "contracts" / "tax.ask"
        request = json.loads((folder / "1.0.request.schema.json").read_text(encoding="utf-8"))
        assert request["required"] == ["code"]
        assert request["properties"]["code"] == {"type": "string", "maxLength": 4, "pattern": "^(?:[0-9]+)$"}
        kinds = request["properties"]["kind"]
        assert (kinds["type"], kinds["maxItems"], kinds["items"]["enum"]) == ("array", 3, [1, 2])
        reply = json.loads((folder / "1.0.reply.schema.json").read_text(encoding="utf-8"))
        assert reply["properties"]["day"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
        assert lint(where)[0] == 0

    @pytest.mark.parametrize(
        ("name", "content", "rule"),
        [
            ("far.wsdl", '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><import location="http://127.0.0.1:1/x"/></definitions>', "soap.wsdl-remote-import"),
            ("far.xsd", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:import namespace="urn:x" schemaLocation="https://127.0.0.1:1/x"/></xs:schema>', "soap.wsdl-remote-import"),
            ("far.json", '{"paths": {"/x": {"get": {"responses": {"200": {"$ref": "http://127.0.0.1:1/x"}}}}}}', "openapi.remote-reference"),
        ],
    )  # fmt: skip
    def test_nothing_is_fetched_and_nothing_is_written(
        self, tmp_path: Path, name: str, content: str, rule: str
    ) -> None:
        where = with_own_data(tmp_path)
        (where.folder / name).write_text(content, encoding="utf-8")
        elements = ("--operation", "A", "--reply", "B") if name.endswith("xsd") else ()
        done = where.run("contract", "import", str(where.folder / name), "--partner", "far", *elements)
        assert (done.returncode, rule in done.stderr) == (1, True), done.stderr
        assert not list((where.folder / "contracts").glob("far*"))

    def test_of_several_operations_one_has_to_be_named(self, tmp_path: Path) -> None:
        wsdl = ROOT / "adapters" / "behpardakht" / "wsdl" / "payment.wsdl"
        done = with_own_data(tmp_path).run("contract", "import", str(wsdl), "--partner", "bank")
        assert (done.returncode, "bpVerifyRequest" in done.stderr) == (2, True)
