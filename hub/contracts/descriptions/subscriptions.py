"""Subscriptions as clients ask for them: one schema, by which they are judged and which descriptions show."""

from typing import Final

from hub.contracts.descriptions.offer import JsonObject

MOST_PER_CLIENT: Final = 100
_SECONDS: Final[JsonObject] = {"type": "number", "minimum": 0.1, "maximum": 2_592_000}

WISH: Final[JsonObject] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "درخواست اشتراک",
    "x-en": "A subscription as it is asked for",
    "type": "object",
    "required": ["contract", "major", "delivery"],
    "additionalProperties": False,
    "properties": {
        "contract": {
            "title": "قرارداد",
            "x-en": "Contract",
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
        },
        "major": {
            "title": "نسخه‌ی اصلی",
            "x-en": "Major version",
            "type": "integer",
            "minimum": 0,
            "maximum": 99999,
        },
        "version": {
            "title": "نسخه",
            "x-en": "Version",
            "description": "اگر نیاید، تازه‌ترین نسخه‌ی این اصلی. / Without it, the newest of the major.",
            "type": "string",
            "pattern": "^[0-9]{1,5}[.][0-9]{1,5}$",
        },
        "filter": {
            "title": "صافی (CEL)",
            "x-en": "Filter (CEL)",
            "description": "بر event و attributes. / On event and attributes.",
            "type": "string",
            "minLength": 1,
            "maxLength": 4000,
        },
        "ordering_key": {
            "title": "کلید ترتیب",
            "x-en": "Ordering key",
            "description": "نشانی JSON در رویداد؛ اگر نیاید، subject. / A JSON pointer into the event; without it, its subject.",
            "type": "string",
            "pattern": "^(/[^/]{1,100}){1,10}$",
            "maxLength": 500,
        },
        "from": {
            "title": "از کجا",
            "x-en": "From where on",
            "description": "now، beginning، یک position یا یک زمان. / now, beginning, a position or a time.",
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
        },
        "delivery": {
            "title": "تحویل",
            "x-en": "Delivery",
            "type": "object",
            "required": ["kind"],
            "additionalProperties": False,
            "properties": {
                "kind": {"title": "شیوه", "x-en": "Kind", "enum": ["webhook", "pull", "queue"]},
                "url": {
                    "title": "نشانی",
                    "x-en": "Address",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 2000,
                },
                "queue": {
                    "title": "نام صف",
                    "x-en": "Name of the queue",
                    "type": "string",
                    "pattern": "^[a-z0-9][a-z0-9-]{0,59}$",
                },
                "form": {"title": "شکل رویداد", "x-en": "Form", "enum": ["structured", "binary"]},
                "retry": {
                    "title": "تلاش دوباره",
                    "x-en": "Retries",
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "first_s": {"title": "نخستین درنگ", "x-en": "First pause", **_SECONDS},
                        "longest_s": {"title": "بلندترین درنگ", "x-en": "Longest pause", **_SECONDS},
                        "give_up_after_s": {"title": "پس از آن کنار", "x-en": "Parked after", **_SECONDS},
                    },
                },
            },
        },
    },
}
