"""The shape of a place's XML: all that schema text, encoder and decoder need to know, taken from a JSON Schema once.

A place's shape depends on the types that its value may have and on the names of its fields, and on nothing
else: what a compatible new version may change (a field no longer required, a bound, one more word) leaves the
elements as they are.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from hub.contracts.xml.facets import Facets, facets_of
from hub.contracts.xml.names import TypeNames, escaped
from hub.contracts.xml.places import Place
from hub.core.values import JsonValue

_MOST_SHAPES: Final = 5000
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})
_FORMATS: Final = {"date": "date", "date-time": "dateTime", "time": "time"}


class UnbindableError(Exception):
    """A schema that has no XML form; the text says why."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, a number, true or false."""

    kind: str
    """``string``, ``date``, ``dateTime``, ``time``, ``base64Binary``, ``integer``, ``number`` or ``boolean``."""
    facets: Facets


@dataclass(frozen=True, slots=True)
class Json:
    """A value of a type that is not known beforehand."""


@dataclass(frozen=True, slots=True)
class Map:
    """An object whose fields have no names beforehand."""


@dataclass(slots=True, eq=False)
class Listing:
    """A list: an element around its items, so that an empty list is not a missing one."""

    name: str
    least: int
    most: int | None
    item: "Slot | None" = None
    """None where no item can be valid."""


@dataclass(slots=True, eq=False)
class Record:
    """An object with named fields."""

    name: str
    is_open: bool
    """Whether further fields may be there."""
    fields: list["Field"] = field(default_factory=list)
    """Those that are elements, in order."""
    attributes: list["Field"] = field(default_factory=list)
    text: "Field | None" = None
    """The field ``#`` that is the element's own text; there are no elements then."""
    notes: "Notes | None" = None


Shape: TypeAlias = Scalar | Json | Map | Listing | Record


@dataclass(frozen=True, slots=True)
class Notes:
    """What a schema tells a reader of a place."""

    fa: str = ""
    en: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place with its shape."""

    shape: Shape
    is_nillable: bool
    notes: Notes


@dataclass(frozen=True, slots=True)
class Field:
    """A named field of an object."""

    key: str
    name: str
    """The element's or attribute's name."""
    slot: Slot
    is_required: bool


def document_shape(schema: JsonValue, element: str, inner: str, names: TypeNames) -> Record:
    """The shape of a whole document: an element of which the only field, ``inner``, is the document itself.

    So documents of every type are alike, and what stands around them is the same in every version. Raises
    UnbindableError.
    """
    around = Record(names.take(element), is_open=False)
    name = f"{element}.{inner}"
    slot = _Shaper(name, names).slot(Place.of(schema), name)
    if slot is None:
        raise UnbindableError("no document can be valid")
    around.fields.append(Field(inner, inner, slot, is_required=True))
    return around


class _Shaper:
    def __init__(self, name: str, names: TypeNames) -> None:
        self._name = name
        self._names = names
        self._made: dict[frozenset[frozenset[int]], Record | Listing] = {}
        self._count = 0

    def slot(self, place: Place, name: str) -> Slot | None:
        """A place's shape; None if no value can be valid there. ``name`` is for its type, if it needs one."""
        self._count += 1
        if self._count > _MOST_SHAPES:
            raise UnbindableError(f"it has more than {_MOST_SHAPES} places")
        types = place.types
        if not types:
            return None
        notes = Notes(place.told("title"), place.told("x-en"), place.told("description"))
        meant = types - {"null"}
        if meant == {"integer", "number"}:
            meant = frozenset({"number"})
        if len(meant) != 1:
            return Slot(Json(), is_nillable=False, notes=notes)
        (kind,) = meant
        shape: Shape
        if kind in _SCALARS:
            shape = _scalar(kind, place)
        elif kind == "array":
            shape = self._listing(place, name)
        elif place.names() or place.is_closed():
            shape = self._record(place, name, notes)
        else:
            shape = Map()
        return Slot(shape, is_nillable="null" in types, notes=notes)

    def _listing(self, place: Place, name: str) -> Listing:
        found = self._made.get(place.key)
        if isinstance(found, Listing):
            return found
        schemas = place.judging("array")
        least = max((s["minItems"] for s in schemas if _is_count(s.get("minItems"))), default=0)
        most = min((s["maxItems"] for s in schemas if _is_count(s.get("maxItems"))), default=None)
        # A name of its own for each: nested types without names become nested classes of one name in Java.
        own = self._names.take(name)
        made = self._made[place.key] = Listing(own, least, most)
        made.item = self.slot(place.items(), f"{own}.item")
        return made

    def _record(self, place: Place, name: str, notes: Notes) -> Record:
        found = self._made.get(place.key)
        if isinstance(found, Record):
            return found
        defined = place.definition()
        own = self._names.take(f"{self._name}-{escaped(defined)}" if defined else name)
        made = self._made[place.key] = Record(own, is_open=not place.is_closed(), notes=notes)
        required = place.required()
        fields: list[Field] = []
        for key in place.names():
            slot = self.slot(place.field(key), f"{own}.{escaped(key)}")
            if slot is not None:
                fields.append(Field(key, escaped(key), slot, key in required))
        _arrange(made, fields)
        return made


def _scalar(kind: str, place: Place) -> Scalar:
    schemas = place.judging(kind)
    if kind == "string":
        if any(schema.get("contentEncoding") == "base64" for schema in schemas):
            return Scalar("base64Binary", Facets())
        for schema in schemas:
            kind = _FORMATS.get(str(schema.get("format")), kind)
    return Scalar(kind, facets_of(kind, schemas))


def _arrange(record: Record, fields: list[Field]) -> None:
    """Fields named ``@…`` that are plain values are attributes; ``#`` beside nothing else is the text."""
    others: list[Field] = []
    for one in fields:
        is_plain = isinstance(one.slot.shape, Scalar) and not one.slot.is_nillable
        if is_plain and one.key.startswith("@") and len(one.key) > 1:
            record.attributes.append(Field(one.key, escaped(one.key[1:]), one.slot, one.is_required))
        else:
            others.append(one)
    if len(others) == 1 and others[0].key == "#" and not record.is_open and others[0].is_required:
        (text,) = others
        if isinstance(text.slot.shape, Scalar) and not text.slot.is_nillable:
            record.text = text
            return
    record.fields += others


def _is_count(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
