"""The command line and the hub as processes, in folders of their own and on free ports."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.setups import new_store

ROOT = Path(__file__).parents[2]
WITHIN_S = 60
EXAMPLES = ROOT / "contracts" / "registry.title-inquiry" / "examples" / "1.1" / "valid"
INQUIRY = EXAMPLES / "one-owner.request.json"


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without anything that a hub reads."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PEYVAND_")}
    return kept | changes


@dataclass(frozen=True)
class City:
    """A folder for one hub, and what its processes are told."""

    folder: Path
    environment: dict[str, str]

    @property
    def data_dir(self) -> Path:
        return self.folder / "var"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hub.app.cli", *arguments]

    def run(
        self, *arguments: str, input_: bytes = b"", cwd: Path = ROOT, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=cwd, env=self.environment | changes, input=input_, capture_output=True,
            timeout=WITHIN_S, check=False,
        )  # fmt: skip
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def json(self, *arguments: str, **changes: str) -> Any:
        """What a command that must succeed writes with ``--json``."""
        done = self.run(*arguments, "--json", **changes)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def city(folder: Path, **changes: str) -> City:
    """A city with the project's own contracts, routes and adapters, and an empty store."""
    fixed = {
        "TMPDIR": str(folder),  # what a killed demo leaves goes with the test
        "PEYVAND_DATA_DIR": str(folder / "var"),
        "PEYVAND_PORT": "0",
        "PEYVAND_MANAGEMENT_PORT": "0",
    }
    return City(folder, clean_environment(**fixed | new_store() | changes))


def with_own_data(folder: Path) -> City:
    """A city whose data folders are copies, to be spoilt."""
    for name in ("contracts", "routes"):
        shutil.copytree(ROOT / name, folder / name)
    for manifest in (ROOT / "adapters").glob("*/manifest.yaml"):
        shutil.copytree(manifest.parent, folder / "adapters" / manifest.parent.name)
    return city(
        folder,
        PEYVAND_CONTRACTS_DIR=str(folder / "contracts"),
        PEYVAND_ROUTES_DIR=str(folder / "routes"),
        PEYVAND_ADAPTERS_DIR=str(folder / "adapters"),
    )


@dataclass
class Hub:
    """A running hub."""

    process: subprocess.Popen[bytes]
    public: str
    management: str

    def reload(self) -> tuple[int, Any]:
        request = urllib.request.Request(self.management + "/reload", method="POST")  # noqa: S310 - our own
        try:
            with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:  # noqa: S310 - as above
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def kill(self) -> None:
        """As the machine would: without a word."""
        self.process.kill()
        self.process.communicate()


def start_hub(where: City, *options: str, partners: Mapping[str, str] | None = None) -> Hub:
    """Start a hub and return once it serves."""
    log_file = where.folder / "hub.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            where.command("serve", "--json", *options),
            cwd=ROOT, env=where.environment | dict(partners or {}), stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    line = read_until(process, lambda said: said.endswith("\n"), log_file)
    told = json.loads(line)
    return Hub(process, told["public"], told["management"])


@contextmanager
def running_hub(where: City, *options: str, partners: Mapping[str, str] | None = None) -> Iterator[Hub]:
    """A hub of one's own, ended at the end if it is still there."""
    hub = start_hub(where, *options, partners=partners)
    try:
        yield hub
    finally:
        end(hub.process)


def read_until(process: subprocess.Popen[bytes], is_enough: Any, log: Path | None = None) -> str:
    """What a process writes until that is enough; fails the test, and shows its log, if it never is."""
    assert process.stdout is not None
    deadline = time.monotonic() + WITHIN_S
    said = b""
    while not is_enough(said.decode(errors="replace")):
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 65_536) if readable else b""
        if not piece:
            process.kill()
            process.communicate()
            complaints = log.read_text(encoding="utf-8") if log else ""
            pytest.fail(f"the process did not say what was waited for: {said.decode()}\n{complaints}")
        said += piece
    return said.decode()


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    """End a process and give its status."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.communicate(timeout=WITHIN_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return process.returncode


def descendants(pid: int) -> set[int]:
    """The processes that a process started, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {int(child) for child in children}
    return found.union(*(descendants(child) for child in found)) if found else set()


def wait_until_gone(pids: set[int]) -> None:
    """Wait until none of the processes runs any more; fails the test if one does for ever."""
    deadline = time.monotonic() + WITHIN_S
    while alive := {pid for pid in pids if is_alive(pid)}:
        if time.monotonic() > deadline:
            pytest.fail(f"still running: {alive}")
        os.sched_yield()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
