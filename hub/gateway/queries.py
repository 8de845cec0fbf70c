"""What clients may ask of the hub beside exchanging: their exchanges, and the contracts they may use."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from hub.contracts.descriptions.asyncapi import OwnQueues
from hub.core import codes
from hub.core.errors import ExchangeError, NotRecordedError
from hub.core.exchange import Entry
from hub.core.message import Kind
from hub.core.ports import ClientRecord, Query
from hub.gateway.cancellation import reason_given
from hub.gateway.descriptions import Descriptions
from hub.gateway.http import bad_header, parse_wait
from hub.gateway.lifecycle import page_headers
from hub.gateway.parts import may_see_reply, parts_view
from hub.gateway.problem import catalogue, describe, language_of, problem_body, problem_headers
from hub.gateway.soap.description import SoapDescriptions, address_of
from hub.gateway.views import contract_view, exchange_view, summary_view
from hub.gateway.visible import Visible, chosen
from hub.runtime.cancelling import Cancelling
from hub.runtime.configuration import CurrentConfiguration
from hub.runtime.recorder import Recorder
from hub.runtime.replay import end_of
from hub.runtime.waiting import Waiters
from hub.security.access import Access

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
MAX_PAGE = 1000
Handler = Callable[[Request], Awaitable[Response]]


class Queries:
    """The endpoints. Every one but the error catalogue asks who calls, and shows only what is the caller's."""

    def __init__(
        self,
        access: Access,
        recorder: Recorder,
        waiters: Waiters,
        configuration: CurrentConfiguration,
        *,
        public_url: str = "",
        cancelling: Cancelling | None = None,
        queues_of: Callable[[str], OwnQueues] | None = None,
    ) -> None:
        """``public_url`` is the hub's address in descriptions; without it, the address that is asked at.

        ``queues_of`` gives a client's own queues, where clients have any.
        """
        self._visible = Visible(access, configuration)
        self._descriptions = Descriptions(self._visible, queues_of)
        self.soap = SoapDescriptions(self._visible, access, lambda request: address_of(request, public_url))
        """Served beside the SOAP path too."""
        self._recorder = recorder
        self._journal = recorder.journal
        self._waiters = waiters
        self._cancelling = cancelling or Cancelling(recorder, configuration)

    def router(self, more: Sequence[Route] = ()) -> Router:
        """All routes, and some that others serve, each answering errors as problem details."""
        routes = {
            ("GET", "/exchanges"): self.list_exchanges,
            ("GET", "/exchanges/{id}"): self.show_exchange,
            ("POST", "/exchanges/{id}/cancel"): self.cancel_exchange,
            ("GET", "/contracts"): self.list_contracts,
            ("GET", "/contracts/{name}/v{major}"): self.show_contract,
            ("GET", "/contracts/{name}/v{major}/{kind}.schema.json"): self.show_schema,
            ("GET", "/contracts/{name}/v{major}/openapi.json"): self._descriptions.show_openapi,
            ("GET", "/contracts/{name}/v{major}/asyncapi.json"): self._descriptions.show_asyncapi,
            ("GET", "/contracts/{name}/v{major}/service.wsdl"): self.soap.show_wsdl,
            ("GET", "/contracts/{name}/v{major}/types.xsd"): self.soap.show_types,
            ("GET", "/openapi.json"): self._descriptions.show_everything,
            ("GET", "/problems"): self.list_problems,
            ("GET", "/problems/{code}"): self.show_problem,
        }
        return Router(
            [
                *(Route(path, Endpoint(method, handler)) for (method, path), handler in routes.items()),
                *more,
            ],
            redirect_slashes=False,
            default=nothing_here,
        )

    async def list_exchanges(self, request: Request) -> Response:
        """``GET /exchanges?case_id=…&after=…&limit=…``: the sender's exchanges of a case, oldest first."""
        client = self._visible.client(request)
        parameters = request.query_params
        limit = page_limit(parameters.get("limit", "100"))
        query = Query(
            sender=client.name,
            case_id=parameters.get("case_id"),
            after=parameters.get("after", ""),
            limit=limit,
        )
        found = await self._journal.find(query)
        following = found[-1].exchange_id if len(found) == limit else None
        return _json({"exchanges": [summary_view(summary) for summary in found], "next": following})

    async def show_exchange(self, request: Request) -> Response:
        """``GET /exchanges/{id}?wait=N``: state, history, parts, and the reply or problem once it has ended."""
        client = self._visible.client(request)
        wait_s = parse_wait(request.query_params.get("wait", "0"), "wait")
        entries = await self._of_sender(request, client, wait_s)
        reply, problem = await end_of(self._journal, entries)
        if not may_see_reply(client, entries[0].opening):
            reply = None
        parts = await parts_view(self._journal, entries, client)
        language = language_of(request.headers.get("accept-language", ""))
        body = exchange_view(entries, reply, problem, language, parts)
        return Response(body, media_type="application/json")

    async def cancel_exchange(self, request: Request) -> Response:
        """``POST /exchanges/{id}/cancel``: cancels what has not been delivered; as often as one likes."""
        client = self._visible.client(request)
        entries = await self._of_sender(request, client, 0)
        reason = await reason_given(request)
        cause = f"client:{client.name}"
        cancelled = await self._cancelling.cancel(entries[0].exchange_id, cause=cause, reason=reason)
        return _json({"exchange_id": cancelled.id, "state": cancelled.state})

    async def list_contracts(self, request: Request) -> Response:
        """``GET /contracts``: what the client may use."""
        seen = self._visible.contracts(self._visible.client(request))
        return _json({"contracts": [contract_view(contract, versions) for contract, versions in seen]})

    async def show_contract(self, request: Request) -> Response:
        """``GET /contracts/{name}/v{major}``: one major with its versions."""
        contract, versions = self._visible.major(request)
        return _json(contract_view(contract, versions), page_headers(versions[-1]))

    async def show_schema(self, request: Request) -> Response:
        """``GET /contracts/{name}/v{major}/{request|reply}.schema.json?version=1.2``: the schema as it is filed."""
        _, versions = self._visible.major(request)
        wanted = request.query_params.get("version")
        version = versions[-1] if wanted is None else chosen(versions, wanted)
        kind = request.path_params["kind"]
        if kind not in set(Kind) or Kind(kind) not in version.schemas:
            raise ExchangeError(codes.PATH_UNKNOWN)
        text, headers = version.schemas[Kind(kind)].text, page_headers(version)
        return Response(text, media_type="application/schema+json", headers=headers)

    async def list_problems(self, _request: Request) -> Response:
        """``GET /problems``: the error catalogue."""
        return _json({"problems": list(catalogue())})

    async def show_problem(self, request: Request) -> Response:
        """``GET /problems/{code}``: what an error's ``type`` points to."""
        code = codes.CATALOGUE.get(request.path_params["code"])
        if code is None:
            raise ExchangeError(codes.PATH_UNKNOWN)
        return _json(describe(code))

    async def _of_sender(self, request: Request, client: ClientRecord, wait_s: float) -> tuple[Entry, ...]:
        exchange_id = request.path_params["id"]
        if not _ID.match(exchange_id):
            raise ExchangeError(codes.EXCHANGE_UNKNOWN)
        entries = await self._journal.history(exchange_id)
        if not entries or entries[0].opening is None or entries[0].opening.sender != client.name:
            raise ExchangeError(codes.EXCHANGE_UNKNOWN)
        if wait_s:
            entries = await self._waiters.history(self._journal, exchange_id, wait_s)
        return entries


