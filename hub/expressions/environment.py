"""Parsing and checking of types: one environment per set of variable names.

Both are done by Google's CEL runtime, which also bounds nesting (32 levels). It evaluates nothing here: what it
checked becomes closures.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

from hub.core.expressions import ExpressionSyntaxError, Path
from hub.expressions.closures.compiler import gives_optional
from hub.expressions.failures import syntax_error
from hub.expressions.functions import FUNCTIONS, declarations
from hub.expressions.paths import read_paths
from hub.expressions.syntax_tree import Node, Table, syntax_tree, walk

MAX_LENGTH = 4_000
"""Characters of one expression."""

_KEPT = 4_096
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,62}\Z", re.ASCII)
_NO_JSON = re.compile(r"\b(BYTES|TIMESTAMP|DURATION|TYPE)\b")
_OPTIONAL = "optional_type"


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression's text that compiles, and what is known of it before it runs."""

    text: str
    tree: Node
    type_name: str
    paths: frozenset[Path]

    @property
    def is_optional(self) -> bool:
        """Whether the result is an optional: a value or nothing."""
        return self.type_name.startswith(_OPTIONAL) or gives_optional(self.tree)


class Environment:
    """What expressions over certain variables may use. Safe to share; make it with ``environment``."""

    def __init__(self, variables: Iterable[str]) -> None:
        self.variables = frozenset(variables)
        for name in self.variables:
            if _VARIABLE.match(name) is None:
                raise ValueError(f"a variable's name is lower-case ASCII letters, digits and _: {name!r}")
        # What is linted is then compiled, and mappings of a catalogue repeat themselves.
        self._kept = lru_cache(maxsize=_KEPT)(self._check)
        self._env = cel.NewEnv(
            variables=dict.fromkeys(self.variables, cel.Type.DYN),
            extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
            functions=declarations(),
        )

    def check(self, text: str) -> Checked:
        """Compile a text for what can be known of it. Raises ExpressionSyntaxError."""
        if len(text) > MAX_LENGTH:
            raise ExpressionSyntaxError("too-long", f"the expression is longer than {MAX_LENGTH} characters")
        return self._kept(text)

    def _check(self, text: str) -> Checked:
        if not text.strip():
            raise ExpressionSyntaxError("syntax", "the expression is empty")
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ExpressionSyntaxError("syntax", "the expression holds half a Unicode character")
        serialised, type_name = self._checked(text)
        tree = syntax_tree(serialised)
        if any(isinstance(node, Table) and node.message for node in walk(tree)):
            raise ExpressionSyntaxError("type", "protobuf messages have no place in expressions")
        paths = frozenset(path for path in read_paths(tree) if path[0] in self.variables)
        return Checked(text, tree, type_name, paths)

    def check_value(self, text: str) -> Checked:
        """Compile a text that is to give a JSON value or an optional one. Raises ExpressionSyntaxError."""
        checked = self.check(text)
        if match := _NO_JSON.search(checked.type_name):
            raise ExpressionSyntaxError(
                "result-type",
                f"the result is a {match[1].lower()}, not JSON",
                hint="make it a text with string()",
            )
        if _OPTIONAL in checked.type_name.removeprefix(_OPTIONAL):
            raise ExpressionSyntaxError(
                "result-type",
                "an optional is left inside the result",
                hint="end it with .orValue(…), or write [?…], {?…}",
            )
        return checked

    def check_condition(self, text: str) -> Checked:
        """Compile a text that is to give a bool. Raises ExpressionSyntaxError."""
        checked = self.check(text)
        if checked.type_name not in {"BOOL", "DYN"}:
            raise ExpressionSyntaxError(
                "result-type", f"a condition gives a bool, not {checked.type_name.lower()}"
            )
        return checked

    def _checked(self, text: str) -> tuple[bytes, str]:
        """The serialised tree, and the name of the result's type."""
        try:
            program = self._env.compile(text)
            return program.serialize(), program.return_type().name()
        except RuntimeError as error:
            names = self.variables | {function.name for function in FUNCTIONS}
            raise syntax_error(str(error), text, sorted(names)) from error


@lru_cache(maxsize=64)
def _environment(variables: frozenset[str]) -> Environment:
    return Environment(variables)


def environment(variables: Iterable[str]) -> Environment:
    """The environment for these variables; the same one for the same names."""
    return _environment(frozenset(variables))
