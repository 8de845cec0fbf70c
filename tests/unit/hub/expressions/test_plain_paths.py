"""Paths are the most of what mappings say; they read in many forms, and all give what the referee gives."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from hub.expressions import compile_expression
from tests.unit.hub.expressions.referee import Outcome, outcome, referee, same

NAMES = st.sampled_from(["a", "b", "c"])
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
DOCUMENTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=12,
)
OBJECTS = st.recursive(
    st.dictionaries(NAMES, DOCUMENTS, max_size=3), lambda inner: st.dictionaries(NAMES, inner, max_size=3)
)
STEPS = st.lists(st.sampled_from([".{}", ".{}", ".?{}", "['{}']", "[?'{}']"]), max_size=5)


@given(STEPS, st.lists(NAMES, min_size=5, max_size=5), st.one_of(OBJECTS, DOCUMENTS))
@example([".{}", ".{}"], ["a", "b", "", "", ""], {"a": None})
@example([".{}", ".{}"], ["a", "b", "", "", ""], {"a": [1]})
@example([".{}", ".{}"], ["a", "b", "", "", ""], {"a": "b"})
@example([".?{}", ".{}", ".{}"], ["a", "b", "c", "", ""], {"a": {}})
@example([".?{}", ".{}", ".{}"], ["a", "b", "c", "", ""], {"a": {"b": [1]}})
@example([".?{}", ".?{}"], ["a", "b", "", "", ""], {"a": None})
@example([".{}", ".{}", ".{}", ".{}"], ["a", "a", "a", "a", ""], {"a": {"a": {"a": {"a": 1}}}})
@example([], ["", "", "", "", ""], {"a": {"b": [1, 1.0, True]}})
@example([".{}", ".{}", ".?{}", "['{}']"], ["a", "a", "a", "a", "a"], {"a": {"a": {"a": None}}})
def test_a_path_gives_the_same_as_the_referee(steps: list[str], names: list[str], document: Any) -> None:
    text = "source" + "".join(step.format(name) for step, name in zip(steps, names, strict=False))
    variables = {"source": document}
    mine, judged = outcome(text, variables), referee(text, variables)
    if judged.what == "result":  # its type does not show that it is optional
        assert "[?" in text
        return
    if "?" in text and {mine.what, judged.what} == {"not-an-object", "type"}:
        return  # an index on an optional null errs in both, under another name
    assert mine.what == judged.what
    assert same(mine.value, judged.value)


def test_a_variable_that_is_not_given_errs_the_same_in_every_form() -> None:
    for text in [
        "source",
        "source.a",
        "source.a.b",
        "source.?a",
        "source['a']",
        "has(source.a)",
        "source + 1",
    ]:
        assert outcome(text, {}) == referee(text, {}) == Outcome("missing-variable")


def test_what_is_copied_is_shared_and_not_built_anew() -> None:
    document = {"a": {"b": [1, {"c": None}]}}
    assert compile_expression("source.a", ["source"])({"source": document}) is document["a"]


def test_a_literal_is_no_path() -> None:
    expression = compile_expression("'متن'", ["source"])
    assert expression({}) == "متن"
    assert not expression.is_plain_path
