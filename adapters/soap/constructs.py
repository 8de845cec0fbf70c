"""What XML Schema can say and the JSON form cannot carry; found at load, with the WSDL's line."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from adapters.soap.sources import XSD, Element, SchemaNode, Sources
from hub.core.findings import Finding

_REFUSED_ELEMENTS: Final = {
    f"{XSD}any": "an open place for any element",
    f"{XSD}anyAttribute": "an open place for any attribute",
    f"{XSD}list": "a list inside one text",
    f"{XSD}redefine": "a redefinition",
}
_REFUSED_TYPES: Final = frozenset({"anyType", "NMTOKENS", "IDREFS", "ENTITIES"})
_TRUE: Final = frozenset({"true", "1"})
_ONCE: Final = frozenset({None, "0", "1"})
_GROUPS: Final = frozenset({f"{XSD}sequence", f"{XSD}choice", f"{XSD}all", f"{XSD}group"})
_REFERRING: Final = ("type", "ref", "base", "memberTypes")
ANY_ELEMENT: Final = "*"
"""Elements of any name, and no comments or processing instructions."""
_SOAP_ENCODING: Final = "http://schemas.xmlsoap.org/soap/encoding/"


class Constructs:
    """Looks through the part of a WSDL's schemas that an element reaches."""

    def __init__(self, sources: Sources) -> None:
        self._named: defaultdict[tuple[str, str], list[tuple[Element, SchemaNode]]] = defaultdict(list)
        self._substituted: set[tuple[str, str]] = set()
        for schema in sources.schemas:
            for node in schema.element.iterchildren(tag=ANY_ELEMENT):
                name = node.get("name")
                if name is not None:
                    self._named[schema.namespace, name].append((node, schema))
                head = node.get("substitutionGroup")
                if head is not None:
                    self._substituted.add(_resolve(node, head, schema))

    def refused(self, namespace: str, name: str) -> tuple[Finding, ...]:
        """Give a finding for each thing reached from a global element that is not supported."""
        findings: list[Finding] = []
        seen: set[tuple[str, str]] = set()
        waiting = [(namespace, name)]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            for node, schema in self._named.get(key, ()):
                if key in self._substituted:
                    message = f"{key[1]!r} can be substituted by other elements"
                    findings.append(schema.finding(node, "soap.unsupported", message))
                for inner in node.iter(ANY_ELEMENT):
                    findings.extend(_refused_here(inner, schema))
                    waiting.extend(_referred(inner, schema))
        return tuple(findings)


def _refused_here(node: Element, schema: SchemaNode) -> Iterator[Finding]:
    for message in (*_refused_by_itself(node), *_refused_by_type(node, schema)):
        yield schema.finding(node, "soap.unsupported", message)


def _refused_by_itself(node: Element) -> Iterator[str]:
    what = _REFUSED_ELEMENTS.get(str(node.tag))
    if what is not None:
        yield f"{what} is not supported"
    if node.get("mixed") in _TRUE:
        yield "text between elements (mixed) is not supported"
    if node.get("abstract") in _TRUE:
        yield "an abstract type or element is not supported"
    if node.tag in _GROUPS and node.get("maxOccurs") not in _ONCE:
        yield "a group of elements that is repeated as a group is not supported"
    if node.tag == f"{XSD}choice" and any(inner.tag in _GROUPS for inner in node):
        yield "a choice between groups of elements is not supported"
    is_untyped = node.get("ref") is None and node.get("type") is None and not len(node)
    if node.tag == f"{XSD}element" and is_untyped:
        yield f"{node.get('name')!r} has no type: it may hold anything"


def _refused_by_type(node: Element, schema: SchemaNode) -> Iterator[str]:
    for attribute in ("type", "base"):
        referred = node.get(attribute)
        if referred is not None:
            namespace, name = _resolve(node, referred, schema)
            if namespace == XSD[1:-1] and name in _REFUSED_TYPES:
                yield f"the type {name} is not supported"
            if namespace == _SOAP_ENCODING:
                yield "SOAP encoding is not supported: ask for document/literal"


def _referred(node: Element, schema: SchemaNode) -> Iterator[tuple[str, str]]:
    for attribute in _REFERRING:
        for text in (node.get(attribute) or "").split():
            yield _resolve(node, text, schema)


def _resolve(node: Element, text: str, schema: SchemaNode) -> tuple[str, str]:
    """Give namespace and name of a prefixed name; a schema included without a namespace takes its includer's."""
    prefix, colon, name = text.rpartition(":")
    namespace = node.nsmap.get(prefix if colon else None)
    return (schema.namespace if namespace is None else namespace, name)
