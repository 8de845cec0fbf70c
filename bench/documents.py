"""How much more memory a hub takes while a large document goes in and out: ``python -m bench.documents --size-mb 1024``.

What counts is the highest resident size (``VmHWM``) after against the resident size before; the goal is 64 MB at 1 GB.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.processes import free_port, running, wait_until_answers

MIB = 1024 * 1024


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size-mb", type=int, default=1024)
    size = parser.parse_args().size_mb * MIB
    with tempfile.TemporaryDirectory() as folder:
        port, management = free_port(), free_port()
        told = {
            "PEYVAND_DATA_DIR": f"{folder}/var",
            "PEYVAND_PORT": str(port),
            "PEYVAND_MANAGEMENT_PORT": str(management),
            "PEYVAND_DOCUMENTS_RESERVE_BYTES": "0",
        }
        peyvand = [sys.executable, "-m", "hub.app.cli"]
        log = Path(folder) / "hub.log"
        added = subprocess.run(
            [*peyvand, "client", "add", "bench", "--grant", "registry.title-inquiry", "--json"],
            env={**os.environ, **told},
            capture_output=True,
            check=True,
        )
        key = json.loads(added.stdout)["key"]
        with running([*peyvand, "serve"], told, log) as pid:
            wait_until_answers(f"http://127.0.0.1:{management}/livez", log)
            print(json.dumps(measure(pid, port, {"Authorization": f"Bearer {key}"}, size)))


def measure(pid: int, port: int, key: dict[str, str], size: int) -> dict[str, float]:
    """Send a small document, so that everything is loaded; then a large one, and fetch it again."""
    ask(port, "POST", "/attachments", key, 2 * MIB)
    before = memory(pid, "VmRSS")
    begun = time.monotonic()
    stored = ask(port, "POST", "/attachments", key, size)
    middle, after_upload = time.monotonic(), memory(pid, "VmHWM")
    ask(port, "GET", json.loads(stored)["href"], key, None)
    ended = time.monotonic()
    return {
        "size_mb": size / MIB,
        "before_mb": before,
        "upload_more_mb": round(after_upload - before, 1),
        "both_more_mb": round(memory(pid, "VmHWM") - before, 1),
        "upload_mb_per_s": round(size / MIB / (middle - begun), 1),
        "download_mb_per_s": round(size / MIB / (ended - middle), 1),
    }


def ask(port: int, method: str, path: str, headers: dict[str, str], size: int | None) -> bytes:
    """One request with a body of that many bytes; gives the answer's beginning, and reads all of it."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    if size is None:
        line.request(method, path, headers=headers)
    else:
        line.request(method, path, pieces(size), {**headers, "Content-Length": str(size)})
    answer = line.getresponse()
    begin = answer.read(MIB)
    if answer.status not in {200, 201}:
        raise SystemExit(f"{answer.status}: {begin[:500]!r}")
    while answer.read(MIB):
        pass
    line.close()
    return begin


def pieces(size: int) -> Iterator[bytes]:
    """Content that repeats nowhere, a piece at a time."""
    block = os.urandom(MIB - 8)
    for number in range(size // MIB):
        yield number.to_bytes(8, "big") + block


def memory(pid: int, name: str) -> float:
    """A line of /proc/PID/status in MB."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return round(int(found[1]) / 1024, 1)


if __name__ == "__main__":
    main()
