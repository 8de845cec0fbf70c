"""Compiled conditions, expressions and sets of them: closures, and what is known of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

from hub.core.expressions import ABSENT, Absent, ExpressionError, ExpressionSyntaxError, Path, Variables
from hub.core.values import JsonValue
from hub.expressions.closures.compiler import Compiled, compile_tree
from hub.expressions.closures.frame import BUDGET, MAX_ITERATIONS, MISSING, Closure, Frame
from hub.expressions.closures.functions import COMPUTATIONS
from hub.expressions.closures.macros import OutOfWorkError
from hub.expressions.environment import Checked, Environment, environment
from hub.expressions.failures import FAILURES, EvaluationError
from hub.expressions.kinds import json_result
from hub.expressions.paths import plain_path

_FAILURES: Final = (EvaluationError, OutOfWorkError, RecursionError)


class CompiledCondition:
    """A condition in CEL; see ``hub.core.expressions.Condition``."""

    def __init__(self, home: Environment, text: str) -> None:
        self._checked = home.check_condition(text)
        self._frames = _Frames([self._checked])
        compiled = self._frames.compile(self._checked, is_optional=False)
        self._closure = compiled.closure

    @property
    def text(self) -> str:
        """The condition as its author wrote it."""
        return self._checked.text

    @property
    def paths(self) -> frozenset[Path]:
        """The places the condition may read."""
        return self._checked.paths

    def __call__(self, variables: Variables, /) -> bool:
        """Answer with a real bool, or raise ExpressionError."""
        try:
            answer = self._closure(self._frames.frame(variables))
        except _FAILURES as error:
            raise _error(error, self.text) from None
        if answer is True or answer is False:
            return answer
        raise ExpressionError("not-bool", FAILURES["not-bool"], expression=self.text)


class CompiledExpression:
    """An expression in CEL; see ``hub.core.expressions.Expression``."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._frames = _Frames([checked])
        self._closure = _json_closure(self._frames.compile(checked, is_optional=checked.is_optional))

    @property
    def text(self) -> str:
        """The expression as its author wrote it."""
        return self._checked.text

    @property
    def paths(self) -> frozenset[Path]:
        """The places the expression may read."""
        return self._checked.paths

    @property
    def is_plain_path(self) -> bool:
        """Whether the expression only copies what it finds at one path."""
        return plain_path(self._checked.tree) is not None and bool(self.paths)

    def __call__(self, variables: Variables, /) -> JsonValue | Literal[Absent.ABSENT]:
        """Compute the value, or raise ExpressionError."""
        try:
            return self._closure(self._frames.frame(variables))
        except _FAILURES as error:
            raise _error(error, self.text) from None


class CompiledExpressionSet:
    """Several expressions over the same variables; see ``hub.core.expressions.ExpressionSet``."""

    def __init__(self, home: Environment, texts: Mapping[str, str]) -> None:
        self._checked: dict[str, Checked] = {}
        for name, text in texts.items():
            with _naming(name):
                self._checked[name] = home.check_value(text)
        self._names = tuple(texts)
        self._frames = _Frames(self._checked.values())
        closures: list[Closure] = []
        for name, one in self._checked.items():
            with _naming(name):
                closures.append(_json_closure(self._frames.compile(one, is_optional=one.is_optional)))
        self._closures = tuple(closures)

    @cached_property
    def expressions(self) -> Mapping[str, CompiledExpression]:
        """The single expressions by entry name, in the given order."""
        return MappingProxyType({name: CompiledExpression(one) for name, one in self._checked.items()})

    @property
    def paths(self) -> frozenset[Path]:
        """The places any of the expressions may read."""
        return frozenset[Path]().union(*(one.paths for one in self._checked.values()))

    def __call__(self, variables: Variables, /) -> dict[str, JsonValue]:
        """Compute all values in order, or raise ExpressionError naming the first entry that errs."""
        values = self.values(variables)
        return {name: value for name, value in zip(self._names, values, strict=True) if value is not ABSENT}

    def values(self, variables: Variables, /) -> list[JsonValue | Literal[Absent.ABSENT]]:
        """Compute all values in order, absent ones included. Raises ExpressionError as a call does."""
        frame = self._frames.frame(variables)
        values: list[JsonValue | Literal[Absent.ABSENT]] = []
        try:
            for closure in self._closures:
                values.append(closure(frame))  # noqa: PERF401 - how many there are says which of them failed
        except _FAILURES as error:
            name = self._names[len(values)]
            raise _error(error, self._checked[name].text, name) from None
        return values


