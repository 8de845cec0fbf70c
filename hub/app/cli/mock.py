"""``peyvand contract mock``: a simulated partner over REST that keeps to a contract."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Annotated

import orjson
import typer
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.app.cli.contract_argument import ContractArgument, read_contract
from hub.app.cli.ending import unreachable, unusable
from hub.app.cli.explain import unknown_contract
from hub.app.cli.screen import write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.loading import placing
from hub.app.settings import Settings
from hub.contracts.catalogue import load_catalogue
from hub.contracts.descriptions.samples import NoSampleError
from hub.contracts.descriptions.simulator import InvalidRequestError, Simulator
from hub.contracts.examples import catalogue_examples
from hub.contracts.json_body import decode_json
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError
from hub.core.message import Kind
from hub.core.values import JsonValue
from hub.security.access import Grant

HOST = "127.0.0.1"
_METHODS = frozenset({"POST", "PUT", "PATCH"})


def mock(
    contract: ContractArgument,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Its port; 0 for any free one.")] = 9300,
    seed: Annotated[str, typer.Option(metavar="TEXT", help="Another seed gives other data.")] = "1",
    env_file: EnvFile = None,
    as_json: AsJson = False,
) -> None:
    """Serve a simulated partner that keeps to a contract, until SIGTERM or Ctrl-C; JSON over HTTP.

    POST, PUT or PATCH to any path. A valid request gets a valid reply: that of the example that asks the same,
    else an invented one, for the same seed and request always the same. An invalid request gets 422 with all
    errors. Drafts can be served too. It listens on this machine only.
    """
    settings = read_settings(env_file)
    simulator, name = _simulator(read_contract(contract), settings, seed)
    sock = _listen(port)
    address = f"http://{HOST}:{sock.getsockname()[1]}"

    def ready() -> None:
        if as_json:
            write_json({"address": address, "contract": name})
        else:
            write_line(f"{name} is simulated at {address}; Ctrl-C ends it. شبیه‌ساز آماده است.")

    asyncio.run(_serve(_Application(simulator), sock, ready))


def _simulator(wanted: Grant, settings: Settings, seed: str) -> tuple[Simulator, str]:
    folder = settings.contracts_dir
    with placing(folder):
        contracts = load_catalogue(folder).contracts
    contract = contracts.get(wanted.contract)
    if contract is None:
        raise unknown_contract(wanted.contract, contracts)
    found = [v for number, v in sorted(contract.versions.items()) if wanted.covers(contract.name, number)]
    if not found:
        numbers = ", ".join(map(str, sorted(contract.versions)))
        raise unusable(f"{contract.name} has no such version (there are {numbers})")
    version: ContractVersion = found[-1]
    if Kind.REPLY not in version.schemas:
        raise unusable(f"{version.ref} has no reply, so there is nothing to simulate")
    examples, _ = catalogue_examples(folder, [contract])
    return Simulator(version, examples, seed), str(version.ref)


class _Application:
    """The simulator over HTTP."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method not in _METHODS:
            response = _json(405, {"error": "send the request document as JSON: POST, PUT or PATCH"})
            response.headers["Allow"] = ", ".join(sorted(_METHODS))
        else:
            response = self._answer(await request.body())
        await response(scope, receive, send)

    def _answer(self, body: bytes) -> Response:
        try:
            return _json(200, self._simulator.answer(decode_json(body)))
        except ExchangeError as error:
            return _json(error.code.status, {"error": error.code.id, "detail": error.detail})
        except InvalidRequestError as error:
            found = [{"pointer": e.pointer, "code": e.code, "detail": e.detail.en} for e in error.errors]
            return _json(422, {"error": str(error), "errors": found})
        except NoSampleError as error:
            return _json(500, {"error": str(error)})


def _json(status: int, document: JsonValue) -> Response:
    return Response(orjson.dumps(document), status, media_type="application/json")


def _listen(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
    except OSError as error:
        sock.close()
        reason = (error.strerror or str(error)).lower()
        raise unreachable(f"cannot listen on port {port} ({reason}): give --port another") from None
    return sock


class _Server(uvicorn.Server):
    """Signals are ours: it is told to end, and ends without a word."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _serve(application: _Application, sock: socket.socket, ready: Callable[[], None]) -> None:
    config = uvicorn.Config(
        application, lifespan="off", log_config=None, access_log=False, server_header=False, ws="none"
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    sock.listen()  # from now on callers wait rather than being refused
    ready()
    await server.serve(sockets=[sock])
