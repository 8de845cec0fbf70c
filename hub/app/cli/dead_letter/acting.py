"""``peyvand dead-letter redeliver``, ``edit``, ``settle`` and ``discard``: what a person decides."""

from typing import Annotated, Any
from urllib.parse import quote

import orjson
import typer

from hub.app.cli.dead_letter.options import (
    Action,
    ActorName,
    ExchangeId,
    ExchangeIds,
    OneGroup,
    OutcomeKnown,
    Reason,
    Url,
    decision,
    read_document,
)
from hub.app.cli.dead_letter.reach import Ask, reaching
from hub.app.cli.dead_letter.telling import answered, print_results
from hub.app.cli.ending import ExitCode, unusable
from hub.app.cli.screen import out, write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.core.values import JsonValue

_PAGE = 100


def redeliver(  # noqa: PLR0917 - typer reads the options from the signature
    reason: Reason,
    exchange_ids: ExchangeIds = None,
    group: OneGroup = None,
    per_second: Annotated[
        float, typer.Option(min=0.001, max=10_000, help="How many of them become due in a second.")
    ] = 10.0,
    outcome_known: OutcomeKnown = "",
    actor: ActorName = None,
    action: Action = None,
    url: Url = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Have dead letters delivered by the route that takes them now; exit 1 if one of them is refused.

    Each gets a new deadline. The pace is kept by the journal, whatever becomes of this command or of a hub.
    """
    asked = decision(actor, reason, action) | _which(exchange_ids, group) | {"per_second": per_second}
    if outcome_known:
        asked["outcome_known"] = outcome_known
    with reaching(read_settings(env_file), url, acts=True) as ask:
        _many(ask, "redeliver", asked, "taken up again", as_json=as_json)


def discard(  # noqa: PLR0917 - typer reads the options from the signature
    reason: Reason,
    exchange_ids: ExchangeIds = None,
    group: OneGroup = None,
    actor: ActorName = None,
    action: Action = None,
    url: Url = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Give dead letters up for good; their senders are told; exit 1 if one of them is refused."""
    asked = decision(actor, reason, action) | _which(exchange_ids, group)
    with reaching(read_settings(env_file), url, acts=True) as ask:
        _many(ask, "discard", asked, "discarded", as_json=as_json)


def edit(  # noqa: PLR0917 - typer reads the options from the signature
    exchange_id: ExchangeId,
    reason: Reason,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="The corrected request, JSON; - for standard input."),
    ] = None,
    outcome_known: OutcomeKnown = "",
    actor: ActorName = None,
    action: Action = None,
    url: Url = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Have a corrected request delivered instead; without FILE write the request as it is, to be corrected.

    The sender's own form stays recorded beside it. That you read it is recorded too.
    """
    asked = decision(actor, reason, action)
    path = f"/dead-letters/{quote(exchange_id)}"
    if file is None:
        with reaching(read_settings(env_file), url, acts=True) as ask:
            shown = answered(ask("POST", f"{path}/request", asked))
        write_line(orjson.dumps(shown["document"], option=orjson.OPT_INDENT_2).decode())
        return
    asked["document"] = read_document(file)
    if outcome_known:
        asked["outcome_known"] = outcome_known
    with reaching(read_settings(env_file), url, acts=True) as ask:
        _one(answered(ask("POST", f"{path}/edit", asked)), "taken up again, corrected", as_json=as_json)


def settle(  # noqa: PLR0917 - typer reads the options from the signature
    exchange_id: ExchangeId,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The reply in the sender's version, JSON; - for stdin.", show_default=False
        ),
    ],
    reason: Reason,
    actor: ActorName = None,
    action: Action = None,
    url: Url = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Complete one with the reply that you have found out; it must match the contract."""
    asked = decision(actor, reason, action) | {"reply": read_document(file)}
    with reaching(read_settings(env_file), url, acts=True) as ask:
        done = answered(ask("POST", f"/dead-letters/{quote(exchange_id)}/settle", asked))
    _one(done, "settled", as_json=as_json)


def _which(exchange_ids: list[str] | None, group: str | None) -> dict[str, JsonValue]:
    if bool(exchange_ids) == (group is not None):
        raise unusable("say which ones: either their ids or --group (peyvand dead-letter list tells both)")
    return {"group": group, "limit": _PAGE} if group is not None else {"ids": exchange_ids}


def _many(ask: Ask, what: str, asked: dict[str, JsonValue], verb: str, *, as_json: bool) -> None:
    """Page after page, until all that were there have been dealt with."""
    console = out()
    done: list[Any] = []
    refused: list[Any] = []
    while True:
        page = answered(ask("POST", f"/dead-letters/{what}", asked))
        done += page["done"]
        refused += page["refused"]
        if not as_json and (page["done"] or page["refused"]):
            print_results(console, verb, page["done"], page["refused"])
        if page["next"] is None:
            break
        asked |= {"after": page["next"], "not_before_us": page["not_before_us"]}
    if as_json:
        write_json({"action": asked["action"], "done": done, "refused": refused})
    elif not done and not refused:
        print_results(console, verb, done, refused)
    if refused:
        raise typer.Exit(ExitCode.UNSUCCESSFUL)


def _one(done: Any, verb: str, *, as_json: bool) -> None:
    if as_json:
        write_json(done)
    else:
        print_results(out(), verb, [done], [])
