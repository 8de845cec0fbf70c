"""Large documents beside the messages: how a client stores one, and how it reads one."""

from typing import Final

from hub.contracts.descriptions.offer import JsonObject, ProblemExample, said
from hub.contracts.descriptions.parameters import headers, reference
from hub.contracts.descriptions.problems import ASKING, responses
from hub.core import codes
from hub.core.message import JSON
from hub.core.values import JsonValue, Text

_DIGEST: Final[JsonObject] = {
    "title": "چکیده‌ی SHA-256",
    "x-en": "SHA-256, in hex",
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
}
ATTACHMENT: Final[JsonObject] = {
    "title": "سند ذخیره‌شده؛ آنچه پیام‌ها به آن اشاره می‌کنند",
    "x-en": "A stored document: what messages refer to",
    "type": "object",
    "required": ["digest", "size", "media_type", "href"],
    "properties": {
        "digest": _DIGEST,
        "size": {"title": "اندازه به بایت", "x-en": "Size in bytes", "type": "integer", "minimum": 0},
        "media_type": {"type": "string"},
        "href": {"type": "string", "format": "uri-reference"},
    },
}
"""``components/schemas/Attachment``."""
SCHEMAS: Final[JsonObject] = {"Attachment": ATTACHMENT}
TAG: Final[JsonObject] = {
    "name": "attachments",
    **said(
        Text(
            "سندهای بزرگ، که پیام‌ها با چکیده به آن‌ها اشاره می‌کنند.",
            "Large documents, which messages refer to.",
        )
    ),
}
_STORING: Final = (
    *ASKING,
    codes.NOT_RECORDED,
    codes.REQUEST_BAD_HEADER,
    codes.REQUEST_INCOMPLETE,
    codes.REQUEST_MEDIA_TYPE,
    codes.DOCUMENT_TOO_LARGE,
    codes.DOCUMENT_QUOTA,
    codes.DOCUMENT_DIGEST,
    codes.DOCUMENT_NO_ROOM,
    codes.UPLOAD_OFFSET,
)
_READING: Final = (*ASKING, codes.NOT_RECORDED, codes.DOCUMENT_UNKNOWN, codes.DOCUMENT_LOST)


def paths(example: ProblemExample) -> JsonObject:
    """``/attachments`` and below, without the resumable uploads, which tus describes."""
    digest: JsonObject = {
        "name": "digest",
        "in": "path",
        "required": True,
        **said(Text("چکیده‌ی سند.", "The document's digest.")),
        "schema": _DIGEST,
    }
    condition = _header_in(
        "If-None-Match",
        Text("اگر همان باشد، ۳۰۴ بی محتوا.", "If it is still the same, 304 without content."),
    )
    part = _header_in(
        "Range",
        Text("یک بازه، مانند bytes=0-1048575.", "One range, like bytes=0-1048575."),
        example="bytes=0-1048575",
    )
    asked = [digest, condition, reference("Accept-Language")]
    return {
        "/attachments": {"post": _store(example)},
        "/attachments/{digest}": {
            "get": {
                **_named(
                    "getAttachment",
                    Text("محتوای یک سند", "The content of a document"),
                    Text(
                        "برای کسی که آن را ذخیره کرده یا در تبادلی به آن اشاره کرده است؛ برای دیگران ۴۰۴. هر خواندن ثبت می‌شود.",
                        "For whoever stored it, or sent an exchange that refers to it; 404 for everybody else. Each reading is recorded.",
                    ),
                ),
                "parameters": [*asked, part],
                "responses": {
                    "200": _content(Text("همه‌ی سند.", "All of the document."), "Content-Digest"),
                    "206": _content(Text("بازه‌ی خواسته‌شده.", "The range that was asked for."), "Content-Range"),
                    "304": _not_modified(),
                    **responses((*_READING, codes.DOCUMENT_RANGE), example),
                },
            },
            "head": {
                **_named(
                    "headAttachment",
                    Text("سند هست؟ با چه اندازه و نوعی؟", "Whether a document is there, its size and type"),
                    Text(
                        "همان سرآیندهای GET، بی محتوا؛ خواندن شمرده نمی‌شود.",
                        "The headers of GET without the content; it does not count as a reading.",
                    ),
                ),
                "parameters": asked,
                "responses": {
                    "200": {
                        **said(Text("هست.", "It is there.")),
                        "headers": _described("Content-Digest"),
                    },
                    "304": _not_modified(),
                    **_without_content(responses(_READING, example)),
                },
            },
        },
    }  # fmt: skip


