"""AsyncAPI 3.0 of what is served without waiting: a message is left with the hub, and its end is asked for later.

Nothing else is described, since nothing else is served: over HTTP the reply is fetched, not sent. A queue of a
client's own would be one more server, channel and pair of operations here.
"""

from typing import Final

from hub.contracts.descriptions.events import events_asyncapi
from hub.contracts.descriptions.exchanges import EXCHANGE, SCHEMAS
from hub.contracts.descriptions.offer import JsonObject, Offer, said
from hub.contracts.descriptions.parameters import EXCHANGE_ID, SHARED
from hub.contracts.descriptions.problems import SCHEMA as PROBLEM
from hub.contracts.descriptions.schemas import any_version, component_schemas
from hub.core.contract import Pattern
from hub.core.message import JSON, Kind
from hub.core.values import Text

ASYNCAPI: Final = "3.0.0"
_HTTP_BINDING: Final = "0.3.0"
_HEADERS: Final = ("Case-Id", "Idempotency-Key", "On-Behalf-Of", "traceparent")


def asyncapi(offer: Offer, host: str, scheme: str) -> JsonObject:
    """One document for one major of a contract; ``host`` and ``scheme`` are those the caller reached the hub by."""
    contract = offer.contract
    if contract.pattern is Pattern.PUBLISH_SUBSCRIBE:
        return events_asyncapi(offer, host, scheme)
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": contract.title.fa,
            "x-en-title": contract.title.en,
            "version": str(offer.newest.ref.version),
            **said(contract.description),
            "x-contract": offer.facts(),
        },
        "defaultContentType": JSON,
        "servers": {
            "hub": {
                "host": host,
                "protocol": scheme,
                "security": [{"$ref": "#/components/securitySchemes/key"}],
            }
        },
        "channels": {
            "requests": {
                "address": offer.address,
                **said(Text("پیام‌ها به اینجا فرستاده می‌شوند.", "Messages are sent here.")),
                "messages": {"request": {"$ref": "#/components/messages/request"}},
            },
            "exchange": {
                "address": "/exchanges/{id}",
                **said(
                    Text(
                        "پایان تبادل از اینجا گرفته می‌شود: تا ۶۰ ثانیه با ?wait=60 منتظر می‌ماند.",
                        "The end of the exchange is fetched here; with ?wait=60 it waits up to 60 seconds.",
                    )
                ),
                "parameters": {
                    "id": said(Text("شناسه‌ی تبادل، از سرآیند Exchange-Id.", "From the header Exchange-Id."))
                },
                "messages": {"exchange": {"$ref": "#/components/messages/exchange"}},
            },
        },
        "operations": {
            "leaveRequest": {
                "action": "receive",
                "channel": {"$ref": "#/channels/requests"},
                "summary": "پیام می‌ماند و ۲۰۲ با Location می‌آید.",
                "x-en-summary": "The message is left; the answer is 202 with Location.",
                "messages": [{"$ref": "#/channels/requests/messages/request"}],
                "bindings": {"http": {"method": "POST", "bindingVersion": _HTTP_BINDING}},
                "reply": {
                    "channel": {"$ref": "#/channels/exchange"},
                    "messages": [{"$ref": "#/channels/exchange/messages/exchange"}],
                },
            },
        },
        "components": {
            "schemas": {**component_schemas([offer]), "Problem": PROBLEM, **SCHEMAS},
            "messages": {"request": _request(offer), "exchange": _end(offer)},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _request(offer: Offer) -> JsonObject:
    properties: JsonObject = {name: SHARED[name]["schema"] for name in _HEADERS}
    numbers = [str(version.ref.version) for version in reversed(offer.versions)]
    examples = [
        {"name": name, "payload": example["value"]}
        for name, example in offer.named_examples(Kind.REQUEST).items()
    ]
    return {
        "name": "request",
        "title": offer.contract.title.fa,
        "x-en": offer.contract.title.en,
        "contentType": JSON,
        "headers": {
            "type": "object",
            "required": ["Prefer"],
            "properties": {
                "Prefer": {"type": "string", "const": "respond-async"},
                "Contract-Version": {"type": "string", "enum": numbers},
                **properties,
            },
        },
        "payload": any_version(offer, Kind.REQUEST),
        **({"examples": examples} if examples else {}),
    }


def _end(offer: Offer) -> JsonObject:
    """The exchange as it is shown once it has ended: with the contract's own reply."""
    properties: JsonObject = {**EXCHANGE["properties"], "exchange_id": EXCHANGE_ID}
    reply = any_version(offer, Kind.REPLY)
    if reply is not None:
        properties["reply"] = reply
    return {
        "name": "exchange",
        "title": str(EXCHANGE["title"]),
        "x-en": str(EXCHANGE["x-en"]),
        "contentType": JSON,
        "payload": {**EXCHANGE, "properties": properties},
    }
