"""Every fault of ``peyvand chaos``, briefly: nothing that was promised is lost, nothing is done twice (G1-G3)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.runtime.fault_points import FaultPoint
from scripts.chaos.faults import CATALOGUE
from tests.system.peyvand_process import clean_environment

pytestmark = [pytest.mark.system, pytest.mark.faults]
ROOT = Path(__file__).parents[2]
MESSAGES_PER_FAULT = 40
WITHIN_S = 1500
"""For a whole group on a machine that is very busy with other things."""

ONE_BY_ONE = {f"node-kill-{point}" for point in FaultPoint}
"""Deaths that ``test_death.py`` looks at one by one."""
EMBEDDED = [
    name for name, fault in CATALOGUE.items() if "embedded" in fault.set_ups and name not in ONE_BY_ONE
]
CLUSTERED = [name for name, fault in CATALOGUE.items() if fault.set_ups == ("clustered",)]
REPLICATED = [name for name in CLUSTERED if CATALOGUE[name].needs_standby or CATALOGUE[name].broker_nodes > 1]
NODE_LOSSES = ["node-kill", "node-freeze", "node-terminate"]

GROUPS = {
    "embedded-nodes": [name for name in EMBEDDED if name.startswith("node")],
    "embedded-surroundings": [name for name in EMBEDDED if not name.startswith("node")],
    "clustered-services": [name for name in CLUSTERED if name not in REPLICATED],
    "clustered-replicas": [*REPLICATED, *NODE_LOSSES],
}
"""The faults of a group come one after the other in one town: starting one takes longer than hurting it."""


def chaos(*options: str) -> tuple[int, Any, str]:
    """One run: exit status, the last line, and what it told a person."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.app.cli", "chaos", "--json", *options],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout.splitlines()[-1]) if done.stdout else None, done.stderr


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_is_lost_and_nothing_is_done_twice(group: str) -> None:
    names = GROUPS[group]
    set_up, messages = group.partition("-")[0], MESSAGES_PER_FAULT * len(names)
    faults = [f"--fault={name}" for name in names]
    status, told, said = chaos(f"--set-up={set_up}", f"--messages={messages}", *faults)
    assert status == 0, said
    assert told["accepted"] == told["final"] > messages / 2
    assert (told["lost"], told["repeated"], told["unrecognisable"], told["open"]) == (0, 0, 0, 0)
    assert told["faults"] == dict.fromkeys(names, 1)


def test_every_fault_is_in_a_group() -> None:
    assert {name for names in GROUPS.values() for name in names} == CATALOGUE.keys() - ONE_BY_ONE


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--fault", "earthquake"], "node-kill"),
        (["--fault", "broker-kill"], "embedded set-up has nothing that broker-kill could happen to"),
        (["--messages", "0"], "--messages"),
    ],
)
def test_what_cannot_be_is_said(options: list[str], sentence: str) -> None:
    status, told, said = chaos(*options)
    assert (status, told) == (2, None)
    assert sentence in said
