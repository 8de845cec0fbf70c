"""Validation of replies against the WSDL's own schemas, by libxml2."""

import re
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lxml import etree

from adapters.soap.sources import XSD, Element, SchemaNode, Sources, linked, safe_parser
from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.findings import Finding, LintError
from hub.core.values import Text

_HERE: Final = "peyvand:"
_STEP: Final = re.compile(r"/[^/]+")
_MAX_ERRORS: Final = 20
_BROKEN: Final = Text("با طرح‌واره‌ی سازمان نمی‌خواند", "does not match the partner's schema")


class Validator:
    """Judges the elements of one WSDL."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema

    def check(self, element: Element) -> None:
        """Raise ``partner.reply_invalid`` naming places and rules, never what stands there."""
        if self._schema.validate(element):
            return
        log: Any = self._schema.error_log  # iterable, whatever lxml-stubs say
        errors = tuple(
            FieldError(_pointer(element, entry.path), _rule(entry.type_name), _BROKEN)
            for entry in islice(log, _MAX_ERRORS)
        )
        raise ExchangeError(codes.PARTNER_INVALID, errors=errors)


def compile_validator(sources: Sources) -> Validator:
    """Compile the WSDL's schemas. Raises LintError if libxml2 refuses them."""
    try:
        return Validator(etree.XMLSchema(_assembled(sources)))
    except etree.XMLSchemaParseError as error:
        entry = error.error_log.last_error
        reason = entry.message if entry is not None else str(error)
        message = f"the schemas cannot be used for validation: {reason}"
        raise LintError([Finding(sources.shown, 0, "soap.schema", message)]) from None


class _Resolver(etree.Resolver):
    """Serves the schemas out of memory, so that those inside one WSDL find each other. Nothing is fetched."""

    def __init__(self, documents: dict[str, str]) -> None:
        super().__init__()
        self._documents = documents

    def resolve(self, system_url: str, public_id: str, *context: Any) -> Any:  # noqa: ARG002 - lxml's signature
        """Give a schema by its place in memory; an empty text, which is no schema, for any other."""
        return self.resolve_string(self._documents.get(system_url, ""), *context, base_url=system_url)


def _assembled(sources: Sources) -> Element:
    """One schema that imports all namespaces; each of those includes the schemas that make it up."""
    top = [schema for schema in sources.schemas if not schema.is_included]
    namespaces = list(dict.fromkeys(schema.namespace for schema in top))
    files = {schema.file: number for number, schema in enumerate(sources.schemas)}
    documents: dict[str, str] = {}
    for number, schema in enumerate(sources.schemas):
        documents[f"{_HERE}part/{number}"] = _relinked(schema, namespaces, files)
    for place, namespace in enumerate(namespaces):
        parts = [
            number
            for number, schema in enumerate(sources.schemas)
            if schema in top and schema.namespace == namespace
        ]
        whole = etree.Element(f"{XSD}schema", nsmap={"xs": XSD[1:-1]})
        if namespace:
            whole.set("targetNamespace", namespace)
        for number in parts:
            etree.SubElement(whole, f"{XSD}include", schemaLocation=f"{_HERE}part/{number}")
        documents[f"{_HERE}namespace/{place}"] = etree.tostring(whole, encoding="unicode")
    driver = etree.Element(f"{XSD}schema", nsmap={"xs": XSD[1:-1]})
    for place, namespace in enumerate(namespaces):
        link = etree.SubElement(driver, f"{XSD}import", schemaLocation=f"{_HERE}namespace/{place}")
        if namespace:
            link.set("namespace", namespace)
    parser = safe_parser()
    parser.resolvers.add(_Resolver(documents))
    return etree.fromstring(etree.tostring(driver), parser)


def _relinked(schema: SchemaNode, namespaces: list[str], files: dict[Path, int]) -> str:
    """A schema whose links lead to the others in memory. Its prefixes from the WSDL around it stay with it."""
    own = etree.fromstring(etree.tostring(schema.element, with_tail=False), safe_parser())
    for link in own.iterchildren(f"{XSD}import"):
        namespace = link.get("namespace", "")
        if namespace in namespaces:
            link.set("schemaLocation", f"{_HERE}namespace/{namespaces.index(namespace)}")
    for link in own.iterchildren(f"{XSD}include", f"{XSD}redefine"):
        target = linked(link, schema.file)
        if target in files:
            link.set("schemaLocation", f"{_HERE}part/{files[target]}")
    return etree.tostring(own, encoding="unicode")


def _rule(type_name: str) -> str:
    return type_name.removeprefix("SCHEMAV_").lower().replace("_", "-")


def _pointer(root: Element, path: str | None) -> str:
    """Turn libxml2's path, which counts from the validated element, into one of names."""
    steps = _STEP.findall(path or "")[1:]
    prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    try:
        found = root.xpath("." + "".join(steps), namespaces=prefixes)
    except etree.XPathError:
        return ""
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], etree._Element):  # noqa: SLF001 - see Element
        return ""
    names: list[str] = []
    node: Element | None = found[0]
    while node is not None and node is not root:
        names.append(etree.QName(node).localname)
        node = node.getparent()
    return "".join(f"/{name}" for name in reversed(names))
