"""Puts a partner on a socket and makes it behave as its mode says: once, for all partners."""

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from aiohttp import web

from sandbox import misbehaviour
from sandbox.ledger import Ledger
from sandbox.modes import REFUSALS, Mode, ModeSetting, ModeSwitch
from sandbox.partner import Answer, Identity, Partner
from sandbox.soap import CONTENT_TYPE, SoapCall, SoapFaultError, envelope, fault, parse_call

REQUEST_LIMIT_BYTES = 16 * 1024 * 1024
SHUTDOWN_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class _Reply:
    """What the partner itself would put on the wire."""

    body: bytes
    status: int = 200


class PartnerServer:
    """Listens for one partner. Owns its mode, its ledger and its port.

    The port stays the partner's from ``start`` to ``stop``, also while the partner is down.
    """

    def __init__(self, partner: Partner, host: str, port: int, rng: random.Random) -> None:
        self.partner = partner
        self.switch = ModeSwitch()
        self.ledger = Ledger()
        self._host = host
        self._port = port
        self._rng = rng
        self._runner: web.AppRunner | None = None
        self._reservation: socket.socket | None = None
        self._release = asyncio.Event()
        self._changing = asyncio.Lock()

    @property
    def url(self) -> str:
        """Where the partner is reached."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}{self.partner.path}"

    async def start(self) -> None:
        """Listens; raises OSError when the port is taken."""
        async with self._changing:
            await self._listen()

    async def stop(self) -> None:
        """Closes the listener and every connection."""
        async with self._changing:
            self._let_go()
            await self._hang_up()
            if self._reservation is not None:
                self._reservation.close()
                self._reservation = None

    async def set_mode(self, setting: ModeSetting) -> None:
        """Puts a setting in force; when it returns, the listener is already open or closed.

        Calls that a silent partner still holds are cut.
        """
        async with self._changing:
            self._let_go()
            self.switch.set(setting)
            if setting.mode is Mode.DOWN:
                await self._hang_up()
                self._reserve()
            elif self._runner is None:
                await self._listen()

    async def reset(self) -> None:
        """Back to the start: mode up, seed data, empty ledger."""
        await self.set_mode(ModeSetting())
        self.partner.reset()
        self.ledger.clear()

    async def _listen(self) -> None:
        if self._reservation is not None:
            self._reservation.close()
            self._reservation = None
        application = web.Application(client_max_size=REQUEST_LIMIT_BYTES)
        application.router.add_post(self.partner.path, self._receive)
        # cancellation ends calls whose caller has gone, so that a silent partner holds no dead ones
        runner = web.AppRunner(
            application, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_TIMEOUT_S
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port, reuse_address=True).start()
        except OSError:
            await runner.cleanup()
            raise
        self._port = int(runner.addresses[0][1])
        self._runner = runner

    async def _hang_up(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _reserve(self) -> None:
        """Binds the port without listening: connections are refused, and nobody else gets the port."""
        if self._reservation is not None:
            return
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._reservation = socket.socket(family, socket.SOCK_STREAM)
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reservation.bind((self._host, self._port))

    def _let_go(self) -> None:
        self._release.set()
        self._release = asyncio.Event()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        setting = self.switch.take()
        reply = self._work(request, body, setting)
        return await self._answer(request, reply, setting)

    def _work(self, request: web.Request, body: bytes, setting: ModeSetting) -> _Reply:
        """Does, or leaves, the partner's work, and records the call before anything is answered."""
        operation, identity = "", Identity()
        try:
            call = self._parse(request, body)
            operation, identity = call.operation, self.partner.identify(call)
            answer = self._decide(call, setting)
        except SoapFaultError as error:
            reply, outcome, side_effect = _Reply(fault(error.code, error.text), status=500), "fault", False
        else:
            reply = _Reply(b"") if answer is None else _Reply(envelope(answer.payload))
            outcome = "not_done" if answer is None else answer.outcome
            side_effect = answer is not None and answer.side_effect
        self.ledger.record(
            operation=operation,
            request_id=identity.request_id,
            subject=identity.subject,
            mode=setting.mode.value,
            outcome=outcome,
            side_effect=side_effect,
        )
        return reply

    def _parse(self, request: web.Request, body: bytes) -> SoapCall:
        if request.content_type != "text/xml":
            raise SoapFaultError("Client", f"content type {request.content_type} is not text/xml")
        expected = self.partner.soap_action
        given = request.headers.get("SOAPAction", "").strip().strip('"')
        if expected is not None and given != expected:
            raise SoapFaultError("Client", f"the SOAPAction header does not say {expected}")
        return parse_call(body)

    def _decide(self, call: SoapCall, setting: ModeSetting) -> Answer | None:
        if setting.mode in REFUSALS:
            return self.partner.refuse(call, setting.mode, setting.reason)
        return self.partner.serve(call) if setting.work else None

    async def _answer(self, request: web.Request, reply: _Reply, setting: ModeSetting) -> web.StreamResponse:
        match setting.mode:
            case Mode.SLOW:
                await asyncio.sleep(setting.delay_s)
                return _xml(reply)
            case Mode.SILENT:
                await self._release.wait()
                return _cut(request)
            case Mode.LOST_REPLY:
                return _cut(request)
            case Mode.RESET:
                return await _reset(request, reply)
            case Mode.HUGE:
                return await _stream(request, reply, setting.size_mb)
            case _:
                return _whole(reply, setting, self._rng)


