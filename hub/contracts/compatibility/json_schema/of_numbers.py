"""What keywords say of numbers."""

from collections.abc import Iterator

from hub.contracts.compatibility.json_schema.graph import Node
from hub.contracts.compatibility.json_schema.literals import AtLeast, AtMost, Multiple
from hub.contracts.compatibility.json_schema.parts import Part, met
from hub.contracts.compatibility.json_schema.values import exact


def number_parts(node: Node) -> Iterator[Part]:
    """Statements about a number."""
    said = node.said
    given = said.get("type")
    names = [given] if isinstance(given, str) else given or ()
    if names and "number" not in names:
        yield _multiple_of(1)
    if "multipleOf" in said:
        yield _multiple_of(said["multipleOf"])
    for keyword, is_exclusive in (("minimum", False), ("exclusiveMinimum", True)):
        if keyword in said:
            bound = exact(said[keyword])
            yield met(AtLeast(bound, is_exclusive), unless=(AtMost(bound, not is_exclusive),))
    for keyword, is_exclusive in (("maximum", False), ("exclusiveMaximum", True)):
        if keyword in said:
            bound = exact(said[keyword])
            yield met(AtMost(bound, is_exclusive), unless=(AtLeast(bound, not is_exclusive),))


def _multiple_of(step: float) -> Part:
    of = exact(step)
    return met(Multiple(of, holds=True), unless=(Multiple(of, holds=False),))
