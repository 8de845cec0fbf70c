"""What a client's own exchange and queues are called, and what messages on them say of themselves."""

import re
from typing import Final

PREFIX: Final = "amqp:"
"""``Opening.reply_to`` of what came in here: this and the client's name."""
REPLY: Final = "reply"
PROBLEM: Final = "problem"
_TYPE = re.compile(r"([^/\s]{1,200})/v([^/\s]{1,20})\Z")


def to_hub(client: str) -> str:
    """The exchange that a client publishes to, and the queue behind it."""
    return f"peyvand.to-hub.{client}"


def from_hub(client: str) -> str:
    """The queue that a client consumes from."""
    return f"peyvand.from-hub.{client}"


def event_queue(client: str, queue: str) -> str:
    """The queue that a client's subscription fills; no client's name holds a slash."""
    return f"{from_hub(client)}/{queue}"


def place_of(client: str) -> str:
    """Where that client is told of the ends of its exchanges."""
    return PREFIX + client


def contract_of(message_type: str) -> tuple[str, str]:
    """Contract and major that a message's ``type`` names, like ``registry.title-inquiry/v1``; empty if it names none."""
    match = _TYPE.match(message_type)
    return (match[1], match[2]) if match else ("", "")
