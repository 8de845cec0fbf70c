"""Writes shapes as an XML Schema 1.0, one schema for request and reply of one contract version."""

from collections.abc import Iterable, Iterator
from typing import Final

from hub.contracts.xml.facets import Facets
from hub.contracts.xml.json_form import KEY, KINDS, MEMBER
from hub.contracts.xml.names import ITEM, OTHERS, TypeNames
from hub.contracts.xml.scalars import is_carried
from hub.contracts.xml.shapes import Field, Json, Listing, Map, Notes, Record, Scalar, Slot
from hub.contracts.xml.text import attribute_text, escaped_text

XSD: Final = "http://www.w3.org/2001/XMLSchema"
JSON_TYPE: Final = "json"
MEMBERS_TYPE: Final = "json-map"
_MOST_COUNTED: Final = 1000
"""More items than this are written as unbounded: some readers unroll what they count."""


class SchemaWriter:
    """Writes one schema."""

    def __init__(self, namespace: str, version: str) -> None:
        self._namespace = namespace
        self._version = version
        self._waiting: list[Record | Listing] = []
        self._seen: set[int] = set()
        self._needs_json = False

    def write(self, documents: Iterable[tuple[str, Record]]) -> str:
        """The schema of these documents, each the name of its element and its content."""
        elements: list[str] = []
        for name, record in documents:
            elements.append(f'  <xs:element name="{name}" type="tns:{self._type(record)}"/>')
        types: list[str] = []
        while self._waiting:
            shape = self._waiting.pop(0)
            types += self._record(shape) if isinstance(shape, Record) else self._listing(shape)
        if self._needs_json:
            types.append(_JSON_TYPES)
        own = self._namespace
        head = (
            f'<xs:schema xmlns:xs="{XSD}" xmlns:tns="{own}" targetNamespace="{own}"'
            f' elementFormDefault="qualified" version="{self._version}">'
        )
        return "\n".join((head, *elements, *types, "</xs:schema>", ""))

    def _type(self, shape: Record | Listing) -> str:
        if id(shape) not in self._seen:
            self._seen.add(id(shape))
            self._waiting.append(shape)
        return shape.name

    def _record(self, record: Record) -> Iterator[str]:
        yield f'  <xs:complexType name="{record.name}">'
        yield from _documentation(record.notes or Notes(), "    ")
        if record.text is not None:
            base = _base(_scalar_of(record.text))
            yield f'    <xs:simpleContent><xs:extension base="{base}">'
            yield from self._attributes(record)
            yield "    </xs:extension></xs:simpleContent>"
        else:
            yield "    <xs:sequence>"
            for field in record.fields:
                yield from self._element(
                    field.name, field.slot, "" if field.is_required else ' minOccurs="0"'
                )
            if record.is_open:
                self._needs_json = True
                yield f'      <xs:element name="{OTHERS}" type="tns:{MEMBERS_TYPE}" minOccurs="0"/>'
            yield "    </xs:sequence>"
            yield from self._attributes(record)
        yield "  </xs:complexType>"

    @staticmethod
    def _attributes(record: Record) -> Iterator[str]:
        for field in record.attributes:
            use = ' use="required"' if field.is_required else ""
            yield f'      <xs:attribute name="{field.name}" type="{_base(_scalar_of(field))}"{use}/>'

    def _element(self, name: str, slot: Slot, occurs: str) -> Iterator[str]:
        nillable = ' nillable="true"' if slot.is_nillable else ""
        head = f'      <xs:element name="{name}"{occurs}{nillable}'
        notes = list(_documentation(slot.notes, "        "))
        match slot.shape:
            case Scalar() as scalar:
                inside = list(_restriction(scalar))
                if not inside:
                    head += f' type="{_base(scalar)}"'
            case Record() | Listing() as named:
                inside = []
                head += f' type="tns:{self._type(named)}"'
            case Json():
                self._needs_json = True
                inside = []
                head += f' type="tns:{JSON_TYPE}"'
            case Map():
                self._needs_json = True
                inside = []
                head += f' type="tns:{MEMBERS_TYPE}"'
        if not inside and not notes:
            yield f"{head}/>"
            return
        yield f"{head}>"
        yield from notes
        yield from inside
        yield "      </xs:element>"

    def _listing(self, listing: Listing) -> Iterator[str]:
        yield f'  <xs:complexType name="{listing.name}"><xs:sequence>'
        if listing.item is not None:
            is_counted = listing.most is not None and listing.most <= _MOST_COUNTED
            least = min(listing.least, _MOST_COUNTED)
            most = listing.most if is_counted else "unbounded"
            yield from self._element(ITEM, listing.item, f' minOccurs="{least}" maxOccurs="{most}"')
        yield "  </xs:sequence></xs:complexType>"


