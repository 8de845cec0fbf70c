"""Holds one XML Schema against another: all elements that can stand at the root, and all that can stand inside.

What is proven is that every document valid under the one is valid under the other, in each direction. Left
out of account are documents that name a simple type in ``xsi:type``.
"""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from hub.contracts.compatibility.comparison import Change, Comparison
from hub.contracts.compatibility.language.charset import contains
from hub.contracts.compatibility.xml_schema.attributes import attribute_changes, fixed_changes
from hub.contracts.compatibility.xml_schema.content import (
    is_content_subset,
    is_wildcard,
    language,
    particles,
    substitutes,
)
from hub.contracts.compatibility.xml_schema.content_changes import content_changes
from hub.contracts.compatibility.xml_schema.names import Names, local_name, symbols_of
from hub.contracts.compatibility.xml_schema.reading import XmlSchema
from hub.contracts.compatibility.xml_schema.simple_changes import simple_changes
from hub.contracts.compatibility.xml_schema.simple_types import simple_type
from hub.contracts.compatibility.xml_schema.wildcards import is_wildcard_subset, takes_declared

_ANY_TYPE: Final = "{http://www.w3.org/2001/XMLSchema}anyType"


def compare_xml_schemas(old: XmlSchema, new: XmlSchema) -> Comparison:
    """All differences between two schemas, and what they mean for documents."""
    if old.text == new.text:
        return Comparison()
    if old.has_blocks or new.has_blocks:
        return Comparison((Change("substitution-blocked", "", is_backward=False, is_forward=False),))
    return Comparison(tuple(dict.fromkeys(_Walk(old, new).roots())))


