"""The table in cases.yaml, run through every way an expression may take."""

from typing import Any

import pytest

from hub.core.expressions import ABSENT, ExpressionError, ExpressionSyntaxError
from hub.expressions import CompiledCondition, compile_condition, compile_expression, compile_expressions
from tests.unit.hub.expressions.case_table import CASES, title, variables
from tests.unit.hub.expressions.referee import same

VARIABLES = ("source", "x")
COMPILING = [case for case in CASES if "compile" not in case]


@pytest.mark.parametrize("case", [case for case in CASES if "compile" in case], ids=title)
def test_a_text_that_cannot_be_used_is_refused_when_it_is_compiled(case: dict[str, Any]) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_expression(case["expr"], VARIABLES)
    assert caught.value.code == case["compile"]


@pytest.mark.parametrize("case", COMPILING, ids=title)
def test_an_expression_alone(case: dict[str, Any]) -> None:
    expression = compile_expression(case["expr"], VARIABLES)
    if "error" in case:
        with pytest.raises(ExpressionError) as caught:
            expression(variables(case))
        assert caught.value.code == case["error"]
    elif case.get("absent"):
        assert expression(variables(case)) is ABSENT
    else:
        assert same(expression(variables(case)), case["value"])


@pytest.mark.parametrize("case", COMPILING, ids=title)
def test_an_expression_among_others(case: dict[str, Any]) -> None:
    """Beside a path, a literal, and two computed entries, of which one gives nested lists."""
    together = compile_expressions(
        {"a": "1 + 1", "path": "x.p", "it": case["expr"], "literal": "'y'", "list": "[[1]].map(i, i)"},
        VARIABLES,
    )
    given = variables(case) | {"x": {"p": 5}}
    if "error" in case:
        with pytest.raises(ExpressionError) as caught:
            together(given)
        assert (caught.value.entry, caught.value.code) == ("it", case["error"])
    else:
        it = {} if case.get("absent") else {"it": case["value"]}
        assert same(together(given), {"a": 2, "path": 5, **it, "literal": "y", "list": [[1]]})


def condition_or_refusal(text: str) -> CompiledCondition | str:
    try:
        return compile_condition(text, VARIABLES)
    except ExpressionSyntaxError as error:
        return error.code


@pytest.mark.parametrize("case", COMPILING, ids=title)
def test_a_condition_is_true_only_for_a_real_true(case: dict[str, Any]) -> None:
    condition = condition_or_refusal(case["expr"])
    if type(case.get("value")) is bool:
        assert not isinstance(condition, str)
        assert condition(variables(case)) is case["value"]
    elif isinstance(condition, str):
        assert condition == "result-type"
    else:
        with pytest.raises(ExpressionError) as caught:
            condition(variables(case))
        assert caught.value.code in {case.get("error"), "not-bool"}
