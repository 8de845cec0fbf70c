"""Serves the descriptions that are generated from contracts: OpenAPI and AsyncAPI of what the caller may use."""

from collections.abc import Callable, Hashable, Iterable, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hub.contracts.descriptions.asyncapi import OwnQueues, asyncapi
from hub.contracts.descriptions.offer import Offer
from hub.contracts.descriptions.openapi import openapi
from hub.core import codes
from hub.core.contract import Contract, ContractVersion, Status
from hub.core.errors import Code, ExchangeError, FieldError
from hub.core.values import JsonValue, Text
from hub.gateway.lifecycle import page_headers
from hub.gateway.problem import problem_body
from hub.gateway.visible import Visible, chosen, today
from hub.runtime.configuration import Configuration
from hub.security.access import retired

_MOST_KEPT = 100
_SHOWN_ID = "01a203a2-07d0-7c01-883f-dc621686ad9e"
_SHOWN_ERROR = FieldError(
    "/national_code",
    "format",
    Text(
        "«کد ملی»: رقم کنترل کد ملی درست نیست؛ رقم‌ها را دوباره ببینید",
        "National code: The national code's check digit is wrong; check the digits",
    ),
)


class Descriptions:
    """The endpoints."""

    def __init__(self, visible: Visible, queues_of: Callable[[str], OwnQueues] | None = None) -> None:
        """``queues_of`` gives a client's own queues, where clients have any."""
        self._visible = visible
        self._queues_of = queues_of
        self._made: dict[Hashable, bytes] = {}
        self._made_of: Configuration | None = None

    async def show_everything(self, request: Request) -> Response:
        """``GET /openapi.json``: all that the client may use."""
        client = self._visible.client(request)
        offers = [
            offer
            for contract, versions in self._visible.contracts(client)
            for offer in self._offers(contract, versions)
        ]
        return self._answer("everything", offers, lambda: openapi(offers, problem_example))

    async def show_openapi(self, request: Request) -> Response:
        """``GET /contracts/{name}/v{major}/openapi.json?version=1.2``: one major, or one version of it."""
        offer, is_pinned = self._offer(request)
        answer = self._answer(
            is_pinned, [offer], lambda: openapi([offer], problem_example, is_pinned=is_pinned)
        )
        answer.headers.update(page_headers(offer.versions[-1]))
        return answer

    async def show_asyncapi(self, request: Request) -> Response:
        """``GET /contracts/{name}/v{major}/asyncapi.json?version=1.2``: how it is used without waiting."""
        offer, _ = self._offer(request)
        queues = self._queues_of(self._visible.client(request).name) if self._queues_of else None
        answer = _json(orjson.dumps(asyncapi(offer, request.url.netloc, request.url.scheme, queues)))
        answer.headers.update(page_headers(offer.versions[-1]))
        return answer

    def _answer(self, what: Hashable, offers: Sequence[Offer], make: Callable[[], JsonValue]) -> Response:
        """The document, made once for all who are offered the same, as long as the configuration is in force."""
        configuration = self._visible.configuration.now
        if configuration is not self._made_of or len(self._made) >= _MOST_KEPT:
            self._made, self._made_of = {}, configuration
        key = (what, today(), *(version.ref for offer in offers for version in offer.versions))
        if key not in self._made:
            self._made[key] = orjson.dumps(make())
        return _json(self._made[key])

    def _offer(self, request: Request) -> tuple[Offer, bool]:
        """What the path names; and whether one version of several was asked for."""
        contract, versions = self._visible.major(request)
        wanted = request.query_params.get("version")
        if wanted is not None:
            versions = [chosen(versions, wanted)]
        offers = self._offers(contract, versions)
        if not offers:
            raise retired(versions[-1])
        return offers[0], wanted is not None

    def _offers(self, contract: Contract, versions: Iterable[ContractVersion]) -> list[Offer]:
        """One for each major of which a version is still served."""
        day = today()
        by_major: dict[int, list[ContractVersion]] = {}
        for version in versions:
            if version.status_on(day) is not Status.RETIRED:
                by_major.setdefault(version.ref.version.major, []).append(version)
        examples = self._visible.configuration.now.examples
        return [Offer(contract, tuple(of_major), examples, day) for of_major in by_major.values()]


def problem_example(code: Code) -> JsonValue:
    """The problem that a caller gets for a code, Persian as by default; field errors where they belong to it."""
    error = ExchangeError(code, errors=(_SHOWN_ERROR,) if code is codes.REQUEST_INVALID else ())
    return orjson.loads(problem_body(error, _SHOWN_ID, "fa"))


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
