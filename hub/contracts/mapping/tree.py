"""From the flat table to the shape of the target document: what each object is made of, and from what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hub.contracts.mapping import language
from hub.contracts.mapping.file import FieldEntry, MappingFile
from hub.contracts.mapping.paths import LiteralSource, SourceCall, SourcePath, Target
from hub.core.expressions import ExpressionSyntaxError, Path
from hub.core.findings import Finding
from hub.core.values import JsonValue
from hub.reading.document import Document
from hub.reading.model import closest

EXCHANGE_FIELDS = ("id", "case_id", "sender", "on_behalf_of", "begun_at", "part")
ROOT_VARIABLES = frozenset({"source", "original", "exchange", "constants"})
ITEM_VARIABLES = ROOT_VARIABLES | {"item"}
INNER_VARIABLES = ITEM_VARIABLES | {"outer"}
_SCOPES = (ROOT_VARIABLES, ITEM_VARIABLES, INNER_VARIABLES)


def variables_at(depth: int) -> frozenset[str]:
    """What may be read inside so many lists."""
    return _SCOPES[min(depth, len(_SCOPES) - 1)]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line of the table, understood."""

    name: str
    """The target as the table writes it."""
    text: str
    path: SourcePath | None
    function: str | None
    """What is made of the value at the path, where it is optional; None for the value itself."""
    literal: LiteralSource | None
    paths: frozenset[Path]
    """What its value is made from."""
    asked: frozenset[Path]
    """What its condition reads."""
    is_optional: bool
    when: str | None
    codes: Mapping[str, JsonValue] | None
    has_otherwise: bool
    otherwise: JsonValue

    @property
    def may_be_left_out(self) -> bool:
        """Whether the table itself says that the field is not always there."""
        return self.is_optional or self.when is not None


@dataclass(slots=True)
class Node:
    """A place of the target document: a value, an object of further places, or a list of items."""

    leaf: Leaf | None = None
    is_list: bool = False
    children: "dict[str, Node]" = field(default_factory=dict)
    """An object's fields; of a list, those of each item."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the table on its way into the tree."""

    name: str
    target: Target
    entry: FieldEntry

    @property
    def depth(self) -> int:
        """How many lists the line's source is evaluated in."""
        lists = sum(step.is_list for step in self.target.steps)
        return lists - 1 if self.target.steps[-1].is_list else lists


