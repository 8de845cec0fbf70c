"""How a caller's protocol writes documents: bytes to documents on the way in, documents to bytes on the way out.

The pipeline knows documents only. What a codec reads is then judged by the same validator, whatever it was read
from: so codes and pointers are the same in every protocol.
"""

from collections.abc import Mapping
from typing import Final, Protocol

import orjson

from hub.contracts.json_body import JsonLimits, decode_json
from hub.core import codes
from hub.core.contract import ContractVersion, XmlForm
from hub.core.errors import ExchangeError
from hub.core.message import JSON, Document, Kind
from hub.core.values import JsonValue
from hub.runtime.media_type import is_json

XML: Final = "application/xml"
DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class Codec(Protocol):
    """Reads requests and writes replies. Raises ExchangeError, and keeps nothing of a message."""

    def decode(self, raw: bytes, media_type: str, version: ContractVersion) -> JsonValue:
        """The document that a body announced as ``media_type`` says; valid or not."""
        ...

    def encode(self, reply: JsonValue, version: ContractVersion) -> bytes:
        """A valid reply as its caller gets it."""
        ...


class JsonCodec:
    """Plain JSON."""

    def __init__(self, limits: JsonLimits) -> None:
        self._limits = limits

    def decode(self, raw: bytes, media_type: str, version: ContractVersion) -> JsonValue:  # noqa: ARG002 - a port
        """See the port."""
        if not is_json(media_type):
            detail = f"send application/json, not {media_type[:80] or 'nothing'}"
            raise ExchangeError(codes.REQUEST_MEDIA_TYPE, detail)
        return decode_json(raw, self._limits)

    def encode(self, reply: JsonValue, version: ContractVersion) -> bytes:  # noqa: ARG002 - a port
        """See the port."""
        return orjson.dumps(reply)


class XmlCodec:
    """A document's element alone, as ``types.xsd`` describes it."""

    def __init__(self, limits: JsonLimits) -> None:
        self._limits = limits

    def decode(self, raw: bytes, media_type: str, version: ContractVersion) -> JsonValue:  # noqa: ARG002 - a port
        """See the port."""
        if len(raw) > self._limits.max_bytes:
            raise ExchangeError(codes.REQUEST_TOO_LARGE, f"more than {self._limits.max_bytes} bytes")
        return xml_form(version).decode(Kind.REQUEST, raw, self._limits.max_depth)

    def encode(self, reply: JsonValue, version: ContractVersion) -> bytes:
        """See the port."""
        return DECLARATION + xml_form(version).encode(Kind.REPLY, reply).encode()


class TwoCodecs:
    """Reads with one and writes with another: a caller may send one form and ask for the other."""

    def __init__(self, reading: Codec, writing: Codec) -> None:
        self.decode = reading.decode
        self.encode = writing.encode


class RecordedRequests:
    """Reads requests out of the journal, each by the media type that it was recorded with."""

    def __init__(self, by_media_type: Mapping[str, Codec]) -> None:
        self._codecs = by_media_type

    def document(self, recorded: Document, version: ContractVersion) -> JsonValue:
        """The request's document. Raises ExchangeError, which only a record can cause that is not this hub's."""
        if recorded.media_type == JSON:
            return orjson.loads(recorded.body)
        codec = self._codecs.get(essence(recorded.media_type))
        if codec is None:
            raise ExchangeError(codes.INTERNAL, "the recorded request is of a form that nobody reads")
        return codec.decode(recorded.body, recorded.media_type, version)


def essence(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip(" \t").lower()


def xml_form(version: ContractVersion) -> XmlForm:
    """A version's XML form. Raises ExchangeError REQUEST_MEDIA_TYPE if it has none."""
    if version.xml is None:
        raise ExchangeError(codes.REQUEST_MEDIA_TYPE, f"{version.ref} has no XML form: {version.no_xml}")
    return version.xml
