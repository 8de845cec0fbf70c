"""Accepting now and delivering later, in figures: ``python -m bench.store_and_forward [--set-up embedded|clustered]``.

How many messages a hub accepts durably in a second (202 after the commit, 64 clients) while it delivers what it has
accepted; how long from receiving to the recorded reply at about half of that, by the journal's own times; and both
throughput and CPU beside many exchanges that wait for another partner, as a ratio to a hub where none waits, in turns
within one run. The common contract, partner and message (``bench/workload``); everything on one machine.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import contestants, load
from bench.processes import cpu_s
from bench.waiting import Sweeps, fill, look_at_sweeps
from hub.app.settings import Settings
from hub.app.setups import open_store
from hub.core.exchange import State
from hub.core.ports import Query, Summary
from hub.core.values import new_id
from hub.runtime.workers import UNDER_WAY

CLIENTS = 64
ROUNDS = 3
DRAINED_WITHIN_S = 90.0
QUIET_WITHIN_S = 180.0
_PAGE = 1000
_BUSY = UNDER_WAY - {State.WAITING_RETRY}


@dataclass(frozen=True)
class Accepting:
    """One run of accepting."""

    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_us: dict[str, float]
    """Per accepted exchange until its reply was recorded: the hub's, and that of each server that works for it."""


@dataclass(frozen=True)
class Delivering:
    """From receiving to the recorded reply, at a steady load."""

    accepted_per_s: float
    part_of_most: float
    completed: int
    not_completed: int
    p50_ms: float
    p99_ms: float
    longest_ms: float


@dataclass
class Subject:
    """A hub that is measured, and the way to its journal."""

    hub: contestants.Contestant
    store: dict[str, str]

    def settings(self) -> Settings:
        """What leads to its store."""
        return settings_of(self.store)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far."""
        return {"hub": cpu_s(self.hub.pid)} | {name: cpu_s(pid) for name, pid in self.hub.servers.items()}


def settings_of(environment: Mapping[str, str]) -> Settings:
    """A hub's settings, as far as its store goes, from what it is told."""
    known = {
        name: environment[variable]
        for name in ("data_dir", "database_url", "amqp_url")
        if (variable := f"PEYVAND_{name.upper()}") in environment
    }
    return Settings(**known)  # type: ignore[arg-type]  # texts, which it parses


@contextlib.contextmanager
def subject(set_up: str, folder: Path, partner: contestants.Contestant, waiting: int) -> Iterator[Subject]:
    """A hub of its own in which so many exchanges wait before it starts."""
    folder.mkdir()
    store: dict[str, str] = {}

    def prepare(environment: Mapping[str, str]) -> None:
        store.update(environment)
        if waiting:
            begun = time.monotonic()
            asyncio.run(fill(settings_of(environment), waiting))
            say(f"{waiting} exchanges wait, made in {time.monotonic() - begun:.0f} s")

    start = contestants.peyvand_embedded if set_up == "embedded" else contestants.peyvand_clustered
    begun = time.monotonic()
    with start(folder, partner, prepare) as hub:
        say(f"{'filled' if waiting else 'empty'} hub serves after {time.monotonic() - begun:.0f} s in all")
        yield Subject(hub, store)


def accept(one: Subject, folder: Path, seconds: float, mean_pause_ms: float = 0) -> tuple[Accepting, str]:
    """One run, and then a wait until nothing is being delivered; gives an id that comes before the first."""
    quiet(one)
    headers = one.hub.headers | {"Prefer": "respond-async"}
    post = load.script(folder, contestants.WORKLOAD / "inquiry.json", headers, mean_pause_ms=mean_pause_ms)
    before, first = one.cpu(), new_id()
    found = load.run(one.hub.url, post, clients=CLIENTS, seconds=seconds)
    asyncio.run(drained(one))
    used = {
        name: round((now_s - before[name]) / max(found.requests, 1) * 1e6)
        for name, now_s in one.cpu().items()
    }
    return Accepting(found.per_s, found.p50_ms, found.p99_ms, found.errors, used), first


async def drained(one: Subject) -> None:
    """Wait until everything that was accepted has been delivered. Raises SystemExit if that takes too long."""
    end = time.monotonic() + DRAINED_WITHIN_S
    async with open_store(one.settings()) as store:
        while await store.journal.find(Query(states=_BUSY, limit=1)):
            if time.monotonic() > end:
                raise SystemExit("what was accepted is not delivered in time")
            await asyncio.sleep(0.2)


def quiet(one: Subject) -> None:
    """Wait, within bounds, until the hub has done what it does after a start or a run (evidence, statistics)."""
    end = time.monotonic() + QUIET_WITHIN_S
    used = sum(one.cpu().values())
    while time.monotonic() < end:
        time.sleep(1)
        before, used = used, sum(one.cpu().values())
        if used - before < 0.15:
            return


