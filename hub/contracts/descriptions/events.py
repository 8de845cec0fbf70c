"""AsyncAPI 3.0 of an event: it is published at one address, and comes to subscribers by webhook or is fetched.

Queues are not described: where they are depends on the hub's broker, which clients are told of by its operator.
"""

from typing import Final

from hub.contracts.descriptions.offer import JsonObject, Offer, said
from hub.contracts.descriptions.schemas import any_version, component_schemas
from hub.core.message import JSON, Kind
from hub.core.values import Text

CLOUDEVENTS: Final = "application/cloudevents+json"
_HTTP_BINDING: Final = "0.3.0"
_TEXT: Final[JsonObject] = {"type": "string", "minLength": 1, "maxLength": 500}
_SIGNATURE: Final[JsonObject] = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "properties": {
        "webhook-id": {
            "title": "شناسه‌ی پیام؛ در هر تلاش همان",
            "x-en": "The message's id, the same in every attempt",
            "type": "string",
            "format": "uuid",
        },
        "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$"},
        "webhook-signature": {
            "title": "امضای Standard Webhooks",
            "x-en": "Standard Webhooks signatures, spaces between",
            "type": "string",
            "pattern": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$",
        },
    },
}


def events_asyncapi(offer: Offer, host: str, scheme: str) -> JsonObject:
    """One document for one major of an event contract."""
    contract = offer.contract
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": contract.title.fa,
            "x-en-title": contract.title.en,
            "version": str(offer.newest.ref.version),
            **said(contract.description),
            "x-contract": offer.facts(),
        },
        "defaultContentType": CLOUDEVENTS,
        "servers": {
            "hub": {
                "host": host,
                "protocol": scheme,
                "security": [{"$ref": "#/components/securitySchemes/key"}],
            }
        },
        "channels": {
            "events": {
                "address": offer.address,
                **said(Text("رویدادها اینجا منتشر می‌شوند.", "Events are published here.")),
                "messages": {
                    "cloudevent": {"$ref": "#/components/messages/cloudevent"},
                    "document": {"$ref": "#/components/messages/document"},
                },
            },
            "subscriber": {
                "address": None,
                **said(
                    Text(
                        "نشانی مشترک، که با POST /subscriptions داده است؛ یا همین رویدادها از "
                        "GET /subscriptions/{id}/events.",
                        "The subscriber's address, given with POST /subscriptions; or the same events from "
                        "GET /subscriptions/{id}/events.",
                    )
                ),
                "messages": {"event": {"$ref": "#/components/messages/event"}},
            },
        },
        "operations": {
            "publish": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "summary": "رویداد ثبت و منتشر می‌شود؛ پاسخ ۲۰۲ است.",
                "x-en-summary": "The event is recorded and published; the answer is 202.",
                "messages": [
                    {"$ref": "#/channels/events/messages/cloudevent"},
                    {"$ref": "#/channels/events/messages/document"},
                ],
                "bindings": {"http": {"method": "POST", "bindingVersion": _HTTP_BINDING}},
            },
            "deliver": {
                "action": "send",
                "channel": {"$ref": "#/channels/subscriber"},
                "summary": "رویداد به مشترک می‌رسد، دست‌کم یک بار.",
                "x-en-summary": "The event is brought to the subscriber, at least once.",
                "messages": [{"$ref": "#/channels/subscriber/messages/event"}],
                "bindings": {"http": {"method": "POST", "bindingVersion": _HTTP_BINDING}},
            },
        },
        "components": {
            "schemas": {**component_schemas([offer])},
            "messages": {
                "cloudevent": _message(offer, "cloudevent", CLOUDEVENTS, _cloudevent(offer, own=False)),
                "document": _message(offer, "document", JSON, any_version(offer, Kind.REQUEST)),
                "event": {
                    **_message(offer, "event", CLOUDEVENTS, _cloudevent(offer, own=True)),
                    "headers": _SIGNATURE,
                },
            },
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def incoming_cloudevent(offer: Offer) -> JsonObject:
    """A structured CloudEvent as publishers send it."""
    return _cloudevent(offer, own=False)


def _message(offer: Offer, name: str, media_type: str, payload: JsonObject | None) -> JsonObject:
    contract = offer.contract
    return {
        "name": name,
        "title": contract.title.fa,
        "x-en": contract.title.en,
        "contentType": media_type,
        "payload": payload,
    }


def _cloudevent(offer: Offer, *, own: bool) -> JsonObject:
    """A structured CloudEvent as it comes in, or with what the hub adds as it goes out."""
    kind = f"{offer.contract.name}.v{offer.major}"
    added: JsonObject = {
        "contractversion": {"enum": [str(version.ref.version) for version in offer.versions]},
        "publisher": _TEXT,
        "exchangeid": {"type": "string", "format": "uuid"},
    }
    required = ["specversion", "id", "source", "type", "data"]
    return {
        "type": "object",
        "required": [*required, *added] if own else required,
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _TEXT,
            "source": _TEXT,
            "type": {"const": kind} if own else {"enum": [kind, offer.contract.name]},
            "subject": _TEXT,
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": JSON} if own else {"type": "string"},
            "data": any_version(offer, Kind.REQUEST),
            **(added if own else {}),
        },
    }