class _Walk:
    def __init__(self, old: XmlSchema, new: XmlSchema) -> None:
        self._old = old
        self._new = new
        self._names = _names(old, new)
        self._seen: set[tuple[int, int]] = set()

    def roots(self) -> Iterator[Change]:
        """Differences between all global elements and what is inside them."""
        if self._old.target_namespace != self._new.target_namespace:
            spaces = self._old.target_namespace, self._new.target_namespace
            yield Change("namespace-changed", "", False, False, *spaces)
        for name in dict.fromkeys((*self._new.elements, *self._old.elements)):
            pointer = f"/{local_name(name)}"
            if name not in self._old.elements:
                is_harmless = bool(self._new.elements[name].abstract)
                yield Change("element-added", pointer, True, is_harmless, None, local_name(name))
            elif name not in self._new.elements:
                is_harmless = bool(self._old.elements[name].abstract)
                yield Change("element-removed", pointer, is_harmless, True, local_name(name), None)
            else:
                yield from self._element(self._old.elements[name], self._new.elements[name], pointer)

    def _element(self, old: Any, new: Any, pointer: str) -> Iterator[Change]:
        for word in ("nillable", "abstract"):
            before, after = bool(getattr(old, word)), bool(getattr(new, word))
            if before != after:
                is_wider = after if word == "nillable" else before
                yield Change(f"{word}-{'added' if after else 'removed'}", pointer, is_wider, not is_wider)
        yield from fixed_changes(old, new, pointer)
        yield from _default_changes(old, new, pointer)
        yield from _identity_changes(old, new, pointer)
        yield from self._types(old.type, new.type, pointer)
        yield from self._derived(old.type, new.type, pointer)

    def _types(self, old: Any, new: Any, pointer: str) -> Iterator[Change]:
        if (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        if old.name == new.name == _ANY_TYPE:
            yield from self._wildcards(next(particles(old.content)), next(particles(new.content)), pointer)
            return
        if _has_text_only(old) and _has_text_only(new):
            yield from simple_changes(_text_of(old), _text_of(new), pointer)
        elif _has_text_only(old) or _has_text_only(new):
            is_backward = _has_text_only(old) and new.name == _ANY_TYPE and not _attributes(old)
            is_forward = _has_text_only(new) and old.name == _ANY_TYPE and not _attributes(new)
            yield Change("type-changed", pointer, is_backward, is_forward, old.local_name, new.local_name)
            return
        else:
            yield from self._content(old, new, pointer)
        yield from attribute_changes(_attributes(old), _attributes(new), (self._old, self._new), pointer)

    def _content(self, old: Any, new: Any, pointer: str) -> Iterator[Change]:
        if bool(old.mixed) != bool(new.mixed):
            rule = "mixed-added" if new.mixed else "mixed-removed"
            yield Change(rule, pointer, bool(new.mixed), bool(old.mixed))
        if bool(old.abstract) != bool(new.abstract):
            rule = "abstract-added" if new.abstract else "abstract-removed"
            yield Change(rule, pointer, bool(old.abstract), bool(new.abstract))
        before, after = language(old.content, self._names), language(new.content, self._names)
        if before != after:
            yield from content_changes(
                old.content,
                new.content,
                pointer,
                is_backward=is_content_subset(before, after),
                is_forward=is_content_subset(after, before),
            )
        for one, other in _meeting(old.content, new.content):
            yield from self._particles(one, other, pointer)

    def _particles(self, old: Any, new: Any, pointer: str) -> Iterator[Change]:
        """Differences between what two particles take, where they take the same names."""
        if is_wildcard(old) and is_wildcard(new):
            yield from self._wildcards(old, new, pointer)
        elif is_wildcard(new):
            if contains(self._names.allowed_by(new), self._names.symbol(old.name)):
                is_backward = takes_declared(old, new, self._new.elements)
                yield Change("wildcard-added", f"{pointer}/{local_name(old.name)}", is_backward, False)
        elif is_wildcard(old):
            if contains(self._names.allowed_by(old), self._names.symbol(new.name)):
                is_forward = takes_declared(new, old, self._old.elements)
                yield Change("wildcard-removed", f"{pointer}/{local_name(new.name)}", False, is_forward)
        elif old.name == new.name:
            yield from self._element(old, new, f"{pointer}/{local_name(old.name)}")

    def _wildcards(self, old: Any, new: Any, pointer: str) -> Iterator[Change]:
        """What two wildcards do with the names that both take; which names those are is a matter of content."""
        left, right = symbols_of(self._names.allowed_by(old)), symbols_of(self._names.allowed_by(new))
        if not left & right:
            return
        globals_ = self._old.elements, self._new.elements
        is_backward = is_wildcard_subset(old, new, self._names, *globals_)
        is_forward = is_wildcard_subset(new, old, self._names, *reversed(globals_))
        if old.process_contents != new.process_contents or not (is_backward and is_forward):
            contents = old.process_contents, new.process_contents
            yield Change("wildcard-changed", f"{pointer}/*", is_backward, is_forward, *contents)

    def _derived(self, old: Any, new: Any, pointer: str) -> Iterator[Change]:
        """Types that a document may name in the place of the declared ones."""
        if old.name is None and new.name is None:
            return
        before, after = _derived_types(self._old, old), _derived_types(self._new, new)
        for name in dict.fromkeys((*after, *before)):
            place = f"{pointer}/{local_name(name)}"
            if name not in before:
                yield Change("derived-type-added", place, True, False, None, local_name(name))
            elif name not in after:
                yield Change("derived-type-removed", place, False, True, local_name(name), None)
            else:
                yield from self._types(before[name], after[name], place)


def _names(old: XmlSchema, new: XmlSchema) -> Names:
    """All names that either schema speaks of in its content models."""
    named: set[str] = {*old.elements, *new.elements}
    spaces = {old.target_namespace, new.target_namespace}
    for schema in (old, new):
        for component in schema.components:
            if is_wildcard(component):
                spaces.update(space for space in component.namespace if not space.startswith("##"))
            elif hasattr(component, "nillable") and component.name:
                named.add(component.name)
    return Names(named, spaces)


def _meeting(old: Any, new: Any) -> Iterator[tuple[Any, Any]]:
    """The particles of two content models that may take the same names: each name and the wildcards."""
    before, after = [*_declarations(old)], [*_declarations(new)]
    named: dict[str, list[Any]] = {}
    for other in after:
        named.setdefault("" if is_wildcard(other) else other.name, []).append(other)
    for one in before:
        for other in after if is_wildcard(one) else (*named.get(one.name, ()), *named.get("", ())):
            yield one, other


def _declarations(content: Any) -> Iterator[Any]:
    """The wildcards of a content model, and all declarations that its elements may follow."""
    for particle in particles(content):
        yield from (particle,) if is_wildcard(particle) else substitutes(particle)


def _derived_types(schema: XmlSchema, base: Any) -> dict[str, Any]:
    if base.name is None or base.name == _ANY_TYPE or base.is_simple():
        return {}
    if not any(one.base_type is base for one in schema.types.values()):
        return {}
    return {
        name: one
        for name, one in schema.types.items()
        if one is not base and one.is_complex() and not one.abstract and one.is_derived(base)
    }


def _has_text_only(type_: Any) -> bool:
    return bool(type_.is_simple() or type_.has_simple_content())


def _text_of(type_: Any) -> Any:
    return simple_type(type_ if type_.is_simple() else type_.content)


def _attributes(type_: Any) -> Any:
    return {} if type_.is_simple() else type_.attributes


def _default_changes(old: Any, new: Any, pointer: str) -> Iterator[Change]:
    """A default makes an empty element valid."""
    before, after = _when_empty(old), _when_empty(new)
    if before is not None and after is None:
        yield Change("default-removed", pointer, _takes_empty(new), True, before, None)
    elif after is not None and before is None:
        yield Change("default-added", pointer, True, _takes_empty(old), None, after)


def _when_empty(element: Any) -> str | None:
    value = element.default if element.default is not None else element.fixed
    return None if value is None else str(value)


def _takes_empty(element: Any) -> bool:
    type_ = element.type
    return _has_text_only(type_) and bool((type_ if type_.is_simple() else type_.content).is_valid(""))


def _identity_changes(old: Any, new: Any, pointer: str) -> Iterator[Change]:
    before, after = (
        {etree.tostring(etree.fromstring(one.tostring()), method="c14n") for one in element.identities}
        for element in (old, new)
    )
    if before != after:
        yield Change("identity-changed", pointer, after <= before, before <= after)
