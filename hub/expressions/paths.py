"""What an expression reads: all its paths, and whether it is nothing but one path."""

from dataclasses import dataclass

from hub.core.expressions import Path
from hub.expressions.syntax_tree import Call, Comprehension, Const, Ident, Node, Select, children

ANY = "*"
OPTIONAL_FIELD = "_?._"
_INDEX = "_[_]"
_OPTIONAL_INDEX = "_[?_]"


@dataclass(frozen=True, slots=True)
class Step:
    """One field of a plain path; ``optional`` where it was asked for with ``.?``."""

    field: str
    optional: bool


@dataclass(frozen=True, slots=True)
class PlainPath:
    """An expression that only follows fields from a variable."""

    root: str
    steps: tuple[Step, ...]


def plain_path(tree: Node) -> PlainPath | None:
    """The one path that the expression is, or None where it is more than that."""
    steps: list[Step] = []
    node = tree
    while True:
        match node:
            case Ident(name):
                return PlainPath(name.removeprefix("."), tuple(reversed(steps)))
            case Select(operand, field, test_only=False):
                steps.append(Step(field, optional=False))
                node = operand
            case Call(function, (operand, Const(str(field)))) if function == OPTIONAL_FIELD:
                steps.append(Step(field, optional=True))
                node = operand
            case _:
                return None


def read_paths(tree: Node) -> frozenset[Path]:
    """Every place the expression may read. A computed index or key counts as ``*``."""
    found: set[Path] = set()
    _collect(tree, {}, found)
    return frozenset(found)


def _collect(node: Node, scope: dict[str, Path | None], found: set[Path]) -> None:
    path = _path(node, scope)
    if path is not None:
        found.add(path)
        _collect_keys(node, scope, found)
        return
    if isinstance(node, Comprehension):
        source = _path(node.source, scope)
        _collect(node.source, scope, found)
        element = None if source is None else (*source, ANY)
        inner: dict[str, Path | None] = (
            scope | dict.fromkeys(node.variables, element) | {node.accumulator: None}
        )
        for part in (node.start, node.condition, node.step, node.result):
            _collect(part, inner, found)
        return
    for child in children(node):
        _collect(child, scope, found)


def _path(node: Node, scope: dict[str, Path | None]) -> Path | None:
    match node:
        case Ident(name) if name.startswith("."):
            return (name[1:],)
        case Ident(name):
            return scope.get(name, (name,))
        case Select(operand, field):
            path = _path(operand, scope)
            return None if path is None else (*path, field)
        case Call(function, (operand, key)) if function in {OPTIONAL_FIELD, _INDEX, _OPTIONAL_INDEX}:
            path = _path(operand, scope)
            named = key.text if isinstance(key, Const) else None
            return None if path is None else (*path, ANY if named is None else named)
        case _:
            return None


def _collect_keys(node: Node, scope: dict[str, Path | None], found: set[Path]) -> None:
    """Collect what the computed keys inside a path read."""
    match node:
        case Select(operand):
            _collect_keys(operand, scope, found)
        case Call(_, (operand, key)):
            _collect_keys(operand, scope, found)
            _collect(key, scope, found)
