"""The judge as a program that stands alone."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evidence_verifier.program import BROKEN, HOLDS, UNUSABLE, UnusableError, main, run
from hub.app.cli import main as peyvand
from tests.unit.hub.security.evidence.conftest import SIGNER, Office, office

__all__ = ["office"]  # the fixture


@pytest.fixture
async def file(office: Office) -> Path:
    await office.exchange()
    return (await office.export())[0]


def test_it_says_in_both_languages_what_is_proved(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file)]) == HOLDS
    shown = capsys.readouterr().out
    assert "ثابت شد · Proved" in shown
    assert "ثابت نشد · Not proved" in shown
    assert "4 journal entries are in the signed history" in shown


def test_for_scripts_it_writes_json(file: Path) -> None:
    shown, code = run(file, [str(SIGNER.key)], [], [], as_json=True)
    report = json.loads(shown)
    assert (code, report["holds"], report["origin"]) == (HOLDS, True, "hub.example/journal")
    assert report["exchanges"][0]["state"] == "completed"
    assert {"code", "fa", "en"} <= report["proved"][0].keys()


def test_keys_come_from_files_too(file: Path, tmp_path: Path) -> None:
    keys = tmp_path / "log.pub"
    keys.write_text(f"# published 2026\n{SIGNER.key}\n")
    assert "with a key that you gave" in run(file, [str(keys)], [], [], as_json=False)[0]


def test_a_file_that_contradicts_itself_ends_with_1(file: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"portal", b"porta1"))
    shown, code = run(changed, [], [], [], as_json=False)
    assert code == BROKEN
    assert "must not be taken as evidence" in shown


@pytest.mark.parametrize(
    "arguments", [["nothing.zip"], ["FILE", "--key", "none"], ["FILE", "--tsa-root", "none"]]
)
def test_what_cannot_be_used_ends_with_2_and_a_reason(
    file: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file) if word == "FILE" else word for word in arguments]) == UNUSABLE
    assert "evidence_verifier: " in capsys.readouterr().err


def test_a_witnesss_key_is_not_taken_for_the_logs(file: Path) -> None:
    with pytest.raises(UnusableError, match="type 4"):
        run(file, [], [str(SIGNER.key)], [], as_json=False)


def test_as_one_file_it_needs_neither_the_hub_nor_its_packages(file: Path, tmp_path: Path) -> None:
    program = tmp_path / "judge.pyz"
    assert peyvand(["evidence", "verifier", "--out", str(program)]) == 0
    watch = (
        "import runpy, sys\n"
        f"sys.argv = ['judge', {str(file)!r}]\n"
        f"try:\n    runpy.run_path({str(program)!r}, run_name='__main__')\n"
        "except SystemExit as end:\n    code = end.code\n"
        "foreign = {name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(code, sorted(name for name in foreign if not name.startswith('_')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", watch], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].startswith("0 [")
    loaded = set(done.stdout.splitlines()[-1][3:-1].replace("'", "").split(", "))
    assert {"cryptography", "evidence_verifier"} <= loaded
    assert not loaded & {"hub", "orjson", "lxml", "pydantic", "typer", "structlog"}


def test_as_one_file_it_ends_as_it_judged(tmp_path: Path) -> None:
    program = tmp_path / "judge.pyz"
    assert peyvand(["evidence", "verifier", "--out", str(program)]) == 0
    done = subprocess.run(
        [sys.executable, program, "nothing.zip"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == UNUSABLE
