"""Assembles the target document: what each field is made from, and into which object it is put.

All expressions over the same variables are computed first, together; then the objects are built around their
values, plain paths and literals being read on the way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.contracts.mapping import language
from hub.contracts.mapping.tree import Leaf, Node, guarded, variables_at
from hub.core.expressions import ABSENT, ExpressionError, ExpressionSet
from hub.core.values import JsonValue

_Variables = dict[str, Any]
_Computed = list[Any]
_Produce = Callable[[_Variables, _Computed], Any]
"""Gives a field's value, or ABSENT, from the variables and from what was computed. Raises FieldError."""

_NOT_THERE: Final = "what it is made from is not there"


class FieldError(Exception):
    """A field could not be made. The text never repeats a value (G10)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scope:
    """All fields that are made from the same variables: the document's, or those of a list's items."""

    fields: _Produce
    computed: ExpressionSet | None

    @classmethod
    def compile(cls, node: Node, depth: int) -> "Scope":
        """Compile the fields of a document, or of the items of a list so many lists deep."""
        texts: dict[str, str] = {}
        fields = _object(node, depth, texts)
        computed = language.expression_set(texts, variables_at(depth)) if texts else None
        return cls(fields, computed)

    def build(self, variables: _Variables) -> dict[str, JsonValue]:
        """Make the object. Raises FieldError."""
        computed: _Computed = []
        if self.computed is not None:
            try:
                computed = self.computed.values(variables)
            except ExpressionError as error:
                raise FieldError(error.entry, error.text.en) from None
        made = self.fields(variables, computed)
        return {} if made is ABSENT else made


def _object(node: Node, depth: int, texts: dict[str, str]) -> _Produce:
    """An object of the target; absent if none of its fields is there."""
    fields = tuple(
        (key, _object(child, depth, texts) if child.leaf is None else _field(child, child.leaf, depth, texts))
        for key, child in node.children.items()
    )

    def build(variables: _Variables, computed: _Computed) -> Any:
        made = {}
        for key, produce in fields:
            value = computed[produce] if isinstance(produce, int) else produce(variables, computed)
            if value is not ABSENT:
                made[key] = value
        return made or ABSENT

    return build


def _field(node: Node, leaf: Leaf, depth: int, texts: dict[str, str]) -> _Produce | int:
    """What gives a field's value: the place of what was computed for it, or something to be called."""
    produce = _value(leaf, texts)
    if leaf.codes is not None:
        produce = _translate_code(leaf, leaf.codes, _called(produce))
    if node.is_list:
        produce = _list(leaf.name, _called(produce), Scope.compile(node, depth + 1))
    return produce


def _called(produce: _Produce | int) -> _Produce:
    if isinstance(produce, int):
        place = produce
        return lambda _, computed: computed[place]
    return produce


def _value(leaf: Leaf, texts: dict[str, str]) -> _Produce | int:
    read = _read(leaf)
    if leaf.when is None:
        return _compute(leaf, leaf.text, texts) if read is None else read
    if read is None:
        place = _compute(leaf, guarded(leaf.text, leaf.when), texts)
        return lambda _, computed: computed[place][0] if computed[place] else ABSENT
    place, wanted = _compute(leaf, f"({leaf.when}\n) ? true : false", texts), read
    return lambda variables, computed: wanted(variables, computed) if computed[place] else ABSENT


def _compute(leaf: Leaf, text: str, texts: dict[str, str]) -> int:
    texts[leaf.name] = text
    return len(texts) - 1


def _read(leaf: Leaf) -> _Produce | None:
    """What needs no expression: a literal, a path, an optional function of an optional path."""
    name = leaf.name
    if leaf.literal is not None:
        constant = leaf.literal.value
        return lambda _variables, _computed: constant
    if leaf.path is None:
        return None
    getter = leaf.path.optional_getter() if leaf.is_optional else leaf.path.getter()
    function = None if leaf.function is None else language.function(leaf.function)

    def read(variables: _Variables, _: _Computed) -> Any:
        try:
            return getter(variables)
        except (LookupError, TypeError):
            raise FieldError(name, _NOT_THERE) from None

    def call(variables: _Variables, computed: _Computed) -> Any:
        value = read(variables, computed)
        if value is ABSENT or function is None:
            return value
        try:
            return function(value)
        except ExpressionError as error:
            raise FieldError(name, error.text.en) from None

    return read if function is None else call


def _translate_code(leaf: Leaf, table: Mapping[str, JsonValue], produce: _Produce) -> _Produce:
    def translate(variables: _Variables, computed: _Computed) -> Any:
        code = produce(variables, computed)
        if code is ABSENT:
            return code
        key = code if isinstance(code, str) else _code_text(code)
        if key is not None and key in table:
            return table[key]
        if leaf.has_otherwise:
            return leaf.otherwise
        raise FieldError(leaf.name, "its code is not in the code list")

    return translate


def _code_text(code: JsonValue) -> str | None:
    """A code that is no text as the table writes it; None where it cannot stand in one."""
    if isinstance(code, bool):
        return "true" if code else "false"
    return str(code) if isinstance(code, int) else None


def _list(name: str, produce: _Produce, scope: Scope) -> _Produce:
    def build(variables: _Variables, computed: _Computed) -> Any:
        items = produce(variables, computed)
        if items is ABSENT:
            return items
        if not isinstance(items, list):
            raise FieldError(name, "its items are no list")
        outer = variables.get("item")
        return [scope.build({**variables, "item": item, "outer": outer}) for item in items]

    return build
