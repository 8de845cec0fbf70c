"""The little HTTP that the exchange path needs, on bare ASGI: headers in, bounded bodies, answers out."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.values import Text
from hub.gateway.problem import Headers, language_of, problem_body, problem_headers

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What the edge takes at most."""

    body_bytes: int = 1024 * 1024
    body_timeout_s: float = 30.0
    header_chars: int = 200
    """For each header that is recorded: case id, idempotency key, on behalf of."""
    bodies_bytes: int = 64 * 1024 * 1024
    """For all bodies that are held at once."""


class BodyBudget:
    """How much of bodies may be in memory at once, over all requests (G8)."""

    def __init__(self, limits: HttpLimits) -> None:
        self.left = max(limits.bodies_bytes, limits.body_bytes)  # one of the largest always has room


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The request's headers by lower-case name; of a repeated one the last."""
    return dict(scope["headers"])


class BodyReader:
    """Reads a request's body within the limits, whole or not at all. ``release`` it when it is needed no more."""

    def __init__(
        self, headers: dict[bytes, bytes], receive: Receive, limits: HttpLimits, budget: BodyBudget
    ) -> None:
        self._headers = headers
        self._receive = receive
        self._limits = limits
        self._budget = budget
        self._size = 0
        self._held = 0

    async def __call__(self) -> bytes:
        """The body.

        Raises ExchangeError: REQUEST_TOO_LARGE (told before it is read where its length is declared),
        REQUEST_TIMEOUT, REQUEST_INCOMPLETE, REQUEST_MEDIA_TYPE for an encoded body, OVERLOADED where the bodies
        of all requests together take too much room.
        """
        if self._headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise ExchangeError(codes.REQUEST_MEDIA_TYPE, "send the body without a content encoding")
        length = self._headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._limits.body_bytes:
            raise self._too_large()
        if length.isdigit():
            # Room for the whole of it at once: else many that arrive together would take each other's.
            self._hold(int(length))
        message = await self._next()
        body: bytes = message.get("body", b"")
        self._came(len(body))
        if not message.get("more_body", False):
            return body
        whole = bytearray(body)
        while message.get("more_body", False):
            message = await self._next()
            chunk: bytes = message.get("body", b"")
            self._came(len(chunk))
            whole += chunk
        return bytes(whole)

    def release(self) -> None:
        """Give back the room that the body took. May be called twice."""
        self._budget.left += self._held
        self._held = 0

    def _came(self, size: int) -> None:
        self._size += size
        if self._size > self._limits.body_bytes:
            raise self._too_large()
        if self._size > self._held:
            self._hold(self._size - self._held)

    def _hold(self, size: int) -> None:
        if size > self._budget.left:
            raise ExchangeError(codes.OVERLOADED, retry_after_s=1, headers={"Connection": "close"})
        self._held += size
        self._budget.left -= size

    async def _next(self) -> MutableMapping[str, Any]:
        try:
            async with asyncio.timeout(self._limits.body_timeout_s):
                message = await self._receive()
        except TimeoutError as error:
            raise ExchangeError(codes.REQUEST_TIMEOUT, headers={"Connection": "close"}) from error
        if message["type"] == "http.disconnect":
            raise ExchangeError(codes.REQUEST_INCOMPLETE)
        return message

    def _too_large(self) -> ExchangeError:
        detail = f"at most {self._limits.body_bytes} bytes are taken"
        return ExchangeError(codes.REQUEST_TOO_LARGE, detail, headers={"Connection": "close"})


async def send_answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send one whole answer."""
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_problem(
    send: Send,
    error: ExchangeError,
    accept_language: bytes,
    exchange_id: str = "",
    extra: Headers | None = None,
) -> None:
    """Send a problem document."""
    language = language_of(accept_language.decode("latin-1"))
    headers = problem_headers(error, language) + (extra or [])
    await send_answer(send, error.code.status, headers, problem_body(error, exchange_id, language))


def bad_header(name: str, rule_fa: str, rule_en: str) -> ExchangeError:
    """A header that cannot be used, named."""
    finding = FieldError("", name.lower(), Text(f"سرآیند {name}: {rule_fa}", f"header {name}: {rule_en}"))
    return ExchangeError(codes.REQUEST_BAD_HEADER, f"header {name}: {rule_en}", errors=(finding,))


def parse_prefer(values: Iterable[bytes]) -> tuple[bool, float | None]:
    """``respond-async`` and ``wait=N`` of the Prefer header (RFC 7240).

    As the RFC asks, the first of two equal preferences counts, and what is not understood is passed over:
    other preferences, and a ``wait`` that is no number of seconds.
    """
    preferences: dict[str, str] = {}
    for value in values:
        for name, quoted, token in _PREFERENCE.findall(value.decode("latin-1")):
            preferences.setdefault(name.lower(), quoted or token)
    wait = preferences.get("wait", "")
    return "respond-async" in preferences, _seconds(wait) if _is_seconds(wait) else None


_PREFERENCE = re.compile(
    r"""([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?   # name, and value if it has one
    (?:\s*;(?:[^,"]|"(?:[^"\\]|\\.)*")*)?                              # parameters, which mean nothing here
    [^,]*(?:,|\Z)""",
    re.VERBOSE,
)
MAX_WAIT_S = 60


_WAIT_DIGITS = 9


def parse_wait(text: str, name: str) -> float:
    """A number of seconds to wait, at most MAX_WAIT_S of which count. Raises ExchangeError REQUEST_BAD_HEADER."""
    if not _is_seconds(text):
        raise bad_header(name, "wait باید شمار ثانیه‌ها باشد", "wait must be a number of seconds")
    return _seconds(text)


def _is_seconds(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _WAIT_DIGITS


def _seconds(text: str) -> float:
    return min(float(text), MAX_WAIT_S)


_GIVEN_ONCE = (
    b"authorization",
    b"content-type",
    b"contract-version",
    b"idempotency-key",
    b"case-id",
    b"on-behalf-of",
)


def check_given_once(scope: Scope) -> None:
    """Refuse a header that stands twice and may mean two things. Raises ExchangeError REQUEST_BAD_HEADER."""
    names = [name for name, _ in scope["headers"]]
    for name in _GIVEN_ONCE:
        if names.count(name) > 1:
            raise bad_header(name.decode().title(), "بیش از یک بار آمده است", "is given more than once")
