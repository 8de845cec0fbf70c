"""All functions of expressions but the operators: by name and number of arguments."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from hub.core.values import Text
from hub.expressions.closures import conversions, formatting, numbers, patterns, texts, times
from hub.expressions.failures import EvaluationError, fail
from hub.expressions.functions import FUNCTIONS, Function
from hub.expressions.kinds import INT_HIGHEST, INT_LOWEST
from hub.persian import IdentifierError

Computation = Callable[..., Any]
"""Takes computed arguments. Raises EvaluationError."""


def _same(value: Any) -> Any:
    return value


_STANDARD: Final[dict[tuple[str, int], Computation]] = {
    ("size", 1): texts.size,
    ("contains", 2): texts.holds,
    ("startsWith", 2): texts.starts_with,
    ("endsWith", 2): texts.ends_with,
    ("matches", 2): patterns.matches,
    ("charAt", 2): texts.char_at,
    ("indexOf", 2): texts.index_of,
    ("indexOf", 3): texts.index_of,
    ("lastIndexOf", 2): texts.last_index_of,
    ("lastIndexOf", 3): texts.last_index_before,
    ("join", 1): texts.join,
    ("join", 2): texts.join,
    ("lowerAscii", 1): texts.lower_ascii,
    ("upperAscii", 1): texts.upper_ascii,
    ("strings.quote", 1): texts.quote,
    ("replace", 3): texts.replace,
    ("replace", 4): texts.replace,
    ("reverse", 1): texts.reverse,
    ("split", 2): texts.split,
    ("split", 3): texts.split,
    ("substring", 2): texts.end_of,
    ("substring", 3): texts.substring,
    ("trim", 1): texts.trim,
    ("format", 2): formatting.formatted,
    ("int", 1): conversions.to_int,
    ("uint", 1): conversions.to_uint,
    ("double", 1): conversions.to_double,
    ("string", 1): conversions.to_string,
    ("bool", 1): conversions.to_bool,
    ("bytes", 1): conversions.to_bytes,
    ("type", 1): conversions.type_of,
    ("dyn", 1): _same,
    ("-_", 1): numbers.negate,
    ("timestamp", 1): times.to_timestamp,
    ("duration", 1): times.to_duration,
    **{(name, 1): get for name, get in times.GETTERS.items()},
    **{(name, 2): get for name, get in times.GETTERS.items()},
}


def checked(function: Function) -> Computation:
    """The hub's function, refusing values of other types and telling why it refuses others."""
    name, call, parameters = function.name, function.call, function.parameters

    def refused(error: Exception) -> EvaluationError:
        if isinstance(error, IdentifierError):
            return EvaluationError(
                "function", Text(f"{name}: {error.text.fa}", f"{name}: {error.text.en}"), name, error.rule
            )
        text = Text(f"{name}: {_DEFECT.fa}", f"{name}: {_DEFECT.en}")
        return EvaluationError("function", text, name, f"defect.{type(error).__name__}")

    def compute(*arguments: Any) -> Any:
        for argument, parameter in zip(arguments, parameters, strict=True):
            if type(argument) is not parameter:
                raise fail("type")
        try:
            return call(*arguments)
        except Exception as error:  # noqa: BLE001 - a function's defect fails the evaluation, not the hub
            raise refused(error) from None

    def compute_of_text(text: Any) -> Any:
        if type(text) is not str:
            raise fail("type")
        try:
            return call(text)
        except Exception as error:  # noqa: BLE001 - as above
            raise refused(error) from None

    return compute_of_text if parameters == (str,) else compute


def _in_64_bits(function: Function) -> Computation:
    """The same for integers, which must fit on both sides."""
    name, compute = function.name, checked(function)

    def compute_in_range(*arguments: Any) -> int:
        for argument in arguments:
            if type(argument) is int and not INT_LOWEST <= argument <= INT_HIGHEST:
                raise fail("type")
        result: int = compute(*arguments)
        if not INT_LOWEST <= result <= INT_HIGHEST:
            text = Text(f"{name}: {_BEYOND_INT64.fa}", f"{name}: {_BEYOND_INT64.en}")
            raise EvaluationError("function", text, name, "result.range")
        return result

    return compute_in_range


_BEYOND_INT64 = Text("نتیجه در ۶۴ بیت جا نمی‌شود", "the result is beyond 64 bits")
_DEFECT = Text("تابع با خطای درونی شکست خورد", "the function failed with an error of its own")

COMPUTATIONS: Final = MappingProxyType(
    _STANDARD
    | {
        (function.name, len(function.parameters)): _in_64_bits(function)
        if function.result is int
        else checked(function)
        for function in FUNCTIONS
    }
)
