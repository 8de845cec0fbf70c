"""Says what is wrong with a document: field by field, in Persian and English, never repeating a value (G10)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from jsonschema_rs import ValidationError

from hub.contracts.formats import FORMATS
from hub.core.errors import FieldError
from hub.core.values import JsonValue, Text
from hub.reading.pointer import to_pointer

MAX_ERRORS: Final = 100
_MAX_NAME: Final = 100
_MAX_OPTIONS: Final = 12
_MAX_NESTING: Final = 8

_TYPES: Final[Mapping[str, Text]] = {
    "string": Text("متن", "a text"),
    "integer": Text("عدد صحیح", "a whole number"),
    "number": Text("عدد", "a number"),
    "boolean": Text("true یا false", "true or false"),
    "object": Text("شیء", "an object"),
    "array": Text("فهرست", "a list"),
    "null": Text("null", "null"),
}

_TEXTS: Final[Mapping[str, Text]] = {
    "minLength": Text("«{fa}» باید دست‌کم {limit} نویسه داشته باشد", "{en} must have at least {limit} characters"),
    "maxLength": Text("«{fa}» باید حداکثر {limit} نویسه داشته باشد", "{en} must have at most {limit} characters"),
    "minItems": Text("«{fa}» باید دست‌کم {limit} عضو داشته باشد", "{en} must have at least {limit} items"),
    "maxItems": Text("«{fa}» باید حداکثر {limit} عضو داشته باشد", "{en} must have at most {limit} items"),
    "minProperties": Text("«{fa}» باید دست‌کم {limit} فیلد داشته باشد", "{en} must have at least {limit} fields"),
    "maxProperties": Text("«{fa}» باید حداکثر {limit} فیلد داشته باشد", "{en} must have at most {limit} fields"),
    "minimum": Text("«{fa}» باید دست‌کم {limit} باشد", "{en} must be at least {limit}"),
    "maximum": Text("«{fa}» باید حداکثر {limit} باشد", "{en} must be at most {limit}"),
    "exclusiveMinimum": Text("«{fa}» باید بیشتر از {limit} باشد", "{en} must be more than {limit}"),
    "exclusiveMaximum": Text("«{fa}» باید کمتر از {limit} باشد", "{en} must be less than {limit}"),
    "multipleOf": Text("«{fa}» باید مضربی از {multiple_of} باشد", "{en} must be a multiple of {multiple_of}"),
    "pattern": Text("«{fa}» باید با الگوی {pattern} بخواند", "{en} must match the pattern {pattern}"),
    "uniqueItems": Text("«{fa}» نباید عضو تکراری داشته باشد", "{en} must not have the same item twice"),
    "contains": Text("«{fa}» شمار درستی از عضوهای خواسته‌شده ندارد", "{en} does not have the right number of the required items"),
    "anyOf": Text("«{fa}» با هیچ‌یک از شکل‌های مجاز نمی‌خواند", "{en} matches none of the allowed forms"),
    "oneOf": Text("«{fa}» باید درست با یکی از شکل‌های مجاز بخواند", "{en} must match exactly one of the allowed forms"),
    "not": Text("«{fa}» به شکلی است که مجاز نیست", "{en} has a form that is not allowed"),
    "propertyNames": Text("نام یکی از فیلدهای «{fa}» مجاز نیست", "the name of a field of {en} is not allowed"),
    "required": Text("«{fa}» داده نشده است", "{en} is missing"),
    "forbidden": Text("«{fa}» در اینجا مجاز نیست", "{en} is not allowed here"),
    "additionalProperties": Text("«{fa}» در این قرارداد نیست", "{en} is not part of the contract"),
    "type": Text("«{fa}» باید {types_fa} باشد", "{en} must be {types_en}"),
    "enum": Text("«{fa}» باید یکی از مقدارهای {options} باشد", "{en} must be one of {options}"),
    "const": Text("«{fa}» باید {options} باشد", "{en} must be {options}"),
    "format": Text("«{fa}» باید چنین باشد: {format_fa}", "{en} must be: {format_en}"),
}  # fmt: skip
_OTHER: Final = Text("«{fa}» با قرارداد نمی‌خواند", "{en} does not match the contract")

_CODES: Final[Mapping[str, str]] = {"falseSchema": "forbidden"}
"""Where the engine's word for a rule is not a keyword of JSON Schema."""
_EXTRA: Final = frozenset({"additionalProperties", "unevaluatedProperties"})


def field_errors(
    schema: JsonValue, errors: Iterable[ValidationError], formats: Mapping[str, Text]
) -> tuple[FieldError, ...]:
    """The engine's errors in the hub's words; ordered by place, at most 100.

    A missing field's pointer names the field that is missing, a surplus field's the surplus one. Where one
    of several forms was clearly meant, its own errors are given instead of "none of the forms".
    """
    found = islice((item for error in errors for item in _read(schema, error, formats, 0)), MAX_ERRORS)
    return tuple(
        FieldError(to_pointer(item.place), item.code, item.detail) for item in sorted(found, key=_order)
    )


