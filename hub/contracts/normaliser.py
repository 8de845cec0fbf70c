"""Puts the fields that a version names into one spelling, after decoding and before validation.

``2.0.request.normalise.yaml`` beside the schema is a flat table, place ← form:

    /requester/officer/last_name: letters
    /requester/officer/national_code: ir-national-code
    /parcels/*/note: letters

The schema stays as strict as it is, and has the last word: what has no canonical form is left to it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from pydantic import Field, RootModel

from hub import persian
from hub.contracts.formats import FORMATS
from hub.contracts.schema_places import SchemaPlace
from hub.core.findings import Finding, LintError
from hub.core.values import JsonValue
from hub.persian import IDENTIFIER, STORED, IdentifierError
from hub.reading.document import Document
from hub.reading.model import closest, read_model
from hub.reading.pointer import escape, split

ANY_ITEM: Final = "*"
"""In a place: every item of a list."""

Form = Callable[[str], str]


def _of_format(canonicalise: Form) -> Form:
    def form(value: str) -> str:
        try:
            return canonicalise(value)
        except IdentifierError:
            # The schema refuses it by its format; Persian digits shall not be a second thing wrong with it.
            return persian.ascii_digits(value)

    return form


def _identifier(value: str) -> str:
    return value if value.isascii() and value.isalnum() else persian.normalise(value, IDENTIFIER)


FORMS: Final[Mapping[str, Form]] = {
    "letters": lambda value: persian.normalise(value, STORED),
    "digits": persian.ascii_digits,
    "identifier": _identifier,
    **{name: _of_format(format_.canonicalise) for name, format_ in FORMATS.items()},
}
"""All canonical forms by name: three that any text has, and those of the formats."""


@dataclass(slots=True)
class _Node:
    form: Form | None = None
    items: "_Node | None" = None
    fields: "dict[str, _Node]" = field(default_factory=dict)

    def at(self, step: str) -> "_Node":
        if step != ANY_ITEM:
            return self.fields.setdefault(step, _Node())
        self.items = self.items or _Node()
        return self.items


class TableNormaliser:
    """``hub.core.contract.Normaliser`` from a table. Immutable once made, safe to share between threads."""

    def __init__(self, table: Mapping[str, str], text: bytes) -> None:
        """``table`` has been judged by ``read_normaliser``; ``text`` is its file."""
        self.table = dict(table)
        self.text = text
        self._root = _Node()
        for place, form in table.items():
            node = self._root
            for step in split(place):
                node = node.at(step)
            node.form = FORMS[form]

    def __call__(self, document: JsonValue) -> tuple[JsonValue, tuple[str, ...]]:
        """See the protocol. What is not changed is shared with the given document, which is never changed."""
        changed: list[str] = []
        result = _normalised(document, self._root, "", changed)
        return result, tuple(changed)


def _normalised(value: Any, node: _Node, pointer: str, changed: list[str]) -> Any:
    if isinstance(value, str):
        if node.form is None:
            return value
        result = node.form(value)
        if result != value:
            changed.append(pointer)
        return result
    if isinstance(value, dict):
        pairs: Iterator[tuple[Any, _Node]] = ((key, node.fields[key]) for key in node.fields if key in value)
    elif isinstance(value, list) and node.items is not None:
        items = node.items
        pairs = ((index, items) for index in range(len(value)))
    else:
        return value
    copy: Any = None
    for key, below in pairs:
        before = len(changed)
        result = _normalised(value[key], below, f"{pointer}/{escape(key)}", changed)
        if len(changed) > before:
            copy = value.copy() if copy is None else copy
            copy[key] = result
    return value if copy is None else copy


class _Table(RootModel[Mapping[str, str]]):
    """The file as it is written."""

    root: Mapping[str, str] = Field(min_length=1)


def read_normaliser(document: Document, text: bytes, schema: JsonValue) -> TableNormaliser:
    """Judge a file against the schema of its version. Raises LintError with all findings."""
    table = read_model(document, _Table, "normalise").root
    findings = [
        finding
        for place, form in table.items()
        for finding in _check_line(document, place, form, SchemaPlace.of(schema))
    ]
    if findings:
        raise LintError(findings)
    return TableNormaliser(table, text)


def _check_line(document: Document, place: str, form: str, root: SchemaPlace) -> Iterator[Finding]:
    if form not in FORMS:
        hint = closest(form, FORMS) or f"there are: {', '.join(FORMS)}"
        yield document.finding((place,), "normalise.unknown-form", f"there is no form {form!r}", hint)
        return
    try:
        steps = split(place)
    except ValueError:
        hint = f"like /owners/{ANY_ITEM}/name, where {ANY_ITEM} stands for every item of a list"
        yield document.finding((place,), "normalise.place", f"{place!r} is not a JSON pointer", hint)
        return
    found = root
    for step in steps:
        below = found.items() if step == ANY_ITEM else found.field(step)
        if below is None or not (step == ANY_ITEM or "object" in found.types()):
            hint = closest(step, found.names())
            yield document.finding((place,), "normalise.place", f"the schema has no {place}", hint)
            return
        found = below
    yield from _check_form(document, place, form, found)


def _check_form(document: Document, place: str, form: str, found: SchemaPlace) -> Iterator[Finding]:
    if "string" not in found.types():
        message = f"{place} is never a text, and only texts have a canonical form"
        yield document.finding((place,), "normalise.type", message)
        return
    statements = tuple(found.statements())
    if form in FORMATS and not any(schema.get("format") == form for schema in statements):
        message = (
            f"the schema does not ask for the format {form!r} at {place}, so nothing judges what it becomes"
        )
        hint = "name the schema's format, or `identifier`, `digits` or `letters`"
        yield document.finding((place,), "normalise.format", message, hint)
    for value in (value for schema in statements for value in _listed(schema)):
        if isinstance(value, str) and FORMS[form](value) != value:
            message = f"the schema lists {value!r} at {place}, which is not of the form {form!r} and could never come"
            yield document.finding((place,), "normalise.unreachable", message)


def _listed(schema: Mapping[str, JsonValue]) -> Iterator[JsonValue]:
    if "const" in schema:
        yield schema["const"]
    if isinstance(schema.get("enum"), list):
        yield from cast("list[JsonValue]", schema["enum"])