def compile_function(name: str) -> Callable[[JsonValue], JsonValue]:
    """A function of one value, as expressions call it; what it gives raises ExpressionError.

    Raises ExpressionSyntaxError if there is none of that name that gives JSON.
    """
    expression = compile_expression(f"{name}(value)", ("value",))
    computation = COMPUTATIONS.get((name, 1))
    if computation is None:
        raise ExpressionSyntaxError("unsupported", f"{name}() is no function of one value")
    compute: Callable[[JsonValue], JsonValue] = computation

    def call(value: JsonValue) -> JsonValue:
        try:
            return compute(value)
        except EvaluationError as error:
            raise _error(error, expression.text) from None

    return call


@contextmanager
def _naming(entry: str) -> Iterator[None]:
    """Says in which entry a text is that cannot be used."""
    try:
        yield
    except ExpressionSyntaxError as error:
        error.add_note(f"in the entry {entry}")
        raise


class _Frames:
    """Makes the frames of expressions that are computed together."""

    def __init__(self, checked: Iterable[Checked]) -> None:
        self._names = tuple(sorted({path[0] for one in checked for path in one.paths}))
        self._places = {name: place for place, name in enumerate(self._names, 1)}
        self._rest: list[None] = []

    def compile(self, checked: Checked, *, is_optional: bool) -> Compiled:
        """Compile one of them, to run on these frames."""
        compiled = compile_tree(checked.tree, self._places, is_optional=is_optional)
        self._rest = [None] * max(len(self._rest), compiled.size - 1 - len(self._names))
        return compiled

    def frame(self, variables: Variables) -> Frame:
        """A new frame for these values."""
        return [MAX_ITERATIONS, *[variables.get(name, MISSING) for name in self._names], *self._rest]


def _json_closure(compiled: Compiled) -> Closure:
    """The closure of a whole expression: plain JSON, and a budget of its own."""
    closure = compiled.closure
    if not compiled.is_json:

        def compute(frame: Frame) -> JsonValue | Literal[Absent.ABSENT]:
            frame[BUDGET] = MAX_ITERATIONS
            value = closure(frame)
            return value if value is ABSENT else json_result(value)

        return compute
    if compiled.counts:

        def count(frame: Frame) -> JsonValue | Literal[Absent.ABSENT]:
            frame[BUDGET] = MAX_ITERATIONS
            return closure(frame)

        return count
    return closure


def _error(error: Exception, text: str, entry: str = "") -> ExpressionError:
    """The port's error for one of an evaluation."""
    if isinstance(error, EvaluationError):
        return ExpressionError(
            error.code, error.text, expression=text, entry=entry, function=error.function, rule=error.rule
        )
    return ExpressionError("too-much-work", FAILURES["too-much-work"], expression=text, entry=entry)


def compile_condition(text: str, variables: Iterable[str]) -> CompiledCondition:
    """Compile a condition over these variables. Raises ExpressionSyntaxError."""
    return CompiledCondition(environment(variables), text)


def compile_expression(text: str, variables: Iterable[str]) -> CompiledExpression:
    """Compile an expression over these variables. Raises ExpressionSyntaxError."""
    return CompiledExpression(environment(variables).check_value(text))


def compile_expressions(texts: Mapping[str, str], variables: Iterable[str]) -> CompiledExpressionSet:
    """Compile named expressions to be computed together. Raises ExpressionSyntaxError with the entry as a note."""
    return CompiledExpressionSet(environment(variables), texts)
