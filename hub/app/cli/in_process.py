"""Asking an ASGI application in this very process, as if over HTTP."""

from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

from hub.app.cli.http_call import HttpAnswer


async def ask_in_process(
    app: ASGIApp, method: str, target: str, headers: Mapping[str, str], body: bytes | None
) -> HttpAnswer:
    """One request and its whole answer. Raises what the application raises."""
    path, _, query = target.partition("?")
    waiting = [body or b""]
    status, answered, content = 500, dict[str, str](), bytearray()

    async def receive() -> MutableMapping[str, Any]:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, answered
        if message["type"] == "http.response.start":
            status = message["status"]
            answered = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            content.extend(message.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": None,
        "server": None,
    }
    await app(scope, receive, send)
    return HttpAnswer(status, answered, bytes(content))
