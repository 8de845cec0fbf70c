"""Sample documents: invented, drawn from a seed, and valid by the schema that they are made from."""

from random import Random
from typing import Any, Final

from hub.contracts.descriptions.sample_texts import FORMAT_TEXTS, NoTextError, of_pattern, words
from hub.contracts.schema_places import resolve
from hub.core.contract import Schema
from hub.core.values import JsonValue

_TRIES: Final = 500
_TEXT_TRIES: Final = 50
_MAX_DEPTH: Final = 8
_MORE_ITEMS: Final = 2
_FAR: Final = 1_000
_OBJECT_SIGNS: Final = ("properties", "required", "additionalProperties")
_SIGNS: Final = {
    "array": ("items", "prefixItems", "minItems"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
_HIGHEST_WINS: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_LOWEST_WINS: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})


class NoSampleError(Exception):
    """No valid document was found for a schema; there may be none."""


def sample(schema: Schema, seed: int | str) -> JsonValue:
    """A valid document; for one schema and seed always the same. Raises NoSampleError."""
    random = Random(seed)  # noqa: S311 - invented data, no secret
    for _ in range(_TRIES):
        try:
            document = _Sampler(schema.source, random).value(schema.source, 0)
        except (NoTextError, NoSampleError):
            continue
        if schema.validator.is_valid(document):
            return document
    raise NoSampleError(f"no valid document was found in {_TRIES} tries")


