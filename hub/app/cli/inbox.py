"""``peyvand inbox``: an officer's work items, over the public port with the officer's own key."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

import orjson
import typer
from rich.table import Table

from hub.app.cli.contract_argument import FileArgument
from hub.app.cli.dead_letter.options import read_document
from hub.app.cli.dead_letter.telling import answered
from hub.app.cli.ending import unusable
from hub.app.cli.http_call import call
from hub.app.cli.screen import out, show_document, write_json
from hub.app.cli.send import address
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.core.values import JsonValue

_IF_LOST = "it may have been done; the same may be asked for again"

ItemId = Annotated[str, typer.Argument(metavar="ID", help="The work item's id.", show_default=False)]
Url = Annotated[
    str | None, typer.Option(metavar="URL", help="The hub's address; by default that of the settings.")
]
Key = Annotated[
    str, typer.Option(envvar="PEYVAND_KEY", metavar="KEY", help="The officer's key.", show_default=False)
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason", metavar="TEXT", help="Why; it is recorded. No personal data.", show_default=False
    ),
]


def list_items(  # noqa: PLR0917 - typer reads the options from the signature
    state: Annotated[str, typer.Option(metavar="STATE", help="Only open, or only claimed ones.")] = "",
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you have claimed.")] = False,
    due_before: Annotated[
        str, typer.Option(metavar="TIME", help="Only those whose deadline comes earlier (RFC 3339).")
    ] = "",
    after: Annotated[str, typer.Option(metavar="NEXT", help="Go on where a page ended.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    url: Url = None,
    key: Key = "",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """List the open work items of your office, the nearest deadline first."""
    wish = {"state": state, "claimed_by": "me" if mine else "", "due_before": due_before, "after": after}
    query = urlencode({"limit": limit, **{name: value for name, value in wish.items() if value}})
    page = _ask("GET", f"?{query}", None, url, key, env_file)
    if as_json:
        write_json(page)
        return
    if not page["work_items"]:
        out().print("There are no such work items.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("work item", "deadline", "case", "who has it", "what"):
        table.add_column(title, overflow="fold", no_wrap=title == "work item")
    for item in page["work_items"]:
        what = item["title"]["fa"] if item["title"] else item["contract"]
        table.add_row(
            item["id"],
            (item["deadline"] or "")[:19],
            item["case_id"] or "",
            item["claimed_by"] or "",
            what,
        )
    out().print(table)
    if page["next"]:
        out().print(f"There are more: --after {page['next']}", soft_wrap=True)


def show(
    item: ItemId, url: Url = None, key: Key = "", env_file: EnvFile = None, as_json: AsJson = False
) -> None:
    """Show what is asked, the form to answer by, and what has happened; that you read it is recorded."""
    opened = _ask("GET", f"/{quote(item)}", None, url, key, env_file)
    if as_json:
        write_json(opened)
    else:
        show_document(out(), opened)


def claim(
    item: ItemId, url: Url = None, key: Key = "", env_file: EnvFile = None, as_json: AsJson = False
) -> None:
    """Take a work item into your hands; a colleague who comes second is told that you have it."""
    _tell(_ask("POST", f"/{quote(item)}/claim", {}, url, key, env_file), as_json=as_json)


def release(
    item: ItemId, url: Url = None, key: Key = "", env_file: EnvFile = None, as_json: AsJson = False
) -> None:
    """Give a work item back to your office."""
    _tell(_ask("POST", f"/{quote(item)}/release", {}, url, key, env_file), as_json=as_json)


def answer(  # noqa: PLR0917 - typer reads the options from the signature
    item: ItemId,
    file: FileArgument,
    url: Url = None,
    key: Key = "",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Answer a work item that you have claimed, with a document as its form asks for."""
    document = {"answer": read_document(file)}
    _tell(_ask("POST", f"/{quote(item)}/answer", document, url, key, env_file), as_json=as_json)


def give_back(  # noqa: PLR0917 - typer reads the options from the signature
    item: ItemId,
    reason: Reason,
    url: Url = None,
    key: Key = "",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Return a work item that cannot be answered; its sender is told why."""
    _tell(_ask("POST", f"/{quote(item)}/return", {"reason": reason}, url, key, env_file), as_json=as_json)


def reassign(  # noqa: PLR0917 - typer reads the options from the signature
    item: ItemId,
    reason: Reason,
    to_officer: Annotated[str, typer.Option(metavar="NAME", help="The colleague who gets it.")] = "",
    to_office: Annotated[str, typer.Option(metavar="OFFICE", help="The office that gets it.")] = "",
    url: Url = None,
    key: Key = "",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Give a work item to a colleague, or to another office of your organisation."""
    wish: dict[str, JsonValue] = {"reason": reason}
    wish |= {"to_officer": to_officer} if to_officer else {}
    wish |= {"to_office": to_office} if to_office else {}
    _tell(_ask("POST", f"/{quote(item)}/reassign", wish, url, key, env_file), as_json=as_json)


def _ask(  # noqa: PLR0917 - what every command has been given, in one order
    method: str, path: str, document: JsonValue, url: str | None, key: str, env_file: EnvFile
) -> Any:
    """The answer's document. Raises CommandError that tells of the problem otherwise."""
    if not key:
        raise unusable(
            "a key is needed: give --key or set PEYVAND_KEY (peyvand client add NAME --officer OFFICE)"
        )
    if not (key.isascii() and key.isprintable()):
        raise unusable("a key is printable ASCII")
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept-Language": "fa",
    }
    return answered(
        call(
            method,
            url or address(read_settings(env_file)),
            f"/work-items{path}",
            headers=headers,
            body=None if document is None else orjson.dumps(document),
            if_lost=_IF_LOST,
        )
    )


def _tell(item: Any, *, as_json: bool) -> None:
    if as_json:
        write_json(item)
        return
    holder = f", {item['claimed_by']} has it" if item["claimed_by"] else ""
    out().print(f"{item['id']}  it is {item['state']}{holder}", style="green", soft_wrap=True)
