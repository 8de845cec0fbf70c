"""``peyvand contract`` as a process: what scripts and people get, with which exit code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.peyvand_process import City, city, with_own_data

pytestmark = pytest.mark.system

TEXT = {"type": "string"}
XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r" type="xs:{}"/></xs:schema>'


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> City:
    return city(tmp_path_factory.mktemp("city"))


def files(folder: Path, old: Any, new: Any, end: str = "json") -> tuple[str, str]:
    paths = folder / f"old.{end}", folder / f"new.{end}"
    for path, schema in zip(paths, (old, new), strict=True):
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
    return str(paths[0]), str(paths[1])


def compat(here: City, old: str, new: str, mode: str = "backward") -> tuple[int, Any]:
    done = here.run("contract", "compat", old, new, "--mode", mode, "--format", "json")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(("mode", "code"), [("backward", 0), ("forward", 1), ("full", 1)])
def test_the_verdict_is_json_and_the_exit_code(here: City, tmp_path: Path, mode: str, code: int) -> None:
    old, new = files(tmp_path, {"type": "integer"}, {"type": "number"})
    status, said = compat(here, old, new, mode)
    assert status == code
    assert said["compatible"] is (code == 0)
    (change,) = said["changes"]
    assert (change["rule"], change["pointer"], change["compatible"]) == ("type-widened", "/type", code == 0)
    assert (change["old"], change["new"]) == ("integer", "number")


def test_without_a_change_there_is_nothing_to_tell(here: City, tmp_path: Path) -> None:
    old, new = files(tmp_path, TEXT, TEXT | {"title": "متن"})
    assert compat(here, old, new, "full") == (0, {"compatible": True, "changes": []})


def test_xml_schemas_are_compared_too(here: City, tmp_path: Path) -> None:
    old, new = files(tmp_path, XSD.format("int"), XSD.format("long"), "xsd")
    assert compat(here, old, new)[0] == 0
    assert compat(here, new, old)[0] == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{", TEXT),
        (TEXT, {"type": "text"}),
        (TEXT, {"$ref": "https://city.example/s.json"}),
        (TEXT, {"$schema": "http://json-schema.org/draft-07/schema#"}),
    ],
)
def test_unusable_input_is_one_sentence_and_exit_2(here: City, tmp_path: Path, old: Any, new: Any) -> None:
    done = here.run("contract", "compat", *files(tmp_path, old, new), "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("peyvand: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("missing.json", "missing.json"), ("a.json",), ("a.json", "b.json", "--mode", "sideways")]
)
def test_unusable_arguments_are_exit_2(here: City, arguments: tuple[str, ...]) -> None:
    assert here.run("contract", "compat", *arguments).returncode == 2


def test_people_read_persian_and_english(here: City, tmp_path: Path) -> None:
    old, new = files(tmp_path, TEXT, TEXT | {"minLength": 1})
    done = here.run("contract", "compat", old, new)
    assert done.returncode == 1
    assert "! min-length-added /minLength" in done.stdout
    assert "کمترین طول متن تعیین شد | The least length of the text was set" in done.stdout
    assert "ناسازگار" in done.stdout


def test_the_projects_own_catalogue_is_in_order(here: City) -> None:
    checked = here.json("contract", "check")
    assert checked["findings"] == []
    assert checked["versions"] >= checked["contracts"] > 0


def test_two_versions_of_a_contract_are_told_apart(here: City) -> None:
    done = here.run("contract", "diff", "registry.title-inquiry@1.0", "registry.title-inquiry@1.1")
    assert done.returncode == 0
    assert "+ property-added /properties/parcel" in done.stdout
    assert (
        here.run("contract", "diff", "registry.title-inquiry@1.0", "registry.title-inquiry@9.9").returncode
        == 2
    )


@pytest.fixture
def own(tmp_path: Path) -> Iterator[City]:
    """A city with one more draft of a contract."""
    mine = with_own_data(tmp_path)
    folder = tmp_path / "contracts" / "registry.title-inquiry"
    text = (folder / "contract.yaml").read_text(encoding="utf-8")
    (folder / "contract.yaml").write_text(text.rstrip() + '\n  "1.9": {status: draft}\n', encoding="utf-8")
    for kind in ("request", "reply"):
        source = (folder / f"1.1.{kind}.schema.json").read_bytes()
        (folder / f"1.9.{kind}.schema.json").write_bytes(source)
    return mine


def spoil(own: City) -> None:
    path = own.folder / "contracts" / "registry.title-inquiry" / "1.9.request.schema.json"
    schema = json.loads(path.read_bytes())
    schema["required"].append("parcel")
    path.write_text(json.dumps(schema), encoding="utf-8")


def test_a_draft_is_released_with_its_day_and_lint_agrees(own: City) -> None:
    released = own.json("contract", "release", "registry.title-inquiry@1.9", "--date", "2027-01-20")
    assert released["released"] == "registry.title-inquiry@1.9"
    assert len(released["locked"]) == 2
    text = (own.folder / "contracts" / "registry.title-inquiry" / "contract.yaml").read_text(encoding="utf-8")
    assert '"1.9": {status: released, released: 2027-01-20}' in text
    assert own.json("contract", "check")["findings"] == []
    again = own.run("contract", "release", "registry.title-inquiry@1.9")
    assert (again.returncode, "not a draft" in again.stderr) == (2, True)


def test_a_draft_that_breaks_the_rule_is_found_and_not_released(own: City) -> None:
    spoil(own)
    checked = own.run("contract", "check")
    assert checked.returncode == 1
    assert "1.9.request.schema.json:" in checked.stdout
    assert "compatibility.required-added" in checked.stdout
    refused = own.run("contract", "release", "registry.title-inquiry@1.9")
    assert refused.returncode == 1
    assert "compatibility.required-added" in refused.stderr


def test_lint_refuses_a_released_version_that_breaks_the_rule(own: City) -> None:
    spoil(own)
    contract = own.folder / "contracts" / "registry.title-inquiry" / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(
        text.replace("{status: draft}", "{status: released, released: 2027-01-20}"), encoding="utf-8"
    )
    own.run("lock")
    linted = own.run("lint")
    assert linted.returncode == 1
    assert "compatibility.required-added" in linted.stdout
