"""Problem details (RFC 9457) as responses: one for each status, with an example for each code."""

from collections.abc import Iterable
from typing import Final

from hub.contracts.descriptions.offer import JsonObject, ProblemExample
from hub.contracts.descriptions.parameters import headers
from hub.core import codes
from hub.core.errors import Code, Origin
from hub.core.values import Text

PROBLEM_JSON: Final = "application/problem+json"

SCHEMA: Final[JsonObject] = {
    "title": "خطا",
    "x-en": "Problem (RFC 9457)",
    "type": "object",
    "required": ["type", "title", "status", "code", "origin", "retryable"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"title": "کد؛ با آن تصمیم بگیرید", "x-en": "Code: decide by it", "type": "string"},
        "origin": {"title": "از آنِ که", "x-en": "Whose trouble it is", "enum": [str(o) for o in Origin]},
        "retryable": {
            "title": "فرستادن دوباره‌ی همان پیام شاید سودمند باشد",
            "x-en": "Whether sending the same message again may help",
            "type": "boolean",
        },
        "exchange_id": {"type": "string", "format": "uuid"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
"""``components/schemas/Problem``."""

ANYWHERE: Final = (
    codes.REQUEST_MALFORMED,
    codes.REQUEST_TIMEOUT,
    codes.REQUEST_HEAD_TOO_LARGE,
    codes.INTERNAL,
)
"""What every address may answer."""

ASKING: Final = (
    *ANYWHERE,
    codes.AUTH_MISSING,
    codes.AUTH_INVALID,
    codes.AUTH_REVOKED,
    codes.OVERLOADED,
    codes.STOPPING,
)
"""What every address may answer that asks who calls."""

_NEVER_OF_AN_EXCHANGE: Final = {
    codes.PATH_UNKNOWN,
    codes.METHOD_NOT_ALLOWED,
    codes.EXCHANGE_UNKNOWN,
    codes.EXCHANGE_NOT_CANCELLABLE,
}
OF_AN_EXCHANGE: Final = tuple(code for code in codes.CATALOGUE.values() if code not in _NEVER_OF_AN_EXCHANGE)
"""What an exchange may end with: all of the catalogue but what other addresses say."""

_PHRASES: Final = {
    400: Text("پیام یا سرآیند نادرست", "The message or a header is wrong"),
    401: Text("کلید دسترسی نیست یا پذیرفته نشد", "No credentials, or none that are accepted"),
    403: Text("بی‌مجوز", "No grant"),
    404: Text("نیست", "Not there"),
    408: Text("پیام به‌موقع نرسید", "The message took too long to arrive"),
    409: Text("دیگر ممکن نیست", "No longer possible"),
    410: Text("بازنشسته شده است", "Retired"),
    413: Text("پیام بیش از اندازه بزرگ است", "Too large"),
    415: Text("نوع محتوا پشتیبانی نمی‌شود", "The content type is not supported"),
    416: Text("این بازه در سند نیست", "The document has no such range"),
    422: Text("پیام پذیرفته نشد", "The message was refused"),
    429: Text("بیش از سهمیه", "Faster than allowed"),
    431: Text("سرآیندها بیش از اندازه بزرگ‌اند", "The headers are too large"),
    500: Text("خطای سامانه", "A fault of the hub"),
    502: Text("خطای سازمان مقصد", "Trouble on the partner's side"),
    503: Text("اکنون ممکن نیست؛ بعداً دوباره", "Not now; try again later"),
    504: Text("به‌موقع پاسخ نرسید", "No answer in time"),
    507: Text("جا نیست", "No room"),
}
_OTHER: Final = Text("خطا", "A problem")
_WITH_RETRY: Final = frozenset({408, 429, 503, 504, 507})
_UNAUTHORIZED: Final = 401


def responses(found: Iterable[Code], example: ProblemExample, *also: str) -> JsonObject:
    """The problems as responses, by status; ``also`` names headers that each of them may carry."""
    by_status: dict[int, list[Code]] = {}
    for code in sorted(set(found), key=lambda code: code.id):
        by_status.setdefault(code.status, []).append(code)
    return {str(status): _response(status, by_status[status], example, also) for status in sorted(by_status)}


def _response(status: int, found: list[Code], example: ProblemExample, also: tuple[str, ...]) -> JsonObject:
    phrase = _PHRASES.get(status, _OTHER)
    lines = "\n".join(f"- `{code.id}`: {code.title.fa} / {code.title.en}" for code in found)
    names = ["Content-Language", *also]
    if status == _UNAUTHORIZED:
        names.append("WWW-Authenticate")
    if status in _WITH_RETRY:
        names.append("Retry-After")
    return {
        "description": f"{phrase.fa}\n\n{phrase.en}\n\n{lines}",
        "x-en": phrase.en,
        "x-codes": [code.id for code in found],
        "headers": headers(*names),
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code.id: {"summary": code.title.fa, "value": example(code)} for code in found},
            }
        },
    }
