"""Which fields of a contract's requests refer to large documents: strings of the format ``attachment-digest``."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from hub.contracts.contract_file import ContractFile
from hub.core.attachments import AttachmentRules
from hub.core.contract import ContractVersion
from hub.core.findings import Finding
from hub.core.message import Kind
from hub.core.values import JsonValue, Version
from hub.reading.document import Document
from hub.reading.pointer import to_pointer

FORMAT: Final = "attachment-digest"
_BRANCHES: Final = ("allOf", "anyOf", "oneOf")
_ALSO: Final = ("if", "then", "else")
_MOST_FOUND: Final = 1000


class Reference(NamedTuple):
    """A place of a document that refers to an attachment."""

    pointer: str
    digest: str
    beside: Mapping[str, JsonValue]
    """The object that the digest stands in: what it says of size and media type must be true."""


def references(schema: JsonValue, body: JsonValue) -> tuple[Reference, ...]:
    """The references of a valid document, each place once, in order of place; at most a thousand."""
    found: dict[str, Reference] = {}
    for reference in _walk(schema, schema, body, (), {}):
        found.setdefault(reference.pointer, reference)
        if len(found) >= _MOST_FOUND:
            break
    return tuple(found[pointer] for pointer in sorted(found))


def reference_fields(schema: JsonValue) -> frozenset[str]:
    """The fields of a schema that refer to documents, as manifests write them: ``sheets[].digest``.

    A field whose name or place the schema leaves open has ``*`` there. What recurs is given once.
    """
    return frozenset(_fields(schema, schema, (), frozenset()))


def rules_of(file: ContractFile) -> AttachmentRules | None:
    """The contract's rules for attachments, if it has any."""
    entry = file.attachments
    return None if entry is None else AttachmentRules(entry.most, entry.size, tuple(entry.media_types))


def check_attachments(
    document: Document, file: ContractFile, versions: Mapping[Version, ContractVersion]
) -> Iterator[Finding]:
    """Fields that refer to documents, and rules for them, go together."""
    referring = [
        number
        for number, version in versions.items()
        if Kind.REQUEST in version.schemas and _mentions(version.schemas[Kind.REQUEST].source)
    ]
    if referring and file.attachments is None and not file.partner_format:
        message = f"version {referring[0]} has fields of the format {FORMAT}, and no rules for documents"
        hint = "attachments: {most: 10, size: 20MB, media_types: [application/pdf]}"
        yield document.finding(("versions", str(referring[0])), "contract.attachments-missing", message, hint)
    if file.attachments is not None and (file.partner_format or not referring):
        message = f"no request has a field of the format {FORMAT}"
        if file.partner_format:
            message = "rules for documents are for what clients send, not for a partner's format"
        yield document.finding(("attachments",), "contract.attachments-unused", message)


def _mentions(schema: Any) -> bool:
    if isinstance(schema, dict):
        return schema.get("format") == FORMAT or any(_mentions(value) for value in schema.values())
    return isinstance(schema, list) and any(_mentions(item) for item in schema)


def _walk(
    root: Any, schema: Any, value: Any, at: tuple[str | int, ...], beside: Mapping[str, JsonValue]
) -> Iterator[Reference]:
    """Whatever any branch of the schema calls a reference is one: that refuses more, never less."""
    if not isinstance(schema, dict):
        return
    if schema.get("format") == FORMAT and isinstance(value, str):
        yield Reference(to_pointer(at), value, beside)
    for same in _same_value(root, schema, value):
        yield from _walk(root, same, value, at, beside)
    if isinstance(value, dict):
        for name, inner in value.items():
            for below in _of_property(schema, name):
                yield from _walk(root, below, inner, (*at, name), value)
    elif isinstance(value, list):
        prefix = schema.get("prefixItems", [])
        for index, inner in enumerate(value):
            below = prefix[index] if index < len(prefix) else schema.get("items")
            yield from _walk(root, below, inner, (*at, index), {})


def _same_value(root: Any, schema: Mapping[str, Any], value: Any) -> Iterator[Any]:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield _target(root, reference)
    for keyword in _BRANCHES:
        yield from schema.get(keyword, ())
    for keyword in _ALSO:
        yield schema.get(keyword)
    if isinstance(value, dict):
        yield from (inner for name, inner in schema.get("dependentSchemas", {}).items() if name in value)


def _of_property(schema: Mapping[str, Any], name: str) -> Iterator[Any]:
    properties = schema.get("properties", {})
    if name in properties:
        yield properties[name]
    # A pattern that does not match the name judges more than it must; which one matches is the validator's trade.
    yield from schema.get("patternProperties", {}).values()
    if name not in properties:
        yield schema.get("additionalProperties")


def _target(root: Any, reference: str) -> Any:
    """A reference inside the file; lint has made sure that it leads somewhere and is not endless."""
    place = root
    for token in reference.removeprefix("#").split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        place = place[int(name)] if isinstance(place, list) else place[name]
    return place


def _fields(root: Any, schema: Any, at: tuple[str, ...], under: frozenset[str]) -> Iterator[str]:
    """``under`` are the references on the way: none is followed into itself."""
    if not isinstance(schema, dict):
        return
    if schema.get("format") == FORMAT:
        yield ".".join(at)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in under:
        yield from _fields(root, _target(root, reference), at, under | {reference})
    same = [inner for keyword in _BRANCHES for inner in schema.get(keyword, ())]
    same += [schema.get(keyword) for keyword in _ALSO]
    same += schema.get("dependentSchemas", {}).values()
    for inner in same:
        yield from _fields(root, inner, at, under)
    for name, inner in schema.get("properties", {}).items():
        yield from _fields(root, inner, (*at, name), under)
    for inner in (*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")):
        yield from _fields(root, inner, (*at, "*"), under)
    if at:
        in_list = (*at[:-1], at[-1] + "[]")
        for inner in (schema.get("items"), *schema.get("prefixItems", ())):
            yield from _fields(root, inner, in_list, under)
