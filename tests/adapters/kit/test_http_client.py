"""The keep-alive client, beyond what every adapter's conformance suite asks of it: how answers are framed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.kit import tls
from adapters.kit.http import HttpCall
from adapters.kit.http_client import KeepAliveClient, Limits
from hub.core import codes
from hub.core.errors import ExchangeError

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """Says to each request what the test wants, byte by byte; counts connections and requests."""

    answers: list[bytes]
    hang_up: bool = False
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    url: str = ""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line[15:])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length:")
                    ),
                    0,
                )
                self.requests.append(head + await reader.readexactly(length))
                writer.write(self.answers[min(len(self.requests), len(self.answers)) - 1])
                await writer.drain()
                if self.hang_up:
                    break
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def city(
    *answers: bytes, hang_up: bool = False, limit: int = 1000
) -> AsyncIterator[tuple[Server, KeepAliveClient]]:
    server = Server(list(answers), hang_up)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"http://127.0.0.1:{port}/a"
    client = KeepAliveClient(Limits(4, 1.0, limit), tls.context())
    await client.open()
    try:
        yield server, client
    finally:
        await client.close()
        listening.close()
        await asyncio.gather(*server.tasks)


def call(server: Server, *, method: str = "POST", body: bytes | None = b"x", **headers: str) -> HttpCall:
    return HttpCall(method, server.url, headers, body, 5.0)


async def test_one_connection_carries_many_calls():
    async with city(OK) as (server, client):
        for _ in range(5):
            assert (await client.call(call(server))).body == b"ok"
        assert (server.connections, len(server.requests)) == (1, 5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
)
async def test_a_partner_that_closes_is_called_on_a_new_connection(answer):
    async with city(answer, hang_up=True) as (server, client):
        for _ in range(2):
            assert (await client.call(call(server))).body == b"ok"
        assert server.connections == 2


async def test_a_body_may_come_in_chunks_with_trailers():
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    async with city(answer) as (server, client):
        for _ in range(2):
            assert (await client.call(call(server))).body == b"ok"
        assert server.connections == 1


async def test_a_body_without_a_length_ends_with_the_connection():
    async with city(b"HTTP/1.1 200 OK\r\n\r\nto the end", hang_up=True) as (server, client):
        assert (await client.call(call(server))).body == b"to the end"


async def test_interim_answers_are_passed_over():
    interim = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\nLink: </x>\r\n\r\n"
    )
    async with city(interim.replace(b"Content-Length: 9\r\n", b"") + OK) as (server, client):
        reply = await client.call(call(server))
        assert (reply.status, reply.body, reply.media_type) == (200, b"ok", "text/plain")


async def test_an_answer_too_many_is_never_taken_for_the_next_one():
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"
    async with city(OK + stray, OK) as (server, client):
        assert (await client.call(call(server))).body == b"ok"
        assert (await client.call(call(server))).body == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", codes.PARTNER_TOO_LARGE),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001,
            codes.PARTNER_TOO_LARGE,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", codes.PARTNER_MALFORMED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", codes.PARTNER_MALFORMED),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            codes.PARTNER_MALFORMED,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", codes.PARTNER_EMPTY),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            codes.PARTNER_MALFORMED,
        ),
        (b"SSH-2.0-OpenSSH\r\n", codes.PARTNER_MALFORMED),
        (b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", codes.PARTNER_HTTP),
    ],
)
async def test_answers_that_are_none_have_their_code(answer, code):
    async with city(answer) as (server, client):
        with pytest.raises(ExchangeError) as caught:
            await client.call(call(server))
        assert caught.value.code is code
        assert len(server.requests) == 1


async def test_a_header_cannot_break_out_of_its_line():
    async with city(OK) as (server, client):
        for value in ("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\0"):
            with pytest.raises(ExchangeError) as caught:
                await client.call(call(server, Token=value))
            assert caught.value.code is codes.PARTNER_NOT_CONFIGURED
        assert server.requests == []


async def test_a_get_says_nothing_of_a_body_and_a_post_always_does():
    async with city(OK) as (server, client):
        await client.call(call(server, method="GET", body=None))
        await client.call(call(server, method="POST", body=None))
    assert b"content-length" not in server.requests[0].lower()
    assert b"content-length: 0" in server.requests[1].lower()


async def test_after_closing_nothing_is_sent():
    async with city(OK) as (server, client):
        await client.close()
        with pytest.raises(ExchangeError) as caught:
            await client.call(call(server))
        assert caught.value.code is codes.STOPPING
        assert server.connections == 0
