"""Webhooks: events as HTTP requests to subscribers, signed as Standard Webhooks has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import aiohttp
import orjson

from hub.core import codes
from hub.core.errors import Code, ExchangeError
from hub.core.events import EventForm, Subscription
from hub.core.message import JSON
from hub.core.ports import DocumentDamagedError, Sealer
from hub.core.values import US_PER_S, now_us
from hub.gateway.webhook_address import AddressRefusedError, AddressRules, GuardedResolver
from hub.runtime.events.cloudevent import CLOUDEVENTS_JSON
from hub.runtime.events.subscribing import secret_context

TIMEOUT_S: Final = 15.0
_MOST_READ: Final = 64 * 1024
"""What a subscriber says beyond that is not waited for."""
_GONE: Final = 410
_SUCCESS: Final = range(200, 300)
_HEADER_SAFE: Final = "".join(chr(n) for n in range(0x21, 0x7F) if chr(n) not in '"%')


class WebhookSender:
    """The Sender of webhooks. Use it as a context: it holds connections. Follows no redirects, keeps no cookies."""

    def __init__(self, rules: AddressRules, sealer: Sealer, *, timeout_s: float = TIMEOUT_S) -> None:
        self._rules = rules
        self._sealer = sealer
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Couriers bound how many calls there are; a bound over all of them would let one hold up the others.
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._rules),
            use_dns_cache=False,
            limit=0,
            ssl=ssl.create_default_context(),
        )
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(
        self, subscription: Subscription, message_id: str, event: bytes
    ) -> Mapping[str, str | int]:
        """See the port."""
        complaint = self._rules.complaint_about(subscription.url)
        if complaint is not None:  # the rules may have changed since it was made
            raise ExchangeError(codes.SUBSCRIBER_ADDRESS, complaint.en)
        headers, body = in_form(event, subscription.form)
        at_s = now_us() // US_PER_S
        headers |= {
            "webhook-id": message_id,
            "webhook-timestamp": str(at_s),
            "webhook-signature": signatures(self._secrets(subscription), message_id, at_s, body),
            "user-agent": "peyvand",
        }
        if self._session is None:
            raise RuntimeError("a sender is used within its context")
        try:
            async with self._session.post(
                subscription.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.content.read(_MOST_READ)
                return _judged(answer.status, answer.headers)
        except TimeoutError:
            raise ExchangeError(codes.SUBSCRIBER_TIMEOUT) from None
        except aiohttp.ClientConnectorError as error:
            refused = isinstance(error.os_error, AddressRefusedError)
            code = codes.SUBSCRIBER_ADDRESS if refused else codes.SUBSCRIBER_UNREACHABLE
            raise ExchangeError(code, facts={"reason": type(error.os_error).__name__}) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ExchangeError(
                codes.SUBSCRIBER_UNREACHABLE, facts={"reason": type(error).__name__}
            ) from None

    def _secrets(self, subscription: Subscription) -> list[bytes]:
        """Those that sign now, the newest first."""
        context, now = secret_context(subscription.id), now_us()
        try:
            return [
                self._sealer.open(secret.sealed, context)
                for secret in subscription.secrets
                if not secret.until_us or secret.until_us > now
            ]
        except DocumentDamagedError:
            raise ExchangeError(codes.SUBSCRIPTION_SECRET) from None


def in_form(event: bytes, form: EventForm) -> tuple[dict[str, str], bytes]:
    """Headers and body of a structured event in the form that is wanted."""
    if form is EventForm.STRUCTURED:
        return {"content-type": f"{CLOUDEVENTS_JSON}; charset=utf-8"}, event
    attributes = orjson.loads(event)
    data = attributes.pop("data")
    headers = {"content-type": attributes.pop("datacontenttype", JSON)}
    headers |= {f"ce-{name}": _header(value) for name, value in attributes.items()}
    return headers, orjson.dumps(data)


def signatures(secrets: Iterable[bytes], message_id: str, at_s: int, body: bytes) -> str:
    """One ``v1`` signature for each secret, spaces between."""
    content = f"{message_id}.{at_s}.".encode() + body
    signed = (hmac.new(secret, content, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in signed)


def _header(value: object) -> str:
    """An attribute's value in a header, as CloudEvents' HTTP binding encodes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(str(value), safe=_HEADER_SAFE)


def _judged(status: int, headers: Mapping[str, str]) -> Mapping[str, str | int]:
    if status in _SUCCESS:
        return {"status": status}
    code: Code = codes.SUBSCRIBER_GONE if status == _GONE else codes.SUBSCRIBER_REFUSED
    raise ExchangeError(
        code, facts={"status": status}, retry_after_s=_retry_after_s(headers.get("Retry-After", ""))
    )


def _retry_after_s(text: str) -> int | None:
    """Both forms of Retry-After (RFC 9110); None for none and for what is neither."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        return None
    return max(0, int((moment - datetime.now(UTC)).total_seconds()))
