"""Who takes part: each does the same job, REST in, SOAP to a static backend, REST back."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import free_port, running, wait_until_answers

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


@contextlib.contextmanager
def peyvand_embedded(folder: Path, partner: Contestant) -> Iterator[Contestant]:
    """The hub on its embedded store: authentication, validation both ways, journal on disk, encryption, metrics."""
    home = folder / "embedded"
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
    }
    home.mkdir()
    with running([str(BIN / "peyvand"), "serve"], environment, home / "log") as pid:
        wait_until_answers(f"http://127.0.0.1:{management}/readyz", home / "log")
        added = subprocess.run(
            [str(BIN / "peyvand"), "client", "add", "bench", "--grant", "bench.title-inquiry", "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        headers = {
            "Authorization": f"Bearer {json.loads(added.stdout)['key']}",
            "Content-Type": "application/json",
        }
        url = f"http://127.0.0.1:{port}/exchange/bench.title-inquiry/v1"
        yield Contestant("Peyvand embedded", url, headers, pid)
