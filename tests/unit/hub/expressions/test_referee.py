"""What closures compute is what Google's CEL runtime computes: on the table of cases, and on random expressions."""

from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.unit.hub.expressions.case_table import CASES, title, variables
from tests.unit.hub.expressions.referee import Outcome, outcome, referee, same

JUDGED = [case for case in CASES if "compile" not in case and "differs" not in case]


@pytest.mark.parametrize("case", JUDGED, ids=title)
def test_the_referee_sees_a_case_as_the_table_does(case: dict[str, Any]) -> None:
    judged = referee(case["expr"], variables(case))
    if "error" in case:
        assert judged.what == case["error"]
    elif case.get("absent"):
        assert judged.what == "absent"
    else:
        assert judged.what == "value"
        assert same(judged.value, case["value"])


# Random expressions. Types that the checker refuses are no loss: what it lets pass is what can run.

NUMBERS = [
    "dyn(1)",
    "dyn(2.0)",
    "dyn(3u)",
    "0",
    "1",
    "-1",
    "2",
    "7",
    "9223372036854775807",
    "-9223372036854775808",
    "1u",
    "3u",
    "0.0",
    "1.0",
    "-2.5",
    "1e30",
]
TEXTS = [
    "dyn('a')",
    "dyn('')",
    "''",
    "'a'",
    "'ab'",
    "'سلام'",
    "'1'",
    "'1.5'",
    "'true'",
    "'2026-02-03T00:00:00Z'",
    "'1h'",
]
FIELDS = ["i", "d", "s", "b", "n", "l", "m", "u", "any", "zz"]
PATHS = [f"source.{name}" for name in FIELDS] + [
    "source",
    "source.m.a",
    "source.m.l",
    "source.l[0]",
    "source.m.zz",
]
OPTIONALS = [f"source.?{name}" for name in FIELDS] + [
    "source.?m.?a", "source.?m.zz", "source.l[?0]", "source.m[?'a']", "optional.none()", "source.?zz.?a",
]  # fmt: skip
BINARY = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in"]
ONE = [
    "size({})", "int({})", "uint({})", "double({})", "string({})", "bool({})", "dyn({})", "!({})", "-({})", "type({}) == int",
    "({}).trim()", "({}).lowerAscii()", "({}).reverse()", "({}).split('a')", "({}).join()", "({}).matches('^[a-z]+$')",
    "[{}]", "{{'k': {}}}", "optional.of({}).hasValue()", "optional.ofNonZeroValue({}).orValue('zero')", "has(({}).a)",
    "({}).a", "({}).?a.orValue(5)", "'%s'.format([{}])", "timestamp({}).getFullYear()", "string(duration({}))", "bytes({}).size()",
    "[?optional.of({})]", "({}).upperAscii()", "strings.quote({})", "[{}][0]", "({})[0]", "({})['a']", "national_code({})",
]  # fmt: skip
MACROS = ["all", "exists", "exists_one", "filter", "map"]


def binary(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda one, sign, other: f"dyn({one}) {sign} dyn({other})", inner, st.sampled_from(BINARY), inner
    )


def called(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(ONE), st.one_of(inner, st.builds("dyn({})".format, inner)))


def comprehension(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.one_of(inner, st.sampled_from(["v", "v == 1", "v > 1", "v.a", "v + v", "size(v) > 0", "v"]))
    return st.builds(
        lambda source, macro, body: f"({source}).{macro}(v, {body})", inner, st.sampled_from(MACROS), body
    )


def other(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    optional = st.one_of(st.sampled_from(OPTIONALS), st.builds("optional.of({})".format, inner))
    return st.one_of(
        st.builds(lambda a, b, c: f"({a}) ? ({b}) : ({c})", inner, inner, inner),
        st.builds(lambda a, b: f"({a}).orValue({b})", optional, inner),
        st.builds(
            lambda a, b: f"({a}).optMap(w, {b}).orValue(0)", optional, st.one_of(inner, st.just("w + w"))
        ),
        st.builds(lambda a, b: f"({a}).or({b}).hasValue()", optional, optional),
        st.builds(lambda a, b: f"[{a}, ?{b}]", inner, optional),
        st.builds(lambda a, b: f"({a})[{b}]", inner, inner),
        st.builds(lambda a, b: f"({a}).contains({b})", inner, inner),
        st.builds(lambda a, b: f"({a}).indexOf({b})", inner, inner),
        st.builds(lambda a, b: f"({a}).substring({b})", inner, inner),
    )


LEAVES = st.one_of(st.sampled_from(PATHS), st.sampled_from(PATHS), st.sampled_from(NUMBERS), st.sampled_from(TEXTS),
                   st.sampled_from(["true", "false", "null", "dyn(true)", "dyn(null)", "dyn([])", "[]", "[1, 2.0, 'a']", "{'a': dyn(1)}", "{}"]))  # fmt: skip
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        binary(inner), binary(inner), called(inner), called(inner), comprehension(inner), other(inner)
    ),
    max_leaves=6,
)

