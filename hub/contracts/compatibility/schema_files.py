"""Bare schema files: ``.json`` (JSON Schema 2020-12) and ``.xsd`` (XML Schema 1.0), compared by their kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import jsonschema_rs

from hub.contracts.compatibility.comparison import Comparison
from hub.contracts.compatibility.json_schema.compare import compare_json_schemas
from hub.contracts.compatibility.json_schema.graph import UnusableSchemaError
from hub.contracts.compatibility.unusable import UnusableFileError
from hub.contracts.compatibility.xml_schema.compare import compare_xml_schemas
from hub.contracts.compatibility.xml_schema.reading import read_xsd
from hub.contracts.schema_keywords import DIALECT, walk
from hub.core.values import JsonValue
from hub.reading.json_text import JsonTextError, parse_json
from hub.reading.pointer import to_pointer

MAX_BYTES: Final = 5_000_000
_DIALECTS: Final = frozenset({DIALECT, DIALECT + "#"})
_OLDER: Final[Mapping[str, str]] = {
    "dependencies": "dependentRequired or dependentSchemas",
    "additionalItems": "items",
    "$recursiveRef": "$dynamicRef",
    "divisibleBy": "multipleOf",
    "extends": "allOf",
    "disallow": "not",
}
"""Keywords of older drafts that judged, and that 2020-12 passes over: they were surely not meant as notes."""


def compare_files(old: Path, new: Path) -> Comparison:
    """Compare two schema files of one kind. Raises UnusableFileError."""
    kinds = {_kind(old), _kind(new)}
    if len(kinds) > 1:
        raise UnusableFileError(
            f"{old} and {new} are of different kinds: compare .json with .json, or .xsd with .xsd"
        )
    before, after = _read(old), _read(new)
    if kinds == {".xsd"}:
        return compare_xml_schemas(read_xsd(before, str(old)), read_xsd(after, str(new)))
    schemas = _json_schema(before, old), _json_schema(after, new)
    try:
        return compare_json_schemas(*schemas)
    except UnusableSchemaError as error:
        raise UnusableFileError(f"{old} and {new} cannot be compared: {error}") from None


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in {".json", ".xsd"}:
        raise UnusableFileError(f"{path} is neither a .json nor an .xsd file")
    return kind


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnusableFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(raw) > MAX_BYTES:
        raise UnusableFileError(f"{path} has more than {MAX_BYTES} bytes")
    return raw


def _json_schema(raw: bytes, path: Path) -> JsonValue:
    """Read a JSON Schema and judge it by the dialect's own schema."""
    try:
        schema = parse_json(raw)
    except JsonTextError as error:
        raise UnusableFileError(f"{path} is not JSON that can be used: {error}") from None
    if not isinstance(schema, (dict, bool)):
        raise UnusableFileError(f"{path} is no schema: it must be an object or true or false")
    if isinstance(schema, dict):
        _check_dialect(schema, path)
    try:
        _META.validate(schema)
    except jsonschema_rs.ValidationError as error:
        at = to_pointer(error.instance_path) or "the schema"
        raise UnusableFileError(f"{path} is not a valid JSON Schema 2020-12: {at}: {error.message}") from None
    for location, part in walk(schema):
        if isinstance(part, dict):
            _check_keywords(part, f"{path} at {to_pointer(location) or 'its top'}")
    return schema


def _check_keywords(schema: Mapping[str, JsonValue], place: str) -> None:
    for keyword in schema:
        if keyword in _OLDER:
            raise UnusableFileError(
                f"{place} uses {keyword!r} of an older draft; JSON Schema 2020-12 has {_OLDER[keyword]} for it"
            )
    for pattern in (schema.get("pattern"), *schema.get("patternProperties", ())):
        if pattern is not None and not _is_pattern(pattern):
            raise UnusableFileError(f"{place} has a pattern that is no regular expression: {pattern!r}")


def _is_pattern(pattern: str) -> bool:
    """Whether it is a pattern at all; what of it can be reasoned about is for the comparison to know."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, offline=True)
    except jsonschema_rs.ValidationError:
        return False
    return True


def _check_dialect(schema: Mapping[str, JsonValue], path: Path) -> None:
    dialect = schema.get("$schema", DIALECT)
    if dialect not in _DIALECTS:
        raise UnusableFileError(
            f"{path} is written in another dialect ({dialect}); only {DIALECT} is compared"
        )
    if schema.get("$vocabulary") is not None:
        raise UnusableFileError(f"{path} defines a vocabulary of its own, which cannot be compared")


_META: Final = jsonschema_rs.Draft202012Validator({"$ref": DIALECT}, offline=True)
