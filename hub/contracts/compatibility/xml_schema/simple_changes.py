"""The differences between two simple types."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from hub.contracts.compatibility.comparison import Change, agreed
from hub.contracts.compatibility.xml_schema.simple_subset import is_simple_subset
from hub.contracts.compatibility.xml_schema.simple_types import SimpleType

_RULES: Final = {
    "length": "length", "minLength": "min-length", "maxLength": "max-length", "totalDigits": "total-digits",
    "fractionDigits": "fraction-digits", "minInclusive": "minimum", "maxInclusive": "maximum",
    "minExclusive": "exclusive-minimum", "maxExclusive": "exclusive-maximum",
}  # fmt: skip


def simple_changes(old: SimpleType, new: SimpleType, pointer: str) -> tuple[Change, ...]:
    """All differences between two simple types at a place, and what they mean for documents."""
    if old == new:
        return ()
    is_backward, is_forward = is_simple_subset(old, new), is_simple_subset(new, old)
    if _kind(old) != _kind(new):
        rule = "type-widened" if is_backward and not is_forward else "type-narrowed"
        rule = "type-changed" if is_backward is is_forward else rule
        return (Change(rule, pointer, is_backward, is_forward, old.builtin, new.builtin),)
    changes = (
        Change(
            change.rule,
            change.pointer,
            is_backward or is_simple_subset(old, edited),
            is_forward or is_simple_subset(edited, old),
            change.old,
            change.new,
        )
        for change, edited in _edits(old, new, pointer)
    )
    return agreed(changes, pointer, is_backward=is_backward, is_forward=is_forward)


def _kind(of: SimpleType) -> tuple[object, ...]:
    return (of.variety, of.ancestors, of.white_space, of.item, of.members)


def _edits(old: SimpleType, new: SimpleType, pointer: str) -> Iterator[tuple[Change, SimpleType]]:
    """Each difference, and the old type with it alone. What it means is not known yet."""
    for name, area in _RULES.items():
        before, after = old.facets.get(name), new.facets.get(name)
        if before != after:
            kept = {facet: value for facet, value in old.facets.items() if facet != name}
            edited = replace(old, facets=kept if after is None else {**kept, name: after})
            rule = f"{area}-{_kind_of_change(before, after)}"
            yield Change(rule, f"{pointer}/{name}", False, False, before, after), edited
    if old.patterns != new.patterns:
        kind = "added" if not old.patterns else "removed" if not new.patterns else "changed"
        change = Change(
            f"pattern-{kind}", f"{pointer}/pattern", False, False, old.patterns or None, new.patterns or None
        )
        yield change, replace(old, patterns=new.patterns)
    yield from _enumeration_edits(old, new, f"{pointer}/enumeration")


def _kind_of_change(before: str | None, after: str | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "removed"
    try:
        return "raised" if float(after) > float(before) else "lowered"
    except ValueError:
        return "raised" if after > before else "lowered"


def _enumeration_edits(old: SimpleType, new: SimpleType, pointer: str) -> Iterator[tuple[Change, SimpleType]]:
    before, after = old.enumeration, new.enumeration
    if before is None or after is None:
        if before != after:
            rule = "enum-added" if before is None else "enum-removed"
            yield Change(rule, pointer, False, False, before, after), replace(old, enumeration=after)
        return
    for value in after:
        if value not in before:
            edited = replace(old, enumeration=(*before, value))
            yield Change("enum-value-added", pointer, False, False, None, value), edited
    for value in before:
        if value not in after:
            edited = replace(old, enumeration=tuple(other for other in before if other != value))
            yield Change("enum-value-removed", pointer, False, False, value, None), edited
