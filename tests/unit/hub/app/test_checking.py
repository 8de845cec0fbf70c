"""Findings name files from where the reader stands; what nothing tests is worth a warning."""

from pathlib import Path

import pytest

from hub.app.checking import check
from hub.app.loading import placed_path
from hub.app.settings import CHECKOUT, Settings
from hub.core.findings import Finding
from tests.unit.hub.contracts.folders import Folder


def test_a_file_is_named_from_where_the_reader_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert placed_path("a/route.yaml", tmp_path / "routes") == "routes/a/route.yaml"
    assert placed_path("a/route.yaml", Path("routes")) == "routes/a/route.yaml"
    assert placed_path("a/route.yaml", Path("/elsewhere/routes")) == "/elsewhere/routes/a/route.yaml"
    assert placed_path(str(tmp_path / "routes"), tmp_path / "routes") == "routes"


def settings_of(**changes: Path) -> Settings:
    return Settings(**changes)  # type: ignore[arg-type]  # only folders are changed


def test_all_folders_are_judged_even_if_one_of_them_cannot_be_used(tmp_path: Path) -> None:
    route = tmp_path / "routes" / "broken" / "route.yaml"
    route.parent.mkdir(parents=True)
    route.write_text("route: broken\n")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "stray.txt").touch()
    checked = check(settings_of(routes_dir=tmp_path / "routes", contracts_dir=tmp_path / "contracts"))
    rules = {finding.rule for finding in checked.findings}
    assert "contract.stray-file" in rules
    assert "route.missing-key" in rules


def test_a_route_without_tests_is_worth_a_warning(tmp_path: Path) -> None:
    for name in ("identity-inquiry", "payment-verify-behpardakht", "title-inquiry"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "route.yaml").write_bytes((CHECKOUT / "routes" / name / "route.yaml").read_bytes())
    warnings = check(settings_of(routes_dir=tmp_path)).warnings
    assert Finding(
        str(tmp_path / "title-inquiry" / "route.yaml"), 0, "route.untested",
        "nothing tests the route title-inquiry", "add tests.yaml beside it",
    ) in warnings  # fmt: skip


def test_a_contract_that_has_no_xml_form_is_worth_a_warning(tmp_path: Path) -> None:
    nothing = {"type": "object", "allOf": [{"type": "string"}]}
    folder = Folder(tmp_path / "contracts").contract("a.b", nothing)
    empty = tmp_path / "empty"
    empty.mkdir()
    checked = check(settings_of(contracts_dir=folder.root, routes_dir=empty, adapters_dir=empty))
    [warning] = [one for one in checked.warnings if one.rule == "contract.no-xml"]
    assert warning.path == str(folder.root / "a.b" / "contract.yaml")
    assert "no document can be valid" in warning.message
