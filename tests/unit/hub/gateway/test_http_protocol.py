"""What uvicorn's HTTP does with heads that never end, with rubbish, and with what common clients send."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from hub.gateway import http_protocol
from hub.gateway.http_protocol import HEAD_BYTES, BoundedHttpProtocol

GOOD = b"POST /a HTTP/1.1\r\nHost: hub\r\nContent-Length: 2\r\n\r\n{}"


class Application:
    """Answers every request with how long its body was; ``hold`` keeps it waiting before."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, scope, receive, send):
        self.paths.append(scope["path"])
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message["body"])
            more = message["more_body"]
        await self.may_answer.wait()
        body = json.dumps({"size": size}).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, body

    async def problem(self) -> str:
        status, headers, body = await self.answer()
        document = json.loads(body)
        assert headers["content-type"] == "application/problem+json"
        assert headers["connection"] == "close"
        assert document["status"] == status
        assert await self.reader.read() == b""  # hung up
        return str(document["code"])


@asynccontextmanager
async def served(application: Application) -> AsyncIterator[Connection]:
    config = uvicorn.Config(application, http=BoundedHttpProtocol, ws="none", lifespan="off", log_config=None)  # type: ignore[arg-type]  # an ASGI application
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: BoundedHttpProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        server.close()
        for connection in tuple(state.connections):
            connection.transport.abort()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",  # somebody speaks TLS
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /a HTTP/1.1\r\nCase-Id: a\x01b\r\n\r\n",
        b"POST /a HTTP/1.1\r\nBad Name: x\r\n\r\n",
        b"POST /a HTTP/1.1\r\nA: x\r\n folded\r\n\r\n",
        b"POST http:// HTTP/1.1\r\n\r\n",
        b"POST /\xff HTTP/1.1\r\n\r\n",
        b"CONNECT hub:80 HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_problem_and_reaches_nobody(rubbish):
    application = Application()
    async with served(application) as connection:
        await connection.send(rubbish)
        assert await connection.problem() == "request.malformed"
    assert application.paths == []


@pytest.mark.parametrize(
    "unfinished", [b"GET /", b"GET / HTTP/1.1\r\nA: ", b"GET / HTTP/1.1\r\nA", b"GET / HTTP/1.1\r\n"]
)
async def test_a_head_that_does_not_end_is_refused(unfinished):
    application = Application()
    async with served(application) as connection:
        await connection.send(unfinished)
        await connection.send((b"B: b\r\n" if unfinished.endswith(b"\n") else b"b") * HEAD_BYTES)
        assert await connection.problem() == "request.head_too_large"
    assert application.paths == []


async def test_trailers_that_do_not_end_are_refused():
    application = Application()
    application.may_answer.clear()
    async with served(application) as connection:
        await connection.send(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: ")
        await connection.send(b"b" * HEAD_BYTES * 8)
        assert await connection.reader.read() == b""
        application.may_answer.set()


async def test_a_large_body_is_no_large_head():
    async with served(Application()) as connection:
        size = HEAD_BYTES * 5
        await connection.send(b"POST /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
        assert json.loads((await connection.answer())[2]) == {"size": size}
        await connection.send(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(20_000):
            connection.writer.write(b"5\r\nxxxxx\r\n")
        await connection.send(b"0\r\n\r\n")
        assert json.loads((await connection.answer())[2]) == {"size": 100_000}


@pytest.mark.parametrize("beginning", [b"", b"POST /a HT", b"POST /a HTTP/1.1\r\nA: b\r\n"])
async def test_a_head_that_does_not_come_is_not_waited_for(beginning, monkeypatch):
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 0.05)
    async with served(Application()) as connection:
        await connection.send(beginning)
        if beginning:
            assert await connection.problem() == "request.timeout"
        else:
            assert await connection.reader.read() == b""


async def test_a_slow_answer_is_not_taken_for_a_slow_head(monkeypatch):
    monkeypatch.setattr(http_protocol, "HEAD_TIMEOUT_S", 0.01)
    application = Application()
    application.may_answer.clear()
    async with served(application) as connection:
        await connection.send(GOOD + b"POST /b HT")  # a part of the next one came with it
        asyncio.get_running_loop().call_later(0.1, application.may_answer.set)
        assert (await connection.answer())[0] == 200


async def test_requests_in_one_piece_are_answered_in_order():
    application = Application()
    async with served(application) as connection:
        await connection.send(b"".join(GOOD.replace(b"/a", b"/%d" % number) for number in range(20)))
        for _ in range(20):
            assert (await connection.answer())[0] == 200
    assert application.paths == [f"/{number}" for number in range(20)]


async def test_rubbish_after_a_request_is_not_its_answer():
    application = Application()
    application.may_answer.clear()
    async with served(application) as connection:
        await connection.send(GOOD + b"\x00\x00\x00rubbish\r\n\r\n")
        assert await connection.reader.read() == b""
        application.may_answer.set()


async def test_a_client_that_offers_http_2_is_served_over_http_1_1_again_and_again():
    """As Java's HttpClient does with every first request."""
    offer = GOOD.replace(
        b"Host: hub\r\n",
        b"Host: hub\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAE\r\n",
    )
    application = Application()
    async with served(application) as connection:
        for message in (offer, GOOD, offer):
            await connection.send(message)
            status, _, body = await connection.answer()
            assert (status, json.loads(body)) == (200, {"size": 2})


async def test_who_asks_first_whether_it_may_send_is_told():
    async with served(Application()) as connection:
        await connection.send(b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert await connection.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await connection.send(b"{}")
        assert (await connection.answer())[0] == 200
