"""The same expressions evaluated by Google's CEL runtime (cel-expr-python): the referee of what they mean.

Only tests evaluate in it. Its binding (0.1.3) gives up a reference to None for each null in a result, cuts texts at
NUL, cannot convert optional values and returns errors as texts: each is dealt with here as far as a test needs it.
"""

import ctypes
import math
import re
import sys
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

from hub.core.expressions import ABSENT, ExpressionError, ExpressionSyntaxError
from hub.expressions import FUNCTIONS, compile_expression

VARIABLES = ("source", "x")
_TYPES = {str: cel.Type.STRING, int: cel.Type.INT, dict: cel.Type.MAP}


class Outcome(NamedTuple):
    """What came of an evaluation: ``value``, ``absent`` or an error's code; and the value."""

    what: str
    value: Any = None


def outcome(text: str, variables: dict[str, Any]) -> Outcome:
    """What the hub makes of an expression."""
    try:
        value = compile_expression(text, VARIABLES)(variables)
    except ExpressionSyntaxError as error:
        return Outcome(f"compile {error.code}")
    except ExpressionError as error:
        return Outcome(error.code)
    return Outcome("absent") if value is ABSENT else Outcome("value", value)


def referee(text: str, variables: dict[str, Any]) -> Outcome:
    """What the runtime makes of an expression that compiles."""
    environment = _environment()
    optional = "?" if environment.compile(text).return_type().name().startswith("optional_type") else ""
    try:
        value = environment.compile(f"[{optional}({text}\n)]").eval(environment.Activation(variables))
    except RuntimeError as error:
        return Outcome(_code(str(error)))
    if value.type() == cel.Type.ERROR:
        return Outcome(_code(str(value.value())))
    if _hides_optional(value):
        return Outcome("result")
    found = value.plain_value()
    if not found:
        return Outcome("absent")
    return Outcome("value", found[0]) if _is_json(found[0]) else Outcome("result")


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same kind throughout: 1, 1.0 and True are three values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@cache
def _environment() -> Any:
    if sys.version_info < (3, 12):
        ctypes.c_ssize_t.from_address(id(None)).value += 1 << 40
    by_name: dict[str, list[Any]] = {}
    for function in FUNCTIONS:
        parameters = [_TYPES[kind] for kind in function.parameters]
        name = "_".join([function.name, *(kind.__name__ for kind in function.parameters)])
        overload = cel.Overload(name, _TYPES[function.result], parameters, impl=_never_raising(function))
        by_name.setdefault(function.name, []).append(overload)
    return cel.NewEnv(
        variables=dict.fromkeys(VARIABLES, cel.Type.DYN),
        extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
        functions=[cel.FunctionDecl(name, overloads) for name, overloads in by_name.items()],
    )


def _never_raising(function: Any) -> Any:
    def call(*arguments: Any) -> Any:
        try:
            result = function.call(*arguments)
        except ValueError:
            return None
        return result if not isinstance(result, int) or -(2**63) <= result < 2**63 else None

    return call


def _hides_optional(value: Any) -> bool:
    kind = value.type()
    if kind == cel.Type.ERROR:
        return True
    if not kind.name().startswith(("LIST", "MAP")):
        return False
    inner = value.value()
    return any(map(_hides_optional, inner.values() if isinstance(inner, dict) else inner))


def _is_json(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_json, value))
    if isinstance(value, dict):
        return all(type(key) is str for key in value) and all(map(_is_json, value.values()))
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, datetime | timedelta | bytearray) and type(value) in {
        str,
        int,
        bool,
        type(None),
    }


_CODES = (
    ("missing-variable", r"No value with name"),
    ("function", r"Python function '"),
    ("missing-field", r"Key not found in map|no such key"),
    ("not-an-object", r"Applying SELECT|overloads found : _(?:\?\._|\[\?_\])"),
    ("index", r"Index error|index -?[0-9]+ out of|index out of range|<(?:pos|start|end)>"),
    (
        "type",
        r"No matching overloads|Invalid container type|can only be used on|Invalid map key|duplicate key|expected a double but got",
    ),
    ("no-value", r"optional.none\(\) dereference"),
    ("division", r"divide by zero|modulus by zero|division by zero"),
    ("range", r"overflow|out of (?:u?int(?:32|64)?|range)|underflow|OUT_OF_RANGE|allowed duration"),
    ("regex", r"regular expression|regex"),
    (
        "conversion",
        r"onver(?:t|sion)|malformed|Invalid timezone|format string|precision specifier|formatting clause",
    ),
    ("too-much-work", r"Iteration budget"),
)


def _code(message: str) -> str:
    return next((code for code, pattern in _CODES if re.search(pattern, message)), f"unknown: {message}")
