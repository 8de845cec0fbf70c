"""``python -m bench [--quick]``: the common workload, side by side, in one run."""

import argparse
import contextlib
import json
import platform
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench import contestants, load
from bench.processes import cpu_s, memory_mb

RESULTS = contestants.HERE / "results" / "latest.json"


def measure(one: contestants.Contestant, folder: Path, clients: int, seconds: float) -> dict[str, float]:
    """One run of one contestant."""
    post = load.script(folder, contestants.WORKLOAD / "inquiry.json", one.headers)
    before = {name: cpu_s(pid) for name, pid in {"hub": one.pid, **one.servers}.items()}
    result = load.run(one.url, post, clients=clients, seconds=seconds)
    used = {name: cpu_s(pid) - before[name] for name, pid in {"hub": one.pid, **one.servers}.items()}
    return {
        "per_s": result.per_s,
        "p50_ms": result.p50_ms,
        "p99_ms": result.p99_ms,
        "errors": result.errors,
        "cpu_us": used.pop("hub") / max(result.requests, 1) * 1e6,
        "memory_mb": memory_mb(one.pid),
        **{f"{name}_cpu_us": of / max(result.requests, 1) * 1e6 for name, of in used.items()},
    }


def check_answers(field: list[contestants.Contestant]) -> None:
    """Make sure that all do the same job. Raises SystemExit if one answers otherwise."""
    inquiry = (contestants.WORKLOAD / "inquiry.json").read_bytes()
    answers: dict[str, Any] = {}
    for one in field:
        request = urllib.request.Request(one.url, data=inquiry, headers=one.headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            answers[one.name] = json.load(answer)
    first = answers[field[0].name]
    for name, answer in answers.items():
        if answer != first:
            sys.exit(f"{name} answers otherwise than {field[0].name}: {answer} instead of {first}")


def median(rows: list[dict[str, float]]) -> dict[str, float]:
    """Each figure's median over the runs, and the spread of the throughput."""
    summary = {name: round(statistics.median(row[name] for row in rows), 3) for name in rows[0]}
    per_s = [row["per_s"] for row in rows]
    summary["spread"] = round((max(per_s) - min(per_s)) / max(statistics.median(per_s), 1e-9), 3)
    return summary


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    quick = parser.parse_args().quick
    for tool, package in (("nginx", "nginx-light"), ("wrk", "wrk")):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is needed for measuring: install it (Debian: apt-get install {package})")
    levels, rounds, seconds = ((1, 16, 64), 2, 4.0) if quick else ((1, 16, 64, 300, 1000), 3, 8.0)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peyvand-bench-")))
        print("==> starting the backend and the contestants")
        partner = stack.enter_context(contestants.backend(folder))
        hubs = [
            stack.enter_context(start(folder, partner))
            for start in (
                contestants.peyvand_embedded,
                contestants.peyvand_clustered,
                contestants.node_red,
                contestants.plain,
            )
        ]
        check_answers(hubs)
        field = [partner, stack.enter_context(contestants.pass_through(folder, partner)), *hubs]
        for one in field:  # let caches fill and connections open
            measure(one, folder, 16, 1.0)
        runs: dict[tuple[str, int], list[dict[str, float]]] = {}
        for number in range(1, rounds + 1):
            for clients in levels:
                for one in field:
                    print(f"==> round {number} of {rounds}, {clients} clients: {one.name}", flush=True)
                    runs.setdefault((one.name, clients), []).append(measure(one, folder, clients, seconds))
    report(runs, quick=quick)


def report(runs: dict[tuple[str, int], list[dict[str, float]]], *, quick: bool) -> None:
    """Print the table and keep the figures."""
    rows: list[dict[str, Any]] = [
        {"contestant": name, "clients": clients, **median(found)} for (name, clients), found in runs.items()
    ]
    print()
    print(
        f"{'contestant':22}{'clients':>8}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}{'CPU µs':>8}{'MB':>7}{'spread':>8}"
    )
    for row in rows:
        print(
            f"{row['contestant']:22}{row['clients']:>8}{row['per_s']:>9.0f}{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}"
            f"{row['errors']:>8.0f}{row['cpu_us']:>8.0f}{row['memory_mb']:>7.0f}{row['spread']:>8.0%}"
        )

    def figure(name: str, clients: int, what: str) -> float:
        return next(float(r[what]) for r in rows if r["contestant"] == name and r["clients"] == clients)

    embedded = figure("Peyvand embedded", 64, "per_s")
    summary = {
        "vs_node_red": round(embedded / figure("Node-RED", 64, "per_s"), 2),
        "vs_plain": round(embedded / figure("plain hub", 64, "per_s"), 2),
        "embedded_cpu_us": figure("Peyvand embedded", 64, "cpu_us"),
        "clustered_cpu_us": figure("Peyvand clustered", 64, "cpu_us"),
        "added_p50_ms": round(
            figure("Peyvand embedded", 1, "p50_ms") - figure("backend alone", 1, "p50_ms"), 3
        ),
        "added_p99_ms": round(
            figure("Peyvand embedded", 1, "p99_ms") - figure("backend alone", 1, "p99_ms"), 3
        ),
    }
    print()
    print(
        "Peyvand authenticates, validates both ways, records on disk, encrypts, keeps evidence and counts;\n"
        "the others do none of it but validating the request. CPU is the hub's own; what PostgreSQL and RabbitMQ\n"
        "use for it is in the file."
    )
    print(json.dumps(summary))
    RESULTS.parent.mkdir(exist_ok=True)
    document = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "quick": quick,
        "python": platform.python_version(),
        "summary": summary,
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"kept in {RESULTS.relative_to(contestants.HERE.parent)}")


if __name__ == "__main__":
    main()
