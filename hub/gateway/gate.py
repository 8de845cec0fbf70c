"""What is answered before the hub has reached its store for the first time."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.gateway.http import headers_of, send_problem


def closed_until(is_open: Callable[[], bool], app: ASGIApp) -> ASGIApp:
    """The application, once the store has been reached; before, nobody can be known, and everything gets 503."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if is_open():
            await app(scope, receive, send)
        else:
            language = headers_of(scope).get(b"accept-language", b"")
            await send_problem(send, ExchangeError(codes.NOT_RECORDED, retry_after_s=1), language)

    return gate
