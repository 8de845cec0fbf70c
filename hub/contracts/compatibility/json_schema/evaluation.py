"""Judges one value by a node's schema: yes, no, or not known (where a condition is known by name only)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from hub.contracts.compatibility.json_schema.formats import OF_TEXTS, is_match, is_of_format
from hub.contracts.compatibility.json_schema.graph import UNKNOWN, Node
from hub.contracts.compatibility.json_schema.values import Type, exact, frozen, is_integer, type_of
from hub.core.values import JsonValue

Verdict: TypeAlias = bool | None


class Evaluator:
    """Judges values by the schemas of one graph."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes

    def judge(self, index: int, value: JsonValue) -> Verdict:
        """Whether the value is valid under the schema; None if that cannot be told."""
        node = self._nodes[index]
        if node.is_false:
            return False
        return _all(self._verdicts(node, value))

    def _verdicts(self, node: Node, value: JsonValue) -> Iterator[Verdict]:
        for keyword, given in node.said.items():
            check = _CHECKS.get(keyword)
            if check is not None:
                yield check(given, value)
        if UNKNOWN in node.said:
            yield None
        yield from self._applied(node, value)
        match type_of(value):
            case Type.ARRAY:
                yield from self._items(node, value)
            case Type.OBJECT:
                yield from self._properties(node, value)

    def _applied(self, node: Node, value: JsonValue) -> Iterator[Verdict]:
        if "$ref" in node.one:
            yield self.judge(node.one["$ref"], value)
        if "not" in node.one:
            yield _not(self.judge(node.one["not"], value))
        for index in node.lists.get("allOf", ()):
            yield self.judge(index, value)
        if "anyOf" in node.lists:
            yield _any(self.judge(index, value) for index in node.lists["anyOf"])
        if "oneOf" in node.lists:
            yield _between(1, 1, [self.judge(index, value) for index in node.lists["oneOf"]])
        if "if" in node.one:
            condition = self.judge(node.one["if"], value)
            if "then" in node.one:
                yield _any((_not(condition), self.judge(node.one["then"], value)))
            if "else" in node.one:
                yield _any((condition, self.judge(node.one["else"], value)))

    def _items(self, node: Node, value: list[JsonValue]) -> Iterator[Verdict]:
        first = node.lists.get("prefixItems", ())
        for index, item in zip(first, value, strict=False):
            yield self.judge(index, item)
        if "items" in node.one:
            for item in value[len(first) :]:
                yield self.judge(node.one["items"], item)
        if "contains" in node.one:
            found = [self.judge(node.one["contains"], item) for item in value]
            yield _between(node.said.get("minContains", 1), node.said.get("maxContains"), found)

    def _properties(self, node: Node, value: Mapping[str, JsonValue]) -> Iterator[Verdict]:
        for name, schema in node.maps.get("dependentSchemas", {}).items():
            if name in value:
                yield self.judge(schema, value)
        properties = node.maps.get("properties", {})
        patterns = node.maps.get("patternProperties", {})
        for name, item in value.items():
            if "propertyNames" in node.one:
                yield self.judge(node.one["propertyNames"], name)
            if name in properties:
                yield self.judge(properties[name], item)
            matches = {pattern: is_match(name, pattern) for pattern in patterns}
            for pattern, schema in patterns.items():
                yield _any((_not(matches[pattern]), self.judge(schema, item)))
            if "additionalProperties" in node.one and name not in properties:
                yield _any((*matches.values(), self.judge(node.one["additionalProperties"], item)))


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    result: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result


def _not(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    return _not(_all(_not(verdict) for verdict in verdicts))


def _between(low: int, high: int | None, verdicts: list[Verdict]) -> Verdict:
    least = sum(verdict is True for verdict in verdicts)
    most = sum(verdict is not False for verdict in verdicts)
    if most < low or (high is not None and least > high):
        return False
    return True if least >= low and (high is None or most <= high) else None


def _is_type(given: JsonValue, value: JsonValue) -> bool:
    names = [given] if isinstance(given, str) else given
    kind = type_of(value)
    return kind in names or ("integer" in names and kind is Type.NUMBER and is_integer(value))


def _format(given: str, value: JsonValue) -> Verdict:
    if not isinstance(value, str):
        return True if given in OF_TEXTS else None
    return is_of_format(value, given)


def _unique(value: JsonValue) -> bool:
    return not isinstance(value, list) or len({frozen(item) for item in value}) == len(value)


def _number(test: Callable[[float, float], bool]) -> Callable[[JsonValue, JsonValue], Verdict]:
    return lambda given, value: type_of(value) is not Type.NUMBER or test(value, given)


def _size(
    kind: type[str | list[JsonValue] | dict[str, JsonValue]], test: Callable[[int, int], bool]
) -> Callable[[JsonValue, JsonValue], Verdict]:
    return lambda given, value: not isinstance(value, kind) or test(len(value), given)


def _dependent(given: Mapping[str, list[str]], value: Mapping[str, JsonValue]) -> bool:
    return all(name not in value or all(other in value for other in needed) for name, needed in given.items())


_CHECKS: Final[Mapping[str, Callable[[JsonValue, JsonValue], Verdict]]] = {
    "type": _is_type,
    "enum": lambda given, value: any(frozen(one) == frozen(value) for one in given),
    "const": lambda given, value: frozen(given) == frozen(value),
    "format": _format,
    "pattern": lambda given, value: not isinstance(value, str) or is_match(value, given),
    "minLength": _size(str, lambda size, given: size >= given),
    "maxLength": _size(str, lambda size, given: size <= given),
    "minimum": _number(lambda value, given: exact(value) >= exact(given)),
    "maximum": _number(lambda value, given: exact(value) <= exact(given)),
    "exclusiveMinimum": _number(lambda value, given: exact(value) > exact(given)),
    "exclusiveMaximum": _number(lambda value, given: exact(value) < exact(given)),
    "multipleOf": _number(lambda value, given: (exact(value) / exact(given)).denominator == 1),
    "minItems": _size(list, lambda size, given: size >= given),
    "maxItems": _size(list, lambda size, given: size <= given),
    "uniqueItems": lambda _given, value: _unique(value),
    "minProperties": _size(dict, lambda size, given: size >= given),
    "maxProperties": _size(dict, lambda size, given: size <= given),
    "required": lambda given, value: not isinstance(value, dict) or all(name in value for name in given),
    "dependentRequired": lambda given, value: not isinstance(value, dict) or _dependent(given, value),
}
