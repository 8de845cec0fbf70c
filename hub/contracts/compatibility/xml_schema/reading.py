"""Reads a bare ``.xsd`` file. Nothing is fetched, expanded or included."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import xmlschema
from lxml import etree

from hub.contracts.compatibility.unusable import UnusableFileError

XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_LINKS: Final = ("include", "import", "redefine", "override")


@dataclass(frozen=True, slots=True)
class XmlSchema:
    """A schema's components, as xmlschema gives them, by full names like ``{urn:x}a``."""

    text: bytes
    """The schema in canonical form, without comments."""
    target_namespace: str
    elements: Mapping[str, Any]
    attributes: Mapping[str, Any]
    types: Mapping[str, Any]
    components: tuple[Any, ...]
    """All of them, those inside others too."""
    has_blocks: bool
    """Whether it says which substitutions or derived types documents may not use."""

    def is_valid(self, document: str) -> bool:
        """Judge a document."""
        return bool(self.components[0].is_valid(document))


def read_xsd(raw: bytes, name: str) -> XmlSchema:
    """Read a file. ``name`` is how errors call it. Raises UnusableFileError."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise UnusableFileError(f"{name} is not XML that can be used: {error.msg}") from None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise UnusableFileError(f"{name} has a DOCTYPE, which is not read")
    if root.tag != f"{XSD}schema":
        raise UnusableFileError(f"{name} is no XML Schema: its root is {root.tag}")
    for link in _LINKS:
        if root.find(f"{XSD}{link}") is not None:
            raise UnusableFileError(
                f"{name} uses xs:{link}; only schemas that stand on their own are compared"
            )
    try:
        schema = xmlschema.XMLSchema10(
            etree.tostring(root, encoding="unicode"), allow="none", defuse="always"
        )
    except (xmlschema.XMLSchemaException, RecursionError) as error:
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        raise UnusableFileError(f"{name} is not a valid XML Schema 1.0: {first}") from None
    return XmlSchema(
        text=etree.tostring(root, method="c14n"),
        target_namespace=schema.target_namespace or "",
        elements=_by_name(schema.elements),
        attributes=_by_name(schema.attributes),
        types=_by_name(schema.types),
        components=tuple(schema.iter_components()),
        has_blocks=any(one.get("block") or one.get("blockDefault") for one in root.iter(f"{XSD}*")),
    )


def _by_name(components: Mapping[str, Any]) -> dict[str, Any]:
    return {str(component.name): component for component in components.values()}
