"""``peyvand exchange``: the operator's view of the journal, whether a hub is running or not. Shows no body."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from hub.app.cli.ending import unsuccessful, unusable
from hub.app.cli.lifeline import duration, lifeline, views
from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store, is_served
from hub.core.exchange import FINAL, Entry, State, deadline_of
from hub.core.ports import Query, Summary
from hub.core.values import JsonValue
from hub.gateway.views import iso, summary_view
from hub.reading.model import closest

_MOST = 1000
_STYLES = {State.COMPLETED: "green", State.UNCERTAIN: "yellow", State.DEAD_LETTERED: "bold red"}


def state_style(state: State) -> str:
    """How a state is coloured: good, open, or bad."""
    return _STYLES.get(state, "red" if state in FINAL else "cyan")


def list_exchanges(  # noqa: PLR0917 - typer reads the options from the signature
    case: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this case.")] = None,
    client: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those that this client sent.")
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option(metavar="STATE", help="Only those in this state. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="How many at most, the newest first.")] = 20,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """List exchanges, the newest first."""
    settings = read_settings(env_file)
    query = Query(sender=client, case_id=case, states=_states(state or []), limit=limit, newest_first=True)

    async def run() -> tuple[Summary, ...]:
        async with existing_store(settings) as store:
            return await store.journal.find(query)

    found = asyncio.run(run())
    if as_json:
        write_json({"exchanges": [{**summary_view(each), "sender": each.opening.sender} for each in found]})
        return
    if not found:
        out().print("There are no such exchanges.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("contract and exchange", no_wrap=True)
    table.add_column("state and code", no_wrap=True)
    table.add_column("begun, by whom, case", overflow="fold")
    for each in found:
        contract, version = each.opening.contract, each.opening.version
        took = f", took {duration(each.changed_us - each.begun_us)}" if each.number > 1 else ""
        case = f", case {each.opening.case_id}" if each.opening.case_id else ""
        table.add_row(
            f"{contract}@{version}\n{each.exchange_id}" if version else f"{contract}\n{each.exchange_id}",
            RichText.assemble((each.state, state_style(each.state)), f"\n{each.code}"),
            f"{iso(each.begun_us)[:19]}Z{took}\n{each.opening.sender or '(nobody known)'}{case}",
        )
    out().print(table)


def show(
    exchange_id: Annotated[str, typer.Argument(metavar="ID", help="The exchange's id.", show_default=False)],
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Show one exchange's lifeline: who sent it, each state with its time, and what became of it."""
    settings = read_settings(env_file)

    async def run() -> tuple[Entry, ...]:
        async with existing_store(settings) as store:
            return await store.journal.history(exchange_id)

    entries = asyncio.run(run())
    if not entries:
        raise unsuccessful(
            f"there is no exchange {exchange_id} in {settings.data_dir} (see peyvand exchange list)"
        )
    served = is_served(settings)
    if as_json:
        write_json(exchange_document(entries, is_served=served))
    else:
        print_lifeline(out(), entries, is_served=served)


def exchange_document(entries: Sequence[Entry], *, is_served: bool) -> JsonValue:
    """One exchange for scripts."""
    first, last = entries[0], entries[-1]
    opening = first.opening
    document: dict[str, JsonValue] = {"exchange_id": first.exchange_id}
    if opening is not None:
        document |= {
            "contract": opening.contract,
            "version": opening.version or None,
            "sender": opening.sender or None,
            "remote": opening.remote or None,
            "case_id": opening.case_id or None,
            "on_behalf_of": opening.on_behalf_of or None,
            "deadline": iso(deadline_us) if (deadline_us := deadline_of(entries)) else None,
        }
    document |= {
        "state": last.state,
        "code": last.code or None,
        "final": last.state in FINAL,
        "hub_is_running": is_served,
        "begun_at": iso(first.at_us),
        "changed_at": iso(last.at_us),
        "history": views(entries),
    }
    return document


def print_lifeline(console: Console, entries: Sequence[Entry], *, is_served: bool) -> None:
    """One exchange for people."""
    first, last = entries[0], entries[-1]
    console.print(f"exchange   {first.exchange_id}", style="bold")
    opening = first.opening
    if opening is not None:
        for title, value in (
            ("contract", f"{opening.contract}@{opening.version}" if opening.version else opening.contract),
            ("sent by", opening.sender or "nobody known"),
            ("from", opening.remote),
            ("case", opening.case_id),
            ("on behalf", opening.on_behalf_of),
            ("deadline", iso(deadline_us) if (deadline_us := deadline_of(entries)) else ""),
        ):
            if value:
                console.print(f"{title:<10} {value}", soft_wrap=True)
    console.print(f"{'state':<10} {last.state}", style=state_style(last.state))
    console.print()
    console.print(f"{iso(first.at_us)[:10]} UTC")
    for moment in lifeline(entries, is_served=is_served):
        after = f"+{duration(moment.after_us)}" if moment.after_us else ""
        line = RichText(f"{moment.at[11:-1]} {after:>10}  ")
        line.append(f"{moment.state:<13}", state_style(moment.state))
        console.print(line + f" {moment.cause}")
        for said in moment.said:
            console.print(f"    {said}", soft_wrap=True)


def _states(given: Sequence[str]) -> frozenset[State]:
    known = [state.value for state in State]
    for word in given:
        if word not in known:
            hint = closest(word, known) or f"there are {', '.join(known)}"
            raise unusable(f"there is no state {word!r} ({hint})")
    return frozenset(State(word) for word in given)