@dataclass(frozen=True, slots=True)
class _Found:
    place: tuple[str | int, ...]
    code: str
    detail: Text


def _order(item: _Found) -> tuple[Any, ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in item.place), item.code


def _read(
    schema: JsonValue, error: ValidationError, formats: Mapping[str, Text], nesting: int
) -> Iterator[_Found]:
    place = tuple(error.instance_path)
    code = _CODES.get(error.kind.name, error.kind.name)
    facts = error.kind.as_dict()
    around = _at(schema, error.schema_path[:-1])
    if code in {"anyOf", "oneOf"} and nesting < _MAX_NESTING:
        meant = _meant_form(facts["context"], len(place))
        if meant:
            for inner in meant:
                yield from _read(schema, inner, formats, nesting + 1)
            return
    if code == "required":
        name = facts["property"]
        yield _found((*place, name), code, _title(_at(around, ["properties", name]), name), {})
    elif code in _EXTRA:
        for name in facts["unexpected"]:
            # Nobody's field is named at such length: what stands there may be anything, and is not repeated.
            at = (*place, name) if len(name) <= _MAX_NAME else place
            yield _found(at, code, _title(None, str(at[-1]) if at else ""), {})
    else:
        around = _at(schema, error.schema_path) if code == "forbidden" else around
        title = _title(around, _last_name(place))
        reason = _reason(facts["format"], error.instance) if code == "format" else None
        if reason is not None:
            yield _Found(place, code, Text(f"«{title.fa}»: {reason.fa}", f"{title.en}: {reason.en}"))
            return
        yield _found(place, code, title, _rule_facts(code, facts, formats))


def _meant_form(context: list[list[ValidationError]], depth: int) -> list[ValidationError]:
    """The errors of the only form that the value could have been meant as; empty if there is no such."""
    possible = [
        branch for branch in context if branch and not any(_rules_out(error, depth) for error in branch)
    ]
    return possible[0] if len(possible) == 1 else []


def _rules_out(error: ValidationError, depth: int) -> bool:
    """Whether an error shows that another form was meant: another type, or another value of a marking field."""
    inside = len(error.instance_path) - depth
    return (error.kind.name == "type" and inside == 0) or (
        error.kind.name in {"const", "enum"} and inside <= 1
    )


def _found(place: tuple[str | int, ...], code: str, title: Text, facts: Mapping[str, Any]) -> _Found:
    key = "additionalProperties" if code in _EXTRA else code
    text = _TEXTS.get(key, _OTHER)
    values = {**facts, "fa": title.fa, "en": title.en}
    return _Found(place, code, Text(text.fa.format(**values), text.en.format(**values)))


def _reason(name: str, value: JsonValue) -> Text | None:
    """What exactly a text of a hub's format breaks: a clerk looks for another mistake in each case."""
    known = FORMATS.get(name)
    return known.reason(value) if known is not None and isinstance(value, str) else None


def _rule_facts(code: str, facts: Mapping[str, Any], formats: Mapping[str, Text]) -> Mapping[str, Any]:
    """What the rule itself says: from the schema, so it may be shown."""
    if code == "type":
        names = [_TYPES[name] for name in facts["types"]]
        return {
            "types_fa": " یا ".join(name.fa for name in names),
            "types_en": " or ".join(name.en for name in names),
        }
    if code == "enum":
        options = [_shown(option) for option in facts["options"]]
        more = ["…"] if len(options) > _MAX_OPTIONS else []
        return {"options": ", ".join(options[:_MAX_OPTIONS] + more)}
    if code == "const":
        return {"options": _shown(facts["expected_value"])}
    if code == "format":
        text = formats.get(facts["format"], Text(facts["format"], facts["format"]))
        return {"format_fa": text.fa, "format_en": text.en}
    return facts


def _shown(option: JsonValue) -> str:
    if isinstance(option, str):
        return option
    plain = {True: "true", False: "false", None: "null"}
    return plain[option] if option is None or isinstance(option, bool) else str(option)


def _title(schema: JsonValue, name: str) -> Text:
    """What a field is called: by its schema's titles (``title`` is Persian, ``x-en`` English), or its name."""
    fa = schema.get("title") if isinstance(schema, dict) else None
    en = schema.get("x-en") if isinstance(schema, dict) else None
    fallback = Text(name or "پیام", name or "the message")
    return Text(fa if isinstance(fa, str) else fallback.fa, en if isinstance(en, str) else fallback.en)


def _last_name(place: tuple[str | int, ...]) -> str:
    return next((part for part in reversed(place) if isinstance(part, str)), "")


def _at(schema: JsonValue, path: Iterable[str | int]) -> JsonValue:
    for part in path:
        if isinstance(schema, dict):
            schema = schema.get(str(part))
        elif isinstance(schema, list) and isinstance(part, int) and part < len(schema):
            schema = schema[part]
        else:
            return None
    return schema
