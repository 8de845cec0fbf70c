from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.core.expressions import (
    ABSENT,
    Condition,
    Expression,
    ExpressionError,
    ExpressionSet,
    ExpressionSyntaxError,
)
from hub.expressions import compile_condition, compile_expression, compile_expressions


def test_the_compiled_types_are_those_of_the_port() -> None:
    condition: Condition = compile_condition("true", [])
    expression: Expression = compile_expression("1", [])
    together: ExpressionSet = compile_expressions({"a": "1"}, [])
    assert condition({}) is True
    assert expression({}) == 1
    assert together({}) == {"a": 1}


def test_results_come_in_the_order_of_the_entries() -> None:
    together = compile_expressions(
        {"c": "source.n + 1", "a": "source.n", "b": "'x'", "d": "source.n * 2"}, ["source"]
    )
    assert list(together({"source": {"n": 1}}).items()) == [("c", 2), ("a", 1), ("b", "x"), ("d", 2)]


def test_an_absent_entry_is_left_out_and_a_null_is_not() -> None:
    together = compile_expressions(
        {"a": "source.?a", "b": "source.?b.optMap(v, v + 1)", "c": "source.?c"}, ["source"]
    )
    assert together({"source": {"c": None}}) == {"c": None}
    assert together({"source": {"a": 1, "b": 1, "c": 1}}) == {"a": 1, "b": 2, "c": 1}


def test_the_first_entry_that_errs_is_named() -> None:
    together = compile_expressions(
        {"fine": "1 + 1", "computed": "source.x + 1", "path": "source.y", "later": "1 / 0"}, ["source"]
    )
    with pytest.raises(ExpressionError) as caught:
        together({"source": {}})
    assert (caught.value.entry, caught.value.code) == ("computed", "missing-field")
    assert caught.value.expression == "source.x + 1"


def test_an_entry_that_does_not_compile_is_named() -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_expressions({"fine": "1", "broken": "1 +"}, ["source"])
    assert caught.value.__notes__ == ["in the entry broken"]


def test_entries_too_many_or_too_deep_for_one_evaluation_are_computed_all_the_same() -> None:
    deep = "[" * 26 + "source.n" + "]" * 26
    nested = {f"f{i}": f"{deep} == {deep} ? {i} : source.n" for i in range(3)}
    assert compile_expressions(nested, ["source"])({"source": {"n": 1}}) == {"f0": 0, "f1": 1, "f2": 2}
    long = {f"f{i}": f"source.n + {'0' * 3_000}{i}" for i in range(60)}
    assert compile_expressions(long, ["source"])({"source": {"n": 1}})["f59"] == 60


def test_work_is_counted_per_entry() -> None:
    busy = {f"f{i}": "source.l.map(i, i).size()" for i in range(3)}
    assert compile_expressions(busy, ["source"])({"source": {"l": [0] * 9_000}}) == dict.fromkeys(busy, 9_000)


def test_nothing_leaks_from_one_entry_into_the_next() -> None:
    together = compile_expressions({"a": "1 // no end", "b": "'], [' + '('", "c": "[[1], [2]].map(i, i)"}, [])
    assert together({}) == {"a": 1, "b": "], [(", "c": [[1], [2]]}


def test_values_come_with_absent_ones_in_their_places() -> None:
    together = compile_expressions({"a": "source.?a", "b": "source.?b", "c": "1"}, ["source"])
    assert together.values({"source": {"b": None}}) == [ABSENT, None, 1]


def test_two_threads_share_an_expression_but_not_its_variables() -> None:
    expression = compile_expression("source.l.map(i, source.l.map(j, i + j).size() + i)", ["source"])

    def compute(n: int) -> bool:
        values = list(range(n, n + 30))
        return all(expression({"source": {"l": values}}) == [i + 30 for i in values] for _ in range(20))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(compute, range(40)))


def test_an_expression_leaves_its_values_as_they_were() -> None:
    source = {"a": [1, {"b": None}]}
    compile_expressions({"a": "source.a", "b": "source.a + [2]"}, ["source"])({"source": source})
    assert source == {"a": [1, {"b": None}]}
