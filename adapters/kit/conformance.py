"""What every outbound endpoint over HTTP does when its partner misbehaves.

An adapter passes the suite by running ``check_trouble`` for each of ``TROUBLES``, and the other checks, against a
partner on a real socket (see tests/adapters/conformance). What it cannot do, its manifest declares as
``unsupported``, with the reason; an undeclared gap fails.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hub.core import codes
from hub.core.endpoint import Acknowledgement, Delivery, OutboundEndpoint
from hub.core.errors import Code, ExchangeError
from hub.core.message import Message
from hub.core.values import JsonValue

LATEST_S = 1.0
"""How much longer than its time-out a send may take."""

ENOUGH_S = 5.0
SOON_S = 0.3


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way for a partner to misbehave, and what the endpoint makes of it."""

    name: str
    code: Code
    timeout_s: float = ENOUGH_S
    requests: int = 1
    """How many requests the partner has seen afterwards."""
    retry_after_s: int | None = None


TROUBLES: tuple[Trouble, ...] = (
    Trouble("refused", codes.PARTNER_UNREACHABLE, requests=0),
    Trouble("silent", codes.PARTNER_TIMEOUT, timeout_s=SOON_S),
    Trouble("slow-drip", codes.PARTNER_TIMEOUT, timeout_s=SOON_S),
    Trouble("slow-drip-of-headers", codes.PARTNER_TIMEOUT, timeout_s=SOON_S),
    Trouble("reset-before-headers", codes.PARTNER_CUT),
    Trouble("closed-before-headers", codes.PARTNER_CUT),
    Trouble("reset-after-headers", codes.PARTNER_CUT),
    Trouble("reset-mid-body", codes.PARTNER_CUT),
    Trouble("truncated", codes.PARTNER_CUT),
    Trouble("truncated-chunks", codes.PARTNER_CUT),
    Trouble("truncated-gzip", codes.PARTNER_CUT),
    Trouble("not-http", codes.PARTNER_MALFORMED),
    Trouble("endless-header", codes.PARTNER_MALFORMED),
    Trouble("rubbish", codes.PARTNER_MALFORMED),
    Trouble("html", codes.PARTNER_MALFORMED),
    Trouble("html-called-right", codes.PARTNER_MALFORMED),
    Trouble("wrong-content-type", codes.PARTNER_MALFORMED),
    Trouble("wrong-charset", codes.PARTNER_MALFORMED),
    Trouble("bad-gzip", codes.PARTNER_MALFORMED),
    Trouble("unknown-packing", codes.PARTNER_MALFORMED),
    Trouble("empty", codes.PARTNER_EMPTY),
    Trouble("gzip-bomb", codes.PARTNER_TOO_LARGE),
    Trouble("too-large", codes.PARTNER_TOO_LARGE),
    Trouble("too-large-in-chunks", codes.PARTNER_TOO_LARGE),
    Trouble("401", codes.PARTNER_CREDENTIALS),
    Trouble("403", codes.PARTNER_CREDENTIALS),
    Trouble("429", codes.PARTNER_BUSY, retry_after_s=7),
    Trouble("503", codes.PARTNER_BUSY),
    Trouble("500", codes.PARTNER_HTTP),
    Trouble("404", codes.PARTNER_HTTP),
    Trouble("redirect", codes.PARTNER_HTTP),
)


class MisbehavingPartner(Protocol):
    """The partner that the suite runs against: ``up`` answers rightly, each trouble's name makes it misbehave."""

    @property
    def address(self) -> str: ...

    @property
    def requests(self) -> int:
        """How many requests have arrived, whole or not."""
        ...

    def behave(self, how: str) -> None: ...

    async def seen(self, requests: int) -> None:
        """Wait until so many requests have arrived."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter as the suite sees it. ``endpoint`` makes one for an address, with the limits below."""

    name: str
    endpoint: Callable[[str], OutboundEndpoint]
    request: Message
    reply_wire: bytes
    reply_media_type: str
    reply_body: JsonValue


MAX_CONCURRENT = 4
MAX_CONNECTIONS = 2
MAX_REPLY_BYTES = 100_000


class NotConformingError(AssertionError):
    """The endpoint broke a promise of the port."""


async def check_trouble(subject: Subject, partner: MisbehavingPartner, trouble: Trouble) -> None:
    """The trouble ends in its code, in time, with one request at most, and the text of no reply in the error."""
    endpoint = subject.endpoint(partner.address)
    await endpoint.open()
    try:
        partner.behave(trouble.name)
        error = await _failure(endpoint, subject, trouble.timeout_s)
        _expect(error.code.id, trouble.code.id, f"{trouble.name}: code")
        _expect(partner.requests, trouble.requests, f"{trouble.name}: requests seen")
        _expect(error.retry_after_s, trouble.retry_after_s, f"{trouble.name}: retry after")
        _expect(
            "SECRET" in f"{error} {error.detail} {error.facts}", False, f"{trouble.name}: echoes the reply"
        )
        if trouble.requests:
            partner.behave("up")
            await check_up(endpoint, subject)
    finally:
        await endpoint.close()


