"""The shape of an element's content, taken from zeep's reading of the WSDL once: what encoder and decoder need."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from zeep import xsd
from zeep.xsd.types.collection import ListType
from zeep.xsd.types.simple import AnySimpleType

from adapters.soap.scalars import SCALARS, TOKEN, Scalar
from adapters.soap.sources import XSD


class UnsupportedShapeError(Exception):
    """A type that the JSON form cannot carry."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute; its key in the JSON form is ``@`` and its name."""

    key: str
    tag: str
    """``{namespace}name``, or the name alone."""
    scalar: Scalar
    is_required: bool


@dataclass(frozen=True, slots=True)
class Child:
    """An element inside another; its key is its name."""

    key: str
    tag: str
    shape: "Shape"
    is_required: bool
    is_list: bool
    is_nillable: bool


@dataclass(frozen=True, slots=True)
class Complex:
    """Content with children, or with attributes (and then perhaps a text, under the key ``#``)."""

    children: tuple[Child, ...]
    attributes: tuple[Attribute, ...]
    text: Scalar | None
    choices: tuple[frozenset[str], ...]
    """Sets of keys of which at most one may be present. Whether one must be, is for the contract to say: zeep
    does not tell."""


Shape: TypeAlias = Scalar | Complex


def shape_of(type_: Any) -> Shape:
    """Give the shape of a zeep type. Raises UnsupportedShapeError."""
    return _shape(type_, ())


def child_of(element: Any) -> Child:
    """Give a zeep element as a child that stands once. Raises UnsupportedShapeError."""
    return _child(element, (), is_optional=False)


def _shape(type_: Any, around: tuple[int, ...]) -> Shape:
    if isinstance(type_, ListType):
        raise UnsupportedShapeError("a list inside one text is not supported")
    if isinstance(type_, AnySimpleType):
        return _scalar(type_)
    if not isinstance(type_, xsd.ComplexType):
        raise UnsupportedShapeError("a place for anything is not supported")
    if id(type_) in around:
        raise UnsupportedShapeError(f"the type {type_.name!r} contains itself, which is not supported")
    return _complex(type_, (*around, id(type_)))


def _scalar(type_: Any) -> Scalar:
    """Give the built-in type that a simple type comes from: the nearest that XML Schema itself defines."""
    for base in type(type_).__mro__:
        name = vars(base).get("_default_qname")
        if name is not None and name.namespace == XSD[1:-1]:
            return SCALARS.get(name.localname, TOKEN)
    return TOKEN


def _complex(type_: Any, around: tuple[int, ...]) -> Shape:
    attributes = tuple(_attribute(attribute) for _, attribute in type_.attributes)
    particles = [particle for _, particle in type_.elements_nested]
    if len(particles) == 1 and isinstance(particles[0], xsd.Element):  # zeep's way of saying simpleContent
        text = _shape(particles[0].type, around)
        if not isinstance(text, Scalar):
            raise UnsupportedShapeError("simple content of a complex type is not supported")
        return Complex((), attributes, text, ()) if attributes else text
    gathered = _Gathered([], [])
    for particle in particles:
        _gather(particle, around, gathered, is_optional=False)
    keys = [child.key for child in gathered.children]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise UnsupportedShapeError(f"two elements are named {doubled[0]!r}, which is not supported")
    return Complex(tuple(gathered.children), attributes, None, tuple(gathered.choices))


@dataclass(frozen=True, slots=True)
class _Gathered:
    children: list[Child]
    choices: list[frozenset[str]]


def _gather(particle: Any, around: tuple[int, ...], gathered: _Gathered, *, is_optional: bool) -> None:
    """Lay groups within groups flat; what stands in an optional group is optional itself."""
    if isinstance(particle, xsd.Element):
        gathered.children.append(_child(particle, around, is_optional=is_optional))
        return
    if isinstance(particle, xsd.Group):
        _gather(particle.child, around, gathered, is_optional=is_optional or particle.min_occurs == 0)
        return
    if not isinstance(particle, xsd.Sequence | xsd.All | xsd.Choice) or particle.accepts_multiple:
        raise UnsupportedShapeError("a place for anything, or a repeated group, is not supported")
    is_optional = is_optional or particle.min_occurs == 0
    if not isinstance(particle, xsd.Choice):
        for inner in particle:
            _gather(inner, around, gathered, is_optional=is_optional)
        return
    begin = len(gathered.children)
    for inner in particle:
        if not isinstance(inner, xsd.Element):
            raise UnsupportedShapeError("a choice between groups of elements is not supported")
        gathered.children.append(_child(inner, around, is_optional=True))
    gathered.choices.append(frozenset(child.key for child in gathered.children[begin:]))


def _child(element: Any, around: tuple[int, ...], *, is_optional: bool) -> Child:
    return Child(
        key=element.name,
        tag=element.qname.text,
        shape=_shape(element.type, around),
        is_required=element.min_occurs > 0 and not is_optional,
        is_list=element.accepts_multiple,
        is_nillable=bool(element.nillable),
    )


def _attribute(attribute: Any) -> Attribute:
    if attribute.name is None or attribute.qname is None:
        raise UnsupportedShapeError("an open place for any attribute is not supported")
    scalar = _shape(attribute.type, ())
    if not isinstance(scalar, Scalar):
        raise UnsupportedShapeError("an attribute of a complex type is not supported")
    return Attribute(f"@{attribute.qname.localname}", attribute.qname.text, scalar, bool(attribute.required))
