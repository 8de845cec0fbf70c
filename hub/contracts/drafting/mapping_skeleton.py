"""A mapping to begin with: fields that are named alike are joined, the others are left to a person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.contracts.drafting.draft import Draft
from hub.contracts.schema_places import SchemaPlace
from hub.core.message import Kind
from hub.core.values import ContractRef, JsonValue

UNDECIDED: Final = "source.to_be_decided"
"""Stands where a person must say what a field is made from; lint finds it, for no source has such a field."""
_MAX_DEPTH: Final = 6
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_BOUNDARY: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A place that holds a value."""

    path: tuple[str, ...]
    place: SchemaPlace
    is_needed: bool

    @property
    def word(self) -> str:
        """Its last name, as it is compared."""
        return _compared(self.path[-1:])

    @property
    def words(self) -> frozenset[str]:
        """The same, and with the name of what is around it: ``office.code`` is an ``OfficeCode`` too."""
        return frozenset({self.word, _compared(self.path[-2:])})


def draft_mapping(
    draft: Draft, kind: Kind, source: tuple[ContractRef, JsonValue], target: tuple[ContractRef, JsonValue]
) -> None:
    """Add the mapping of one kind to a draft, and each of its open questions."""
    (from_ref, from_schema), (to_ref, to_schema) = source, target
    path = f"{to_ref.name}/mappings/{to_ref.version}/from-{from_ref.name}-{from_ref.version}.yaml"
    sources = list(_leaves(SchemaPlace.of(from_schema), (), is_needed=True))
    lines: list[str] = []
    read: set[tuple[str, ...]] = set()
    for leaf in _leaves(SchemaPlace.of(to_schema), (), is_needed=True):
        name = _target(leaf.path)
        twin = _twin(leaf, sources)
        if twin is not None:
            read.add(twin.path)
            mark = "" if twin.is_needed and leaf.is_needed else "?"
            lines.append(f"  {name}{mark}: {_plain(twin.path)}")
        elif leaf.is_needed:
            lines.append(f"  {name}: {UNDECIDED} # which field, or which expression?")
            draft.decide(
                path, f"the target needs {'.'.join(leaf.path)}, and no field of the source is named so"
            )
        else:
            lines.append(f"  # {name}?: source.… # needed?")
    if not any(not line.startswith("  #") for line in lines):
        first = next(_leaves(SchemaPlace.of(to_schema), (), is_needed=True), None)
        lines.append(
            f"  {_target(first.path) if first else 'field'}: {UNDECIDED} # which field, or which expression?"
        )
        draft.decide(
            path, "no field of the target is named as one of the source is: say what they are made from"
        )
    left = [leaf.path for leaf in sources if leaf.path not in read]
    if left:
        shown = ", ".join("/" + "/".join(each) for each in left)
        draft.decide(path, f"read or list in `ignores` what no field reads yet: {shown}")
    head = f"from: {from_ref}\nto: {to_ref}\nkind: {kind}\nfields:\n"
    draft.contracts[path] = head + "\n".join(lines) + "\n"


def _leaves(place: SchemaPlace, path: tuple[str, ...], *, is_needed: bool) -> Iterator[_Leaf]:
    """The places of a schema that hold values: fields without fields, and lists as a whole."""
    names = place.names() if len(path) < _MAX_DEPTH else ()
    if not names and path:
        yield _Leaf(path, place, is_needed)
    required = place.required()
    for name in names:
        below = place.field(name)
        if below is not None:
            yield from _leaves(below, (*path, name), is_needed=is_needed and name in required)


def _twin(leaf: _Leaf, sources: list[_Leaf]) -> _Leaf | None:
    """The only source that is named like a target and can hold what it holds."""
    fitting = [
        each
        for each in sources
        if each.words & leaf.words
        and each.place.types() & leaf.place.types()
        and ("array" in each.place.types()) == ("array" in leaf.place.types())
        and all(_PLAIN.match(step) for step in each.path)
    ]
    found = [each for each in fitting if each.word == leaf.word] or fitting
    if len(found) != 1 or (leaf.is_needed and not found[0].is_needed):
        return None
    return found[0]


def _compared(names: tuple[str, ...]) -> str:
    return _BOUNDARY.sub("", "".join(names).lower())


def _target(path: tuple[str, ...]) -> str:
    joined = ".".join(step if _PLAIN.match(step) else f'"{step}"' for step in path)
    return f"'{joined}'" if '"' in joined else joined


def _plain(path: tuple[str, ...]) -> str:
    return ".".join(("source", *path))
