"""zeep's own encoder and decoder as the reference, and the JSON form translated for it."""

import base64
import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree
from zeep import helpers, xsd
from zeep.settings import Settings
from zeep.wsdl import Document

from adapters.soap.scalars import Scalar
from adapters.soap.shapes import Child, Complex
from hub.core.values import JsonValue


class _Files:
    def load(self, url: str) -> bytes:
        return Path(url).read_bytes()


class Reference:
    def __init__(self, wsdl: Path, operation: str) -> None:
        logging.getLogger("zeep").setLevel(logging.CRITICAL)
        self._document: Any = Document(str(wsdl), _Files(), settings=Settings())
        binding = next(iter(self._document.bindings.values()))
        self._operation = binding.get(operation)

    def encode(self, child: Child, document: JsonValue) -> etree._Element:
        """The body's element as zeep would send it."""
        values = _for_zeep(child.shape, document)
        serialized = self._operation.create(**(values if isinstance(values, dict) else {}))
        return _only_body(serialized.content)

    def render_reply(self, child: Child, document: JsonValue) -> etree._Element:
        """A reply's element as a partner that uses zeep's types would write it."""
        element = self._operation.output.body
        parent = etree.Element("parent")
        element.render(parent, element(**_for_zeep(child.shape, document)))
        return parent[0]

    def decode(self, child: Child, element: etree._Element) -> JsonValue:
        """What zeep reads out of a reply's element, in the JSON form."""
        read = self._operation.output.body.parse(element, self._document.types)
        return _from_zeep(child.shape, helpers.serialize_object(read, dict))


def _only_body(envelope: etree._Element) -> etree._Element:
    body = envelope[-1]
    assert len(body) == 1
    return body[0]


def _for_zeep(shape: Scalar | Complex, value: JsonValue) -> Any:
    if value is None:
        return xsd.Nil
    if isinstance(shape, Scalar):
        if shape.name == "base64Binary":
            return base64.b64decode(value)
        if shape.name == "decimal":
            return Decimal(repr(value))
        return value
    children = {child.key: child for child in shape.children}
    result: dict[str, Any] = {}
    for key, part in value.items():
        if key == "#" and shape.text is not None:
            result["_value_1"] = _for_zeep(shape.text, part)
        elif key.startswith("@"):
            result[key[1:]] = part
        elif children[key].is_list:
            result[key] = [_for_zeep(children[key].shape, item) for item in part]
        else:
            result[key] = _for_zeep(children[key].shape, part)
    return result


def _from_zeep(shape: Scalar | Complex, value: Any) -> JsonValue:
    if isinstance(shape, Scalar):
        return _scalar_from_zeep(shape, value)
    if not isinstance(
        value, dict
    ):  # zeep unwraps a type with a single child, and gives nothing for an empty one
        value = {} if value is None else {shape.children[0].key: value}
    result: dict[str, JsonValue] = {
        attribute.key: value[attribute.key[1:]]
        for attribute in shape.attributes
        if value.get(attribute.key[1:]) is not None
    }
    if shape.text is not None:
        result["#"] = _from_zeep(shape.text, value["_value_1"])
    for child in shape.children:
        part = value.get(child.key)
        if child.is_list:
            result[child.key] = [_from_zeep(child.shape, item) for item in part or []]
        elif part is not None:
            result[child.key] = _from_zeep(child.shape, part)
    return result


def _scalar_from_zeep(shape: Scalar, value: Any) -> JsonValue:
    if value is None:
        return "" if shape.is_plain_text else None
    if shape.name == "base64Binary":
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def as_zeep_tells_it(value: JsonValue) -> JsonValue:
    """Leave out what zeep does not tell from an absent element: empty texts and empty elements."""
    if isinstance(value, list):
        return [as_zeep_tells_it(item) for item in value]
    if not isinstance(value, dict):
        return value
    parts = {key: as_zeep_tells_it(part) for key, part in value.items()}
    return {key: part for key, part in parts.items() if part not in ("", {}, [])}