class _Sampler:
    """Draws one document. What several rules say together is heeded as far as it is plain; the caller judges."""

    def __init__(self, root: JsonValue, random: Random) -> None:
        self._root = root
        self._random = random

    def value(self, schema: JsonValue, depth: int) -> JsonValue:
        rules: dict[str, Any] = {}
        self._gather(schema, rules)
        if "const" in rules:
            return rules["const"]
        if "enum" in rules:
            if not rules["enum"]:
                raise NoSampleError("no value is left of a list")
            return self._random.choice(rules["enum"])
        match self._kind(rules):
            case "object":
                return self._object(rules, depth)
            case "array":
                return self._array(rules, depth)
            case "string":
                return self._string(rules)
            case "integer":
                return self._integer(rules)
            case "number":
                return self._number(rules)
            case "boolean":
                return self._random.random() < 0.5  # noqa: PLR2004 - as often as not
        return None

    def _gather(self, schema: JsonValue, rules: dict[str, Any]) -> None:
        """Lay everything that judges the same value together; of several forms one is chosen."""
        if schema is False:
            raise NoSampleError("nothing is allowed here")
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            self._gather(resolve(self._root, schema["$ref"]), rules)
        for part in schema.get("allOf", ()):
            self._gather(part, rules)
        for keyword in ("anyOf", "oneOf"):
            if schema.get(keyword):
                self._gather(self._random.choice(schema[keyword]), rules)
        if "if" in schema:
            holds = self._random.random() < 0.5  # noqa: PLR2004 - as often as not
            for keyword in ("if", "then") if holds else ("else",):
                self._gather(schema.get(keyword, True), rules)
        for keyword, given in schema.items():
            _merge(rules, keyword, given)

    def _kind(self, rules: dict[str, Any]) -> str:
        if "type" in rules:
            if not rules["type"]:
                raise NoSampleError("no type is left")
            return str(self._random.choice(rules["type"]))
        if any(sign in rules for sign in _OBJECT_SIGNS):
            return "object"
        return next((kind for kind, signs in _SIGNS.items() if any(s in rules for s in signs)), "string")

    def _object(self, rules: dict[str, Any], depth: int) -> JsonValue:
        properties: dict[str, list[JsonValue]] = rules.get("properties", {})
        required = rules.get("required", [])
        made: dict[str, JsonValue] = {}
        for name in dict.fromkeys([*properties, *required]):
            schemas = properties.get(name, [])
            is_needed = name in required
            if not is_needed and (False in schemas or not self._wants_more(depth)):
                continue
            try:
                made[name] = self.value({"allOf": schemas}, depth + 1)
            except (NoSampleError, NoTextError):
                if is_needed:
                    raise
        return made

    def _wants_more(self, depth: int) -> bool:
        return depth < _MAX_DEPTH and self._random.random() < 0.7  # noqa: PLR2004 - more often than not

    def _array(self, rules: dict[str, Any], depth: int) -> JsonValue:
        low = rules.get("minItems", 0)
        high = min(rules.get("maxItems", low + _MORE_ITEMS), low + _MORE_ITEMS)
        count = low if depth >= _MAX_DEPTH else self._random.randint(low, max(low, high))
        first = rules.get("prefixItems", [])
        items = {"allOf": rules.get("items", [])}
        made: list[JsonValue] = []
        for index in range(count):
            item = self.value(first[index] if index < len(first) else items, depth + 1)
            if rules.get("uniqueItems") and item in made:
                continue
            made.append(item)
        return made

    def _string(self, rules: dict[str, Any]) -> str:
        low, high = rules.get("minLength", 0), rules.get("maxLength", _FAR)
        patterns = rules.get("pattern", [])
        for attempt in range(_TEXT_TRIES):
            if "format" in rules:
                text = FORMAT_TEXTS[rules["format"]](self._random)
            elif patterns:
                text = of_pattern(patterns[0], self._random, more=max(low, attempt))
            else:
                return words(self._random, max(low, 1) if high else 0, high)
            if low <= len(text) <= high:
                return text
        raise NoTextError("no text of the right length was found")

    def _bounds(self, rules: dict[str, Any], step: float) -> tuple[float, float]:
        low = rules.get("minimum")
        if "exclusiveMinimum" in rules:
            low = max(
                rules["exclusiveMinimum"] + step, low if low is not None else rules["exclusiveMinimum"] + step
            )
        high = rules.get("maximum")
        if "exclusiveMaximum" in rules:
            high = min(
                rules["exclusiveMaximum"] - step, high if high is not None else rules["exclusiveMaximum"]
            )
        if low is None:
            low = 0 if high is None or high >= 0 else high - _FAR
        return low, low + _FAR if high is None else high

    def _integer(self, rules: dict[str, Any]) -> int:
        low, high = (int(bound) for bound in self._bounds(rules, 1))
        unit = rules.get("multipleOf", 1)
        if unit != 1:
            return int(self._random.randint(-(-low // int(unit) or 0), high // int(unit)) * unit)
        if high < low:
            raise NoSampleError("no number fits")
        return self._random.randint(low, min(high, low + _FAR))

    def _number(self, rules: dict[str, Any]) -> float:
        low, high = self._bounds(rules, 0.5)
        return round(self._random.uniform(low, min(high, low + _FAR)), 2)


def _merge(rules: dict[str, Any], keyword: str, given: JsonValue) -> None:
    """Add one rule to those that there are: the stricter one counts, where that is easily said."""
    if keyword == "properties":
        for name, schema in given.items():
            rules.setdefault("properties", {}).setdefault(name, []).append(schema)
    elif keyword in {"items", "pattern"}:
        rules.setdefault(keyword, []).append(given)
    elif keyword == "required":
        rules.setdefault(keyword, []).extend(given)
    elif keyword == "type":
        kinds = [given] if isinstance(given, str) else list(given)
        rules["type"] = [kind for kind in rules.get("type", kinds) if kind in kinds]
    elif keyword == "enum":
        left = rules.get("enum")
        rules["enum"] = [value for value in given if left is None or value in left]
    elif keyword in _HIGHEST_WINS:
        rules[keyword] = max(given, rules.get(keyword, given))
    elif keyword in _LOWEST_WINS:
        rules[keyword] = min(given, rules.get(keyword, given))
    else:
        rules.setdefault(keyword, given)
