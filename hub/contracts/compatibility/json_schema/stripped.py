"""A schema without its notes to readers."""

from hub.contracts.schema_keywords import LIST, MAP, ONE
from hub.core.values import JsonValue

_NOTES = frozenset(
    {"$schema", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly",
     "$defs", "definitions", "contentEncoding", "contentMediaType", "contentSchema"}
)  # fmt: skip


def is_note(keyword: str) -> bool:
    """Tell whether a keyword judges nothing by itself."""
    return keyword in _NOTES or keyword.startswith("x-")


def stripped(schema: JsonValue) -> JsonValue:
    """The schema without notes, in all schemas inside too; definitions are notes until somebody refers to them."""
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, JsonValue] = {}
    for keyword, value in schema.items():
        if is_note(keyword):
            continue
        if keyword in ONE:
            kept[keyword] = stripped(value)
        elif keyword in LIST and isinstance(value, list):
            kept[keyword] = [stripped(one) for one in value]
        elif keyword in MAP and isinstance(value, dict):
            kept[keyword] = {name: stripped(one) for name, one in value.items()}
        else:
            kept[keyword] = value
    return kept