class TreeBuilder:
    """Builds the tree of one file; what does not fit goes into ``findings``."""

    def __init__(self, document: Document, file: MappingFile) -> None:
        self.findings: list[Finding] = []
        self._document = document
        self._file = file

    def build(self) -> Node:
        """The target document's shape."""
        root = Node()
        for name, entry in self._file.fields.items():
            try:
                target = Target.parse(name)
            except ValueError as error:
                self._found(name, "mapping.target-syntax", str(error))
                continue
            line = _Line(name, target, entry)
            leaf = self._leaf(line)
            if leaf is not None:
                self._plant(root, line, leaf)
        self._check_lists(root, ())
        self._check_unused()
        return root

    def _found(self, name: str, rule: str, message: str, hint: str = "") -> None:
        self.findings.append(self._document.finding(("fields", name), rule, message, hint))

    def _plant(self, root: Node, line: _Line, leaf: Leaf) -> None:
        node = root
        for step in line.target.steps[:-1]:
            node = node.children.setdefault(step.key, Node(is_list=step.is_list))
            if node.is_list != step.is_list or (node.leaf is not None and not node.is_list):
                self._found(
                    line.name, "mapping.target-conflict", f"another line makes {step.key} something else"
                )
                return
        last = line.target.steps[-1]
        node = node.children.setdefault(last.key, Node(is_list=last.is_list))
        if node.leaf is not None or node.is_list != last.is_list or (node.children and not last.is_list):
            self._found(line.name, "mapping.target-conflict", f"another line makes {last.key} already")
            return
        node.leaf = leaf

    def _check_lists(self, node: Node, place: tuple[str, ...]) -> None:
        for key, child in node.children.items():
            here = (*place, f"{key}[]" if child.is_list else key)
            name = ".".join(here)
            if child.is_list and child.leaf is None:
                first = next(n for n in self._file.fields if n.replace('"', "").startswith(name))
                hint = f"add {name}: and where its items come from"
                self._found(
                    first,
                    "mapping.list-undeclared",
                    f"nothing says where the items of {name} come from",
                    hint,
                )
            elif child.is_list and child.leaf is not None and not child.children:
                hint = f"write {name.removesuffix('[]')}: to copy a list as it is"
                self._found(
                    child.leaf.name,
                    "mapping.list-without-fields",
                    f"the items of {name} have no fields",
                    hint,
                )
            self._check_lists(child, here)

    def _leaf(self, line: _Line) -> Leaf | None:
        entry, name, before = line.entry, line.name, len(self.findings)
        variables = variables_at(line.depth)
        path, literal = SourcePath.parse(entry.from_), LiteralSource.parse(entry.from_)
        call = _function_of_path(entry.from_) if line.target.is_optional else None
        if call is not None:
            path = call.path
        if path is not None and path.root not in variables:
            path = None  # the language says what is wrong with the name
        paths = frozenset({path.path} if path is not None else ())
        if literal is None and (path is None or call is not None):
            paths = self._check_expression(line, entry.from_, variables)
        if path is not None:
            self._check_known(name, path)
        if line.target.is_optional and path is None:
            hint = "optional values of other expressions are CEL's: source.?a.optMap(x, …)"
            message = "only a plain path, or one function of it, can be optional by `?`"
            self._found(name, "mapping.optional-expression", message, hint)
        asked: frozenset[Path] = frozenset()
        if entry.when is not None:
            asked = self._check_when(line, entry.when, variables)
        codes = self._codes(name, entry)
        if len(self.findings) > before:
            return None
        return Leaf(
            name, entry.from_, path, None if call is None else call.function, literal, paths, asked, line.target.is_optional, entry.when, codes,
            entry.has_otherwise, entry.otherwise,
        )  # fmt: skip

    def _check_known(self, name: str, path: SourcePath) -> None:
        known = {"exchange": EXCHANGE_FIELDS, "constants": tuple(self._file.constants)}.get(path.root)
        if known is None or (path.steps and path.steps[0] in known):
            return
        asked = str(path.steps[0]) if path.steps else ""
        rule = "mapping.exchange-field" if path.root == "exchange" else "mapping.constant-unknown"
        hint = closest(asked, known) or f"there are: {', '.join(known)}"
        self._found(name, rule, f"there is no {path.root}.{asked}", hint)

    def _check_expression(self, line: _Line, text: str, variables: frozenset[str]) -> frozenset[Path]:
        try:
            return language.expression(text, variables).paths
        except ExpressionSyntaxError as error:
            self._found(line.name, "mapping.expression", f"{line.name}: {error}")
            return frozenset()

    def _check_when(self, line: _Line, text: str, variables: frozenset[str]) -> frozenset[Path]:
        try:
            paths = language.condition(text, variables).paths
        except ExpressionSyntaxError as error:
            self._found(line.name, "mapping.condition", f"{line.name}: {error}")
            return frozenset()
        try:
            language.expression(guarded(line.entry.from_, text), variables)
        except ExpressionSyntaxError:
            hint = "end it with .orValue(…), or say it without `when`"
            message = f"{line.name}: with `when`, the source must be an expression without an optional value"
            self._found(line.name, "mapping.expression", message, hint)
        return paths

    def _codes(self, name: str, entry: FieldEntry) -> Mapping[str, JsonValue] | None:
        if entry.codes is None:
            if entry.has_otherwise:
                self._found(name, "mapping.otherwise-without-codes", "`otherwise` belongs to a code list")
            return None
        codes = self._file.codes.get(entry.codes)
        if codes is None:
            hint = closest(entry.codes, self._file.codes)
            self._found(name, "mapping.codes-unknown", f"there is no code list {entry.codes!r}", hint)
        return codes

    def _check_unused(self) -> None:
        used = {entry.codes for entry in self._file.fields.values()}
        for name in self._file.codes:
            if name not in used:
                message = f"no field uses the code list {name!r}"
                self.findings.append(self._document.finding(("codes", name), "mapping.codes-unused", message))


def _function_of_path(text: str) -> SourceCall | None:
    """The function and the path that an optional source may be; None for any other, and where there is no such function."""
    call = SourceCall.parse(text)
    if call is None:
        return None
    try:
        language.function(call.function)
    except ExpressionSyntaxError:
        return None
    return call


def guarded(text: str, when: str) -> str:
    """A list of the expression's value, or an empty one where the condition does not hold."""
    return f"({when}\n) ? [{text}\n] : []"


def leaves(node: Node) -> Iterator[Leaf]:
    """All lines of the table below a place, its own included."""
    if node.leaf is not None:
        yield node.leaf
    for child in node.children.values():
        yield from leaves(child)
