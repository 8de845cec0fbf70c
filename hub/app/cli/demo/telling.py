"""How the demo is told: on the terminal as it goes, in a table at the end, or as JSON lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from hub.app.cli.demo.story import Step
from hub.app.cli.exchange import state_style
from hub.app.cli.http_call import HttpAnswer
from hub.app.cli.lifeline import duration, views
from hub.core import codes
from hub.core.exchange import FINAL, Entry
from hub.core.values import JsonValue, Text


@dataclass(frozen=True, slots=True)
class Told:
    """One step as it went."""

    number: int
    step: Step
    exchange_id: str
    deviations: tuple[str, ...]
    """What did not end as told."""
    entries: tuple[Entry, ...]
    """The exchange's history, as the journal has it."""


def say(console: Console, text: Text, *, style: str = "", indent: int = 0) -> None:
    """Both languages, each on its line: Persian first."""
    pad = " " * indent
    console.print(pad + text.fa, style=style, soft_wrap=True)
    console.print(pad + text.en, style=style, soft_wrap=True)


def tell_step(console: Console, number: int, step: Step) -> None:
    """What is about to happen."""
    console.print()
    console.print(f"{number}. {step.title.fa}", style="bold", soft_wrap=True)
    console.print(f"   {step.title.en}", style="bold", soft_wrap=True)


def tell_end(console: Console, told: Told, answer: HttpAnswer) -> None:
    """How it ended."""
    step, deviations, entries = told.step, told.deviations, told.entries
    if entries:
        took = duration(entries[-1].at_us - entries[0].at_us)
        console.print(f"   exchange {told.exchange_id}: {entries[-1].state}, {took}", style="dim")
    problem = answer.json() if not answer.is_success else None
    if isinstance(problem, dict):
        code = codes.CATALOGUE.get(str(problem.get("code", "")))
        console.print(f"   {answer.status} {problem.get('code', '')}", style="yellow")
        if code:
            say(console, code.title, indent=5)
        for error in problem.get("errors", ()):
            console.print(f"     {error['pointer']}: {error['code']}: {error['detail']}", soft_wrap=True)
    if deviations:
        console.print("   ✗ not as told:", style="bold red")
        for deviation in deviations:
            console.print(f"     {deviation}", style="red", soft_wrap=True)
        return
    console.print(f"   ✓ {step.told.fa}", style="green", soft_wrap=True)
    console.print(f"     {step.told.en}", style="green", soft_wrap=True)


def tell_all(console: Console, told: Sequence[Told]) -> None:
    """All exchanges of the case with their states and lifelines."""
    table = Table(box=box.HORIZONTALS, show_lines=True, pad_edge=False)
    table.add_column("")
    table.add_column("exchange", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("lifeline", no_wrap=True)
    for each in told:
        last = each.entries[-1] if each.entries else None
        table.add_row(
            str(each.number),
            f"{each.step.contract}@{each.step.version}\n{each.exchange_id}",
            RichText(last.state, state_style(last.state)) if last else RichText("not recorded", "red"),
            _lifeline(each.entries),
        )
    console.print()
    console.print(table)


def line_of(told: Told) -> JsonValue:
    """One exchange as one JSON line."""
    first, last = (told.entries[0], told.entries[-1]) if told.entries else (None, None)
    opening = first.opening if first else None
    return {
        "exchange_id": told.exchange_id,
        "contract": told.step.contract,
        "version": told.step.version,
        "case_id": opening.case_id if opening else None,
        "state": last.state if last else None,
        "code": (last.code or None) if last else None,
        "final": last is not None and last.state in FINAL,
        "step": {"fa": told.step.title.fa, "en": told.step.title.en},
        "as_told": not told.deviations,
        "deviations": list(told.deviations),
        "history": views(told.entries),
    }


def _lifeline(entries: Sequence[Entry]) -> str:
    """Each state with the time since the one before, a line each, and the code of each that tells of an error."""
    lines = []
    for index, entry in enumerate(entries):
        after = f" +{duration(entry.at_us - entries[index - 1].at_us)}" if index else ""
        lines += [f"{entry.state}{after}", *([f"  {entry.code}"] if entry.code else [])]
    return "\n".join(lines)
