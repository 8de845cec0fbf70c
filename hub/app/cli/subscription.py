"""``peyvand subscription``: who is told of which events. Works on the store, also while hubs serve it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from rich.table import Table

from hub.app.cli.dead_letter.options import ActorName, Reason, decision
from hub.app.cli.ending import unsuccessful, unusable
from hub.app.cli.screen import out, write_json
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.cli.store import existing_store
from hub.app.events import subscribing_on
from hub.app.settings import Settings
from hub.core.actor import Actor, is_actor_name
from hub.core.errors import ExchangeError, StateConflictError
from hub.core.events import Subscription, SubscriptionState
from hub.gateway.subscriptions import subscription_view
from hub.gateway.views import JsonObject
from hub.runtime.events.subscribing import Subscribing

Id = Annotated[str, typer.Argument(metavar="ID", help="The subscription's id.", show_default=False)]
Change = Callable[[Subscribing, Subscription], Awaitable[Subscription | None]]


def list_subscriptions(
    client: Annotated[str, typer.Option("--client", help="Only this client's.")] = "",
    state: Annotated[
        SubscriptionState | None, typer.Option("--state", help="Only those that stand so.")
    ] = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """List subscriptions with where they stand; what is parked or disabled needs somebody."""
    found = [
        subscription_view(one)
        for one in asyncio.run(_all(read_settings(env_file), client or None))
        if state in {None, one.state}
    ]
    if as_json:
        write_json({"subscriptions": found})
        return
    if not found:
        out().print("There are no such subscriptions.")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("id", "client", "contract", "delivery", "state", "code", "position"):
        table.add_column(title, overflow="fold")
    for view in found:
        table.add_row(*_row(view))
    out().print(table)


def show(subscription_id: Id, env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Show one subscription; its secret is not shown."""
    view = subscription_view(asyncio.run(_one(read_settings(env_file), subscription_id)))
    _tell(view, as_json=as_json)


def pause(
    subscription_id: Id,
    reason: Reason,
    actor: ActorName = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Bring it nothing until it is resumed; events wait in the log meanwhile."""
    cause = _cause(actor, reason)
    _act(subscription_id, lambda s, one: s.pause(one, cause, reason), env_file, as_json=as_json)


def resume(
    subscription_id: Id,
    reason: Reason,
    actor: ActorName = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Serve it again from where it stands, also after it was parked or disabled."""
    cause = _cause(actor, reason)
    _act(subscription_id, lambda s, one: s.resume(one, cause, reason), env_file, as_json=as_json)


def replay(  # noqa: PLR0917 - typer reads the options from the signature
    subscription_id: Id,
    start: Annotated[
        str,
        typer.Option("--from", metavar="WHERE", help="A time with its offset, a position, beginning or now."),
    ],
    reason: Reason,
    actor: ActorName = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Bring it again what was published since a time or position, under the same ids."""
    cause = _cause(actor, reason)
    _act(subscription_id, lambda s, one: s.replay(one, start, cause, reason), env_file, as_json=as_json)


def remove(
    subscription_id: Id,
    reason: Reason,
    actor: ActorName = None,
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Forget it; what it has not been given is cancelled."""
    cause = _cause(actor, reason)

    async def act(subscribing: Subscribing, subscription: Subscription) -> None:
        await subscribing.remove(subscription, cause, reason)

    _act(subscription_id, act, env_file, as_json=as_json)


def _cause(actor: str | None, reason: str) -> str:
    """Who decides, as the record has it: every change needs somebody, and a reason."""
    name = str(decision(actor, reason, None)["actor"])
    if not is_actor_name(name) or not reason.strip():
        raise unusable("say who decides (--actor NAME) and why (--reason TEXT)")
    return Actor(name).cause


def _act(subscription_id: str, change: Change, env_file: EnvFile, *, as_json: bool) -> None:
    settings = read_settings(env_file)

    async def run() -> Subscription:
        async with existing_store(settings) as store:
            before = await store.subscriptions.get(subscription_id)
            if before is None:
                raise _unknown(subscription_id)
            return await change(subscribing_on(store), before) or before

    try:
        changed = asyncio.run(run())
    except ExchangeError as error:
        raise unsuccessful(error.detail or error.code.title.en) from None
    except StateConflictError:
        raise unsuccessful("it has just been changed by somebody else: look again") from None
    _tell(subscription_view(changed), as_json=as_json)


async def _all(settings: Settings, client: str | None) -> tuple[Subscription, ...]:
    async with existing_store(settings) as store:
        return await store.subscriptions.list(client)


async def _one(settings: Settings, subscription_id: str) -> Subscription:
    async with existing_store(settings) as store:
        found = await store.subscriptions.get(subscription_id)
    if found is None:
        raise _unknown(subscription_id)
    return found


def _unknown(subscription_id: str) -> Exception:
    return unsuccessful(f"there is no subscription {subscription_id} (see peyvand subscription list)")


def _tell(view: JsonObject, *, as_json: bool) -> None:
    if as_json:
        write_json(view)
        return
    for name, value in view.items():
        if value is not None:
            out().print(f"{name}: {value}")


def _row(view: JsonObject) -> list[str]:
    delivery = view["delivery"]
    kind = str(delivery["kind"]) if isinstance(delivery, dict) else ""
    contract = f"{view['contract']} v{view['major']}"
    cells = (view["id"], view["client"], contract, kind, view["state"], view["code"], view["position"])
    return ["" if cell is None else str(cell) for cell in cells]
