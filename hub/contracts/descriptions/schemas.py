"""A contract's schemas inside a description: their references lead to where they now stand."""

from collections.abc import Iterable

from hub.contracts.descriptions.offer import JsonObject, Offer
from hub.contracts.schema_keywords import LIST, MAP, ONE
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue

COMPONENTS = "#/components/schemas/"


def component(ref: ContractRef, kind: Kind) -> str:
    """The name of a schema among the components."""
    return f"{ref.name}-{ref.version}-{kind}"


def component_schemas(offers: Iterable[Offer]) -> JsonObject:
    """The schemas of all versions, by component name."""
    return {
        component(version.ref, kind): moved(schema.source, COMPONENTS + component(version.ref, kind))
        for offer in offers
        for version in offer.versions
        for kind, schema in version.schemas.items()
    }


def any_version(offer: Offer, kind: Kind) -> JsonValue:
    """A schema of all documents of one kind, whichever version they are of; None if no version has that kind."""
    references = [
        {"$ref": COMPONENTS + component(version.ref, kind)}
        for version in reversed(offer.versions)
        if kind in version.schemas
    ]
    if not references:
        return None
    return references[0] if len(references) == 1 else {"anyOf": references}


def moved(schema: JsonValue, place: str) -> JsonValue:
    """The schema as it stands at another place of another document. The schema itself is not changed."""
    if not isinstance(schema, dict):
        return schema
    result: JsonObject = {}
    for keyword, value in schema.items():
        if keyword == "$schema":
            continue  # the document around it says it once
        if keyword == "$ref":
            result[keyword] = place + value.removeprefix("#")
        elif keyword in ONE:
            result[keyword] = moved(value, place)
        elif keyword in LIST:
            result[keyword] = [moved(item, place) for item in value]
        elif keyword in MAP:
            result[keyword] = {name: moved(item, place) for name, item in value.items()}
        else:
            result[keyword] = value
    return result