async def delivering(one: Subject, first: str, run: Accepting, most_per_s: float) -> Delivering:
    """How long what came after ``first`` took, as the journal has it."""
    found: list[Summary] = []
    async with open_store(one.settings()) as store:
        while page := await store.journal.find(
            Query(after=found[-1].exchange_id if found else first, limit=_PAGE)
        ):
            found += page
    took_ms = sorted(
        (each.changed_us - each.begun_us) / 1000 for each in found if each.state is State.COMPLETED
    )
    return Delivering(
        accepted_per_s=run.per_s,
        part_of_most=round(run.per_s / most_per_s, 2),
        completed=len(took_ms),
        not_completed=len(found) - len(took_ms),
        p50_ms=round(quantile(took_ms, 0.5), 1),
        p99_ms=round(quantile(took_ms, 0.99), 1),
        longest_ms=round(took_ms[-1], 1),
    )


def quantile(ordered: list[float], part: float) -> float:
    """The value below which that part of the values lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def beside(empty: Subject, filled: Subject, folder: Path, seconds: float) -> dict[str, float]:
    """Accepting beside what waits, as a part of accepting where nothing waits; medians of rounds in turns."""
    runs: dict[str, list[Accepting]] = {"empty": [], "filled": []}
    for number in range(ROUNDS):
        for name, one in (("empty", empty), ("filled", filled)):
            run, _ = accept(one, folder, seconds)
            runs[name].append(run)
            say(f"round {number + 1} of {ROUNDS}, {name}: {run.per_s:.0f}/s, {run.cpu_us} µs CPU each")
    per_s = {name: statistics.median(run.per_s for run in found) for name, found in runs.items()}
    cpu = {name: statistics.median(sum(run.cpu_us.values()) for run in found) for name, found in runs.items()}
    return {
        "empty_per_s": round(per_s["empty"]),
        "filled_per_s": round(per_s["filled"]),
        "throughput_ratio": round(per_s["filled"] / per_s["empty"], 3),
        "empty_cpu_us": cpu["empty"],
        "filled_cpu_us": cpu["filled"],
        "cpu_ratio": round(cpu["filled"] / cpu["empty"], 3),
        "errors": sum(run.errors for found in runs.values() for run in found),
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.store_and_forward", description=__doc__)
    parser.add_argument("--set-up", choices=("embedded", "clustered"), default="embedded")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each run")
    parser.add_argument("--waiting", type=int, default=0, help="exchanges that wait for another partner")
    parser.add_argument("--workers", type=int, default=64, help="deliveries at once, of each hub")
    parser.add_argument("--json", action="store_true", help="only one line of JSON")
    told = parser.parse_args()
    say.is_on = not told.json
    os.environ["PEYVAND_MASTER_KEY"] = base64.b64encode(b"m" * 32).decode()
    os.environ["PEYVAND_WORKERS_PER_PARTNER"] = str(told.workers)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peyvand-bench-")))
        partner = stack.enter_context(contestants.backend(folder))
        empty = stack.enter_context(subject(told.set_up, folder / "empty", partner, 0))
        accept(empty, folder, 1.0)  # let caches fill and connections open
        most, _ = accept(empty, folder, told.seconds)
        say(
            f"accepts {most.per_s:.0f}/s (p50 {most.p50_ms:.1f} ms, p99 {most.p99_ms:.1f}, {most.errors} errors)"
        )
        pause_ms = 2 * CLIENTS / most.per_s * 1000 - most.p50_ms / 2
        run, first = accept(empty, folder, told.seconds, mean_pause_ms=pause_ms)
        later = asyncio.run(delivering(empty, first, run, most.per_s))
        say(f"delivered at {later.part_of_most:.0%} of it: p50 {later.p50_ms} ms, p99 {later.p99_ms} ms")
        result: dict[str, object] = {
            "set_up": told.set_up,
            "seconds": told.seconds,
            "workers": told.workers,
            "load_average": os.getloadavg()[0],
            "accepting": asdict(most),
            "delivering": asdict(later),
        }
        if told.waiting:
            filled = stack.enter_context(subject(told.set_up, folder / "filled", partner, told.waiting))
            sweeps: Sweeps = asyncio.run(look_at_sweeps(filled.settings()))
            say(f"a sweep beside {told.waiting}: {sweeps}")
            accept(filled, folder, 1.0)
            result["waiting"] = told.waiting
            result["sweeps"] = asdict(sweeps)
            result["beside"] = beside(empty, filled, folder, told.seconds)
        print(json.dumps(result))


class _Say:
    """Tells whoever watches how far it has come."""

    is_on = True

    def __call__(self, text: str) -> None:
        if self.is_on:
            print(f"==> {text}", flush=True)


say = _Say()


if __name__ == "__main__":
    main()
