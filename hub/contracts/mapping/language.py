"""Where mappings meet the expression language; the only place that knows where it comes from."""

from collections.abc import Callable

from hub.core.expressions import Condition, Expression, ExpressionSet
from hub.core.values import JsonValue
from hub.expressions import compile_condition, compile_expression, compile_expressions, compile_function


def expression(text: str, variables: frozenset[str]) -> Expression:
    """Compile an expression. Raises ExpressionSyntaxError."""
    return compile_expression(text, variables)


def condition(text: str, variables: frozenset[str]) -> Condition:
    """Compile a condition. Raises ExpressionSyntaxError."""
    return compile_condition(text, variables)


def function(name: str) -> Callable[[JsonValue], JsonValue]:
    """Compile a function of one value. Raises ExpressionSyntaxError."""
    return compile_function(name)


def expression_set(texts: dict[str, str], variables: frozenset[str]) -> ExpressionSet:
    """Compile expressions that are computed together. Raises ExpressionSyntaxError."""
    return compile_expressions(texts, variables)
