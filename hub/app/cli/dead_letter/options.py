"""Options that the commands about dead letters share."""

import getpass
from typing import Annotated

import orjson
import typer

from hub.app.cli.contract_argument import read_message
from hub.app.cli.ending import unusable
from hub.core.values import JsonValue, new_id

ExchangeId = Annotated[str, typer.Argument(metavar="ID", help="The exchange's id.", show_default=False)]
ExchangeIds = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="The exchanges' ids.", show_default=False)
]
OneGroup = Annotated[
    str | None,
    typer.Option("--group", metavar="GROUP", help="All of one cause; dead-letter list tells its name."),
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason", metavar="TEXT", help="Why; it is recorded. No personal data.", show_default=False
    ),
]
ActorName = Annotated[
    str | None,
    typer.Option("--actor", metavar="NAME", help="Who decides; by default the system user's name."),
]
Action = Annotated[
    str | None,
    typer.Option(
        "--action", metavar="ID", help="A name for this action: under the same one nothing is done twice."
    ),
]
OutcomeKnown = Annotated[
    str,
    typer.Option(
        "--outcome-known",
        metavar="not-done",
        help="You have asked the partner, and it has not acted on the message.",
    ),
]
Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The management port; by default that of the hub on this data folder."),
]


def decision(actor: str | None, reason: str, action: str | None) -> dict[str, JsonValue]:
    """Who decides and why, as the control API takes it."""
    return {"actor": actor or getpass.getuser(), "reason": reason, "action": action or new_id()}


def read_document(file: str) -> JsonValue:
    """A JSON document from a file, or from standard input for ``-``. Raises CommandError."""
    try:
        return orjson.loads(read_message(file))
    except orjson.JSONDecodeError as error:
        where = "standard input" if file == "-" else file
        raise unusable(f"{where} is no JSON: {error}") from None
