"""AsyncAPI 3.0 of what is served without waiting: a message is left with the hub, and its end is asked for later.

Over HTTP the reply is fetched, not sent. Where clients have queues of their own, it comes into the client's; that is
one more server with its channels and operations, and only there is it described.
"""

from dataclasses import dataclass
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
_AMQP_BINDING: Final = "0.3.0"
_HEADERS: Final = ("Case-Id", "Idempotency-Key", "On-Behalf-Of", "traceparent")


@dataclass(frozen=True, slots=True)
class OwnQueues:
    """The client's own exchange and queue on the clients' RabbitMQ."""

    host: str
    """Host and port."""
    scheme: str
    """``amqp`` or ``amqps``."""
    virtual_host: str
    to_hub: str
    from_hub: str


def asyncapi(offer: Offer, host: str, scheme: str, queues: OwnQueues | None = None) -> JsonObject:
    """One document for one major of a contract; ``host`` and ``scheme`` are those the caller reached the hub by."""
    contract = offer.contract
    if contract.pattern is Pattern.PUBLISH_SUBSCRIBE:
        return events_asyncapi(offer, host, scheme)
    document: JsonObject = {
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
    if queues is not None:
        _add_queues(document, offer, queues)
    return document


def _add_queues(document: JsonObject, offer: Offer, queues: OwnQueues) -> None:
    """One more server, with the client's own way in and way out."""
    document["servers"]["broker"] = {
        "host": queues.host,
        "protocol": queues.scheme,
        "protocolVersion": "0-9-1",
        "pathname": queues.virtual_host,
        **said(
            Text("نام کارخواه و کلید آن، نام کاربری و گذرواژه‌اند.", "Log in with the client's name and key.")
        ),
        "security": [{"$ref": "#/components/securitySchemes/login"}],
    }
    on_broker = [{"$ref": "#/servers/broker"}]
    for channel in document["channels"].values():
        channel["servers"] = [{"$ref": "#/servers/hub"}]
    document["channels"] |= {
        "toHub": {
            "address": queues.to_hub,
            "servers": on_broker,
            **said(Text("پیام‌های کارخواه به این exchange فرستاده می‌شوند.", "The client publishes here.")),
            "messages": {"request": {"$ref": "#/components/messages/queuedRequest"}},
            "bindings": {
                "amqp": {
                    "is": "routingKey",
                    "exchange": {"name": queues.to_hub, "type": "fanout", "durable": True},
                    "bindingVersion": _AMQP_BINDING,
                }
            },
        },
        "fromHub": {
            "address": queues.from_hub,
            "servers": on_broker,
            **said(Text("پایان هر تبادل به این صف می‌آید.", "The end of each exchange comes here.")),
            "messages": {
                "reply": {"$ref": "#/components/messages/queuedReply"},
                "problem": {"$ref": "#/components/messages/queuedProblem"},
            },
            "bindings": {
                "amqp": {
                    "is": "queue",
                    "queue": {"name": queues.from_hub, "durable": True},
                    "bindingVersion": _AMQP_BINDING,
                }
            },
        },
    }
    document["operations"]["queueRequest"] = {
        "action": "receive",
        "channel": {"$ref": "#/channels/toHub"},
        "summary": "پیام پس از ثبت تأیید می‌شود و پایان آن به صف کارخواه می‌آید.",
        "x-en-summary": "The message is acknowledged once it is recorded; its end comes into the client's queue.",
        "messages": [{"$ref": "#/channels/toHub/messages/request"}],
        "bindings": {"amqp": {"deliveryMode": 2, "ack": True, "bindingVersion": _AMQP_BINDING}},
        "reply": {
            "channel": {"$ref": "#/channels/fromHub"},
            "messages": [
                {"$ref": "#/channels/fromHub/messages/reply"},
                {"$ref": "#/channels/fromHub/messages/problem"},
            ],
        },
    }
    document["components"]["securitySchemes"]["login"] = {"type": "userPassword"}
    document["components"]["messages"] |= _queued_messages(document, offer)


def _queued_messages(document: JsonObject, offer: Offer) -> JsonObject:
    request = document["components"]["messages"]["request"]
    headers = dict(request["headers"]["properties"])
    for given_otherwise in ("Prefer", "Idempotency-Key"):  # nothing waits; the message id is the key
        headers.pop(given_otherwise, None)
    correlation = {"location": "$message.header#/message_id"}
    name = offer.contract.name
    ends = {
        "Exchange-Id": EXCHANGE_ID,
        "Contract-Version": {"type": "string"},
        "State": {"type": "string"},
        "Case-Id": {"type": "string"},
    }
    told = {"type": "object", "required": ["Exchange-Id", "State"], "properties": ends}
    reply = any_version(offer, Kind.REPLY)
    return {
        "queuedRequest": {
            **request,
            "name": "queuedRequest",
            "headers": {"type": "object", "properties": headers},
            "correlationId": correlation,
            "bindings": {
                "amqp": {
                    "messageType": f"{offer.contract.name}/v{offer.major}",
                    "bindingVersion": _AMQP_BINDING,
                }
            },
        },
        "queuedReply": {
            "name": "queuedReply",
            "contentType": JSON,
            "headers": told,
            **({"payload": reply} if reply is not None else {}),
            "bindings": {"amqp": {"messageType": f"{name}#reply", "bindingVersion": _AMQP_BINDING}},
        },
        "queuedProblem": {
            "name": "queuedProblem",
            "contentType": "application/problem+json",
            "headers": told,
            "payload": {"$ref": "#/components/schemas/Problem"},
            "bindings": {"amqp": {"messageType": f"{name}#problem", "bindingVersion": _AMQP_BINDING}},
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
