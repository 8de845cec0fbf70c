"""``/subscriptions``: clients say which events they want, fetch them, and say how far they have come."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hub.contracts.json_body import JsonLimits, decode_json
from hub.core import codes
from hub.core.errors import ExchangeError, NotRecordedError, StateConflictError
from hub.core.events import DeliveryKind, Subscription, Subscriptions, parse_position, position_text
from hub.core.ports import ClientRecord
from hub.core.values import JsonValue
from hub.gateway.http import bad_header, parse_wait
from hub.gateway.queries import Handler, problem_response
from hub.gateway.views import JsonObject, iso
from hub.runtime.events.pulling import Pulling
from hub.runtime.events.subscribing import OVERLAP_S, Subscribing, Terms
from hub.security.access import Access

BODY_BYTES: Final = 64 * 1024
MAX_PAGE: Final = 100
MOST_WAITING: Final = 1000
"""How many may wait for events at once; one more is answered 503 (G8)."""
_LIMITS: Final = JsonLimits(BODY_BYTES)


class SubscriptionEndpoints:
    """The endpoints. Each client sees its own subscriptions alone."""

    def __init__(
        self,
        access: Access,
        subscriptions: Subscriptions,
        subscribing: Subscribing,
        pulling: Pulling,
        terms: Terms,
        *,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._access = access
        self._subscriptions = subscriptions
        self._subscribing = subscribing
        self._pulling = pulling
        self._terms = terms
        self._is_stopping = is_stopping
        self._waiting = 0

    def routes(self) -> list[Route]:
        """All of them, each answering errors as problem details."""
        one = "/subscriptions/{id}"
        table: dict[str, dict[str, Handler]] = {
            "/subscriptions": {"GET": self.list, "POST": self.create},
            one: {"GET": self.show, "DELETE": self.remove},
            f"{one}/events": {"GET": self.fetch},
            f"{one}/position": {"POST": self.commit},
            f"{one}/pause": {"POST": self.pause},
            f"{one}/resume": {"POST": self.resume},
            f"{one}/replay": {"POST": self.replay},
            f"{one}/secret": {"POST": self.rotate},
        }
        return [Route(path, _ByMethod(handlers)) for path, handlers in table.items()]

    async def create(self, request: Request) -> Response:
        """``POST /subscriptions``: 201 with the subscription; a webhook's secret is shown this once."""
        client = self._client(request)
        wish = decode_json(await _body(request), _LIMITS)
        subscription, secret = await self._subscribing.create(wish, client, self._terms)
        view = subscription_view(subscription) | ({"secret": secret} if secret else {})
        return _json(view, 201, {"Location": f"/subscriptions/{subscription.id}"})

    async def list(self, request: Request) -> Response:
        """``GET /subscriptions``: the client's own."""
        found = await self._subscriptions.list(self._client(request).name)
        return _json({"subscriptions": [subscription_view(one) for one in found]})

    async def show(self, request: Request) -> Response:
        """``GET /subscriptions/{id}``: where it stands."""
        return _json(subscription_view((await self._own(request))[1]))

    async def remove(self, request: Request) -> Response:
        """``DELETE /subscriptions/{id}``: 204."""
        client, subscription = await self._own(request)
        await self._subscribing.remove(subscription, f"client:{client.name}")
        return Response(status_code=204)

    async def pause(self, request: Request) -> Response:
        """``POST /subscriptions/{id}/pause``."""
        client, subscription = await self._own(request)
        return _json(subscription_view(await self._subscribing.pause(subscription, f"client:{client.name}")))

    async def resume(self, request: Request) -> Response:
        """``POST /subscriptions/{id}/resume``: also after the hub has parked it."""
        client, subscription = await self._own(request)
        return _json(subscription_view(await self._subscribing.resume(subscription, f"client:{client.name}")))

    async def replay(self, request: Request) -> Response:
        """``POST /subscriptions/{id}/replay`` with ``{"from": …}``: a position, a time, ``beginning``, ``now``."""
        client, subscription = await self._own(request)
        start = _text_of(await _document(request), "from")
        again = await self._subscribing.replay(subscription, start, f"client:{client.name}")
        return _json(subscription_view(again))

    async def rotate(self, request: Request) -> Response:
        """``POST /subscriptions/{id}/secret``: a new secret; the old one signs beside it for a day."""
        client, subscription = await self._own(request)
        changed, secret = await self._subscribing.rotate(subscription, OVERLAP_S, f"client:{client.name}")
        return _json(subscription_view(changed) | {"secret": secret})

    async def fetch(self, request: Request) -> Response:
        """``GET /subscriptions/{id}/events?after=…&limit=…&wait=…``: the next events; waits for the first."""
        client, subscription = await self._own(request)
        if subscription.kind is not DeliveryKind.PULL:
            raise ExchangeError(codes.SUBSCRIPTION_INVALID, f"its events are brought by {subscription.kind}")
        interest = self._terms.interest(subscription, client)
        given = request.query_params
        after = _position(given["after"]) if "after" in given else subscription.position
        wait_s = parse_wait(given.get("wait", "0"), "wait")
        limit = _limit(given.get("limit", str(MAX_PAGE)))
        if self._waiting >= MOST_WAITING:
            raise ExchangeError(codes.OVERLOADED, retry_after_s=1)
        self._waiting += 1
        try:
            body = await self._pulling.fetch(
                subscription,
                interest,
                after=after,
                limit=limit,
                wait_s=wait_s,
                is_stopping=self._is_stopping,
            )
        finally:
            self._waiting -= 1
        return Response(body, media_type="application/json")

    async def commit(self, request: Request) -> Response:
        """``POST /subscriptions/{id}/position`` with ``{"position": …}``: all up to there has been dealt with."""
        _, subscription = await self._own(request)
        if subscription.kind is not DeliveryKind.PULL:
            raise ExchangeError(codes.SUBSCRIPTION_INVALID, f"its events are brought by {subscription.kind}")
        await self._pulling.commit(subscription, _position(_text_of(await _document(request), "position")))
        found = await self._subscriptions.get(subscription.id)
        return _json(subscription_view(found or subscription))

    def _client(self, request: Request) -> ClientRecord:
        return self._access.authenticate(request.headers.get("authorization", ""))

    async def _own(self, request: Request) -> tuple[ClientRecord, Subscription]:
        client = self._client(request)
        subscription = await self._subscriptions.get(request.path_params["id"])
        if subscription is None or subscription.client != client.name:
            raise ExchangeError(codes.SUBSCRIPTION_UNKNOWN)
        return client, subscription


