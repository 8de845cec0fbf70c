"""Headers and parameters of the outside interface, in and out."""

from typing import Final

from hub.contracts.descriptions.offer import JsonObject, Offer, said
from hub.core.values import JsonValue, Text

_PRINTABLE: Final = r"^[!-~](?:[ -~]*[!-~])?$"
_KEY: Final = r'^(?:[!#-~](?:[ -~]*[!-~])?|"(?:[ -~]*[!#-~])?|"[!-~](?:[ -~]*[!-~])?")$'
"""The same, bare or as a structured field's string."""
_HEADER_LENGTH: Final = 200
_LONGEST_WAIT_S: Final = 60
_WAIT_LIMIT: Final = 999_999_999
_MAX_PAGE: Final = 1000
SHA_256: Final = "^sha-256=:[A-Za-z0-9+/]{43}=:$"
EXCHANGE_ID: Final[JsonObject] = {"type": "string", "format": "uuid"}


def _parameter(
    where: str, name: str, text: Text, schema: JsonValue, *, required: bool = False, **more: JsonValue
) -> JsonObject:
    return {"name": name, "in": where, "required": required, **said(text), "schema": schema, **more}


def _header_in(name: str, text: Text, schema: JsonValue, **more: JsonValue) -> JsonObject:
    return _parameter("header", name, text, schema, **more)


_PRINTABLE_SCHEMA: Final[JsonObject] = {"type": "string", "pattern": _PRINTABLE, "maxLength": _HEADER_LENGTH}

