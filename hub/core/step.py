"""Steps of a route, and the interceptors that wrap them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.exchange import Opening
from hub.core.message import Message


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step may know beside the message. Steps of one exchange share nothing else."""

    exchange_id: str
    opening: Opening
    part: str = ""
    """The name of the part of a composite that the message is made for; empty for any other."""


Step: TypeAlias = Callable[[Message, StepContext], Sequence[Message]]
"""Takes one message and gives a sequence of messages.

A step is pure: same message and context, same result; it waits for nothing and touches nothing outside.
It raises ExchangeError to refuse or fail the message.
"""

Send: TypeAlias = Callable[[Message, Delivery], Awaitable[Message | Acknowledgement]]
"""An endpoint's ``send``, bare or wrapped."""

Interceptor: TypeAlias = Callable[[Send], Send]
"""Wraps a send: a limit, a timer, a breaker. Lets errors through unless dealing with them is its purpose."""
