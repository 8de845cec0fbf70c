"""Simple types as values that can be compared: where they come from, and all facets on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from hub.contracts.compatibility.xml_schema.reading import XSD

PLAIN_FACETS: Final = (
    "length", "minLength", "maxLength", "totalDigits", "fractionDigits", "minInclusive", "minExclusive",
    "maxInclusive", "maxExclusive",
)  # fmt: skip
_LOW: Final = frozenset({"minInclusive", "minExclusive"})
_HIGH: Final = frozenset({"maxInclusive", "maxExclusive"})


class Variety(StrEnum):
    """How a simple type is made."""

    ATOMIC = "atomic"
    LIST = "list"
    UNION = "union"


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A simple type."""

    variety: Variety
    builtin: str
    """The nearest built-in type that it is derived from, by local name."""
    ancestors: tuple[str, ...]
    """That one and the built-in types that it is derived from in turn; the last is its primitive type."""
    white_space: str
    facets: Mapping[str, str] = field(default_factory=dict)
    """Those of ``PLAIN_FACETS``, in the narrowest step of the derivation."""
    patterns: tuple[tuple[str, ...], ...] = ()
    """For each step of the derivation the patterns of which one must match."""
    enumeration: tuple[str, ...] | None = None
    item: "SimpleType | None" = None
    members: "tuple[SimpleType, ...]" = ()

    @property
    def primitive(self) -> str:
        """The primitive type at the root of its derivation."""
        return self.ancestors[-1]

    @property
    def is_plain(self) -> bool:
        """Whether no facet narrows it beyond its built-in type."""
        return not self.facets and not self.patterns and self.enumeration is None


def simple_type(component: Any) -> SimpleType:
    """The type that a component of xmlschema describes."""
    steps = _steps(component)
    root = steps[-1]
    facets: dict[str, str] = {}
    patterns: list[tuple[str, ...]] = []
    enumeration: tuple[str, ...] | None = None
    for step in steps:
        own = step.facets
        _keep_narrowest(facets, {name: own[XSD + name] for name in PLAIN_FACETS if XSD + name in own})
        if XSD + "pattern" in own and not _is_builtin(step):
            patterns.append(tuple(element.get("value", "") for element in own[XSD + "pattern"]))
        if enumeration is None and XSD + "enumeration" in own:
            enumeration = tuple(element.get("value", "") for element in own[XSD + "enumeration"])
    variety = Variety(root.variety or "atomic") if root.variety in {*Variety} else Variety.ATOMIC
    ancestors = tuple(step.local_name or "anySimpleType" for step in steps if _is_builtin(step))
    return SimpleType(
        variety=variety,
        builtin=ancestors[0] if ancestors else variety,
        ancestors=ancestors or (str(variety),),
        white_space=_white_space(component),
        facets=MappingProxyType(facets),
        patterns=tuple(dict.fromkeys(patterns)),
        enumeration=enumeration,
        item=simple_type(root.item_type) if variety is Variety.LIST else None,
        members=tuple(simple_type(one) for one in root.member_types) if variety is Variety.UNION else (),
    )


def _steps(component: Any) -> list[Any]:
    """The type, what it restricts, and so on to the type that restricts nothing."""
    steps = [component]
    while True:
        base = steps[-1].base_type
        if base is None or base.local_name in {"anySimpleType", "anyAtomicType", "anyType"}:
            return steps
        if steps[-1].variety in {"list", "union"} and not hasattr(steps[-1], "primitive_type"):
            return steps
        steps.append(base)


def _is_builtin(step: Any) -> bool:
    return bool(step.name) and str(step.name).startswith(XSD)


def _white_space(component: Any) -> str:
    return str(component.white_space or "preserve")


def _keep_narrowest(facets: dict[str, str], own: Mapping[str, Any]) -> None:
    """Add the facets of a step further out, unless a step nearer by has set the same or the same end."""
    for name, facet in own.items():
        rivals = _LOW if name in _LOW else _HIGH if name in _HIGH else {name}
        if not rivals & facets.keys():
            # The facets of built-in types have no element that they were read from.
            facets[name] = (
                str(facet.value) if facet.elem is None else facet.elem.get("value", str(facet.value))
            )
