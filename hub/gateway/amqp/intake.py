"""From an AMQP message to a call."""

from dataclasses import replace

from aio_pika.abc import AbstractIncomingMessage

from hub.core import codes
from hub.core.errors import ExchangeError
from hub.core.message import JSON
from hub.core.ports import ClientRecord
from hub.gateway.amqp.names import contract_of, place_of
from hub.gateway.calls import call_of
from hub.gateway.http import HttpLimits, bad_header
from hub.runtime.call import Call

HEADERS = ("Contract-Version", "Case-Id", "On-Behalf-Of", "traceparent")
"""The application headers that count, as over HTTP."""


def call_from(message: AbstractIncomingMessage, client: ClientRecord, limits: HttpLimits) -> Call:
    """The message as a call of the client whose queue it came through.

    What is wrong with its properties is told when the body is asked for, so that the refusal is recorded with
    its sender like every other.
    """
    contract, major = contract_of(message.type or "")

    async def receive() -> bytes:
        if not message.message_id:
            raise bad_header("message_id", "شناسه‌ی پیام لازم است", "a message id is needed")
        if len(message.body) > limits.body_bytes:
            raise ExchangeError(codes.REQUEST_TOO_LARGE, f"at most {limits.body_bytes} bytes are taken")
        return message.body

    pairs = [(b"content-type", (message.content_type or JSON).encode("latin-1", "replace"))]
    if message.message_id:
        pairs.append((b"idempotency-key", message.message_id.encode()))
    given = {name.lower(): value for name, value in message.headers.items()}
    for name in HEADERS:
        value = given.get(name.lower())
        if value is not None:
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            pairs.append((name.lower().encode(), text.encode()))
    call = call_of({}, pairs, receive, contract=contract, major=major, limits=limits)
    return replace(call, client=client, respond_async=True, wait_s=None, reply_to=place_of(client.name))
