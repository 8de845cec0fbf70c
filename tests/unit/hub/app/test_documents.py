"""What an endpoint sends as documents is what its contract calls references to documents."""

import shutil
from pathlib import Path

import pytest

from hub.app.checking import check
from hub.app.settings import CHECKOUT, Settings
from hub.core.findings import Finding

PART = '- {part: map, field: "Maps[].Sha256", file_name: "{FileName}"}'


def findings(tmp_path: Path, before: str, after: str) -> list[Finding]:
    adapters = tmp_path / "adapters"
    shutil.copytree(CHECKOUT / "adapters", adapters, ignore=shutil.ignore_patterns("*.py"))
    manifest = adapters / "registry_office_maps" / "manifest.yaml"
    text = manifest.read_text(encoding="utf-8")
    assert before in text
    manifest.write_text(text.replace(before, after), encoding="utf-8")
    return list(check(Settings(adapters_dir=adapters)).findings)


@pytest.mark.parametrize("field", ["Maps[].Sha265", "Maps.Sha256"])
def test_a_field_that_refers_to_no_document_is_named(tmp_path: Path, field: str) -> None:
    found = {finding.rule: finding for finding in findings(tmp_path, "Maps[].Sha256", field)}
    assert found.keys() == {"manifest.document-field", "manifest.document-not-sent"}
    wrong = found["manifest.document-field"]
    assert "Maps[].Sha256" in wrong.hint
    assert "registry_office_maps" in wrong.path
    assert wrong.line


def test_a_document_that_nobody_sends_is_named(tmp_path: Path) -> None:
    before = f"    documents:\n      message: request\n      parts:\n        {PART}\n"
    [finding] = findings(tmp_path, before, "")
    assert finding.rule == "manifest.document-not-sent"
    assert "'Maps[].Sha256'" in finding.message
