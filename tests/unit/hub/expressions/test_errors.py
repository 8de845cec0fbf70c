from typing import Any

import pytest

from hub.core.expressions import ExpressionError, ExpressionSyntaxError
from hub.expressions import MAX_LENGTH, Function, compile_condition, compile_expression, compile_function
from hub.expressions.closures import compiler
from hub.expressions.closures.functions import checked


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("source.a = 1", 1, 10, "compare with =="),
        ("source.a and true", 1, 10, "write && for and"),
        ("'سلام' + 1", 1, 8, "convert with string(), int() or double()"),
        ("source.a +\n  natinal_code('1')", 2, 15, "did you mean national_code?"),
        ("surce.a", 1, 6, "did you mean source?"),
        ("size(source.a", 1, 14, "a bracket is missing"),
        ("'abc", 1, 1, "a quotation mark is missing"),
        ("source.نام", 1, 8, "field names beyond ASCII go in brackets: source['نام']"),
    ],
)
def test_a_syntax_error_says_where_and_what_to_do(text: str, line: int, column: int, hint: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_expression(text, ["source"])
    assert (caught.value.line, caught.value.column, caught.value.hint) == (line, column, hint)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1" * (MAX_LENGTH + 1), "too-long"),
        ("(" * 40 + "1" + ")" * 40, "too-deep"),
        ("1" + " + 1" * 500, "too-deep"),
        ("'\ud800'", "syntax"),
    ],
)
def test_a_text_beyond_the_limits_is_refused(text: str, code: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_expression(text, [])
    assert caught.value.code == code


def test_a_condition_that_cannot_give_a_bool_is_refused_when_compiled() -> None:
    with pytest.raises(ExpressionSyntaxError, match="a condition gives a bool, not string"):
        compile_condition("'true'", [])


@pytest.mark.parametrize("name", ["Source", "", "a-b", "source.a", "متغیر", "1a"])
def test_a_variable_must_have_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="variable's name"):
        compile_expression("1", [name])


def test_a_refusing_function_is_named_with_its_reason() -> None:
    expression = compile_expression("{'nid': national_code(source.nid)}", ["source"])
    with pytest.raises(ExpressionError) as caught:
        expression({"source": {"nid": "0499370898"}})
    error = caught.value
    assert (error.code, error.function, error.rule) == (
        "function",
        "national_code",
        "national-code.check-digit",
    )
    assert error.text.fa == "national_code: رقم کنترل کد ملی درست نیست؛ رقم‌ها را دوباره ببینید"


def test_the_reason_of_an_absorbed_refusal_is_not_taken_for_a_later_one() -> None:
    condition = compile_condition("national_code(source.a) == '' || sheba(source.a) == ''", ["source"])
    with pytest.raises(ExpressionError) as caught:
        condition({"source": {"a": "IR"}})
    assert caught.value.function in {"national_code", "sheba"}
    assert caught.value.rule == f"{caught.value.function.replace('_', '-')}.form"


SECRET = "0499370899"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("{'a': 1}[source.s]", {"s": SECRET}),
        ("source.m[source.s]", {"s": SECRET, "m": {}}),
        ("int(source.s)", {"s": SECRET + "x"}),
        ("timestamp(source.s)", {"s": SECRET}),
        ("source.s + 1", {"s": SECRET}),
        ("national_code(source.s)", {"s": SECRET + "1"}),
        ("'a'.matches(source.s)", {"s": f"({SECRET}"}),
        ("source.s.format([1])", {"s": f"%{SECRET}"}),
        ("source.s + 1", {"s": int(SECRET) << 64}),
        ("source.s == 1.0", {"s": int(SECRET) << 64}),
        ("source.s.replace('', source.s)", {"s": SECRET * 1_000}),
        ("timestamp('2026-02-03T00:00:00Z').getHours(source.s)", {"s": SECRET}),
        ("'%d'.format([source.s])", {"s": SECRET}),
        ("double(source.s)", {"s": SECRET + "x"}),
        ("bool(source.s)", {"s": SECRET}),
        ("[0][int(source.s)]", {"s": SECRET}),
        ("duration(source.s)", {"s": SECRET}),
        ("iso_to_jalali('2026-02-03', source.s)", {"s": SECRET}),
        ("source.s.charAt(1) == source.s.substring(99)", {"s": SECRET}),
        ("1 / (int(source.s) - int(source.s))", {"s": SECRET}),
    ],
)
def test_no_error_repeats_a_value(text: str, source: dict[str, Any]) -> None:
    text = f"string({text})" if "(source.s)" in text and text.startswith(("timestamp", "duration")) else text
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, ["source"])({"source": source})
    told = " ".join([str(caught.value), caught.value.text.fa, caught.value.text.en])
    assert SECRET not in told
    assert caught.value.__suppress_context__


def test_a_function_with_a_defect_fails_its_expression_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Function("digits", (str,), str, lambda text: text[99])
    monkeypatch.setattr(compiler, "COMPUTATIONS", {("digits", 1): checked(broken)})
    with pytest.raises(ExpressionError) as caught:
        compile_expression("digits(source.s)", ["source"])({"source": {"s": SECRET}})
    assert (caught.value.code, caught.value.rule) == ("function", "defect.IndexError")


def test_a_value_nested_beyond_reason_fails_its_expression_and_not_the_process() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    values = {"source": {"a": deep, "b": [deep]}}
    for text in ["source.a == source.b", "'%s'.format([source.a])", "source.a in [source.b]"]:
        with pytest.raises(ExpressionError) as caught:
            compile_expression(text, ["source"])(values)
        assert caught.value.code == "too-much-work"
    assert compile_expression("source.a", ["source"])(values) is deep


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "^(a|a)*$", "(.*)(.*)(.*)(.*)x", "^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_no_pattern_takes_longer_than_its_text(pattern: str) -> None:
    condition = compile_condition(f"source.s.matches('{pattern}')", ["source"])
    assert condition({"source": {"s": "a" * 10_000 + "!"}}) is False


def test_a_pattern_that_is_computed_is_checked_when_it_comes() -> None:
    condition = compile_condition("'aab'.matches(source.p)", ["source"])
    assert condition({"source": {"p": "^a+b$"}}) is True
    for pattern in ["(", "a" * 2_000, "(?=a)"]:
        with pytest.raises(ExpressionError) as caught:
            condition({"source": {"p": pattern}})
        assert caught.value.code == "regex"


def test_a_text_does_not_grow_without_bound() -> None:
    expression = compile_expression("source.s.replace('a', source.s).size()", ["source"])
    assert expression({"source": {"s": "a" * 1_000}}) == 1_000_000
    with pytest.raises(ExpressionError) as caught:
        expression({"source": {"s": "a" * 10_000}})
    assert caught.value.code == "too-much-work"


def test_a_function_of_one_value_can_be_had_alone() -> None:
    digits = compile_function("digits")
    assert digits("۱۲") == "12"
    with pytest.raises(ExpressionError) as caught:
        digits(12)
    assert caught.value.code == "type"
    with pytest.raises(ExpressionError) as refused:
        compile_function("national_code")("1")
    assert (refused.value.code, refused.value.function) == ("function", "national_code")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("natinal_code", "unknown-name"),
        ("bytes", "result-type"),
        ("tehran_instant", "unknown-name"),
        ("has", "syntax"),
    ],
)
def test_only_a_function_of_one_value_that_gives_json_can_be_had_alone(name: str, code: str) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_function(name)
    assert caught.value.code == code