SHARED: Final[dict[str, JsonObject]] = {
    "Accept-Language": _header_in(
        "Accept-Language",
        Text("زبان متن خطاها: fa (پیش‌فرض) یا en.", "The language of problems: fa (by default) or en."),
        {"type": "string"}, example="fa",
    ),
    "Case-Id": _header_in(
        "Case-Id",
        Text("شماره‌ی پرونده‌ای که تبادل از آن است.", "The case that the exchange belongs to."),
        _PRINTABLE_SCHEMA, example="1405-77",
    ),
    "Idempotency-Key": _header_in(
        "Idempotency-Key",
        Text(
            "همان کلید با همان پیام، یک تبادل و یک پاسخ است، هر چند بار که فرستاده شود.",
            "The same key with the same message is one exchange and one answer, however often it is sent.",
        ),
        {"type": "string", "pattern": _KEY, "maxLength": _HEADER_LENGTH},  # no example: it would be used as it stands
    ),
    "On-Behalf-Of": _header_in(
        "On-Behalf-Of",
        Text("کسی که استعلام برای او است.", "For whom it is asked, where it is asked for another."),
        _PRINTABLE_SCHEMA, example="urban-planning/district-2",
    ),
    "Prefer": _header_in(
        "Prefer",
        Text(
            "respond-async: بی‌درنگ ۲۰۲؛ wait=N: تا N ثانیه (حداکثر ۶۰) منتظر پاسخ، و سپس ۲۰۲ (RFC 7240).",
            "respond-async: 202 at once; wait=N: wait up to N seconds (60 at most) for the reply, then 202 (RFC 7240).",
        ),
        {"type": "string"}, example="wait=10",
    ),
    "traceparent": _header_in(
        "traceparent",
        Text("شناسه‌ی ردیابی W3C؛ با تبادل ثبت می‌شود.", "W3C trace context, recorded with the exchange."),
        {"type": "string"}, example="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
    "exchange-id": _parameter(
        "path", "id", Text("شناسه‌ی تبادل.", "The exchange's id."), EXCHANGE_ID, required=True
    ),
    "wait": _parameter(
        "query", "wait",
        Text(
            "تا این شمار ثانیه (حداکثر ۶۰) منتظر پایان تبادل می‌ماند.",
            "Waits up to so many seconds (60 at most) for the exchange to end.",
        ),
        {"type": "integer", "minimum": 0, "maximum": _WAIT_LIMIT}, example=_LONGEST_WAIT_S // 2,
    ),
    "case-id": _parameter(
        "query", "case_id", Text("شماره‌ی پرونده.", "The case."), {"type": "string"}, example="1405-77"
    ),
    "after": _parameter(
        "query", "after",
        Text("شناسه‌ای که صفحه پس از آن آغاز می‌شود: next صفحه‌ی پیش.", "The id after which the page begins: the last page's next."),
        {"type": "string"},
    ),
    "limit": _parameter(
        "query", "limit", Text("شمار تبادل‌های یک صفحه.", "How many exchanges a page holds."),
        {"type": "integer", "minimum": 1, "maximum": _MAX_PAGE, "default": 100},
    ),
}  # fmt: skip
"""Parameters that several operations take, by the name they have among the components."""


def reference(name: str) -> JsonObject:
    """A shared parameter where it is used."""
    return {"$ref": f"#/components/parameters/{name}"}


def contract_version(offer: Offer, *, required: bool) -> JsonObject:
    """``Contract-Version``; ``required`` where one version only is described, and it is not the one used by itself."""
    newest = offer.newest.ref.version
    text = Text(
        f"نسخه‌ای که پیام به آن نوشته شده است؛ اگر نیاید، {newest}.",
        f"The version that the message is written in; {newest} where it is not given.",
    )
    numbers = [str(version.ref.version) for version in reversed(offer.versions)]
    schema = {"type": "string", "enum": numbers}
    return _header_in("Contract-Version", text, schema, required=required, example=numbers[0])


def _header_out(text: Text, schema: JsonValue, **more: JsonValue) -> JsonObject:
    return {**said(text), "schema": schema, **more}


HEADERS: Final[dict[str, JsonObject]] = {
    "Exchange-Id": _header_out(
        Text("شناسه‌ی تبادل؛ در هر گفت‌وگویی آن را بگویید.", "The exchange's id: quote it whenever you ask about it."),
        EXCHANGE_ID,
    ),
    "Contract-Version": _header_out(
        Text("نسخه‌ای که به کار رفت.", "The version that was used."),
        {"type": "string", "pattern": "^[0-9]+\\.[0-9]+$"},
    ),
    "Content-Digest": _header_out(
        Text("چکیده‌ی بایت‌های پاسخ (RFC 9530).", "Digest of the reply's bytes (RFC 9530)."),
        {"type": "string", "pattern": SHA_256},
    ),
    "Deprecation": _header_out(
        Text("از کی منسوخ است (RFC 9745)؛ تنها برای نسخه‌های منسوخ.", "Since when it is deprecated (RFC 9745); of deprecated versions only."),
        {"type": "string", "pattern": "^@[0-9]+$"},
    ),
    "Sunset": _header_out(
        Text("از کی دیگر نیست (RFC 8594)؛ تنها اگر تعیین شده باشد.", "From when on it is gone (RFC 8594); where that has been settled."),
        {"type": "string"},
    ),
    "Link": _header_out(
        Text("جانشین نسخه‌ی منسوخ (rel=successor-version).", "What follows a deprecated version (rel=successor-version)."),
        {"type": "string"},
    ),
    "Location": _header_out(
        Text("جایی که پایان تبادل را می‌گوید.", "The address that tells how the exchange ends."),
        {"type": "string", "format": "uri-reference"},
    ),
    "Retry-After": _header_out(
        Text("پس از چند ثانیه دوباره.", "After how many seconds to try again."), {"type": "integer", "minimum": 0}
    ),
    "WWW-Authenticate": _header_out(
        Text("کلید دسترسی لازم است.", "A key is needed."), {"type": "string"}
    ),
    "Content-Language": _header_out(
        Text("زبان متن‌های خطا.", "The language of the problem's texts."), {"enum": ["fa", "en"]}
    ),
    "Allow": _header_out(Text("روش‌های مجاز.", "The methods that are allowed."), {"type": "string"}),
}  # fmt: skip
"""Headers of answers, by name."""


def headers(*names: str) -> JsonObject:
    """Some of them where they are used."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