def _store(example: ProblemExample) -> JsonObject:
    binary: JsonObject = {"type": "string", "format": "binary"}
    return {
        **_named(
            "storeAttachment",
            Text("ذخیره‌ی یک سند", "Store a document"),
            Text(
                "بدنه خود سند است، با Content-Type خودش؛ یا فرمی با یک پرونده. دوباره فرستادن زیانی ندارد. برای بارگذاری تکه‌تکه، "
                "tus 1.0.0 در همین نشانی.",
                "The body is the document itself, of any Content-Type; or a form with one file. Storing it again does no harm. "
                "To send it in pieces, tus 1.0.0 at the same address.",
            ),
        ),
        "parameters": [
            _header_in(
                "Content-Digest",
                Text(
                    "sha-256=:…:؛ سندی با چکیده‌ی دیگر ذخیره نمی‌شود (RFC 9530).",
                    "sha-256=:…:; a document that has another is not stored (RFC 9530).",
                ),
            ),
            reference("Accept-Language"),
        ],
        "requestBody": {
            "required": False,  # nothing at all is a document too
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "required": ["file"], "properties": {"file": binary}}
                },
                "application/octet-stream": {},  # or any other type; binary content has no schema in OpenAPI 3.1
            },
        },
        "responses": {
            "201": {
                **said(Text("ذخیره شد.", "Stored.")),
                "headers": headers("Location"),
                "content": {JSON: {"schema": {"$ref": "#/components/schemas/Attachment"}}},
                "links": {
                    name: {"operationId": name, "parameters": {"digest": "$response.body#/digest"}}
                    for name in ("getAttachment", "headAttachment")
                },
            },
            **responses(_STORING, example),
        },
    }  # fmt: skip


def _named(id_: str, summary: Text, description: Text) -> JsonObject:
    return {
        "operationId": id_,
        "tags": ["attachments"],
        "summary": summary.fa,
        "x-en-summary": summary.en,
        **said(description),
    }


def _header_in(name: str, text: Text, **more: JsonValue) -> JsonObject:
    return {
        "name": name,
        "in": "header",
        "required": False,
        **said(text),
        "schema": {"type": "string"},
        **more,
    }


def _described(*also: str) -> JsonObject:
    """The headers that tell what a document is."""
    told: JsonObject = {
        "ETag": _header_out(
            Text("چکیده، به صورت برچسب.", "The digest as an entity tag."), '^"[0-9a-f]{64}"$'
        ),
        "Repr-Digest": _header_out(
            Text("چکیده‌ی همه‌ی سند (RFC 9530).", "Digest of the whole (RFC 9530)."),
            "^sha-256=:[A-Za-z0-9+/]{43}=:$",
        ),
        "Accept-Ranges": _header_out(Text("بازه می‌پذیرد.", "Ranges are taken."), "^bytes$"),
    }
    if "Content-Digest" in also:
        told |= headers("Content-Digest")
    if "Content-Range" in also:
        told["Content-Range"] = _header_out(
            Text("کدام بازه، از چند بایت.", "Which range, and of how many bytes."),
            "^bytes [0-9]+-[0-9]+/[0-9]+$",
        )
    return told


def _header_out(text: Text, pattern: str) -> JsonObject:
    return {**said(text), "schema": {"type": "string", "pattern": pattern}}


def _content(text: Text, *also: str) -> JsonObject:
    return {**said(text), "headers": _described(*also), "content": {"*/*": {}}}


def _not_modified() -> JsonObject:
    return {**said(Text("همان است که دارید.", "It is what you have."))}


def _without_content(found: JsonObject) -> JsonObject:
    """What HEAD answers: the same, without a body (RFC 9110 §9.3.2)."""
    return {
        status: {name: part for name, part in response.items() if name != "content"}
        for status, response in found.items()
        if isinstance(response, dict)
    }
