"""What keywords say of texts."""

from collections.abc import Iterator

from hub.contracts.compatibility.json_schema.formats import OF_TEXTS
from hub.contracts.compatibility.json_schema.graph import Node
from hub.contracts.compatibility.json_schema.literals import HasFormat, Matches, Size
from hub.contracts.compatibility.json_schema.parts import Part, met


def string_parts(node: Node) -> Iterator[Part]:
    """Statements about a text."""
    said = node.said
    yield from size_parts(node, "minLength", "maxLength")
    if "pattern" in said:
        yield met(Matches(said["pattern"], holds=True), unless=(Matches(said["pattern"], holds=False),))
    if said.get("format") in OF_TEXTS:
        yield met(HasFormat(said["format"], holds=True), unless=(HasFormat(said["format"], holds=False),))


def size_parts(node: Node, low: str, high: str) -> Iterator[Part]:
    """Statements about a number of characters, items or properties, from the two keywords for it."""
    if low in node.said:
        number = int(node.said[low])
        yield met(Size(number, None), unless=(Size(0, number - 1),))
    if high in node.said:
        number = int(node.said[high])
        yield met(Size(0, number), unless=(Size(number + 1, None),))
