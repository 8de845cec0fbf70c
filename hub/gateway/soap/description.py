"""Serves WSDL and XML Schema of what the caller may use, beside the SOAP path and in the catalogue."""

from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.core import codes
from hub.core.contract import Contract, ContractVersion, XmlForm
from hub.core.errors import ExchangeError
from hub.gateway.lifecycle import page_headers
from hub.gateway.problem import language_of, problem_body, problem_headers
from hub.gateway.soap.credentials import CHALLENGE, bearer_of
from hub.gateway.soap.wsdl import DECLARATION, wsdl_of
from hub.gateway.visible import Visible, chosen
from hub.security.access import Access


class SoapDescriptions:
    """The endpoints. What is described is one version: a client that is made from it keeps to it."""

    def __init__(self, visible: Visible, access: Access, public_url: Callable[[Request], str]) -> None:
        """``public_url`` gives the hub's own address as its callers know it, without a slash at the end."""
        self._visible = visible
        self._access = access
        self._public_url = public_url

    async def show_wsdl(self, request: Request) -> Response:
        """``GET /contracts/{name}/v{major}/service.wsdl?version=1.2``."""
        contract, version, form = self._form(request)
        ref = version.ref
        path = f"/soap/{quote(ref.name)}/v{ref.version.major}?version={ref.version}"
        text = wsdl_of(contract, version, form, self._public_url(request) + path)
        return _xml(text, version)

    async def show_types(self, request: Request) -> Response:
        """``GET /contracts/{name}/v{major}/types.xsd?version=1.2``."""
        _, version, form = self._form(request)
        return _xml(DECLARATION + form.schema, version)

    async def __call__(self, scope: Scope, receive: Receive, send: Send, contract: str, major: str) -> None:
        """``GET /soap/{contract}/v{major}?wsdl`` (or ``?xsd``), with HTTP Basic too, as generators can give it."""
        asked = scope["query_string"].decode("latin-1").lower().split("&")
        headers = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
        given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        headers.append((b"authorization", bearer_of(given, self._access).encode("latin-1")))
        inner = {**scope, "headers": headers, "path_params": {"name": contract, "major": major}}
        request = Request(inner, receive)
        try:
            response = await self._described(asked[0], request)
        except ExchangeError as error:
            response = _problem(error, request)
        await response(scope, receive, send)

    async def _described(self, what: str, request: Request) -> Response:
        if what == "wsdl":
            return await self.show_wsdl(request)
        if what == "xsd":
            return await self.show_types(request)
        detail = "GET gives ?wsdl and ?xsd; a message is sent by POST"
        raise ExchangeError(codes.METHOD_NOT_ALLOWED, detail, headers={"Allow": "POST"})

    def _form(self, request: Request) -> tuple[Contract, ContractVersion, XmlForm]:
        contract, versions = self._visible.major(request)
        wanted = request.query_params.get("version")
        version = versions[-1] if wanted is None else chosen(versions, wanted)
        if version.xml is None:
            raise ExchangeError(codes.PATH_UNKNOWN, f"{version.ref} has no XML form: {version.no_xml}")
        return contract, version, version.xml


def address_of(request: Request, fixed: str = "") -> str:
    """The hub's address: the one that is set, or else the one that this request used."""
    return fixed.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"


def _xml(text: str, version: ContractVersion) -> Response:
    return Response(text, media_type="text/xml; charset=utf-8", headers=page_headers(version))


def _problem(error: ExchangeError, request: Request) -> Response:
    language = language_of(request.headers.get("accept-language", ""))
    headers = {name.decode(): value.decode() for name, value in problem_headers(error, language)}
    if "www-authenticate" in headers:
        headers["www-authenticate"] = CHALLENGE
    return Response(problem_body(error, "", language), status_code=error.code.status, headers=headers)
