"""Serves a hub on its two ports until it is told to stop, then drains."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable

import structlog
import uvicorn

from hub.app.bootstrap import Hub, running_hub
from hub.app.control import told_address
from hub.app.garbage import set_apart_what_stays
from hub.app.settings import Settings
from hub.app.setups import UnusableError
from hub.core.findings import Finding, LintError
from hub.gateway.http_protocol import BoundedHttpProtocol

log = structlog.get_logger(__name__)

BACKLOG = 2048
CLOSE_WITHIN_S = 2
"""How long connections have for their last bytes once the hub has drained, or given up draining."""


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us: there are two of them in one process."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as uvicorn declares it
        yield


def _listen(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket. Raises UnusableError naming the setting to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        reason = error.strerror or str(error)
        raise UnusableError(f"cannot listen on {host}:{port} ({reason}): set {setting} to another") from None
    return sock


def _server(app: object) -> _Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application, as starlette types it
        loop="uvloop",
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",  # its comings and goings; ours are logged by us
        access_log=False,
        server_header=False,
        proxy_headers=False,
        date_header=True,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=CLOSE_WITHIN_S,
    )
    return _Server(config)


async def serve(settings: Settings, started: Callable[[Hub, str, str], None]) -> None:
    """Run a hub until SIGTERM or SIGINT; SIGHUP reloads contracts, routes and manifests.

    ``started`` is told the hub and the two addresses once both ports answer. Raises as ``running_hub`` does,
    and UnusableError for ports that cannot be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with running_hub(settings) as hub:
        public = _listen(settings.host, settings.port, "PEYVAND_PORT")
        inner = _listen(settings.management_host, settings.management_port, "PEYVAND_MANAGEMENT_PORT")
        servers = (_server(hub.front), _server(hub.management))
        tasks = [
            asyncio.ensure_future(server.serve(sockets=[sock]))
            for server, sock in zip(servers, (public, inner), strict=True)
        ]
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        reloads: set[asyncio.Task[None]] = set()

        def reload_soon() -> None:
            task = asyncio.ensure_future(_reload(hub))
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGHUP, reload_soon)
        while not all(server.started for server in servers):
            await asyncio.sleep(0.01)
            for task in tasks:
                if task.done():
                    await task
        set_apart_what_stays()
        with told_address(settings.data_dir, _address(inner)):
            started(hub, _address(public), _address(inner))
            await stop.wait()
            await _drain(hub, settings.drain_s)
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


async def _reload(hub: Hub) -> None:
    findings: tuple[Finding, ...] = ()
    try:
        await hub.reload()
    except LintError as error:
        findings = error.findings
    for finding in findings:
        log.error("not reloaded", finding=str(finding))


async def _drain(hub: Hub, limit_s: float) -> None:
    """Take nothing new and wait for what is under way, up to a limit; the journal keeps the rest."""
    try:
        async with asyncio.timeout(limit_s):
            await hub.drain()
    except TimeoutError:
        log.warning("not everything under way has ended; the next start takes it up", waited_s=limit_s)
    else:
        log.info("drained")


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
