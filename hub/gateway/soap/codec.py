"""The codec of SOAP: a message's content is the document, whatever is around it."""

from hub.contracts.json_body import JsonLimits
from hub.core.contract import ContractVersion
from hub.core.message import JSON, Kind
from hub.core.values import JsonValue
from hub.gateway.soap.message import SoapMessage, content_of
from hub.gateway.soap.versions import VERSION_11, VERSION_12
from hub.runtime.codec import XML, JsonCodec, RecordedRequests, XmlCodec, xml_form


class SoapCodec:
    """For requests that were recorded earlier."""

    def __init__(self, limits: JsonLimits) -> None:
        self._limits = limits

    def decode(self, raw: bytes, media_type: str, version: ContractVersion) -> JsonValue:
        """See ``hub.runtime.codec.Codec``."""
        return xml_form(version).read(Kind.REQUEST, content_of(raw, media_type), self._limits.max_depth)

    def encode(self, reply: JsonValue, version: ContractVersion) -> bytes:
        """The content of the reply's envelope."""
        return xml_form(version).encode(Kind.REPLY, reply).encode()


class SoapCallCodec(SoapCodec):
    """For one request that has been parsed already: its headers had to be known first."""

    def __init__(self, limits: JsonLimits) -> None:
        super().__init__(limits)
        self.message: SoapMessage | None = None

    def decode(self, raw: bytes, media_type: str, version: ContractVersion) -> JsonValue:
        """See the port."""
        if self.message is None:
            return super().decode(raw, media_type, version)
        return xml_form(version).read(Kind.REQUEST, self.message.content, self._limits.max_depth)


def recorded_requests(limits: JsonLimits) -> RecordedRequests:
    """What reads requests of every form that the hub takes, once they are recorded."""
    soap = SoapCodec(limits)
    return RecordedRequests(
        {
            JSON: JsonCodec(limits),
            XML: XmlCodec(limits),
            VERSION_11.media_type: soap,
            VERSION_12.media_type: soap,
            "multipart/related": soap,
        }
    )
