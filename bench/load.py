"""wrk, the load generator, and what it says."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_LATENCY = re.compile(r"^\s+(50|90|99)\.?\d*%\s+([\d.]+)(us|ms|s|m)\s*$", re.MULTILINE)
_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    """One run."""

    requests: int
    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int


def script(folder: Path, body: Path, headers: dict[str, str], *, mean_pause_ms: float = 0) -> Path:
    """A wrk script that posts a file; each client rests between two requests, evenly around ``mean_pause_ms``."""
    lines = [
        f'local f = io.open("{body}", "rb")',
        'wrk.method = "POST"',
        'wrk.body = f:read("*a")',
        "f:close()",
        *(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()),
    ]
    if mean_pause_ms > 0:
        lines.append(f"function delay() return math.random(0, {2 * mean_pause_ms:.0f}) end")
    path = folder / "post.lua"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    return path


def run(url: str, post: Path, *, clients: int, seconds: float) -> Load:
    """Load a URL for some seconds. Raises SystemExit if wrk fails."""
    command = [
        "wrk",
        "-t1",
        f"-c{clients}",
        f"-d{seconds:g}s",
        "--timeout",
        "10s",
        "--latency",
        "-s",
        str(post),
        url,
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"wrk failed: {result.stderr.strip() or result.stdout.strip()}")
    text = result.stdout
    latency = {int(q): float(value) * _IN_MS[unit] for q, value, unit in _LATENCY.findall(text)}
    requests = int(re.findall(r"(\d+) requests in", text)[0])
    per_s = float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0])
    errors = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    for line in re.findall(r"Socket errors: (.*)", text):
        errors += sum(int(n) for n in re.findall(r"\d+", line))
    return Load(requests, per_s, latency[50], latency[99], errors)
