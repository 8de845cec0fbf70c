"""Random schemas over all keywords that are supported, neighbours of them, and random documents."""

from random import Random
from typing import Any

_TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
_NAMES = ["a", "b", "c", "ab"]
_PATTERNS = ["^a", "b$", "^[ab]$", "^[a-z]+$", "^x", "", "^.{2}$", "a|b"]
_VALUES: list[Any] = [
    None, True, False, 0, 1, 2, 3, -1, 1.5, 0.5, 1.0, 10, "", "a", "b", "ab", "abc", "x1", "2026-01-01", [], [1],
    [1, 1], ["a"], [1, "a"], [None], {}, {"a": 1}, {"a": "a"}, {"b": 1}, {"a": 1, "b": 2}, {"c": True}, {"ab": None},
    {"a": {"a": 1}},
]  # fmt: skip
_MORE_VALUES: list[Any] = [
    4, 5, 6, 7, -2, 2.5, 0.25, 100, "aa", "bb", "zz", "aaa", "abcd", "x", "xa", "2026-1-1", "b b",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
]  # fmt: skip
_NUMBER_BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
_SIZES = [
    "minLength", "minItems", "minProperties", "minContains", "maxLength", "maxItems", "maxProperties", "maxContains",
]  # fmt: skip
_PLAIN = {
    **{keyword: [0, 1, 2, -1, 0.5, 1.5, 3] for keyword in _NUMBER_BOUNDS},
    "multipleOf": [1, 2, 3, 0.5, 1.5, 4],
    **{keyword: [0, 1, 2, 3] for keyword in _SIZES},
    "pattern": _PATTERNS,
    "format": ["date", "uuid"],
    "uniqueItems": [True],
    "const": _VALUES,
    "$ref": ["#/$defs/x", "#/$defs/y"],
}
_ONE = [
    "items", "contains", "additionalProperties", "propertyNames", "not", "if", "unevaluatedProperties",
    "unevaluatedItems",
]  # fmt: skip
_CLOSING = {"additionalProperties", "items", "unevaluatedProperties", "unevaluatedItems"}
_LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"]
_KEYWORDS = [
    *_PLAIN, *_ONE, *_LISTS, "required", "properties", "properties", "properties", "additionalProperties",
    "patternProperties", "dependentRequired", "dependentSchemas", "enum",
]  # fmt: skip


def seeded(seed: int) -> "Maker":
    """One that makes the same things every time."""
    return Maker(Random(seed))  # noqa: S311 - chance is wanted here, not secrecy


class Maker:
    """Makes things from one source of chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def document_schema(self) -> Any:
        """A whole schema, with definitions that references lead to."""
        return self._whole(self._schema(self._chance.choice([1, 2, 3])))

    def neighbour(self, schema: Any) -> Any:
        """A schema that differs in one or two places, or in everything."""
        if self._chance.random() < 0.25:
            return self.document_schema()
        changed = self._mutated(schema)
        return self._mutated(changed) if self._chance.random() < 0.3 else changed

    def documents(self, count: int) -> list[Any]:
        """Documents of the size and the names that the schemas speak of."""
        return [*_VALUES, *_MORE_VALUES, *(self._document(3) for _ in range(count))]

    def _schema(self, depth: int) -> Any:
        choice, chance = self._chance.choice, self._chance.random
        if depth <= 0 or chance() < 0.12:
            leaf = [
                {},
                {"type": choice(_TYPES)},
                {"type": choice(_TYPES)},
                True,
                False,
                {"const": choice(_VALUES)},
            ]
            return choice([*leaf, {"enum": self._some(_VALUES, 4)}])
        schema: dict[str, Any] = {}
        if chance() < 0.6:
            schema["type"] = choice(_TYPES) if chance() < 0.7 else self._chance.sample(_TYPES, 2)
        for _ in range(choice([1, 1, 2, 2, 3])):
            keyword = choice(_KEYWORDS)
            schema[keyword] = self._value(keyword, depth - 1)
        return self._completed(schema)

    def _completed(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "if" in schema:
            schema.setdefault("then", self._schema(1))
            schema.setdefault("else", self._schema(1))
        if "minContains" in schema or "maxContains" in schema:
            schema.setdefault("contains", self._schema(1))
        return schema

    def _value(self, keyword: str, depth: int) -> Any:
        chance = self._chance
        if keyword in _PLAIN:
            return chance.choice(_PLAIN[keyword])
        if keyword in _ONE:
            return False if keyword in _CLOSING and chance.random() < 0.4 else self._schema(depth)
        if keyword in _LISTS:
            return [self._schema(depth) for _ in range(chance.randint(1, 3))]
        if keyword == "required":
            return self._some(_NAMES, 2)
        if keyword == "dependentRequired":
            return {chance.choice(_NAMES): self._some(_NAMES, 2)}
        if keyword == "enum":
            return self._some(_VALUES, 5)
        names = _PATTERNS if keyword == "patternProperties" else _NAMES
        return {name: self._schema(depth) for name in self._some(names, 3)}

    def _some(self, of: list[Any], most: int) -> list[Any]:
        return self._chance.sample(of, self._chance.randint(1, most))

    def _whole(self, schema: Any) -> Any:
        if isinstance(schema, dict):
            schema.setdefault("$defs", {"x": self._schema(1), "y": self._schema(1)})
        return schema

    def _mutated(self, schema: Any) -> Any:
        chance = self._chance
        if not isinstance(schema, dict):
            return self._whole(self._schema(1))
        changed = dict(schema)
        keywords = [keyword for keyword in changed if keyword in _KEYWORDS]
        way = chance.random()
        if way < 0.25 and keywords:
            del changed[chance.choice(keywords)]
        elif way < 0.6 or not keywords:
            keyword = chance.choice(keywords if way < 0.4 and keywords else _KEYWORDS)
            changed[keyword] = self._value(keyword, 1)
        else:
            keyword = chance.choice(keywords)
            changed[keyword] = self._mutated_inside(keyword, changed[keyword])
        return self._whole(self._completed(changed))

    def _mutated_inside(self, keyword: str, value: Any) -> Any:
        if keyword in _LISTS:
            index = self._chance.randrange(len(value))
            return [*value[:index], self._mutated(value[index]), *value[index + 1 :]]
        if keyword in {"properties", "patternProperties", "dependentSchemas"}:
            name = self._chance.choice([*value])
            return {**value, name: self._mutated(value[name])}
        return self._mutated(value) if keyword in _ONE else self._value(keyword, 1)

    def _document(self, depth: int) -> Any:
        chance = self._chance
        way = chance.random()
        if depth <= 0 or way < 0.4:
            return chance.choice(_VALUES)
        if way < 0.6:
            return [self._document(depth - 1) for _ in range(chance.randint(0, 4))]
        names = [*_NAMES, "d", "x"]
        return {chance.choice(names): self._document(depth - 1) for _ in range(chance.randint(0, 4))}
