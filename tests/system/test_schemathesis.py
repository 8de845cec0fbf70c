"""The running hub against its own descriptions: an independent tool draws calls from them and judges the answers.

What counts as a good answer beside its own rules is in ``schemathesis_rules``.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hub.contracts.catalogue import load_catalogue
from tests.system.peyvand_process import ROOT, city, clean_environment, running_hub
from tests.system.sandbox_process import running_partners

pytestmark = pytest.mark.system

SEED = 1
WITHIN_S = 300
CONTRACTS = ("registry.title-inquiry", "civil.identity-inquiry", "payment.verify")
REPLACED = "not_a_server_error,positive_data_acceptance"
"""Rules that know nothing of partners; ours, which do, take their place."""
VERSIONS = [
    version.ref
    for contract in load_catalogue(ROOT / "contracts").contracts.values()
    if contract.name in CONTRACTS
    for version in contract.versions.values()
]


@dataclass(frozen=True)
class Served:
    url: str
    key: str

    def judged(self, description: str, *options: str) -> str:
        """What the tool says of one description; fails the test if it finds anything."""
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", self.url + description,
            "--header", f"Authorization: Bearer {self.key}", "--seed", str(SEED), "--no-color",
            "--generation-database", "none", "--continue-on-failure", *options,
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=clean_environment(
                SCHEMATHESIS_HOOKS="tests.system.schemathesis_rules",
                PYTHONPATH=str(ROOT),
                PYTHONWARNINGS=os.environ.get("PYTHONWARNINGS", ""),
            ),
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    where = city(tmp_path_factory.mktemp("city"))
    with running_partners(tmp_path_factory.mktemp("sandbox")) as partners:
        grants = [word for name in CONTRACTS for word in ("--grant", name)]
        key = where.json("client", "add", "portal", *grants)["key"]
        with running_hub(where, partners=partners.environment) as running:
            yield Served(running.public, key)


def passed(said: str) -> int:
    found = re.search(r"(\d+) generated, (\d+) passed", said)
    assert found is not None, said
    return int(found[2])


def test_every_call_that_the_description_allows_or_forbids_is_answered_as_it_says(hub):
    """Right and wrong calls of every address, and chains of them: by header, body and key."""
    rules = f"{REPLACED},valid_messages_are_taken"  # which version a message fits, only its writer knows
    said = hub.judged("/openapi.json", "--max-examples", "20", "--exclude-checks", rules)
    assert passed(said) > 500
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in said


@pytest.mark.parametrize("ref", VERSIONS, ids=str)
def test_every_message_that_a_version_describes_is_taken_and_breaks_nothing(hub, ref):
    description = f"/contracts/{ref.name}/v{ref.version.major}/openapi.json?version={ref.version}"
    only = ("--include-path-regex", "^/exchange/", "--mode", "positive", "--phases", "examples,fuzzing")
    said = hub.judged(description, "--max-examples", "20", "--exclude-checks", REPLACED, *only)
    assert passed(said) > 20
