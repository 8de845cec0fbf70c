"""OpenAPI 3.1 of what a client may see: its contracts' exchanges, the exchange queries, and documents."""

from collections.abc import Iterable, Sequence
from typing import Final

from hub.contracts.descriptions import attachments, exchanges, problems
from hub.contracts.descriptions.events import CLOUDEVENTS, incoming_cloudevent
from hub.contracts.descriptions.offer import JsonObject, Offer, ProblemExample, said
from hub.contracts.descriptions.parameters import HEADERS, SHARED, contract_version, headers, reference
from hub.contracts.descriptions.schemas import any_version, component_schemas
from hub.contracts.schema_keywords import DIALECT
from hub.core.contract import Pattern
from hub.core.message import JSON, Kind
from hub.core.values import JsonValue, Text

OPENAPI: Final = "3.1.0"
_ALWAYS_OUT: Final = ("Exchange-Id", "Contract-Version", "Deprecation", "Sunset", "Link")
_IN: Final = ("Idempotency-Key", "Prefer", "Case-Id", "On-Behalf-Of", "Accept-Language", "traceparent")
_PROBLEM: Final = "exchange-"
"""Begins the names of the problems that every exchange may end with; the status follows."""
_ALL: Final = Text("پیوند: همه‌ی قراردادهای شما", "Peyvand: all your contracts")
_ABOUT: Final = Text(
    "برگرفته از قراردادها؛ هر پیام در هر دو سو با همین طرح‌واره‌ها سنجیده می‌شود.",
    "Generated from the contracts: every message is checked against these very schemas, in both directions.",
)


def openapi(offers: Sequence[Offer], problem: ProblemExample, *, is_pinned: bool = False) -> JsonObject:
    """One document of all that is offered; ``offers`` may be empty.

    ``is_pinned`` says that one version only is described, which the caller then has to name.
    """
    only = offers[0] if len(offers) == 1 else None
    title = Text(only.contract.title.fa, only.contract.title.en) if only else _ALL
    shared = {**exchanges.paths(problem), **attachments.paths(problem)}
    told = problems.responses(problems.OF_AN_EXCHANGE, problem, *_ALWAYS_OUT)
    return {
        "openapi": OPENAPI,
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": title.fa,
            "x-en-title": title.en,
            "version": str(only.newest.ref.version) if only else "1",
            **said(_ABOUT),
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [*(_tag(offer) for offer in _by_contract(offers)), exchanges.TAG, attachments.TAG],
        "paths": {
            **{offer.address: {"post": _exchange(offer, told, is_pinned=is_pinned)} for offer in offers},
            **shared,
        },
        "components": {
            "schemas": {
                **component_schemas(offers),
                "Problem": problems.SCHEMA,
                **exchanges.SCHEMAS,
                **attachments.SCHEMAS,
            },
            "responses": {_PROBLEM + status: response for status, response in told.items()} if offers else {},
            "parameters": SHARED,
            "headers": HEADERS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "pvd_…",
                    **said(
                        Text(
                            "کلید دسترسی که هنگام ثبت سامانه یک بار نشان داده شد.",
                            "The API key that was shown once, when the client was added.",
                        )
                    ),
                }
            },
        },
    }


def _by_contract(offers: Sequence[Offer]) -> list[Offer]:
    """One of each contract's offers: a tag is a contract."""
    return list({offer.contract.name: offer for offer in offers}.values())


def _tag(offer: Offer) -> JsonObject:
    return {
        "name": offer.contract.name,
        **said(offer.contract.description),
        "x-en-title": offer.contract.title.en,
    }


def _exchange(offer: Offer, told: Iterable[str], *, is_pinned: bool) -> JsonObject:
    contract = offer.contract
    operation: JsonObject = {
        "operationId": f"exchange_{contract.name.replace('.', '_').replace('-', '_')}_v{offer.major}",
        "tags": [contract.name],
        "summary": contract.title.fa,
        "x-en-summary": contract.title.en,
        **said(contract.description),
        "x-contract": offer.facts(),
        "parameters": [contract_version(offer, required=is_pinned), *map(reference, _IN)],
        "requestBody": {
            "required": True,
            "content": {
                JSON: _content(offer, Kind.REQUEST, any_version(offer, Kind.REQUEST)),
                **_as_cloudevent(offer),
            },
        },
        "responses": {
            **_successes(offer),
            **{status: {"$ref": f"#/components/responses/{_PROBLEM}{status}"} for status in told},
        },
    }
    if offer.is_deprecated:
        operation["deprecated"] = True
    return operation


def _as_cloudevent(offer: Offer) -> JsonObject:
    """The other form of an event."""
    if offer.contract.pattern is not Pattern.PUBLISH_SUBSCRIBE:
        return {}
    return {CLOUDEVENTS: {"schema": incoming_cloudevent(offer)}}


def _content(offer: Offer, kind: Kind, schema: JsonValue) -> JsonObject:
    content: JsonObject = {"schema": schema}
    found = offer.named_examples(kind)
    if found:
        content["examples"] = found
    return content


def _successes(offer: Offer) -> JsonObject:
    reply = any_version(offer, Kind.REPLY)
    found: JsonObject = {}
    if reply is not None:
        found["200"] = {
            **said(Text("پاسخ، به نسخه‌ی خود فرستنده.", "The reply, in the sender's own version.")),
            "headers": headers(*_ALWAYS_OUT, "Content-Digest"),
            "content": {JSON: _content(offer, Kind.REPLY, reply)},
            "links": _links("$response.header.Exchange-Id"),
        }
    waits = offer.contract.pattern is not Pattern.REQUEST_REPLY
    found["202"] = {
        **said(
            Text("ثبت شد و تحویل خواهد شد.", "Recorded, and will be delivered.")
            if waits
            else Text(
                "ثبت شد و تحویل خواهد شد؛ تنها اگر با Prefer خواسته شده باشد.",
                "Recorded, and will be delivered; only where Prefer asks for it.",
            )
        ),
        "headers": headers(*_ALWAYS_OUT, "Location"),
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/ExchangeState"}}},
        "links": _links("$response.body#/exchange_id"),
    }
    return found


def _links(exchange_id: str) -> JsonObject:
    parameters = {"id": exchange_id}
    return {
        "getExchange": {"operationId": "getExchange", "parameters": parameters},
        "cancelExchange": {"operationId": "cancelExchange", "parameters": parameters},
    }
