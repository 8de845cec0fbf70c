"""How an event comes in: plain JSON, or a CloudEvent in binary or structured mode over HTTP.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

import orjson

from hub.contracts.json_body import JsonLimits, decode_json
from hub.core import codes
from hub.core.canonical import canonical
from hub.core.contract import ContractVersion
from hub.core.errors import ExchangeError, FieldError
from hub.core.message import JSON, Document, Kind
from hub.core.values import US_PER_S, ContractRef, JsonValue, Text
from hub.runtime.codec import essence
from hub.runtime.events.cloudevent import (
    CLOUDEVENTS_JSON,
    CloudEvent,
    check_attributes,
    event_of,
    read_event,
    type_of,
)
from hub.runtime.flow import Intake
from hub.runtime.media_type import is_json

_CHARSET: Final = frozenset({"", "charset=utf-8", 'charset="utf-8"'})


class EventCodec:
    """Reads recorded events: the document is what lies in ``data``."""

    def __init__(self, limits: JsonLimits) -> None:
        self._limits = limits

    def decode(self, raw: bytes, media_type: str, version: ContractVersion) -> JsonValue:  # noqa: ARG002 - a port
        """See the port."""
        return read_event(decode_json(raw, self._limits)).data

    def encode(self, reply: JsonValue, version: ContractVersion) -> bytes:  # noqa: ARG002 - a port
        """See the port; no event has a reply."""
        return orjson.dumps(reply)


def take_event(intake: Intake, limits: JsonLimits) -> JsonValue:
    """The document of a published event, which has been received; what is recorded becomes the whole CloudEvent.

    A CloudEvent's ``source`` and ``id`` are an idempotency key of its client: its twin is answered with the exchange
    that it has begun. Raises ExchangeError with a ``request.*`` code.
    """
    call, version, raw = intake.call, intake.version, intake.raw
    if version is None or raw is None or intake.client is None:
        raise RuntimeError("an event is taken in once its sender and contract are known")
    kind = essence(call.media_type)
    attributes = _attributes(call.event_headers)
    if kind == CLOUDEVENTS_JSON and call.media_type.partition(";")[2].strip().lower() in _CHARSET:
        event = read_event(decode_json(raw, limits))
        _judge(event.data, version)
        key, recorded = _key(event), raw
    elif not is_json(call.media_type):
        detail = f"send {JSON} or {CLOUDEVENTS_JSON}, not {call.media_type[:80] or 'nothing'}"
        raise ExchangeError(codes.REQUEST_MEDIA_TYPE, detail)
    elif attributes:
        check_attributes(attributes)
        event = event_of(attributes, decode_json(raw, limits))
        key, recorded = _key(event), _enveloped(event, raw)
    else:
        event = CloudEvent(
            id=intake.exchange_id,
            source=f"/clients/{intake.client.name}",
            type=type_of(version.ref),
            data=decode_json(raw, limits),
        )
        key, recorded = call.idempotency_key, _enveloped(event, raw)
    _check_type(event.type, version.ref)
    if call.idempotency_key and key != call.idempotency_key:
        text = Text(
            "شناسه‌ی خود رویداد کلید یکتایی آن است", "a CloudEvent's own source and id are its idempotency key"
        )
        error = FieldError("", "idempotency-key", text)
        raise ExchangeError(codes.REQUEST_BAD_HEADER, text.en, errors=(error,))
    intake.raw = recorded
    intake.call = replace(call, media_type=CLOUDEVENTS_JSON, idempotency_key=key, codec=EventCodec(limits))
    return event.data


def recorded_event(document: Document, at_us: int) -> CloudEvent:
    """An event as the journal holds it; the time it was published at stands in for one that its sender gave none."""
    event = read_event(orjson.loads(document.body))
    return event if event.time else replace(event, time=_moment(at_us))


def _attributes(headers: Iterable[tuple[str, str]]) -> dict[str, JsonValue]:
    """What the ``ce-`` headers say. Raises ExchangeError for one that is given twice."""
    found: dict[str, JsonValue] = {}
    for name, value in headers:
        if name in found:
            raise ExchangeError(codes.REQUEST_BAD_HEADER, "a ce- header is given more than once")
        found[name] = unquote(value.strip())
    return found


def _enveloped(event: CloudEvent, raw: bytes) -> bytes:
    """The event with its document just as it was sent."""
    return orjson.dumps({**event.attributes(), "data": orjson.Fragment(raw)})


def _check_type(given: str, ref: ContractRef) -> None:
    if given not in {ref.name, type_of(ref)}:
        text = Text(
            f"نوع این رویداد {type_of(ref)} است", f"events of this contract are of type {type_of(ref)}"
        )
        raise ExchangeError(codes.REQUEST_INVALID, errors=(FieldError("/type", "const", text),))


def _judge(data: JsonValue, version: ContractVersion) -> None:
    """As every message is judged, but with pointers into what its sender wrote."""
    schema = version.schemas[Kind.REQUEST]
    document, _ = canonical(data, schema.normaliser)
    errors = schema.validator.errors(document)
    if errors:
        placed = tuple(replace(error, pointer=f"/data{error.pointer}") for error in errors)
        raise ExchangeError(codes.REQUEST_INVALID, errors=placed)


def _key(event: CloudEvent) -> str:
    digest = hashlib.sha256(f"{event.source}\n{event.id}".encode()).hexdigest()
    return f"cloudevent:{digest}"


def _moment(at_us: int) -> str:
    seconds, rest = divmod(at_us, US_PER_S)
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rest:06d}Z"
