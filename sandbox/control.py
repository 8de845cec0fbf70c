"""The control API: JSON over HTTP, for those who steer the simulated partners and count effects."""

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from sandbox.behpardakht import SALE_OUTCOMES, Behpardakht, SaleError
from sandbox.clock import Clock, jalali_date
from sandbox.later_answers import LaterAnswers
from sandbox.map_approvals import MapApprovals
from sandbox.modes import InvalidSettingError, parse_setting
from sandbox.wire import PartnerServer

LARGEST_OFFSET = timedelta(days=3650)


class BadRequestError(Exception):
    """A control request that cannot be followed; the text says why."""


class NotFoundError(Exception):
    """A control request about something that is not there."""


class Control:
    """Routes control requests; errors are JSON objects with an ``error`` text."""

    def __init__(
        self,
        servers: Mapping[str, PartnerServer],
        gateway: Behpardakht,
        clock: Clock,
        later_answers: LaterAnswers,
        map_approvals: MapApprovals,
    ) -> None:
        self._servers = servers
        self._gateway = gateway
        self._clock = clock
        self._later_answers = later_answers
        self._map_approvals = map_approvals

    def application(self) -> web.Application:
        """The control API as an application."""
        application = web.Application(middlewares=[_errors_as_json])
        application.add_routes(
            [
                web.get("/partners", self._list),
                web.get("/partners/{name}", self._show),
                web.post("/partners/{name}/mode", self._set_mode),
                web.post("/partners/{name}/reset", self._reset),
                web.post("/partners/{name}/flavours", self._set_flavours),
                web.get("/partners/{name}/calls", self._calls),
                web.delete("/partners/{name}/calls", self._clear_calls),
                web.post("/partners/behpardakht/sales", self._sell),
                web.get("/partners/behpardakht/orders/{order_id}", self._order),
                web.get("/clock", self._show_clock),
                web.post("/clock", self._set_clock),
                *self._later_answers.routes(),
                *self._map_approvals.routes(),
            ]
        )
        return application

    async def _list(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"partners": [_description(server) for server in self._servers.values()]})

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(_description(self._server(request)))

    async def _set_mode(self, request: web.Request) -> web.Response:
        server = self._server(request)
        try:
            setting = parse_setting(await _document(request))
        except InvalidSettingError as error:
            raise BadRequestError(str(error)) from error
        await server.set_mode(setting)
        return web.json_response(_description(server))

    async def _reset(self, request: web.Request) -> web.Response:
        server = self._server(request)
        await server.reset()
        return web.json_response(_description(server))

    async def _set_flavours(self, request: web.Request) -> web.Response:
        server = self._server(request)
        document = await _document(request)
        flavours = server.partner.flavours
        if not isinstance(document, dict) or not set(document) <= set(flavours):
            raise BadRequestError(f"a JSON object with these flavours is expected: {sorted(flavours)}")
        if not all(isinstance(value, bool) for value in document.values()):
            raise BadRequestError("a flavour is true or false")
        flavours.update(document)
        return web.json_response(_description(server))

    async def _calls(self, request: web.Request) -> web.Response:
        server = self._server(request)
        query = request.query
        after = query.get("after", "0")
        if not (after.isascii() and after.isdigit()):
            raise BadRequestError("after: the number of a call")
        report = server.ledger.report(
            request_id=query.get("request_id", ""), subject=query.get("subject", ""), after=int(after)
        )
        return web.json_response(report)

    async def _clear_calls(self, request: web.Request) -> web.Response:
        return web.json_response({"removed": self._server(request).ledger.clear()})

    async def _sell(self, request: web.Request) -> web.Response:
        document = await _document(request)
        order_id = document.get("order_id") if isinstance(document, dict) else None
        if not isinstance(order_id, int) or isinstance(order_id, bool):
            raise BadRequestError("order_id: a whole number")
        outcome = document.get("outcome", "paid")
        if outcome not in SALE_OUTCOMES:
            raise BadRequestError(f"outcome: one of {', '.join(SALE_OUTCOMES)}")
        try:
            return web.json_response(self._gateway.sell(order_id, outcome))
        except SaleError as error:
            raise BadRequestError(str(error)) from error

    async def _order(self, request: web.Request) -> web.Response:
        order_id = request.match_info["order_id"]
        description = (
            self._gateway.describe(int(order_id)) if order_id.isascii() and order_id.isdigit() else None
        )
        if description is None:
            raise NotFoundError(f"no order {order_id}")
        return web.json_response(description)

    async def _show_clock(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self._clock_description())

    async def _set_clock(self, request: web.Request) -> web.Response:
        document = await _document(request)
        if not isinstance(document, dict) or set(document) not in ({"offset_s"}, {"advance_s"}):
            raise BadRequestError("either offset_s or advance_s is expected")
        (field, seconds), *_ = document.items()
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not math.isfinite(seconds):
            raise BadRequestError(f"{field}: a number of seconds")
        bound = LARGEST_OFFSET.total_seconds()
        base = self._clock.offset.total_seconds() if field == "advance_s" else 0
        if abs(base + seconds) > bound:
            raise BadRequestError(f"{field}: the offset stays within ten years")
        self._clock.offset = timedelta(seconds=base + seconds)
        return web.json_response(self._clock_description())

    def _clock_description(self) -> dict[str, object]:
        now = self._clock.now()
        return {
            "offset_s": self._clock.offset.total_seconds(),
            "now": now.isoformat(timespec="seconds"),
            "jalali_date": jalali_date(now),
        }

    def _server(self, request: web.Request) -> PartnerServer:
        name = request.match_info["name"]
        server = self._servers.get(name)
        if server is None:
            raise NotFoundError(f"no partner {name}; there are {', '.join(self._servers)}")
        return server


def _description(server: PartnerServer) -> dict[str, object]:
    return {
        "name": server.partner.name,
        "title": server.partner.title,
        "url": server.url,
        "mode": server.switch.current.as_json(),
        "flavours": server.partner.flavours,
        "calls": len(server.ledger),
    }


async def _document(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError as error:
        raise BadRequestError("a JSON document is expected") from error


@web.middleware
async def _errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except BadRequestError as error:
        return web.json_response({"error": str(error)}, status=400)
    except NotFoundError as error:
        return web.json_response({"error": str(error)}, status=404)
    except web.HTTPError as error:
        return web.json_response({"error": error.reason}, status=error.status)
