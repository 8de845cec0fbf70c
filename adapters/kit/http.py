"""The port through which adapters call partners over HTTP, and what each HTTP status means to the hub."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as MimeHeaders
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.values import US_PER_S, now_us

MAX_RETRY_AFTER_S = 86_400
"""A partner may not put the hub off for longer than a day at a time."""

_SECONDS = re.compile(r"[0-9]{1,9}\Z", re.ASCII)
_NO_STATUSES: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class StreamedBody:
    """A request's body that is too large to be held."""

    size: int
    """In bytes: exactly what ``chunks`` gives."""
    chunks: Callable[[], AsyncIterator[bytes]]
    """Begins anew each time. What it raises ends the call, and the request is left without its end."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request to a partner."""

    method: str
    url: str
    """Absolute, and percent-encoded already: it goes on the wire as it stands."""
    headers: Mapping[str, str]
    body: bytes | StreamedBody | None
    timeout_s: float
    """How long the whole call may take, from waiting for a connection to the reply's last byte."""
    readable: frozenset[int] = _NO_STATUSES
    """The statuses outside 2xx whose body the caller wants; any other becomes an error."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A partner's answer, whole and unpacked."""

    status: int
    media_type: str
    """Lower case, without parameters; empty if none was given."""
    charset: str
    """Lower case; empty if none was given."""
    body: bytes
    """Never empty where the status is 2xx, save 204 and 205."""
    retry_after: str = ""


class HttpClient(Protocol):
    """Calls one partner. Safe for concurrent ``call``s of one event loop.

    ``call`` sends a request at most once, follows no redirect, keeps no cookie, asks no proxy, and holds
    never more of a reply than the agreed size, packed or unpacked, nor more of a streamed body than a piece or two. Every failure is an ExchangeError with a
    partner code; its text holds nothing of the reply. A cancelled call frees its connection. ``open`` needs
    no partner; ``close`` may be called twice, and a call after it fails with ``hub.stopping``.
    """

    async def open(self) -> None: ...

    async def call(self, call: HttpCall) -> HttpReply: ...

    async def close(self) -> None: ...


def status_error(status: int, retry_after: str = "") -> ExchangeError:
    """Give the error that a status outside 2xx means. What the error's page says is left out."""
    facts = {"http_status": status}
    if status in {401, 403}:
        return ExchangeError(codes.PARTNER_CREDENTIALS, facts=facts)
    if status in {429, 503}:
        return ExchangeError(codes.PARTNER_BUSY, facts=facts, retry_after_s=retry_after_s(retry_after))
    return ExchangeError(codes.PARTNER_HTTP, f"HTTP status {status}", facts=facts)


def retry_after_s(value: str) -> int | None:
    """Read a Retry-After header (RFC 9110 §10.2.3): seconds, or a date. None for anything else."""
    value = value.strip()
    if _SECONDS.match(value):
        return min(int(value), MAX_RETRY_AFTER_S)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    now = datetime.fromtimestamp(now_us() / US_PER_S, tz=UTC)
    return min(max(round((when - now).total_seconds()), 0), MAX_RETRY_AFTER_S)


def content_type(value: str) -> tuple[str, str]:
    """Read a Content-Type header: media type and charset, lower case; empty where not given."""
    known = _KNOWN_TYPES.get(value)
    if known is not None:
        return known
    if not value:
        return "", ""
    parsed = MimeHeaders()
    parsed["Content-Type"] = value
    return parsed.get_content_type(), (parsed.get_content_charset("") or "").lower()


_KNOWN_TYPES: Final = {
    f"{media_type}{suffix}": (media_type, charset)
    for media_type in ("text/xml", "application/soap+xml", "application/json")
    for suffix, charset in (
        ("", ""),
        (";charset=utf-8", "utf-8"),
        ("; charset=utf-8", "utf-8"),
        (";charset=UTF-8", "utf-8"),
        ("; charset=UTF-8", "utf-8"),
    )
}
"""What partners nearly always say, so that it need not be parsed each time."""
