"""One difference between two schemas, as an edit that can be made to the old one by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.contracts.compatibility.json_schema.graph import At
from hub.core.values import JsonValue
from hub.reading.pointer import join, split

OLD: Final = "old"
NEW: Final = "new"
GONE: Final = object()
"""What becomes of a keyword that is taken away."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference."""

    rule: str
    pointer: str
    old: JsonValue
    new: JsonValue
    at: str
    """The pointer to the schema of the old document that is edited."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """What its keywords become."""
    whole: At | None = None
    """The schema that takes its place, where it is not just some keywords."""

    def made_to(self, document: JsonValue) -> JsonValue:
        """The old document with this one difference."""
        return _replaced(document, split(self.at), self._edited)

    def _edited(self, schema: JsonValue) -> JsonValue:
        if self.whole is not None:
            return self.whole
        changed = {**schema, **self.keywords}
        return {keyword: value for keyword, value in changed.items() if value is not GONE}


@dataclass(frozen=True, slots=True)
class Two:
    """Two schemas that are held against one another, and where they stand."""

    at: str
    old: Mapping[str, JsonValue]
    to: str
    new: Mapping[str, JsonValue]

    def there(self, *tokens: str | int) -> str:
        """A pointer into the old document."""
        return join(self.at, *tokens)

    def here(self, *tokens: str | int) -> str:
        """A pointer into the new document."""
        return join(self.to, *tokens)

    def edit(
        self, rule: str, pointer: str, *, old: JsonValue = None, new: JsonValue = None, **keywords: JsonValue
    ) -> Edit:
        """A difference in some keywords; ``keywords`` is what they become."""
        return Edit(rule, pointer, old, new, self.at, keywords)

    def keyword_edit(self, rule: str, keyword: str) -> Edit:
        """A difference in one keyword that holds no schema."""
        pointer = self.here(keyword) if keyword in self.new else self.there(keyword)
        becomes = {keyword: self.new.get(keyword, GONE)}
        return Edit(rule, pointer, self.old.get(keyword), self.new.get(keyword), self.at, becomes)


def _replaced(value: JsonValue, tokens: tuple[str, ...], edit: Callable[[JsonValue], JsonValue]) -> JsonValue:
    if not tokens:
        return edit(value)
    token, rest = tokens[0], tokens[1:]
    if isinstance(value, list):
        index = int(token)
        return [*value[:index], _replaced(value[index], rest, edit), *value[index + 1 :]]
    return {**value, token: _replaced(value[token], rest, edit)}
