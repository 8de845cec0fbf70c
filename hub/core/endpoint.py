"""Endpoints: where messages leave the hub or enter it. An adapter makes one speak a partner's protocol."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hub.core.attachments import OpenAttachment, open_nothing
from hub.core.availability import Availability
from hub.core.message import Message
from hub.core.values import ContractRef


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an endpoint must know of one attempt, beside the message."""

    exchange_id: str
    message_id: str
    """Stable over all attempts: an idempotent partner recognises a repetition by it."""
    attempt: int
    """1 for the first."""
    timeout_s: float
    """How long the whole call may take, connecting included."""
    case_id: str = ""
    traceparent: str = ""
    open_attachment: OpenAttachment = open_nothing
    """Opens what the exchange refers to, for an endpoint that sends documents."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The partner has taken the message and will answer later under its own tracking code."""

    tracking_code: str
    wire: bytes | None = None
    media_type: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """What the journal is to hold of it beside the code: safe to show to anyone who may see the exchange."""


@dataclass(frozen=True, slots=True)
class LaterReply:
    """What a partner sent later: the answer to the message that it acknowledged under this code."""

    tracking_code: str
    message: Message
    """In the contract that its form names; judged by nobody yet."""


class LaterReplyForm(Protocol):
    """How an endpoint's partner writes what it sends later. Pure, and safe to share."""

    @property
    def contract(self) -> ContractRef:
        """The partner-format contract whose reply it is."""
        ...

    def read(self, wire: bytes, media_type: str) -> LaterReply:
        """Read a body. Raises ExchangeError with a ``request.*`` or ``reply.*`` code; it repeats no value."""
        ...

    def judge(self, reply: Message) -> None:
        """Raise ExchangeError with a ``partner.*`` code if a valid reply says that the partner did not do it."""
        ...


class OutboundEndpoint(Protocol):
    """A partner's operation that the hub calls. Safe for concurrent ``send``s of one event loop.

    ``open`` is called once before the first ``send`` and must not need the partner to be up. ``send``
    gives the partner's reply in the partner's own contract, or its acknowledgement; every failure is an
    ExchangeError with a partner code whose ``outcome`` tells whether the partner may have acted. It never
    repeats a call by itself and never takes longer than ``delivery.timeout_s`` plus a second. ``close``
    waits for nothing and may be called twice.
    """

    async def open(self) -> None: ...

    async def send(self, message: Message, delivery: Delivery) -> Message | Acknowledgement: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that came in through an inbound endpoint, and the function that acknowledges it.

    ``settle`` is called once its record is on disk (G1); what is not settled, the endpoint delivers again.
    """

    message: Message
    settle: Callable[[], Awaitable[None]]


class InboundEndpoint(Protocol):
    """A place from which a partner's messages are fetched (a queue, a folder)."""

    async def open(self) -> None: ...

    async def receive(self) -> Arrival: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """What the hub must know of an outbound endpoint to plan with it; read from its manifest."""

    name: str
    """``partner.operation``, e.g. ``registry-office.ownership-inquiry``."""
    partner: str
    contract: ContractRef
    """The partner-format contract that the endpoint speaks."""
    idempotent: bool
    """Whether the partner declares that repeating a message (same message id) changes nothing."""
    timeout_s: float
    max_concurrent: int
    """How many calls may be under way at once; one more is refused, not queued (G9)."""
    availability: Availability | None = None
    """The partner's policy; None where it takes calls at any time."""
    later_contract: ContractRef | None = None
    """The partner-format contract of what it sends later; None for a partner that never answers later."""

    @property
    def answer_contract(self) -> ContractRef:
        """The contract whose reply answers a message in the end, at once or later."""
        return self.later_contract or self.contract
