"""Judges a contract's schema before it is used: everything wrong with it, with lines."""

from collections.abc import Iterator, Mapping
from typing import Final

from jsonschema import Draft202012Validator

from hub.contracts.schema_keywords import DIALECT, IN_PLACE, KNOWN, walk
from hub.contracts.validator import FORMAT_TEXTS, SchemaError, SchemaValidator, is_linear_pattern
from hub.core.findings import Finding, LintError
from hub.core.values import JsonValue
from hub.reading.document import Document, Location
from hub.reading.model import closest
from hub.reading.pointer import split, to_pointer

_META: Final = Draft202012Validator(Draft202012Validator.META_SCHEMA)


def check_schema(document: Document, raw: bytes) -> SchemaValidator:
    """Compile a schema's file, of which ``document`` is the content. Raises LintError with all findings."""
    schemas = dict(walk(document.value))
    found = list(_lint(document, schemas))
    if not found and b'"$ref"' in raw:
        found = list(_endless(document, schemas))
    if not found:
        try:
            return SchemaValidator(raw)
        except SchemaError as error:
            found = list(_explain(document, error))
    raise LintError(found)


def _lint(document: Document, schemas: Mapping[Location, JsonValue]) -> Iterator[Finding]:
    if not isinstance(document.value, dict):
        yield document.finding((), "schema.invalid", "a contract's schema is an object")
        return
    for location, schema in schemas.items():
        if isinstance(schema, dict):
            yield from _lint_one(document, location, schema, schemas)


def _lint_one(
    document: Document,
    location: Location,
    schema: Mapping[str, JsonValue],
    schemas: Mapping[Location, JsonValue],
) -> Iterator[Finding]:
    for keyword in schema.keys() - KNOWN:
        if not keyword.startswith("x-"):
            message = f"{keyword!r} is not a keyword that contracts use"
            hint = closest(keyword, KNOWN) or "notes of your own begin with x-"
            yield document.finding((*location, keyword), "schema.unknown-keyword", message, hint)
    if "$schema" in schema and (location or schema["$schema"] != DIALECT):
        message = "only draft 2020-12 is used, and said once, at the top"
        yield document.finding((*location, "$schema"), "schema.dialect", message, f"write {DIALECT}")
    if "$ref" in schema and _target(schema["$ref"], schemas) is None:
        message = f"{schema['$ref']!r} is not a schema inside this file"
        hint = "a contract's schema is self-contained: #/$defs/…"
        yield document.finding((*location, "$ref"), "schema.reference", message, hint)
    given = schema.get("format")
    if isinstance(given, str) and given not in FORMAT_TEXTS:
        message = f"the format {given!r} is not known"
        yield document.finding(
            (*location, "format"), "schema.unknown-format", message, closest(given, FORMAT_TEXTS)
        )
    yield from _impossible_required(document, location, schema)


def _impossible_required(
    document: Document, location: Location, schema: Mapping[str, JsonValue]
) -> Iterator[Finding]:
    properties, required = schema.get("properties"), schema.get("required")
    if schema.get("additionalProperties") is not False or "patternProperties" in schema:
        return
    if isinstance(properties, dict) and isinstance(required, list):
        for index, name in enumerate(required):
            if isinstance(name, str) and name not in properties:
                message = f"{name!r} is required, but no property of that name is allowed"
                at = (*location, "required", index)
                yield document.finding(at, "schema.required-unknown", message, closest(name, properties))


def _target(reference: JsonValue, schemas: Mapping[Location, JsonValue]) -> Location | None:
    """The location that a reference names, if it is one of a schema of this document."""
    if not isinstance(reference, str) or not reference.startswith("#") or "%" in reference:
        return None
    try:
        tokens = split(reference[1:])
    except ValueError:
        return None
    exact: Location = tokens
    if exact in schemas:
        return exact
    with_indices: Location = tuple(int(token) if token.isdecimal() else token for token in tokens)
    return with_indices if with_indices in schemas else None


def _endless(document: Document, schemas: Mapping[Location, JsonValue]) -> Iterator[Finding]:
    """References that come back to themselves without going deeper into the judged value never end."""
    state: dict[Location, bool] = {}  # True while on the way down, False once done

    for start, schema in schemas.items():
        # Only a reference can lead back: everything else leads deeper into the file.
        if start in state or not _refers(schema):
            continue
        state[start] = True
        stack = [(start, iter(_same_value(start, schemas)))]
        while stack:
            location, following = stack[-1]
            after = next(following, None)
            if after is None:
                state[location] = False
                stack.pop()
            elif state.get(after) is True:
                message = "this schema refers back to itself for the same value"
                last = next(place for place, _ in reversed(stack) if _refers(schemas[place]))
                yield document.finding(last, "schema.endless-reference", message)
            elif after not in state:
                state[after] = True
                stack.append((after, iter(_same_value(after, schemas))))


def _refers(schema: JsonValue) -> bool:
    return isinstance(schema, dict) and "$ref" in schema


def _same_value(location: Location, schemas: Mapping[Location, JsonValue]) -> Iterator[Location]:
    schema = schemas[location]
    if not isinstance(schema, dict):
        return
    if "$ref" in schema and (target := _target(schema["$ref"], schemas)) is not None:
        yield target
    for keyword, form in IN_PLACE.items():
        value = schema.get(keyword)
        if form == "one" and keyword in schema:
            yield (*location, keyword)
        elif isinstance(value, list):
            yield from ((*location, keyword, index) for index in range(len(value)))
        elif form == "map" and isinstance(value, dict):
            yield from ((*location, keyword, name) for name in value)


def _explain(document: Document, error: SchemaError) -> Iterator[Finding]:
    """All that keeps a schema from being compiled; the engine itself only tells one thing."""
    count = 0
    for location, schema in walk(document.value):
        patterns = _patterns(location, schema)
        for at, pattern in patterns:
            if not is_linear_pattern(pattern):
                count += 1
                message = f"the pattern {pattern!r} cannot be matched in linear time, or is none"
                hint = "no look-around, no back-references"
                yield document.finding(at, "schema.pattern", message, hint)
    for problem in _META.iter_errors(document.value):
        count += 1
        at = tuple(problem.absolute_path)
        yield document.finding(at, "schema.invalid", f"{to_pointer(at) or 'the schema'}: {problem.message}")
    if not count:
        yield document.finding(error.location, "schema.invalid", str(error))


def _patterns(location: Location, schema: JsonValue) -> Iterator[tuple[Location, str]]:
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("pattern"), str):
        yield (*location, "pattern"), schema["pattern"]
    if isinstance(schema.get("patternProperties"), dict):
        yield from (((*location, "patternProperties", name), name) for name in schema["patternProperties"])
