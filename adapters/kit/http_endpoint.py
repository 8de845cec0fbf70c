"""An outbound endpoint over HTTP: everything but how one operation's messages look."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from adapters.kit.documents import DocumentsSpec, with_documents
from adapters.kit.http import HttpCall, HttpClient, HttpReply, content_type
from adapters.kit.outcomes import Outcomes
from adapters.kit.partner import Access, NotConfiguredError, Partner
from hub.core import codes
from hub.core.endpoint import Acknowledgement, Delivery
from hub.core.errors import ExchangeError
from hub.core.message import Message

MESSAGE_ID_HEADER = "Peyvand-Message-Id"
_OK = 200


class Operation(Protocol):
    """How one operation's messages look on HTTP, with address and credentials filled in. Pure.

    ``encode`` raises ExchangeError with a code whose outcome is "not sent" for a message that the
    operation cannot carry. ``decode`` gets 2xx replies and those that ``encode`` called readable; it raises
    ExchangeError with a partner code for whatever is not the partner's reply.
    """

    def encode(self, message: Message, delivery: Delivery) -> HttpCall: ...

    def decode(self, reply: HttpReply) -> Message: ...


Bind: TypeAlias = Callable[[Access], Operation]
"""Fills address and credentials in. Raises NotConfiguredError if they cannot be used so."""


class HttpEndpoint:
    """See ``hub.core.endpoint.OutboundEndpoint``.

    A partner that is not configured does not keep the hub from starting: each ``send`` then fails with
    ``partner.not_configured``, naming what is missing.
    """

    def __init__(
        self, partner: Partner, bind: Bind, outcomes: Outcomes, documents: DocumentsSpec | None = None
    ) -> None:
        """``documents`` says what is sent of the documents that a message refers to, as parts of a form."""
        self._documents = documents
        self._partner = partner
        self._bind = bind
        self._outcomes = outcomes
        self._operation: Operation | None = None
        self._client: HttpClient | None = None
        self._missing = ""
        self._limited = partner.bulkhead(self._exchange)

    async def open(self) -> None:
        """Look up address and credentials and prepare the connections; nothing is sent."""
        if self._client is not None:
            return
        self._missing = ""
        try:
            self._operation = self._bind(self._partner.access())
            self._client = await self._partner.open()
        except NotConfiguredError as error:
            self._missing = str(error)

    async def send(self, message: Message, delivery: Delivery) -> Message | Acknowledgement:
        """See the port."""
        if self._missing:
            raise ExchangeError(codes.PARTNER_NOT_CONFIGURED, self._missing)
        return await self._limited(message, delivery)

    def read_reply(self, wire: bytes, media_type: str) -> Message:
        """Read what was sent in as if it were the answer to a call. Raises ExchangeError with a partner code."""
        if self._operation is None:
            raise ExchangeError(codes.PARTNER_NOT_CONFIGURED, self._missing)
        named, charset = content_type(media_type)
        return self._operation.decode(HttpReply(_OK, named, charset, wire))

    async def close(self) -> None:
        """Give the connections back; sends under way fail."""
        if self._client is not None:
            self._client = None
            await self._partner.close()

    async def _exchange(self, message: Message, delivery: Delivery) -> Message | Acknowledgement:
        client, operation = self._client, self._operation
        if client is None or operation is None:
            raise ExchangeError(codes.STOPPING)
        call = operation.encode(message, delivery)
        if self._documents is not None:
            call = await with_documents(call, self._documents, message.body, delivery)
        received = await client.call(call)
        try:
            return self._outcomes.judge(operation.decode(received))
        except ExchangeError as error:
            error.wire, error.media_type = received.body, received.media_type
            raise


def delivery_headers(delivery: Delivery) -> dict[str, str]:
    """What tells the partner which message this is, and to which trace the call belongs."""
    headers = {MESSAGE_ID_HEADER: delivery.message_id}
    if delivery.traceparent:
        headers["traceparent"] = delivery.traceparent
    return headers
