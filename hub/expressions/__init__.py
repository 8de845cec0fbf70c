"""CEL, the language of conditions and mappings. The only package that knows its runtime.

    urgent = compile_condition("source.urgent && size(source.items) > 0", ["source"])
    urgent({"source": body})                       # a real bool, or ExpressionError

    fields = compile_expressions({"nid": "national_code(source.person.nid)", "city": "source.?city"}, ["source"])
    fields({"source": body})                       # {"nid": …}; "city" only where there is one

Language definition: https://github.com/google/cel-spec. Beyond its standard functions there are the strings and
optional extensions and ``functions.FUNCTIONS``.
"""

from hub.expressions.compiled import (
    CompiledCondition,
    CompiledExpression,
    CompiledExpressionSet,
    compile_condition,
    compile_expression,
    compile_expressions,
    compile_function,
)
from hub.expressions.environment import MAX_LENGTH
from hub.expressions.functions import FUNCTIONS, Function

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "CompiledCondition",
    "CompiledExpression",
    "CompiledExpressionSet",
    "Function",
    "compile_condition",
    "compile_expression",
    "compile_expressions",
    "compile_function",
]
