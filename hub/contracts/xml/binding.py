"""One contract version's documents in XML: its schema, and the functions between XML and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lxml import etree

from hub.contracts.xml.decoder import XSI, DecoderCompiler, Read
from hub.contracts.xml.encoder import EncoderCompiler, Write
from hub.contracts.xml.names import TypeNames, namespace_of, operation_of, reply_name
from hub.contracts.xml.parsing import Element, parse
from hub.contracts.xml.schema_text import SchemaWriter, reserve_json_types
from hub.contracts.xml.shapes import Notes, Record, Slot, UnbindableError, document_shape
from hub.contracts.xml.unfit import UnfitError
from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue, Text
from hub.reading.json_text import DEFAULT_DEPTH

_HAS_ATTRIBUTES: Final = etree.XPath("boolean(descendant-or-self::*/@*)")


@dataclass(frozen=True, slots=True)
class _Document:
    """What is compiled of one of the two documents."""

    name: str
    tag: str
    write: Write
    read_plain: Read
    """For documents without any attribute."""
    read: Read


class XmlBinding:
    """``hub.core.contract.XmlForm`` of one version. Immutable, and safe to share between threads."""

    def __init__(self, ref: ContractRef, schemas: Mapping[Kind, JsonValue]) -> None:
        """Compile. Raises UnbindableError where a schema has no XML form."""
        self.namespace = namespace_of(ref)
        self.operation = operation_of(ref.name)
        self._version = str(ref.version)
        names = TypeNames()
        reserve_json_types(names)
        self._shapes: dict[Kind, tuple[str, Record]] = {}
        for kind in Kind:
            if kind in schemas:
                name = self.operation if kind is Kind.REQUEST else reply_name(self.operation)
                self._shapes[kind] = name, document_shape(schemas[kind], name, kind.value, names)

    @cached_property
    def schema(self) -> str:
        """The XML Schema, without an XML declaration."""
        return SchemaWriter(self.namespace, self._version).write([*self._shapes.values()])

    @cached_property
    def _documents(self) -> Mapping[Kind, _Document]:
        """Compiled when the first message comes: of a large catalogue most versions are never asked for in XML."""
        return {kind: self._compile(name, shape) for kind, (name, shape) in self._shapes.items()}

    def _compile(self, name: str, shape: Record) -> _Document:
        slot = Slot(shape, is_nillable=False, notes=Notes())
        return _Document(
            name=name,
            tag=f"{{{self.namespace}}}{name}",
            write=EncoderCompiler().content(shape),
            read_plain=DecoderCompiler(self.namespace, has_attributes=False).element(slot),
            read=DecoderCompiler(self.namespace, has_attributes=True).element(slot),
        )

    def tag(self, kind: Kind) -> str:
        """A document's element, ``{namespace}name``."""
        return self._documents[kind].tag

    def decode(self, kind: Kind, raw: bytes, max_depth: int = DEFAULT_DEPTH) -> JsonValue:
        """Read a document. What it says is judged by nobody yet.

        Raises ExchangeError as ``parsing.parse`` and ``read`` do.
        """
        return self.read(kind, parse(raw), max_depth)

    def read(self, kind: Kind, element: Element, max_depth: int = DEFAULT_DEPTH) -> JsonValue:
        """Read a document's element.

        Raises ExchangeError: REQUEST_INVALID for what only XML can get wrong (another element, order, nil, an
        attribute, text between elements), REQUEST_DUPLICATE_KEY, REQUEST_BAD_NUMBER, REQUEST_TOO_DEEP.
        """
        document = self._documents[kind]
        if element.tag != document.tag:
            text = Text(
                f"عنصر پیام باید {document.tag} باشد", f"the message's element must be {document.tag}"
            )
            raise ExchangeError(codes.REQUEST_INVALID, errors=(FieldError("", "element", text),))
        read = document.read if _HAS_ATTRIBUTES(element) else document.read_plain
        try:
            around = read(element, max_depth + 1)
        except UnfitError as error:
            raise _told_inside(error, kind) from None
        if isinstance(around, dict) and around.keys() == {kind.value}:
            return around[kind.value]
        text = Text(f"درست یک {kind} لازم است", f"needs exactly one {kind}")
        raise ExchangeError(codes.REQUEST_INVALID, errors=(FieldError("", "element", text),))

    def encode(self, kind: Kind, value: JsonValue) -> str:
        """Write a valid document: its element, which brings its own namespaces, without an XML declaration.

        Raises ExchangeError MAPPING_OUTPUT_INVALID for what XML cannot carry, which are control characters.
        """
        document = self._documents[kind]
        out = [f'<{document.name} xmlns="{self.namespace}" xmlns:xsi="{XSI}">']
        try:
            document.write({kind.value: value}, out)
        except UnfitError as error:
            raise _told_inside(error, kind) from None
        out.append(f"</{document.name}>")
        return "".join(out)


def _told_inside(error: UnfitError, kind: Kind) -> ExchangeError:
    """The problem, with pointers that begin at the document."""
    if error.keys[:1] == [kind.value]:
        del error.keys[0]
    return error.as_problem()


__all__ = ["UnbindableError", "XmlBinding"]