WORDS = st.sampled_from(
    ["", "a", "ab", "1", "-7", "0.5", "true", "سلام\u200c", "😀", "2026-02-03T00:00:00Z", "90s", "0499370899"]
)
INTEGERS = st.one_of(st.integers(-3, 9), st.integers(-(2**63), 2**63 - 1))
DOUBLES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 0.5, -1.5, 1e300, 9.3e18]),
    st.floats(allow_nan=False, allow_infinity=False),
)
ATOMS = st.one_of(st.none(), st.booleans(), INTEGERS, DOUBLES, WORDS)
LISTS = st.lists(st.one_of(ATOMS, st.fixed_dictionaries({"a": ATOMS})), max_size=4)
DOCUMENTS = st.fixed_dictionaries(
    {
        "i": INTEGERS, "d": DOUBLES, "s": WORDS, "b": st.booleans(), "l": LISTS,
        "m": st.fixed_dictionaries({"a": ATOMS}, optional={"l": LISTS}),
    },
    optional={"n": st.none(), "u": st.integers(2**63, 2**64 - 1), "any": ATOMS},
)  # fmt: skip


@settings(max_examples=1_000)
@given(EXPRESSIONS, DOCUMENTS)
@example("(source.i) + (source.i)", {"i": 2**62})
@example("source.b && source.zz", {"b": 1})
def test_a_random_expression_gives_what_the_referee_gives(text: str, document: dict[str, Any]) -> None:
    given_values = {"source": document}
    mine = outcome(text, given_values)
    assume(not mine.what.startswith("compile"))
    judged = referee(text, given_values)
    if "(v, " in text and "value" not in {mine.what, judged.what}:
        return  # which of several elements' errors is told is nobody's promise
    assert mine.what == judged.what
    assert same(unordered(mine.value), unordered(judged.value)), (mine, judged)


def unordered(value: Any) -> Any:
    """The value with its lists sorted: in which order a map's keys are gone through is nobody's promise either."""
    if isinstance(value, list):
        return sorted(map(unordered, value), key=repr)
    return {key: unordered(item) for key, item in value.items()} if isinstance(value, dict) else value


OPERATIONS = [
    *(f"source.a {sign} source.b" for sign in BINARY if sign != "%"),
    "source.a % source.b", "-source.a", "!source.a", "source.a ? 1 : 2", "source.a[source.b]", "source.a[?source.b].orValue(0)",
    "int(source.a)", "uint(source.a)", "double(source.a)", "string(source.a)", "bool(source.a)", "bytes(source.a).size()",
    "timestamp(source.a).getSeconds()", "string(duration(source.a))", "uint(source.a) - uint(source.b)",
    "uint(source.a) * uint(source.b)", "uint(source.a) / uint(source.b)", "uint(source.a) % uint(source.b)",
    "uint(source.a) < source.b", "uint(source.a) == source.b", "source.a in [source.b, 1, 2.0, 'a']", "source.a in {'a': 1}",
    "source.a in ['a', '1']", "source.a == 1", "source.a != 'a'", "source.a == 1.0", "source.a == null", "source.a != true",
    "{source.a: 1}[source.b]", "{1: 'one', 'a': 'two'}[source.a]", "size(source.a)", "source.a.split(source.b)",
    "source.a.replace(source.b, 'xy')", "source.a.split('', source.b)", "source.a.charAt(source.b)",
    "source.a.indexOf('a', source.b)", "source.a.lastIndexOf('a', source.b)", "source.a.lastIndexOf(source.b)",
    "source.a.substring(source.b, 2)", "source.a.join(source.b)", "source.a.trim()", "source.a.reverse()",
    "strings.quote(source.a)", "'%s %s'.format([source.a, source.b])", "'%d'.format([source.a])", "'%.3f'.format([source.a])",
    "'%e'.format([source.a])", "'%x %X'.format([source.a, source.b])", "'%b'.format([source.a])", "'%o'.format([source.a])",
    "optional.ofNonZeroValue(source.a).hasValue()", "source.a.startsWith(source.b)", "source.a.contains(source.b)",
    "type(source.a) == type(source.b)", "[source.a] == [source.b]", "{'k': source.a} == {'k': source.b}",
    "timestamp(source.a) < timestamp(source.b)", "string(timestamp(source.a) - duration(source.b))",
]  # fmt: skip
SIGNS = st.text('aA1 -+.eéی\u200c\n"\\%s', max_size=5)
VALUES = st.one_of(ATOMS, SIGNS, st.integers(0, 2**64 - 1), st.integers(-4, 4), st.floats(-3, 3), LISTS,
                   st.lists(st.one_of(WORDS, SIGNS), max_size=3), st.dictionaries(WORDS, ATOMS, max_size=2),
                   st.floats(allow_nan=False, allow_infinity=False))  # fmt: skip


@settings(max_examples=1_000)
@given(st.sampled_from(OPERATIONS), VALUES, VALUES)
def test_a_single_operation_gives_what_the_referee_gives(text: str, one: Any, other: Any) -> None:
    given_values = {"source": {"a": one, "b": other}}
    mine, judged = outcome(text, given_values), referee(text, given_values)
    assert mine.what == judged.what
    assert same(mine.value, judged.value), (mine, judged)


def test_the_referee_tells_one_kind_from_another() -> None:
    assert referee("1", {}) == Outcome("value", 1)
    assert referee("1 / 0", {}) == Outcome("division")
    assert referee("optional.none()", {}) == Outcome("absent")
    assert not same(1, 1.0)
