"""The exchange queries: what a client may ask of the exchanges that it began."""

from typing import Final

from hub.contracts.descriptions.offer import JsonObject, ProblemExample, said
from hub.contracts.descriptions.parameters import EXCHANGE_ID, reference
from hub.contracts.descriptions.problems import ASKING, responses
from hub.core import codes
from hub.core.exchange import FINAL, State
from hub.core.message import Role
from hub.core.values import MAX_REASON, Text

_MOMENT: Final[JsonObject] = {"type": "string", "format": "date-time"}
_STATE: Final[JsonObject] = {"title": "وضعیت", "x-en": "State", "enum": [str(state) for state in State]}
_MAYBE_TEXT: Final[JsonObject] = {"type": ["string", "null"]}

STATE: Final[JsonObject] = {
    "title": "وضعیت یک تبادل",
    "x-en": "Where an exchange stands",
    "type": "object",
    "required": ["exchange_id", "state"],
    "properties": {"exchange_id": EXCHANGE_ID, "state": _STATE},
}
"""``components/schemas/ExchangeState``: the body of a 202, and of a cancellation."""

ENTRY: Final[JsonObject] = {
    "title": "یک سطر از تاریخچه",
    "x-en": "One line of the history",
    "type": "object",
    "required": ["number", "at", "state", "cause"],
    "properties": {
        "number": {"type": "integer", "minimum": 1},
        "at": _MOMENT,
        "state": _STATE,
        "cause": {
            "title": "به خواست که",
            "x-en": "Who or what brought it about",
            "type": "string",
        },
        "code": {"type": "string"},
        "detail": {"type": "object"},
        "documents": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["role", "contract", "media_type", "size", "commitment"],
                "properties": {
                    "role": {"enum": [str(role) for role in Role]},
                    "contract": _MAYBE_TEXT,
                    "media_type": {"type": "string"},
                    "size": {"type": "integer", "minimum": 0},
                    "commitment": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                },
            },
        },
    },
}
"""``components/schemas/ExchangeEntry``."""

_COMMON: Final[JsonObject] = {
    "exchange_id": EXCHANGE_ID,
    "contract": {"type": "string"},
    "version": {"type": "string"},
    "case_id": _MAYBE_TEXT,
    "state": _STATE,
    "begun_at": _MOMENT,
    "changed_at": _MOMENT,
}

EXCHANGE: Final[JsonObject] = {
    "title": "یک تبادل با تاریخچه و پایان آن",
    "x-en": "One exchange with its history and its end",
    "type": "object",
    "required": ["exchange_id", "state", "final", "begun_at", "changed_at", "history"],
    "properties": {
        **_COMMON,
        "sender": {"type": "string"},
        "on_behalf_of": _MAYBE_TEXT,
        "deadline": {"anyOf": [_MOMENT, {"type": "null"}]},
        "final": {"title": "پایان یافته است", "x-en": "Whether it has ended", "type": "boolean"},
        "history": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/ExchangeEntry"}},
        "reply": {"title": "پاسخ، به نسخه‌ی خود فرستنده", "x-en": "The reply, in the sender's own version"},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
}
"""``components/schemas/Exchange``."""

SUMMARY: Final[JsonObject] = {
    "title": "یک تبادل در فهرست",
    "x-en": "One exchange in a list",
    "type": "object",
    "required": ["exchange_id", "contract", "version", "case_id", "state", "begun_at", "changed_at"],
    "properties": {**_COMMON, "code": {"type": "string"}},
}
"""``components/schemas/ExchangeSummary``."""

SCHEMAS: Final[JsonObject] = {
    "ExchangeState": STATE,
    "ExchangeEntry": ENTRY,
    "Exchange": EXCHANGE,
    "ExchangeSummary": SUMMARY,
}
_CANCELLING: Final = (
    codes.EXCHANGE_NOT_CANCELLABLE,
    codes.REQUEST_MALFORMED,
    codes.REQUEST_TOO_LARGE,
    codes.REQUEST_INVALID,
)
_REASON: Final[JsonObject] = {
    "required": False,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "reason": {
                        "title": "چرا؛ بی داده‌ی شخصی",
                        "x-en": "Why; without personal data",
                        "type": "string",
                        "maxLength": MAX_REASON,
                    }
                },
                "additionalProperties": False,
            }
        }
    },
}
_QUERY: Final = (*ASKING, codes.NOT_RECORDED, codes.REQUEST_BAD_HEADER)
TAG: Final[JsonObject] = {
    "name": "exchanges",
    **said(Text("تبادل‌های خود فرستنده.", "The sender's exchanges.")),
}


def paths(example: ProblemExample) -> JsonObject:
    """``/exchanges`` and below."""
    one = [reference("exchange-id")]
    language = reference("Accept-Language")
    unknown = codes.EXCHANGE_UNKNOWN
    return {
        "/exchanges": {
            "get": _operation(
                "listExchanges",
                Text("تبادل‌های یک پرونده", "The exchanges of a case"),
                Text("از کهنه به نو؛ تنها آنچه خود فرستنده آغاز کرده است.", "Oldest first; only the sender's own."),
                [*(reference(name) for name in ("case-id", "after", "limit")), language],
                {
                    "type": "object",
                    "required": ["exchanges", "next"],
                    "properties": {
                        "exchanges": {
                            "type": "array",
                            "items": {"$ref": "#/components/schemas/ExchangeSummary"},
                        },
                        "next": _MAYBE_TEXT,
                    },
                },
                problems=responses(_QUERY, example),
            )
        },
        "/exchanges/{id}": {
            "get": _operation(
                "getExchange",
                Text("وضعیت، تاریخچه و پایان یک تبادل", "State, history and end of an exchange"),
                Text(
                    "وضعیت‌های پایانی: " + "، ".join(sorted(FINAL)) + ".",
                    "Final states: " + ", ".join(sorted(FINAL)) + ".",
                ),
                [*one, reference("wait"), language],
                {"$ref": "#/components/schemas/Exchange"},
                problems=responses([*_QUERY, unknown], example),
            )
        },
        "/exchanges/{id}/cancel": {
            "post": _operation(
                "cancelExchange",
                Text("لغو آنچه هنوز تحویل نشده است", "Cancel what has not been delivered"),
                Text(
                    "آنچه در صف تحویل است لغو می‌شود، مگر آنکه شاید سازمان مقصد در تلاشی پیشین انجامش داده باشد؛ آنچه سازمان "
                    "مقصد پذیرفته و هنوز پاسخ نداده، تنها اگر قرارداد چنین گفته باشد. دوباره خواستن همان پاسخ را می‌دهد.",
                    "What waits to be delivered is cancelled, unless the partner may have acted on an earlier try; what a "
                    "partner has acknowledged and not yet answered, only if the contract says so. Asking again gives "
                    "the same answer.",
                ),
                [*one, language],
                {"$ref": "#/components/schemas/ExchangeState"},
                problems=responses([*_QUERY, unknown, *_CANCELLING], example),
            )
            | {"requestBody": _REASON}
        },
    }  # fmt: skip


def _operation(
    id_: str,
    summary: Text,
    description: Text,
    parameters: list[JsonObject],
    reply: JsonObject,
    *,
    problems: JsonObject,
) -> JsonObject:
    return {
        "operationId": id_,
        "tags": ["exchanges"],
        "summary": summary.fa,
        "x-en-summary": summary.en,
        **said(description),
        "parameters": parameters,
        "responses": {
            "200": {**said(summary), "content": {"application/json": {"schema": reply}}},
            **problems,
        },
    }