def _scalar_of(field: Field) -> Scalar:
    shape = field.slot.shape
    if not isinstance(shape, Scalar):
        raise TypeError(f"{field.key!r} is no plain value")
    return shape


def _base(scalar: Scalar) -> str:
    if scalar.kind == "number":
        return "xs:decimal"
    return "xs:long" if scalar.facets.is_long else f"xs:{scalar.kind}"


def _restriction(scalar: Scalar) -> Iterator[str]:
    facets = list(_facets(scalar.facets))
    if facets:
        yield f'        <xs:simpleType><xs:restriction base="{_base(scalar)}">'
        for name, value in facets:
            yield f'          <xs:{name} value="{attribute_text(value)}"/>'
        yield "        </xs:restriction></xs:simpleType>"


def _facets(facets: Facets) -> Iterator[tuple[str, str]]:
    for text in facets.enumeration:
        yield "enumeration", text
    if facets.pattern:
        yield "pattern", facets.pattern
    if facets.min_length:
        yield "minLength", str(facets.min_length)
    if facets.max_length is not None:
        yield "maxLength", str(facets.max_length)
    yield from facets.bounds


def _documentation(notes: Notes, indent: str) -> Iterator[str]:
    said = [(' xml:lang="fa"', notes.fa), (' xml:lang="en"', notes.en), ("", notes.description)]
    told = [(language, text) for language, text in said if text and is_carried(text)]
    if told:
        yield f"{indent}<xs:annotation>"
        for language, text in told:
            yield f"{indent}  <xs:documentation{language}>{escaped_text(text)}</xs:documentation>"
        yield f"{indent}</xs:annotation>"


def reserve_json_types(names: TypeNames) -> None:
    """Keep the names of the fixed types from being given to others."""
    for name in (JSON_TYPE, MEMBERS_TYPE, "json-member", "json-array", "json-null"):
        names.take(name)


_TYPE_OF: Final = {
    "map": f"tns:{MEMBERS_TYPE}",
    "array": "tns:json-array",
    "string": "xs:string",
    "number": "xs:decimal",
    "boolean": "xs:boolean",
    "null": "tns:json-null",
}
_CHOICE: Final = "\n".join(f'      <xs:element name="{kind}" type="{_TYPE_OF[kind]}"/>' for kind in KINDS)
_JSON_TYPES: Final = f"""\
  <xs:complexType name="{JSON_TYPE}">
    <xs:annotation>
      <xs:documentation xml:lang="fa">مقداری که گونه‌اش از پیش دانسته نیست</xs:documentation>
      <xs:documentation xml:lang="en">A value of a type that is not known beforehand</xs:documentation>
    </xs:annotation>
    <xs:choice>
{_CHOICE}
    </xs:choice>
  </xs:complexType>
  <xs:complexType name="json-member">
    <xs:complexContent><xs:extension base="tns:{JSON_TYPE}">
      <xs:attribute name="{KEY}" type="xs:string" use="required"/>
    </xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:complexType name="{MEMBERS_TYPE}"><xs:sequence>
    <xs:element name="{MEMBER}" type="tns:json-member" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="json-array"><xs:sequence>
    <xs:element name="{ITEM}" type="tns:{JSON_TYPE}" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="json-null"/>"""
