"""The differences between the attributes of two types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.contracts.compatibility.comparison import Change
from hub.contracts.compatibility.language.charset import contains
from hub.contracts.compatibility.xml_schema.names import Names, local_name, symbols_of
from hub.contracts.compatibility.xml_schema.reading import XmlSchema
from hub.contracts.compatibility.xml_schema.simple_changes import simple_changes
from hub.contracts.compatibility.xml_schema.simple_types import simple_type
from hub.contracts.compatibility.xml_schema.wildcards import is_wildcard_subset, takes_declared


@dataclass(frozen=True, slots=True)
class _Side:
    """The attributes of one type, and the global ones of its schema."""

    declared: Mapping[str, Any]
    wildcard: Any
    global_: Mapping[str, Any]


def attribute_changes(
    old: Mapping[str | None, Any],
    new: Mapping[str | None, Any],
    schemas: tuple[XmlSchema, XmlSchema],
    pointer: str,
) -> Iterator[Change]:
    """All differences between the attributes of two types, as xmlschema gives them."""
    before, after = _side(old, schemas[0]), _side(new, schemas[1])
    names = _names(before, after)
    for name in dict.fromkeys((*after.declared, *before.declared)):
        place = f"{pointer}/@{local_name(name)}"
        one, other = before.declared.get(name), after.declared.get(name)
        if one is None:
            fits = _may_come(other, before, names), _is_taken(other, before, names)
            yield Change("attribute-added", place, fits[0], fits[1], None, _shown(other))
        elif other is None:
            fits = _is_taken(one, after, names), _may_come(one, after, names)
            yield Change("attribute-removed", place, fits[0], fits[1], _shown(one), None)
        else:
            yield from _declared_changes(one, other, place)
    yield from _wildcard_changes(before, after, names, f"{pointer}/@*")


def _side(attributes: Mapping[str | None, Any], schema: XmlSchema) -> _Side:
    declared = {name: one for name, one in attributes.items() if name is not None and one.use != "prohibited"}
    return _Side(declared, attributes.get(None), schema.attributes)


def _names(before: _Side, after: _Side) -> Names:
    named = {*before.declared, *after.declared, *before.global_, *after.global_}
    wildcards = [side.wildcard for side in (before, after) if side.wildcard is not None]
    spaces = {space for one in wildcards for space in one.namespace if not space.startswith("##")}
    return Names(named, {*spaces, *(one.target_namespace or "" for one in wildcards)})


def _takes(side: _Side, name: str, names: Names) -> bool:
    return side.wildcard is not None and contains(names.allowed_by(side.wildcard), names.symbol(name))


def _may_come(added: Any, side: _Side, names: Names) -> bool:
    """Whether documents from before the attribute stay valid: none had to bear it, and none bore another such."""
    return added.use != "required" and not _takes(side, added.name, names)


def _is_taken(declared: Any, side: _Side, names: Names) -> bool:
    return _takes(side, declared.name, names) and takes_declared(declared, side.wildcard, side.global_)


def _declared_changes(old: Any, new: Any, pointer: str) -> Iterator[Change]:
    if (old.use == "required") != (new.use == "required"):
        is_added = new.use == "required"
        rule = "attribute-required-added" if is_added else "attribute-required-removed"
        yield Change(rule, pointer, not is_added, is_added, old.use, new.use)
    yield from fixed_changes(old, new, pointer)
    yield from simple_changes(simple_type(old.type), simple_type(new.type), pointer)


def fixed_changes(old: Any, new: Any, pointer: str) -> Iterator[Change]:
    """A value that an element or attribute must have, if any."""
    if old.fixed != new.fixed:
        kind = "added" if old.fixed is None else "removed" if new.fixed is None else "changed"
        yield Change(f"fixed-{kind}", pointer, new.fixed is None, old.fixed is None, old.fixed, new.fixed)


def _wildcard_changes(before: _Side, after: _Side, names: Names, pointer: str) -> Iterator[Change]:
    old, new = before.wildcard, after.wildcard
    if old is None and new is None:
        return
    if old is None or new is None:
        rule = "wildcard-added" if old is None else "wildcard-removed"
        is_empty = not (names.allowed_by(new or old))
        yield Change(
            rule, pointer, old is None or is_empty, new is None or is_empty, _shown(old), _shown(new)
        )
        return
    left, right = symbols_of(names.allowed_by(old)), symbols_of(names.allowed_by(new))
    is_backward = left - _own(after, names) <= right and is_wildcard_subset(
        old, new, names, before.global_, after.global_
    )
    is_forward = right - _own(before, names) <= left and is_wildcard_subset(
        new, old, names, after.global_, before.global_
    )
    if left != right or old.process_contents != new.process_contents or not (is_backward and is_forward):
        yield Change("wildcard-changed", pointer, is_backward, is_forward, _shown(old), _shown(new))


def _own(side: _Side, names: Names) -> set[int]:
    """Names that are declared by themselves, and so judged by themselves."""
    return {names.symbol(name) for name in side.declared}


def _shown(component: Any) -> str | None:
    if component is None:
        return None
    if component.name is None:
        return f"{' '.join(sorted(component.namespace))} {component.process_contents}"
    return f"{local_name(component.name)} {component.use}"
