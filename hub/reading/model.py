"""From a document to a typed model; whatever does not fit becomes a finding with line and hint."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar, get_args

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hub.core.findings import Finding, LintError
from hub.reading.document import Document, Location


class StrictModel(BaseModel):
    """What all models of files build on: unknown keys are refused, and no value is bent into another type."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, validate_by_name=True, validate_by_alias=True,
        arbitrary_types_allowed=False,
    )  # fmt: skip


ModelT = TypeVar("ModelT", bound=BaseModel)

_KINDS: Mapping[str, str] = {
    "string_type": "a text", "int_type": "a whole number", "float_type": "a number", "bool_type": "true or false",
    "list_type": "a list", "tuple_type": "a list", "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values", "model_attributes_type": "a mapping of keys to values",
}  # fmt: skip


def read_model(document: Document, model: type[ModelT], area: str) -> ModelT:
    """Give the document as a model. ``area`` begins the findings' rules: ``contract``, ``mapping``, ``route``.

    Raises LintError with all findings.
    """
    try:
        # Pydantic's JSON mode: strict, but a list may become a tuple and a text an enum's member.
        return model.model_validate_json(orjson.dumps(document.value))
    except ValidationError as error:
        raise LintError(_findings(document, model, area, error)) from None


def closest(word: str, known: Iterable[str]) -> str:
    """A did-you-mean for a word, or an empty text if none of the known ones is like it."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


def _findings(
    document: Document, model: type[BaseModel], area: str, error: ValidationError
) -> Iterator[Finding]:
    for item in error.errors(include_url=False):
        rule, message, hint = _say(model, item)
        yield document.finding(item["loc"], f"{area}.{rule}", message, hint)


def _say(model: type[BaseModel], item: ErrorDetails) -> tuple[str, str, str]:
    """Rule, message and hint for one of pydantic's errors."""
    kind, location, given, context = item["type"], item["loc"], item["input"], item.get("ctx", {})
    name = _name(location)
    if kind == "extra_forbidden":
        known = _keys(_model_at(model, location[:-1]))
        hint = closest(str(location[-1]), known) or (f"known keys: {', '.join(known)}" if known else "")
        return "unknown-key", f"the key {name} is not known here", hint
    if kind == "missing":
        return "missing-key", f"the key {name} is missing", ""
    if kind in _KINDS:
        is_unquoted = (
            kind == "string_type" and isinstance(given, (int, float)) and not isinstance(given, bool)
        )
        return (
            "wrong-type",
            f"{name} must be {_KINDS[kind]}",
            f'quote it: "{given}"' if is_unquoted else "",
        )
    if kind in {"enum", "literal_error"}:
        return "bad-value", *_say_choice(name, str(context["expected"]), given)
    if kind == "value_error":
        return "bad-value", f"{name}: {context['error']}", ""
    message = item["msg"]
    if "_" not in kind:  # one of our own, see hub.reading.fields
        joint = " " if message.startswith("must ") else ": "
        return kind, f"{name}{joint}{message}", str(context.get("hint", ""))
    return "bad-value", f"{name}: {message[:1].lower()}{message[1:]}", ""


def _say_choice(name: str, expected: str, given: Any) -> tuple[str, str]:
    words = [word.strip().strip("'") for part in expected.split(" or ") for word in part.split(",")]
    hint = closest(given, words) if isinstance(given, str) else ""
    return f"{name} must be one of {', '.join(words)}", hint


def _name(location: Location) -> str:
    text = ""
    for element in location:
        if element == "[key]":  # pydantic's mark for an error in the key itself
            continue
        text += f"[{element}]" if isinstance(element, int) else f".{element}" if text else element
    return text or "the file"


def _keys(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The model that a place of the document is read into, if it is one."""
    current: type[BaseModel] | None = model
    for element in location:
        if current is None:
            return None
        field = _field(current, element)
        if field is not None:
            current = _model_in(field.annotation)
    return current


def _field(model: type[BaseModel], element: str | int) -> FieldInfo | None:
    for name, field in model.model_fields.items():
        if element in {name, field.alias}:
            return field
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return None
    found = (_model_in(part) for part in get_args(annotation))
    return next((model for model in found if model is not None), None)
