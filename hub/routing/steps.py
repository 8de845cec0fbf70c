"""The steps a route may name, each compiled from its options when the route is loaded."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from hub.core import codes
from hub.core.errors import ExchangeError, FieldError
from hub.core.expressions import Condition, ExpressionError
from hub.core.message import Message
from hub.core.step import Step, StepContext
from hub.core.values import JsonValue, Text
from hub.routing.plan import CONDITION_VARIABLES, condition_variables

ConditionCompiler: TypeAlias = Callable[[str, Iterable[str]], Condition]
"""Compiles a condition over named variables. Raises ExpressionSyntaxError."""


class StepOptionsError(Exception):
    """A step's options are not what it takes."""


StepFactory = Callable[[Mapping[str, JsonValue], ConditionCompiler], Step]


def _require(options: Mapping[str, JsonValue], compile_condition: ConditionCompiler) -> Step:
    """``require: {that: CEL, detail: {fa, en}}``: refuses the message unless the condition holds."""
    that, detail = options.get("that"), options.get("detail")
    if set(options) != {"that", "detail"} or not isinstance(that, str):
        raise StepOptionsError("`require` takes `that` (a condition) and `detail` (a text in fa and en)")
    if not (isinstance(detail, dict) and set(detail) == {"fa", "en"}):
        raise StepOptionsError("`require` needs a `detail` in fa and en: it is what the sender reads")
    text = Text(str(detail["fa"]), str(detail["en"]))
    condition = compile_condition(that, CONDITION_VARIABLES)

    def require(message: Message, context: StepContext) -> Sequence[Message]:
        try:
            holds = condition(condition_variables(message, context.exchange_id, context.opening))
        except ExpressionError as error:
            raise ExchangeError(codes.CONDITION_FAILED, "a `require` could not be evaluated") from error
        if not holds:
            finding = FieldError("", "require", text)
            raise ExchangeError(codes.REQUEST_REFUSED, text.en, errors=(finding,))
        return (message,)

    return require


STEPS: Mapping[str, StepFactory] = {"require": _require}
"""Every step by the name a route gives it."""