def subscription_view(subscription: Subscription) -> JsonObject:
    """One subscription as its client, and a person, may see it: without its secret."""
    delivery: JsonObject = {"kind": subscription.kind}
    if subscription.url:
        delivery |= {"url": subscription.url, "form": subscription.form}
    if subscription.queue:
        delivery["queue"] = subscription.queue
    if subscription.kind is not DeliveryKind.PULL:
        retry = subscription.retry
        delivery["retry"] = {
            "first_s": retry.first_s,
            "longest_s": retry.longest_s,
            "give_up_after_s": retry.give_up_after_s,
        }
    return {
        "id": subscription.id,
        "client": subscription.client,
        "contract": subscription.contract,
        "major": subscription.major,
        "version": str(subscription.version) if subscription.version else None,
        "filter": subscription.filter or None,
        "ordering_key": subscription.ordering_key or None,
        "delivery": delivery,
        "state": subscription.state,
        "code": subscription.code or None,
        "position": position_text(subscription.position),
        "created_at": iso(subscription.created_us),
        "changed_at": iso(subscription.changed_us),
    }


class _ByMethod:
    """An address with a handler for each method, as an ASGI application that answers every error as a problem."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            handler = self._handlers.get("GET" if request.method == "HEAD" else request.method)
            if handler is None:
                allowed = ", ".join(sorted(self._handlers))
                raise ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": allowed})  # noqa: TRY301 - one place answers
            response = await handler(request)
        except ExchangeError as error:
            response = problem_response(error, request)
        except StateConflictError:
            response = problem_response(ExchangeError(codes.SUBSCRIPTION_CHANGED), request)
        except NotRecordedError:
            response = problem_response(ExchangeError(codes.NOT_RECORDED, retry_after_s=1), request)
        await response(scope, receive, send)


async def _body(request: Request) -> bytes:
    whole = bytearray()
    async for piece in request.stream():
        whole += piece
        if len(whole) > BODY_BYTES:
            raise ExchangeError(codes.REQUEST_TOO_LARGE, f"at most {BODY_BYTES} bytes are taken")
    return bytes(whole)


async def _document(request: Request) -> JsonValue:
    return decode_json(await _body(request), _LIMITS)


def _text_of(document: JsonValue, name: str) -> str:
    text = document.get(name) if isinstance(document, dict) else None
    if not isinstance(text, str) or len(document) != 1:
        raise ExchangeError(codes.REQUEST_INVALID, f'send {{"{name}": "…"}}')
    return text


def _position(text: str) -> int:
    try:
        return parse_position(text)
    except ValueError:
        raise bad_header("position", "این position نیست", "this is no position that was given") from None


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 0 < int(text) <= MAX_PAGE):  # noqa: PLR2004 - no more digits than MAX_PAGE
        raise bad_header("limit", f"limit باید از ۱ تا {MAX_PAGE} باشد", f"limit must be 1 to {MAX_PAGE}")
    return int(text)


def _json(document: JsonObject, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = orjson.dumps(document)
    return Response(body, status_code=status, media_type="application/json", headers=headers)
