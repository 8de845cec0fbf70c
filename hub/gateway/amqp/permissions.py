"""Who may do what on the clients' RabbitMQ, answered to its HTTP authentication backend.

RabbitMQ asks (``rabbitmq_auth_backend_http``): a client logs in with its name and its API key, may publish to its own
exchange and read its own queue, and may do nothing else.
"""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.ports import ClientRegistry
from hub.gateway.amqp.names import event_queue, from_hub, to_hub
from hub.security.access import Access

MOST_ASKED_BYTES = 4096


class AmqpPermissions:
    """Answers ``allow`` or ``deny``; what cannot be decided is denied."""

    def __init__(self, access: Access, clients: ClientRegistry) -> None:
        self._access = access
        self._clients = clients

    def routes(self) -> list[Route]:
        """The four questions, below ``/amqp/``."""
        questions: dict[str, Callable[[Mapping[str, str]], Awaitable[bool]]] = {
            "user": self._may_log_in,
            "vhost": self._is_known,
            "resource": self._may_use,
            "topic": self._may_use,
        }
        return [
            Route(f"/amqp/{name}", _answering(ask), methods=["GET", "POST"])
            for name, ask in questions.items()
        ]

    async def _may_log_in(self, asked: Mapping[str, str]) -> bool:
        try:
            record = self._access.authenticate(f"Bearer {asked.get('password', '')}")
        except ExchangeError:
            return False
        return record.name == asked.get("username")

    async def _is_known(self, asked: Mapping[str, str]) -> bool:
        name = asked.get("username")
        return any(record.name == name and not record.revoked_us for record in await self._clients.list())

    async def _may_use(self, asked: Mapping[str, str]) -> bool:
        name = asked.get("username", "")
        resource, thing, permission = (asked.get(key, "") for key in ("resource", "name", "permission"))
        if (resource, permission) == ("queue", "read"):
            is_own = thing == from_hub(name) or thing.startswith(event_queue(name, ""))
        else:
            is_own = (resource, permission, thing) == ("exchange", "write", to_hub(name))
        return is_own and await self._is_known(asked)


def _answering(
    ask: Callable[[Mapping[str, str]], Awaitable[bool]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        asked = dict(request.query_params)
        if request.method == "POST":
            body = b""
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_ASKED_BYTES:
                    return PlainTextResponse("deny")
            asked = dict(parse_qsl(body.decode("utf-8", "replace")))
        try:
            allowed = await ask(asked)
        except NotRecordedError:
            allowed = False
        return PlainTextResponse("allow" if allowed else "deny")

    return answer
