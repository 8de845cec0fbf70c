"""One SOAP operation: documents out, documents in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.kit.http import HttpCall, HttpReply, status_error
from adapters.kit.http_endpoint import delivery_headers
from adapters.soap.decoder import Read
from adapters.soap.encoder import Write, finished
from adapters.soap.envelope import Version, content
from adapters.soap.fillings import merged
from adapters.soap.unfit import UnfitError
from adapters.soap.validation import Validator
from hub.core import codes
from hub.core.endpoint import Delivery
from hub.core.errors import ExchangeError
from hub.core.message import Kind, Message
from hub.core.values import ContractRef, JsonValue

READABLE: Final = frozenset({400, 500})
"""The statuses that faults come with; what is no fault under them is an HTTP error."""
_FAULTS: Final = frozenset({codes.PARTNER_FAULT, codes.PARTNER_UNSAFE})


@dataclass(frozen=True, slots=True)
class Codec:
    """What is compiled of one operation at load, before address and credentials are known."""

    version: Version
    before_header: str
    """The envelope's beginning, with all namespaces declared."""
    write: Write
    read: Read
    reply_tag: str
    validator: Validator | None
    reply_types: frozenset[str]

    def encode(self, header: str, document: JsonValue) -> bytes:
        """Give the envelope. Raises ExchangeError (not sent) naming the field that does not fit."""
        out = [self.before_header, header, "<e:Body>"]
        try:
            self.write(document, out)
            out.append("</e:Body></e:Envelope>")
            return finished(out)
        except UnfitError as error:
            raise ExchangeError(codes.MAPPING_OUTPUT_INVALID, errors=(error.field_error(),)) from None

    def decode(self, reply: HttpReply) -> JsonValue:
        """Give the document inside an envelope. Raises ExchangeError with a partner code."""
        if reply.media_type not in self.reply_types:
            raise ExchangeError(codes.PARTNER_MALFORMED, "the reply is not called SOAP")
        element = content(reply.body, reply.charset, self.version)
        if element.tag != self.reply_tag:
            raise ExchangeError(codes.PARTNER_INVALID, "the reply is not this operation's")
        if self.validator is not None:
            self.validator.check(element)
        try:
            return self.read(element)
        except UnfitError as error:
            raise ExchangeError(codes.PARTNER_INVALID, errors=(error.field_error(),)) from None


@dataclass(frozen=True, slots=True)
class SoapOperation:
    """One operation with address and credentials filled in."""

    contract: ContractRef
    codec: Codec
    url: str
    headers: Mapping[str, str]
    header: str
    """The SOAP header, or nothing."""
    additions: Mapping[str, JsonValue]

    def encode(self, message: Message, delivery: Delivery) -> HttpCall:
        """Give the call that carries a document."""
        document = message.body
        if self.additions:
            try:
                document = merged(document, self.additions)
            except UnfitError as error:
                raise ExchangeError(codes.MAPPING_OUTPUT_INVALID, errors=(error.field_error(),)) from None
        return HttpCall(
            "POST",
            self.url,
            {**self.headers, **delivery_headers(delivery)},
            self.codec.encode(self.header, document),
            delivery.timeout_s,
            READABLE,
        )

    def decode(self, reply: HttpReply) -> Message:
        """Give the document that a reply holds."""
        if reply.status in READABLE:
            raise self._failed(reply)
        document = self.codec.decode(reply)
        return Message(self.contract, Kind.REPLY, document, wire=reply.body, media_type=reply.media_type)

    def _failed(self, reply: HttpReply) -> ExchangeError:
        """Give the fault that came with an HTTP error, or the HTTP error where none did."""
        try:
            self.codec.decode(reply)
        except ExchangeError as error:
            if error.code in _FAULTS:
                return error
        return status_error(reply.status, reply.retry_after)
