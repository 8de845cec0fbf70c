"""Who may know whom: the rules hold, and each of them notices when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hub", "adapters", "monitoring", "sandbox", "evidence_verifier")
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path):
    """The code as it is, where a violation can be planted."""
    for package in PACKAGES:
        ignore = shutil.ignore_patterns("__pycache__", "*.wsdl", "*.yaml", "*.md")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder):
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_keeps_its_rules(copy):
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("place", "line", "rule"),
    [
        ("hub/core/values.py", "import hub.gateway.app", "built in layers"),
        ("hub/core/values.py", "import orjson", "nothing but the standard library"),
        ("hub/store/record.py", "import hub.security.access", "built in layers"),
        ("hub/runtime/pipeline.py", "import hub.gateway.http", "built in layers"),
        ("hub/runtime/pipeline.py", "import adapters.soap", "Only the composition root knows"),
        ("adapters/kit/manifest.py", "import hub.runtime.call", "only the core and the kit"),
        ("adapters/soap/__init__.py", "import adapters.rest", "never know each other"),
        ("monitoring/metrics.py", "import hub.store.record", "only the core and the kit"),
        ("sandbox/soap.py", "import hub.core.values", "know nobody"),
        ("evidence_verifier/judge.py", "import hub.core.values", "stands alone"),
        ("evidence_verifier/judge.py", "import orjson", "stands alone"),
        ("hub/store/record.py", "import evidence_verifier.merkle", "Only evidence builds"),
    ],
)
def test_a_planted_violation_is_found(copy, place, line, rule):
    with (copy / place).open("a") as file:
        file.write(f"\n{line}\n")
    result = lint(copy)
    assert result.returncode == 1
    broken = [text for text in result.stdout.splitlines() if text.strip().endswith("BROKEN")]
    assert any(rule in text for text in broken), result.stdout


@pytest.mark.parametrize("folder", ["contracts", "routes"])
def test_data_folders_hold_no_code(folder):
    allowed = {".yaml", ".json", ".md", ".lock"}
    strange = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix not in allowed]
    assert strange == []
