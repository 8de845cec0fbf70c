"""``peyvand dead-letter list``, ``show`` and ``dry-run``: what there is, and what would become of it."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
from rich.console import Console
from rich.table import Table

from hub.app.cli.dead_letter.options import (
    ActorName,
    ExchangeId,
    OneGroup,
    Url,
    decision,
    read_document,
)
from hub.app.cli.dead_letter.reach import reaching
from hub.app.cli.dead_letter.telling import answered, problem_lines
from hub.app.cli.ending import ExitCode, unusable
from hub.app.cli.screen import out, show_document, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.core.values import JsonValue

_MOST = 1000


def list_dead_letters(  # noqa: PLR0917 - typer reads the options from the signature
    group: OneGroup = None,
    each: Annotated[
        bool, typer.Option("--each", help="List the exchanges one by one, not their causes.")
    ] = False,
    after: Annotated[
        str, typer.Option(metavar="ID", help="Go on behind this one (next, of the page before).")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="How many exchanges at most.")] = 100,
    url: Url = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """List what needs a person: by cause with counts, or one by one with --each or --group."""
    one_by_one = each or group is not None
    parameters = {"limit": limit, "after": after} | ({"group": group} if group else {})
    path = f"/dead-letters?{urlencode(parameters)}" if one_by_one else "/dead-letters/groups"
    with reaching(read_settings(env_file), url, acts=False) as ask:
        found = answered(ask("GET", path, None))
    if as_json:
        write_json(found)
    elif one_by_one:
        _print_each(out(), found)
    else:
        _print_groups(out(), found["groups"])


def show(exchange_id: ExchangeId, url: Url = None, env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Show one: its cause, whether the partner may have acted, and its whole history; no bodies."""
    with reaching(read_settings(env_file), url, acts=False) as ask:
        shown = answered(ask("GET", f"/dead-letters/{quote(exchange_id)}", None))
    if as_json:
        write_json(shown)
        return
    console = out()
    console.print(f"exchange   {shown['exchange_id']}", style="bold")
    for title, value in (
        ("state", shown["state"]),
        ("contract", shown.get("contract")),
        ("sent by", shown.get("sender")),
        ("case", shown.get("case_id")),
        ("route", shown.get("route")),
        ("partner", shown.get("partner")),
        ("group", shown.get("group")),
        ("deadline", shown["deadline"]),
        ("partner", "may have acted" if shown["partner_may_have_acted"] else "has not acted"),
    ):
        if value:
            console.print(f"{title:<10} {value}", soft_wrap=True)
    for line in problem_lines(shown["problem"]) if "problem" in shown else ():
        console.print(line, style="red", soft_wrap=True)
    console.print()
    for entry in shown["history"]:
        reason = entry.get("detail", {}).get("reason")
        said = " ".join(filter(None, (entry.get("code"), f"({reason})" if reason else None)))
        console.print(f"{entry['at'][:19]}Z  {entry['state']:<13} {entry['cause']}  {said}", soft_wrap=True)


def dry_run(  # noqa: PLR0917 - typer reads the options from the signature
    exchange_id: ExchangeId,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="A corrected request, JSON; - for standard input."),
    ] = None,
    documents: Annotated[
        bool, typer.Option("--documents", help="Show bodies too; it is recorded who read them and why.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why bodies are read, with --documents.")
    ] = "",
    actor: ActorName = None,
    url: Url = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Show which route would take it now and what each stage would make of it; exit 1 if it would not get through.

    Nothing is sent, and nothing about the exchange recorded.
    """
    asked: dict[str, JsonValue] = {} if file is None else {"document": read_document(file)}
    if documents:
        if not reason:
            raise unusable("--documents shows bodies, and that is recorded: say why with --reason")
        asked |= {**decision(actor, reason, None), "documents": True}
    with reaching(read_settings(env_file), url, acts=True) as ask:
        run = answered(ask("POST", f"/dead-letters/{quote(exchange_id)}/dry-run", asked))
    if as_json:
        write_json(run)
    else:
        _print_run(out(), run)
    if not run["deliverable"]:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def _print_run(console: Console, run: Any) -> None:
    for considered in run["considered"]:
        condition = f"when {considered['when']}" if considered["when"] else "without a condition"
        console.print(f"route {considered['route']} ({condition}): {considered['verdict']}", soft_wrap=True)
    for stage in run["stages"]:
        console.print(f"{stage['stage']}: {stage['contract']}, {stage['size']} bytes", soft_wrap=True)
        if "document" in stage:
            show_document(console, stage["document"], indent=2)
    if not run["deliverable"]:
        console.print(f"fails at {run['failed_at']}", style="bold red")
        for line in problem_lines(run["problem"]):
            console.print(f"  {line}", soft_wrap=True)
        return
    console.print(f"would be handed to {run['endpoint']} by route {run['route']}", style="green")
    if run["needs_outcome"]:
        console.print(
            f"The partner may have acted on it already: ask {run['partner']}, then settle it, or redeliver it with "
            "--outcome-known not-done.",
            style="yellow",
            soft_wrap=True,
        )
    console.print("Nothing was sent. چیزی فرستاده نشد.")


def _print_groups(console: Console, groups: list[Any]) -> None:
    if not groups:
        console.print("There are no dead letters. چیزی در صف بررسی نیست.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("count", "group", "cause", "contract, partner, route", "oldest, newest"):
        table.add_column(title, overflow="fold")
    for group in groups:
        table.add_row(
            str(group["count"]),
            group["group"],
            "\n".join(filter(None, (group["code"], group["kind"]))),
            "\n".join(filter(None, (group["contract"], group["partner"], group["route"]))),
            f"{group['oldest'][:19]}Z\n{group['newest'][:19]}Z",
        )
    console.print(table)


def _print_each(console: Console, found: Any) -> None:
    if not found["dead_letters"] and found["next"] is None:
        console.print("There are no such dead letters.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("exchange", "since", "cause", "contract, sender, case"):
        table.add_column(title, overflow="fold")
    for each in found["dead_letters"]:
        table.add_row(
            each["exchange_id"],
            f"{each['since'][:19]}Z",
            f"{each['code']}\n{each['group']}",
            "\n".join(filter(None, (each["contract"], each["sender"], each["case_id"]))),
        )
    console.print(table)
    if found["next"]:
        console.print(f"There may be more: --after {found['next']}")
