"""From an HTTP request's headers to a call: what every protocol over HTTP has in common."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from hub.core.errors import ExchangeError
from hub.gateway.http import HttpLimits, Scope, bad_header, check_given_once, parse_prefer
from hub.runtime.call import Call
from hub.runtime.codec import Codec

_TOKEN = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z")
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")
Pairs = Sequence[tuple[bytes, bytes]]


def call_of(
    scope: Scope,
    pairs: Pairs,
    receive: Callable[[], Awaitable[bytes]],
    *,
    contract: str,
    major: str,
    limits: HttpLimits,
    authorization: str | None = None,
    media_type: str | None = None,
    codec: Codec | None = None,
) -> Call:
    """The request as a call; ``pairs`` are its headers, of which a repeated one that may mean two things is refused.

    A header that cannot be used is refused when the body is asked for, so that the refusal is recorded with its
    sender like every other. ``authorization`` and ``media_type`` stand for the headers' own where they are given.
    """
    headers = dict(pairs)
    trouble: ExchangeError | None = None
    respond_async, wait_s = False, None
    texts = {"case-id": "", "on-behalf-of": "", "idempotency-key": ""}
    try:
        if len(headers) != len(pairs):
            check_given_once({"headers": pairs})
        respond_async, wait_s = parse_prefer(v for k, v in pairs if k == b"prefer")
        for name in texts:
            texts[name] = _text(headers, name, limits.header_chars)
        if not headers.get(b"contract-version", b"1.0").strip():
            raise bad_header("Contract-Version", "نسخه‌ای مانند 1.2 لازم است", "a version like 1.2 is needed")
    except ExchangeError as error:
        trouble = error

    async def receive_body() -> bytes:
        if trouble is not None:
            raise trouble
        return await receive()

    def header(name: bytes) -> str:
        return headers.get(name, b"").decode("latin-1")

    traceparent = headers.get(b"traceparent", b"")
    client = scope.get("client")
    return Call(
        contract=contract,
        major=major,
        receive=receive_body,
        media_type=header(b"content-type") if media_type is None else media_type,
        authorization=header(b"authorization") if authorization is None else authorization,
        contract_version=header(b"contract-version").strip(),
        case_id=texts["case-id"],
        on_behalf_of=texts["on-behalf-of"],
        idempotency_key=texts["idempotency-key"],
        traceparent=traceparent.decode("ascii") if _TRACEPARENT.match(traceparent) else "",
        remote=client[0] if client else "",
        respond_async=respond_async,
        wait_s=wait_s,
        codec=codec,
        event_headers=tuple(
            [(k[3:].decode("latin-1"), v.decode("latin-1")) for k, v in pairs if k[:3] == b"ce-"]
        ),
    )


def _text(headers: Mapping[bytes, bytes], name: str, most: int) -> str:
    raw = headers.get(name.encode())
    if raw is None:
        return ""
    text = raw.decode("latin-1").strip()
    if name == "idempotency-key" and len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]  # the draft's structured-field string
    if not _TOKEN.match(text) or len(text) > most:
        raise bad_header(
            name.title(),
            f"۱ تا {most} نویسه‌ی چاپ‌شدنی ASCII لازم است",
            f"1 to {most} printable ASCII characters are needed",
        )
    return text