def page_limit(text: str) -> int:
    """How long a page may be. Raises ExchangeError REQUEST_BAD_HEADER."""
    if not (
        text.isascii() and text.isdigit() and len(text) <= len(str(MAX_PAGE)) and 0 < int(text) <= MAX_PAGE
    ):
        raise bad_header("limit", f"limit باید از ۱ تا {MAX_PAGE} باشد", f"limit must be 1 to {MAX_PAGE}")
    return int(text)


def _json(document: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)


def problem_response(error: ExchangeError, request: Request) -> Response:
    """An error as a Starlette response."""
    language = language_of(request.headers.get("accept-language", ""))
    headers = {name.decode(): value.decode() for name, value in problem_headers(error, language)}
    return Response(problem_body(error, "", language), status_code=error.code.status, headers=headers)


class Endpoint:
    """One handler as an ASGI application that answers every error, a wrong method too, as a problem."""

    def __init__(self, method: str, handler: Handler) -> None:
        self._method = method
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            self._check_method(request.method)
            response = await self._handler(request)
        except ExchangeError as error:
            response = problem_response(error, request)
        except NotRecordedError:
            response = problem_response(ExchangeError(codes.NOT_RECORDED, retry_after_s=1), request)
        await response(scope, receive, send)

    def _check_method(self, method: str) -> None:
        allowed = ("GET", "HEAD") if self._method == "GET" else (self._method,)
        if method not in allowed:
            raise ExchangeError(codes.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(allowed)})


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """What is not anywhere else is answered as a problem too."""
    request = Request(scope, receive)
    await problem_response(ExchangeError(codes.PATH_UNKNOWN), request)(scope, receive, send)