async def check_up(endpoint: OutboundEndpoint, subject: Subject) -> None:
    """A right reply comes back in the partner's contract, with the bytes it was read from."""
    reply = await endpoint.send(subject.request, delivery())
    if isinstance(reply, Acknowledgement):
        raise NotConformingError("an acknowledgement instead of a reply")
    _expect(reply.body, subject.reply_body, "reply")
    _expect(reply.wire, subject.reply_wire, "wire")
    _expect(reply.contract, subject.request.contract, "contract")
    _expect(reply.kind.value, "reply", "kind")
    _expect(reply.media_type, subject.reply_media_type, "media type")


async def check_limit(subject: Subject, partner: MisbehavingPartner) -> None:
    """Calls beyond the limit are refused at once; those within it wait for connections, and all are answered."""
    endpoint = subject.endpoint(partner.address)
    await endpoint.open()
    try:
        partner.behave("silent")
        async with asyncio.TaskGroup() as group:
            within = [group.create_task(_failure(endpoint, subject, SOON_S)) for _ in range(MAX_CONCURRENT)]
            await asyncio.sleep(0)
            one_more = await _failure(endpoint, subject, SOON_S)
        _expect(one_more.code.id, codes.PARTNER_BUSY_HERE.id, "beyond the limit")
        found = sorted(task.result().code.id for task in within)
        sent = [codes.PARTNER_TIMEOUT.id] * MAX_CONNECTIONS
        unsent = [codes.PARTNER_BUSY_HERE.id] * (MAX_CONCURRENT - MAX_CONNECTIONS)
        _expect(found, sorted(sent + unsent), "within the limit, with a silent partner")
        partner.behave("up")
        async with asyncio.TaskGroup() as group:
            for _ in range(MAX_CONCURRENT):
                group.create_task(check_up(endpoint, subject))
    finally:
        await endpoint.close()


async def check_cancellation(subject: Subject, partner: MisbehavingPartner) -> None:
    """Cancelled sends give their connections and their places back."""
    endpoint = subject.endpoint(partner.address)
    await endpoint.open()
    try:
        for _ in range(MAX_CONCURRENT + 1):
            partner.behave("silent")
            before = partner.requests
            task = asyncio.create_task(_failure(endpoint, subject, ENOUGH_S))
            async with asyncio.timeout(ENOUGH_S):
                await partner.seen(before + 1)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                continue
            raise NotConformingError("a cancelled send went on")
        partner.behave("up")
        await check_up(endpoint, subject)
    finally:
        await endpoint.close()


async def check_reused_connection(subject: Subject, partner: MisbehavingPartner) -> None:
    """A kept connection that the partner drops when it is used again is never a reason to send twice."""
    endpoint = subject.endpoint(partner.address)
    await endpoint.open()
    try:
        partner.behave("up")
        await check_up(endpoint, subject)
        before = partner.requests
        partner.behave("closed-before-headers")
        error = await _failure(endpoint, subject, ENOUGH_S)
        _expect(error.code.id, codes.PARTNER_CUT.id, "reused connection: code")
        _expect(partner.requests - before, 1, "reused connection: requests seen")
    finally:
        await endpoint.close()


async def check_life(subject: Subject, partner: MisbehavingPartner) -> None:
    """Opening needs no partner; closing twice is fine; a send outside both fails without reaching anybody."""
    endpoint = subject.endpoint("http://127.0.0.1:1/")
    await endpoint.open()
    await endpoint.close()
    endpoint = subject.endpoint(partner.address)
    unopened = await _failure(endpoint, subject, ENOUGH_S)
    _expect(unopened.code.outcome.value, "not_sent", "unopened")
    await endpoint.open()
    await endpoint.close()
    await endpoint.close()
    closed = await _failure(endpoint, subject, ENOUGH_S)
    _expect(closed.code.outcome.value, "not_sent", "closed")
    _expect(partner.requests, 0, "requests seen")


def delivery(timeout_s: float = ENOUGH_S) -> Delivery:
    """One attempt, as the runtime would describe it."""
    return Delivery("exchange-1", "message-1", 1, timeout_s, traceparent=f"00-{'1' * 32}-{'2' * 16}-01")


async def _failure(endpoint: OutboundEndpoint, subject: Subject, timeout_s: float) -> ExchangeError:
    try:
        async with asyncio.timeout(timeout_s + LATEST_S):
            await endpoint.send(subject.request, delivery(timeout_s))
    except ExchangeError as error:
        return error
    except TimeoutError:
        raise NotConformingError("the send outlived its time-out") from None
    raise NotConformingError("the send succeeded")


def _expect(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise NotConformingError(f"{what}: {found!r} instead of {expected!r}")
