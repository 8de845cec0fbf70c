"""A WSDL's elements as JSON Schema, in the JSON form that the SOAP adapter uses; for drafts of partner formats."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from lxml import etree

from adapters.soap.scalars import Scalar
from adapters.soap.shapes import Child, Complex, Shape
from adapters.soap.sources import XSD, Element, SchemaNode, Sources
from adapters.soap.unfit import UnfitError
from hub.contracts.validator import is_linear_pattern
from hub.core.values import JsonValue

_TYPES: Final = {"boolean": "boolean", "decimal": "number", "float": "number", "double": "number"}
_BOUNDS: Final[dict[str, tuple[int | None, int | None]]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_LENGTHS: Final = {
    "minLength": ("minLength",),
    "maxLength": ("maxLength",),
    "length": ("minLength", "maxLength"),
}
_RANGES: Final = {
    "minInclusive": "minimum",
    "maxInclusive": "maximum",
    "minExclusive": "exclusiveMinimum",
    "maxExclusive": "exclusiveMaximum",
}
_NESTING: Final = frozenset(
    f"{XSD}{name}"
    for name in ("sequence", "choice", "all", "complexContent", "extension", "restriction", "group")
)

Found = tuple[Element, SchemaNode]


class SoapSchemas:
    """Knows the schemas of one WSDL, and asks about what they say and JSON Schema cannot."""

    def __init__(self, sources: Sources, ask: Callable[[str], None]) -> None:
        self._ask = ask
        self._named: dict[tuple[str, str, str], Found] = {}
        for schema in sources.schemas:
            for node in schema.element.iterchildren():
                name = node.get("name")
                if isinstance(node.tag, str) and name is not None:
                    kind = node.tag.removeprefix(XSD)
                    self._named.setdefault((kind, schema.namespace, name), (node, schema))

    def document(self, child: Child) -> dict[str, JsonValue]:
        """The schema of the documents that one global element makes."""
        name = etree.QName(child.tag)
        found = self._named.get(("element", name.namespace or "", name.localname))
        schema = self._of_shape(child.shape, self._type_of(found))
        return {"title": child.key, "x-en": child.key, **schema}

    def _of_shape(self, shape: Shape, type_: Found | None) -> dict[str, JsonValue]:
        return self._scalar(shape, type_) if isinstance(shape, Scalar) else self._complex(shape, type_)

    def _complex(self, shape: Complex, type_: Found | None) -> dict[str, JsonValue]:
        properties: dict[str, JsonValue] = {}
        required: list[str] = []
        for attribute in shape.attributes:
            properties[attribute.key] = self._scalar(attribute.scalar, None)
            if attribute.is_required:
                required.append(attribute.key)
        if shape.text is not None:
            properties["#"] = self._scalar(shape.text, None)
            required.append("#")
        inside = {node.get("name"): (node, schema) for node, schema in self._elements(type_)}
        for child in shape.children:
            properties[child.key] = self._child(child, inside.get(child.key))
            if child.is_required:
                required.append(child.key)
        schema: dict[str, JsonValue] = {"type": "object"}
        if required:
            schema["required"] = required
        schema |= {"additionalProperties": False, "properties": properties}
        pairs = [pair for choice in shape.choices for pair in _pairs(sorted(choice))]
        if pairs:
            schema["allOf"] = [{"not": {"required": list(pair)}} for pair in pairs]
            for choice in shape.choices:
                self._ask(f"of {', '.join(sorted(choice))} at most one may stand; must one?")
        return schema

    def _child(self, child: Child, found: Found | None) -> dict[str, JsonValue]:
        schema = self._of_shape(child.shape, self._type_of(found))
        text = _documentation(found)
        if text:
            schema = {"description": text, **schema}
        if child.is_nillable:
            schema = {"anyOf": [schema, {"type": "null"}]}
        if not child.is_list:
            return schema
        most = found[0].get("maxOccurs") if found else None
        least = int(found[0].get("minOccurs") or 1) if found else 0
        counted = {"maxItems": int(most)} if most is not None and most.isdecimal() else {}
        return {"type": "array", **({"minItems": least} if least else {}), **counted, "items": schema}

    def _scalar(self, scalar: Scalar, type_: Found | None) -> dict[str, JsonValue]:
        if scalar.name in _BOUNDS:
            low, high = _BOUNDS[scalar.name]
            schema: dict[str, JsonValue] = {"type": "integer"}
            schema |= {} if low is None else {"minimum": low}
            schema |= {} if high is None else {"maximum": high}
        else:
            schema = {"type": _TYPES.get(scalar.name, "string")}
        for facet in self._facets(type_):
            self._add(schema, scalar, facet.tag.removeprefix(XSD), facet.get("value") or "")
        return schema

    def _add(self, schema: dict[str, JsonValue], scalar: Scalar, name: str, text: str) -> None:
        is_text = schema.get("type") == "string"
        try:
            if name == "enumeration":
                schema.setdefault("enum", []).append(scalar.from_text(text))
            elif name in _LENGTHS and is_text:
                schema.update(dict.fromkeys(_LENGTHS[name], int(text)))
            elif name in _RANGES and not is_text:
                schema[_RANGES[name]] = scalar.from_text(text)
            elif name == "pattern" and is_text:
                self._pattern(schema, f"^(?:{text})$")
            elif name != "whiteSpace":
                self._ask(f"the rule {name}={text} has no place in JSON Schema here")
        except (UnfitError, ValueError):
            self._ask(f"the rule {name}={text} cannot be read")

    def _pattern(self, schema: dict[str, JsonValue], pattern: str) -> None:
        if "pattern" in schema:
            schema["pattern"] = (
                f"{schema['pattern']}|{pattern}"  # XML Schema: any of those of one restriction
            )
        elif is_linear_pattern(pattern):
            schema["pattern"] = pattern
        else:
            self._ask(f"the pattern {pattern} is none that contracts can use")

    def _facets(self, type_: Found | None) -> Iterator[Any]:
        """The restrictions of a simple type, those of its bases first."""
        if type_ is None or type_[0].tag != f"{XSD}simpleType":
            return
        for restriction in type_[0].iterchildren(f"{XSD}restriction"):
            base = restriction.get("base")
            if base is not None:
                yield from self._facets(self._look_up("simpleType", base, restriction, type_[1]))
            for facet in restriction.iterchildren():
                if isinstance(facet.tag, str) and facet.get("value") is not None:
                    yield facet

    def _type_of(self, found: Found | None) -> Found | None:
        if found is None:
            return None
        node, schema = found
        if (reference := node.get("ref")) is not None:
            return self._type_of(self._look_up("element", reference, node, schema))
        for kind in ("complexType", "simpleType"):
            for inline in node.iterchildren(f"{XSD}{kind}"):
                return inline, schema
            if (name := node.get("type")) is not None and (named := self._look_up(kind, name, node, schema)):
                return named
        return None

    def _look_up(self, kind: str, text: str, node: Element, schema: SchemaNode) -> Found | None:
        prefix, colon, name = text.rpartition(":")
        namespace = node.nsmap.get(prefix if colon else None)
        return self._named.get((kind, schema.namespace if namespace is None else namespace, name))

    def _elements(self, type_: Found | None) -> Iterator[Found]:
        """The elements directly inside a complex type, those of its bases too."""
        if type_ is None:
            return
        node, schema = type_
        base = node.get("base")
        if base is not None:
            yield from self._elements(self._look_up("complexType", base, node, schema))
        if node.tag == f"{XSD}group" and (reference := node.get("ref")) is not None:
            yield from self._elements(self._look_up("group", reference, node, schema))
        for inner in node.iterchildren():
            if inner.tag == f"{XSD}element":
                yield inner, schema
            elif inner.tag in _NESTING:
                yield from self._elements((inner, schema))


def _pairs(keys: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, other) for index, one in enumerate(keys) for other in keys[index + 1 :])


def _documentation(found: Found | None) -> str:
    if found is None:
        return ""
    texts = found[0].iterfind(f"{XSD}annotation/{XSD}documentation")
    return " ".join(" ".join((node.text or "").split()) for node in texts).strip()
