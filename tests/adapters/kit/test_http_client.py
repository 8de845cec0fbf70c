"""The keep-alive client, beyond what every adapter's conformance suite asks of it: how answers are framed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.kit import tls
from adapters.kit.http import HttpCall, StreamedBody
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


PIECE = b"x" * 1_000_000


def streamed(server: Server, pieces: AsyncIterator[bytes], size: int) -> HttpCall:
    return HttpCall("POST", server.url, {}, StreamedBody(size, lambda: pieces), 30.0)


async def test_a_streamed_body_arrives_whole_and_the_connection_is_kept():
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield PIECE

    async with city(OK) as (server, client):
        for _ in range(2):
            assert (await client.call(streamed(server, pieces(), 8 * len(PIECE)))).body == b"ok"
        assert server.connections == 1
        head, _, body = server.requests[1].partition(b"\r\n\r\n")
        assert b"Content-Length: 8000000" in head
        assert body == PIECE * 8


async def test_no_more_of_a_streamed_body_is_read_than_the_partner_takes():
    given = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(1000):
            given += 1
            yield PIECE

    async def take_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.transport.abort()

    over = asyncio.Event()
    listening = await asyncio.start_server(take_nothing, "127.0.0.1", 0, limit=1000)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/a"
    client = KeepAliveClient(Limits(4, 1.0, 1000), tls.context())
    await client.open()
    body = StreamedBody(1000 * len(PIECE), pieces)
    with pytest.raises(ExchangeError) as caught:
        await client.call(HttpCall("POST", url, {}, body, 0.5))
    assert caught.value.code is codes.PARTNER_TIMEOUT
    assert given < 50  # what the machine's own buffers hold, and one or two more
    over.set()
    await client.close()
    listening.close()


async def test_what_fails_while_it_is_read_ends_the_call_without_the_requests_end():
    async def pieces() -> AsyncIterator[bytes]:
        yield PIECE
        raise ExchangeError(codes.DOCUMENT_LOST)

    async with city(OK) as (server, client):
        with pytest.raises(ExchangeError) as caught:
            await client.call(streamed(server, pieces(), 2 * len(PIECE)))
        assert caught.value.code is codes.DOCUMENT_LOST
        assert (await client.call(call(server))).body == b"ok"
        assert (server.connections, len(server.requests)) == (2, 1)


async def test_an_answer_before_the_end_of_the_body_is_the_answer():
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n")
        await over.wait()
        writer.transport.abort()

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield PIECE

    over = asyncio.Event()
    listening = await asyncio.start_server(refuse, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/a"
    client = KeepAliveClient(Limits(4, 1.0, 1000), tls.context())
    await client.open()
    with pytest.raises(ExchangeError) as caught:
        await client.call(HttpCall("POST", url, {}, StreamedBody(10**12, pieces), 30.0))
    assert (caught.value.code, caught.value.retry_after_s) == (codes.PARTNER_BUSY, 3)
    over.set()
    await client.close()
    listening.close()
