"""A partner's endpoint in memory."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.errors import ExchangeError
from hub.core.message import Kind, Message
from hub.core.values import JsonValue

Behaviour: TypeAlias = Callable[[Message, Delivery], Awaitable[JsonValue | Acknowledgement]]


class FakeEndpoint:
    """``calls`` holds what it was sent. It answers ``answer``: a document, an acknowledgement, or an error to raise.

    Set ``behaviour`` for anything that takes time or looks around meanwhile.
    """

    def __init__(self, answer: JsonValue | Acknowledgement | ExchangeError = None) -> None:
        self.answer = answer
        self.behaviour: Behaviour | None = None
        self.calls: list[tuple[Message, Delivery]] = []
        self.is_open = False

    async def open(self) -> None:
        self.is_open = True

    async def send(self, message: Message, delivery: Delivery) -> Message | Acknowledgement:
        self.calls.append((message, delivery))
        answer = self.answer if self.behaviour is None else await self.behaviour(message, delivery)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Acknowledgement):
            return answer
        return Message(message.contract, Kind.REPLY, answer, wire=b"<wire/>", media_type="text/xml")

    async def close(self) -> None:
        self.is_open = False