_SPOILERS: dict[Mode, Callable[[bytes], bytes]] = {
    Mode.TRUNCATED: misbehaviour.truncated,
    Mode.BOMB: misbehaviour.bomb,
    Mode.XXE: misbehaviour.xxe,
    Mode.WRONG_NAMESPACE: misbehaviour.wrong_namespace,
    Mode.EXTRA_ELEMENT: misbehaviour.extra_element,
}


def _whole(reply: _Reply, setting: ModeSetting, rng: random.Random) -> web.Response:
    """The answers sent in one piece: the genuine one, a spoilt one, or another in its place."""
    match setting.mode:
        case Mode.RUBBISH:
            return _xml(_Reply(misbehaviour.rubbish(rng)))
        case Mode.EMPTY:
            return _xml(_Reply(b""))
        case Mode.HTML:
            return web.Response(text=misbehaviour.HTML_PAGE, content_type="text/html", charset="utf-8")
        case Mode.FAULT:
            return _xml(_Reply(fault("Server", "خطای داخلی سرویس / internal service error"), status=500))
        case Mode.HTTP_500:
            return web.Response(status=500, text="Internal Server Error")
        case Mode.HTTP_503:
            headers = {"Retry-After": str(setting.retry_after_s)}
            return web.Response(status=503, text="Service Unavailable", headers=headers)
        case mode if mode in _SPOILERS:
            return _xml(replace(reply, body=_SPOILERS[mode](reply.body)))
        case _:
            return _xml(reply)


def _xml(reply: _Reply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": CONTENT_TYPE})


def _cut(request: web.Request) -> web.Response:
    """Closes the connection with no byte answered; the response it gives is never sent."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _reset(request: web.Request, reply: _Reply) -> web.StreamResponse:
    """Sends half of the announced answer, then a TCP reset."""
    response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE})
    response.content_length = len(reply.body)
    await response.prepare(request)
    await response.write(misbehaviour.truncated(reply.body))
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        # lingering for zero seconds turns the close into a reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return response


async def _stream(request: web.Request, reply: _Reply, size_mb: int) -> web.StreamResponse:
    """Sends the blown-up answer piece by piece, as fast as the caller takes it."""
    response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE})
    await response.prepare(request)
    with suppress(ConnectionResetError):  # a careful caller hangs up before the end
        for piece in misbehaviour.huge(reply.body, size_mb):
            await response.write(piece)
        await response.write_eof()
    return response
