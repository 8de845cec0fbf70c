"""``python -m scripts.chaos``: the composition root of a run; ``peyvand chaos`` calls it."""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from scripts.chaos import schedule
from scripts.chaos.faults import CATALOGUE
from scripts.chaos.faults.fault import Fault
from scripts.chaos.judge import FINAL, Verdict, judge
from scripts.chaos.ledger import Ledger
from scripts.chaos.messages import message
from scripts.chaos.senders import Clients
from scripts.chaos.town import Needs, running_town
from scripts.services.throwaway import UnavailableError, say

AT_ONCE = 24
FINAL_WITHIN_S = 240.0
"""How long after the last message everything has to be final; the contracts' own deadlines are a minute at most."""
_LOOK_AGAIN_AFTER_S = 1.0
_SOME_CASES = 16
_DISTURBED, _UNAVAILABLE = 1, 3


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; exits with usage and status 2 when they are wrong."""
    parser = argparse.ArgumentParser(prog="peyvand chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=2000, help="how many messages to send")
    parser.add_argument("--set-up", choices=("embedded", "clustered"), default="embedded")
    parser.add_argument("--fault", action="append", choices=sorted(CATALOGUE), help="only these; repeatable")
    parser.add_argument("--seed", type=int, default=0, help="makes what is drawn by lot repeat")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args(arguments)
    if options.messages < 1:
        parser.error("--messages: at least one")
    wrong = [name for name in options.fault or () if options.set_up not in CATALOGUE[name].set_ups]
    if wrong:
        parser.error(
            f"--fault: the {options.set_up} set-up has nothing that {', '.join(wrong)} could happen to"
        )
    return options


async def hurt(options: argparse.Namespace) -> tuple[Verdict, Counter[str], list[str]]:
    """One run: the verdict, the faults by name, and deaths of nodes that nobody had asked for."""
    chosen = [CATALOGUE[name] for name in options.fault] if options.fault else _all_of(options.set_up)
    needs = Needs(
        is_clustered=options.set_up == "clustered",
        standby=any(fault.needs_standby for fault in chosen),
        broker_nodes=max(fault.broker_nodes for fault in chosen),
    )
    run = f"chaos-{os.getpid()}-{int(time.time())}"
    messages = [message(number, run, options.seed) for number in range(options.messages)]
    draw = random.Random(options.seed)  # noqa: S311 - a choice, not a secret
    faults = schedule.in_turn(chosen, len(messages), draw)
    ledger = Ledger()
    async with running_town(needs, options.seed) as town:
        started = time.monotonic()
        async with Clients(town.addresses, town.key, ledger, AT_ONCE) as clients:
            await clients.ask(0, "/contracts")
            await schedule.run(town, clients, messages, faults)
            say(f"all sent after {time.monotonic() - started:.0f} s; waiting until everything is final")
            await _until_final(clients, ledger, sorted({each.case_id for each in messages}))
        await town.partners.read_calls()
        ledger.calls = town.partners.calls
        deaths = [f"{node.name}: status {status}" for node in town.nodes for status in node.deaths]
    return judge(ledger), Counter(fault.name for fault in faults), deaths


def _all_of(set_up: str) -> list[Fault]:
    return [fault for fault in CATALOGUE.values() if set_up in fault.set_ups]


async def _until_final(clients: Clients, ledger: Ledger, cases: Sequence[str]) -> None:
    """Ask for all cases until none has an exchange under way, or the time for that is over."""
    until = time.monotonic() + FINAL_WITHIN_S
    left = list(cases)
    while left:
        still: list[str] = []
        for start in range(0, len(left), _SOME_CASES):
            some = left[start : start + _SOME_CASES]
            states = await asyncio.gather(*(_states(clients, place, case) for place, case in enumerate(some)))
            for case, found in zip(some, states, strict=True):
                ledger.ends.update(found)
                if not FINAL.issuperset(found.values()):
                    still.append(case)
        left = still
        if time.monotonic() > until:
            return
        if left:
            say(f"{len(left)} of {len(cases)} cases have an exchange under way")
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)


async def _states(clients: Clients, node: int, case: str) -> dict[str, str]:
    """The state of each exchange of a case, as the hub tells it."""
    found: dict[str, str] = {}
    after = ""
    while True:
        page = await clients.ask(node, f"/exchanges?case_id={case}&limit=100{after}")
        found |= {each["exchange_id"]: each["state"] for each in page["exchanges"]}
        if not page["next"]:
            return found
        after = f"&after={page['next']}"


def tell(verdict: Verdict, faults: Counter[str], deaths: Sequence[str], *, as_json: bool) -> None:
    """The verdict for a person on standard error, or for a script as one line on standard output."""
    for finding in (*verdict.findings, *(f"a node died by itself: {death}" for death in deaths)):
        say(finding)
    say(
        f"accepted {verdict.accepted}, final {verdict.final}, lost {verdict.lost}, duplicates {verdict.duplicates}"
        f" (all known by their message id: {'yes' if not verdict.unrecognisable else 'no'}),"
        f" repeated where that must not be {verdict.repeated}; ends {verdict.ends}"
    )
    if as_json:
        told: dict[str, object] = {
            "accepted": verdict.accepted,
            "final": verdict.final,
            "lost": verdict.lost,
            "duplicates": verdict.duplicates,
            "faults": dict(faults),
        }
        rest = {name: value for name, value in asdict(verdict).items() if name not in {*told, "findings"}}
        sys.stdout.write(json.dumps(told | rest | {"deaths": list(deaths)}) + "\n")
        sys.stdout.flush()


async def _run(options: argparse.Namespace) -> int:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None:
        raise RuntimeError("this runs as a task")
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    verdict, faults, deaths = await hurt(options)
    tell(verdict, faults, deaths, as_json=options.json)
    return 0 if verdict.is_good and not deaths else _DISTURBED


def main(arguments: Sequence[str]) -> int:
    """Run, and give the exit status: 0 only when nothing is lost and nothing is repeated that must not be."""
    options = parse(arguments)
    try:
        return asyncio.run(_run(options))
    except UnavailableError as error:
        say(str(error))
        return _UNAVAILABLE
    except asyncio.CancelledError:
        say("stopped; everything that was started has been ended")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
