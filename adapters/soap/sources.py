"""The files that a WSDL is made of: read from the adapter's own folder, and from nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from lxml import etree

from hub.core.findings import Finding, LintError
from hub.reading.files import read_bytes, shown

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
_LINKS: Final = {
    f"{WSDL}import": "location",
    f"{XSD}import": "schemaLocation",
    f"{XSD}include": "schemaLocation",
    f"{XSD}redefine": "schemaLocation",
}


def safe_parser(encoding: str | None = None) -> etree.XMLParser:
    """Give a parser that loads nothing, expands nothing, and refuses what is deeper than 256 elements."""
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )


def line_of(element: Element) -> int:
    """Give the line an element begins on; 0 where it is not known."""
    line: Any = element.sourceline  # lxml-stubs leave its type open
    return line or 0


@dataclass(frozen=True, slots=True)
class SchemaNode:
    """One ``xs:schema``, inline in the WSDL or a file of its own."""

    element: Element
    file: Path
    shown: str
    """The file, as findings name it."""
    is_included: bool
    """Whether another schema of the same namespace includes it."""

    @property
    def namespace(self) -> str:
        """The target namespace; empty for none."""
        return self.element.get("targetNamespace", "")

    def finding(self, element: Element, rule: str, message: str, hint: str = "") -> Finding:
        """Say what is wrong at an element of it."""
        return Finding(self.shown, line_of(element), rule, message, hint)


@dataclass(frozen=True, slots=True)
class Sources:
    """A WSDL with all that it imports and includes."""

    wsdl: Path
    shown: str
    schemas: tuple[SchemaNode, ...]


def linked(element: Element, file: Path) -> Path | None:
    """Give the file that an import or include names; None where it names none."""
    location = element.get("schemaLocation") or element.get("location")
    return None if location is None else (file.parent / location).resolve()


def read_sources(wsdl: Path, folder: Path, root: Path) -> Sources:
    """Read a WSDL below ``folder``; findings name files relative to ``root``. Raises LintError with all findings."""
    reader = _Reader(folder.resolve(), root.resolve())
    reader.read(wsdl.resolve(), is_included=False)
    if reader.findings:
        raise LintError(reader.findings)
    return Sources(wsdl, reader.shown(wsdl.resolve()), tuple(reader.schemas))


class _Reader:
    def __init__(self, folder: Path, root: Path) -> None:
        self._folder = folder
        self._root = root
        self._seen: set[Path] = set()
        self.schemas: list[SchemaNode] = []
        self.findings: list[Finding] = []

    def shown(self, path: Path) -> str:
        return shown(path, self._root)

    def read(self, path: Path, *, is_included: bool) -> None:
        """Read a file and those it names, each once."""
        if path in self._seen:
            return
        self._seen.add(path)
        try:
            raw = read_bytes(path, self._root)
            tree = etree.fromstring(raw, safe_parser())
        except LintError as error:
            self.findings.extend(error.findings)
            return
        except etree.XMLSyntaxError as error:
            line = error.lineno or 0
            self.findings.append(
                Finding(self.shown(path), line, "soap.wsdl-xml", f"this is not XML: {error.msg}")
            )
            return
        docinfo: Any = tree.getroottree().docinfo
        if docinfo.doctype:
            message = "the file has a DOCTYPE"
            self.findings.append(Finding(self.shown(path), 1, "soap.wsdl-doctype", message, "leave it out"))
            return
        for schema in _schemas(tree):
            self.schemas.append(SchemaNode(schema, path, self.shown(path), is_included))
        for tag, attribute in _LINKS.items():
            for link in tree.iter(tag):
                self._follow(link, link.get(attribute), path)

    def _follow(self, link: Element, location: str | None, path: Path) -> None:
        if not location:
            return
        line = line_of(link)
        if urlsplit(location).scheme or location.startswith("//"):
            message = f"{location!r} would be fetched from elsewhere"
            hint = "keep a copy beside the WSDL and name it by its file"
            self.findings.append(Finding(self.shown(path), line, "soap.wsdl-remote-import", message, hint))
            return
        target = (path.parent / location).resolve()
        if not target.is_relative_to(self._folder):
            message = f"{location!r} lies outside the adapter's folder"
            self.findings.append(Finding(self.shown(path), line, "soap.wsdl-outside", message))
            return
        self.read(target, is_included=link.tag not in {f"{XSD}import", f"{WSDL}import"})


def _schemas(tree: Element) -> Iterator[Element]:
    if tree.tag == f"{XSD}schema":
        yield tree
    for types in tree.iter(f"{WSDL}types"):
        yield from types.iterchildren(f"{XSD}schema")
