"""What keywords say of lists."""

from collections.abc import Iterator

from hub.contracts.compatibility.json_schema.graph import Node
from hub.contracts.compatibility.json_schema.literals import Count, ItemAt, ItemsFrom, Judged, Literal, Unique
from hub.contracts.compatibility.json_schema.of_strings import size_parts
from hub.contracts.compatibility.json_schema.parts import Part, met


def array_parts(node: Node) -> Iterator[Part]:
    """Statements about a list. ``unevaluatedItems`` has been written in other keywords before."""
    yield from size_parts(node, "minItems", "maxItems")
    if "uniqueItems" in node.said:
        yield met(Unique(holds=True), unless=(Unique(holds=False),))
    first = node.lists.get("prefixItems", ())
    for index, item in enumerate(first):
        judged = Judged(item, is_valid=True)
        yield met(ItemAt(index, judged, exists=False), unless=(ItemAt(index, judged.denied(), exists=True),))
    if "items" in node.one:
        judged = Judged(node.one["items"], is_valid=True)
        rest = len(first)
        yield met(
            ItemsFrom(rest, judged, exists=False), unless=(ItemsFrom(rest, judged.denied(), exists=True),)
        )
    if "contains" in node.one:
        yield _contains(node)


def _contains(node: Node) -> Part:
    item = node.one["contains"]
    low = int(node.said.get("minContains", 1))
    high = int(node.said["maxContains"]) if "maxContains" in node.said else None
    contrary: list[tuple[Literal, ...]] = []
    if low > 0:
        contrary.append((Count(item, 0, low - 1),))
    if high is not None:
        contrary.append((Count(item, high + 1, None),))
    return Part((Count(item, low, high),), (), tuple(contrary))
