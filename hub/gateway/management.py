"""The management port: is it alive, is it ready, what do the counters say. Never reachable from outside."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from hub.gateway.queries import nothing_here

Check = Callable[[], Awaitable[str]]
"""One condition of readiness: an empty text if it holds, else a sentence that says what is wrong."""


Reload = Callable[[], Awaitable[tuple[bool, list[str]]]]
"""Reloads contracts, routes and manifests: whether the new set is in force, and what lint has to say."""


def management(
    checks: Mapping[str, Check],
    metrics: Callable[[], tuple[bytes, str]],
    reload: Reload,
    notes: Mapping[str, Check] = MappingProxyType({}),
    *,
    admin: Sequence[BaseRoute] = (),
    amqp: Sequence[BaseRoute] = (),
) -> Router:
    """``/livez``, ``/readyz`` (200 or 503, in words), ``/metrics`` (Prometheus exposition), ``POST /reload``.

    ``notes`` are told beside the checks: what an operator should know though the hub is ready. ``admin`` is the
    control API below ``/admin``, which lets in nobody without its token. ``amqp`` answers the clients' RabbitMQ.
    """

    async def livez(_request: Request) -> Response:
        return Response(orjson.dumps({"alive": True}), media_type="application/json")

    async def readyz(_request: Request) -> Response:
        findings = {name: await check() for name, check in checks.items()}
        ready = not any(findings.values())
        shown = {name: finding or "ok" for name, finding in findings.items()}
        told = {name: note for name, check in notes.items() if (note := await check())}
        body = orjson.dumps({"ready": ready, "checks": shown} | ({"notes": told} if told else {}))
        return Response(body, status_code=200 if ready else 503, media_type="application/json")

    async def metricz(_request: Request) -> Response:
        body, media_type = metrics()
        return Response(body, media_type=media_type)

    async def reloadz(_request: Request) -> Response:
        reloaded, findings = await reload()
        body = orjson.dumps({"reloaded": reloaded, "findings": findings})
        return Response(body, status_code=200 if reloaded else 422, media_type="application/json")

    return Router(
        [
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metricz),
            Route("/reload", reloadz, methods=["POST"]),
            *amqp,
            Mount("/admin", Router(admin, redirect_slashes=False, default=nothing_here)),
        ],
        redirect_slashes=False,
    )
