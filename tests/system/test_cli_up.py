"""``peyvand up``: two processes that live and die together, and commands that can be pasted."""

import contextlib
import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.peyvand_process import (
    ROOT,
    WITHIN_S,
    City,
    city,
    descendants,
    end,
    read_until,
    wait_until_gone,
)

pytestmark = pytest.mark.system


def free_ports() -> tuple[str, str]:
    """Two ports that nobody listens on just now, and that the system gives to nobody who asks for any."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found: list[str] = []
    while len(found) < 2:
        port = secrets.choice(range(10_000, lowest))
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            found.append(str(port))
    return found[0], found[1]


@contextmanager
def up(where: City) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A running ``up`` and what it has said."""
    log_file = where.folder / "up.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            where.command("up", "--sandbox-control-port", "0"),
            cwd=ROOT, env=where.environment, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    try:
        yield process, read_until(process, lambda said: "Ctrl-C stops both." in said, log_file)
    finally:
        end(process)


@pytest.fixture
def where(tmp_path: Path) -> City:
    port, management_port = free_ports()
    return city(tmp_path, PEYVAND_PORT=port, PEYVAND_MANAGEMENT_PORT=management_port)


def pasted(line: str) -> str:
    """What a command line gives when it is pasted into a shell somewhere else."""
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd="/", capture_output=True, check=True, timeout=WITHIN_S, text=True
    ).stdout


def test_what_it_prints_can_be_pasted_and_it_can_be_started_again(where: City) -> None:
    keys = set()
    for _ in range(2):
        with up(where) as (process, said):
            ask, look = [line for line in said.splitlines() if line.startswith("curl ")]
            assert json.loads(pasted(ask))["estate"]["owners"][0]["national_code"] == "9990000018"
            assert json.loads(pasted(look))["state"] == "completed"
            keys.add(ask.split("Bearer ")[1].split("'")[0])
            started = descendants(process.pid)
            assert end(process) == 0
        wait_until_gone(started)
    assert len(keys) == 2
    clients = where.json("client", "list")["clients"]
    assert sorted((each["client"], each["revoked_at"] is None) for each in clients) == [
        ("demo", False),
        ("demo", True),
        ("registry-office-async", False),
        ("registry-office-async", True),
    ]


def test_what_a_partner_answers_later_comes_too(where: City) -> None:
    folder = ROOT / "contracts" / "registry.title-inquiry-async" / "examples" / "1.0" / "valid"
    inquiry = folder / "one-owner.request.json"
    with up(where) as (_, said):
        ask = next(line for line in said.splitlines() if line.startswith("curl "))
        words = shlex.split(ask)
        words[2] = words[2].replace("registry.title-inquiry", "registry.title-inquiry-async")
        words[-1] = f"@{inquiry}"
        promised = json.loads(pasted(shlex.join(words)))
        hub, key = words[2].partition("/exchange/")[0], words[words.index("-H") + 1]
        look = ["curl", "-sS", f"{hub}/exchanges/{promised['exchange_id']}?wait=60", "-H", key]
        shown = json.loads(pasted(shlex.join(look)))
    assert (shown["state"], shown["reply"]["result"]) == ("completed", "found")


def test_a_second_one_is_refused_in_a_sentence(where: City) -> None:
    with up(where):
        same_ports = where.run("up", "--sandbox-control-port", "0")
        port, management_port = free_ports()
        other = {"PEYVAND_PORT": port, "PEYVAND_MANAGEMENT_PORT": management_port}
        same_store = where.run("up", "--sandbox-control-port", "0", **other)
    assert (same_ports.returncode, same_store.returncode) == (3, 3)
    assert same_ports.stderr.count("\n") == same_store.stderr.count("\n") == 1
    assert f"port {where.environment['PEYVAND_PORT']} is in use" in same_ports.stderr
    assert f"another hub serves {where.data_dir}" in same_store.stderr


@pytest.mark.parametrize(("victim", "survivor"), [("hub.app.cli", "sandbox"), ("sandbox", "hub")])
def test_when_one_dies_so_does_the_other_with_a_sentence(where: City, victim: str, survivor: str) -> None:
    with up(where) as (process, _):
        started = descendants(process.pid)
        os.kill(next(pid for pid in started if module_of(pid) == victim), signal.SIGKILL)
        assert end(process, signal.SIGCONT) == 1
        wait_until_gone(started)
    log = (where.folder / "up.log").read_text(encoding="utf-8")
    assert f"ended (status -9), so the {survivor} was stopped too" in log


def test_killed_itself_it_leaves_nothing_behind(where: City) -> None:
    with up(where) as (process, _):
        started = descendants(process.pid)
        assert len(started) == 2
        process.kill()
        process.communicate()
        wait_until_gone(started)


def module_of(pid: int) -> str:
    """The module that a Python process runs."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return words[words.index("-m") + 1]
