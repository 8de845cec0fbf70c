"""Reaching the control API: of the running hub or, if none runs on an embedded store, of one made for the moment."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import orjson
from starlette.routing import Mount, Router
from starlette.types import ASGIApp

from hub.app.cli.ending import unreachable
from hub.app.cli.http_call import HttpAnswer, call
from hub.app.cli.in_process import ask_in_process
from hub.app.cli.send import management_address
from hub.app.cli.store import existing_store, is_served
from hub.app.control import address_told, control_routes, control_token
from hub.app.loading import load
from hub.app.settings import Settings
from hub.app.setups import is_clustered
from hub.core.observer import Silent
from hub.core.values import JsonValue
from hub.gateway.queries import nothing_here
from hub.routing.plan import RoutingTable
from hub.runtime.configuration import Configuration, CurrentConfiguration
from hub.runtime.recorder import Recorder
from hub.runtime.waiting import Waiters

_IF_LOST: Final = "what was asked for may have been done; ask again with the same --action and nothing is done a second time"

Ask = Callable[[str, str, JsonValue], HttpAnswer]
"""One request: method, path below ``/admin``, and the document to send, if any."""


@contextlib.contextmanager
def reaching(settings: Settings, url: str | None, *, acts: bool) -> Iterator[Ask]:
    """A way to ask for as long as the context lasts; ``acts`` says whether contracts and routes are needed.

    Raises CommandError, ControlTokenError; LintError for data folders that cannot be used.
    """
    if url is not None or is_served(settings):
        base_url = url or address_told(settings.data_dir) or management_address(settings)
        yield _remote(base_url, control_token(settings, create=False))
    elif is_clustered(settings):
        raise unreachable(
            "no hub is running on this database: start one (peyvand serve), it does what is asked"
        )
    else:
        with (
            asyncio.Runner() as runner,
            _entered(runner, _control_on_store(settings, acts=acts)) as (app, token),
        ):
            yield lambda method, path, document: runner.run(
                ask_in_process(app, method, f"/admin{path}", _headers(token), _body(document))
            )


def _remote(base_url: str, token: str) -> Ask:
    def ask(method: str, path: str, document: JsonValue) -> HttpAnswer:
        return call(
            method, base_url, f"/admin{path}", headers=_headers(token), body=_body(document), if_lost=_IF_LOST
        )

    return ask


@contextlib.asynccontextmanager
async def _control_on_store(settings: Settings, *, acts: bool) -> AsyncIterator[tuple[ASGIApp, str]]:
    """The same control API over the store itself. What it accepts, the next hub's start takes up."""
    configuration = Configuration({}, RoutingTable(()), {})
    if acts:
        loaded = load(settings)
        configuration = Configuration(
            loaded.catalogue.contracts, loaded.routing, {}, calendar=loaded.calendar
        )
    token = secrets.token_hex()
    async with existing_store(settings) as store:
        recorder = Recorder(store.journal, Waiters(), Silent())
        current = CurrentConfiguration(configuration)
        routes = control_routes(settings, store, recorder, current, offer=_to_nobody, token=token)
        yield Router([Mount("/admin", Router(routes, default=nothing_here))]), token


@contextlib.contextmanager
def _entered(runner: asyncio.Runner, context: contextlib.AbstractAsyncContextManager[Any]) -> Iterator[Any]:
    """An asynchronous context, entered and left in the runner's loop."""
    entered = runner.run(_await(context.__aenter__))
    try:
        yield entered
    finally:
        runner.run(_await(lambda: context.__aexit__(None, None, None)))


async def _await(make: Callable[[], Any]) -> Any:
    return await make()


def _to_nobody(_channel: str, _exchange_id: str, _number: int) -> None:
    """No hub runs that could be offered anything."""


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "fa"}


def _body(document: JsonValue) -> bytes | None:
    return None if document is None else orjson.dumps(document)
