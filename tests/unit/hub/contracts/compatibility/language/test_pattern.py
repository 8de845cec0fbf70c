"""Patterns as languages agree with the engine that matches them."""

import jsonschema_rs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.contracts.compatibility.language.emptiness import ALL_LENGTHS, Lengths, share_no_word
from hub.contracts.compatibility.language.pattern import (
    ANY_TEXT,
    JSON_DIALECTS,
    Dialect,
    literal,
    pattern_language,
)

ATOMS = [
    "a",
    "b",
    "[ab]",
    "[^a]",
    "[a-c]",
    r"\d",
    r"\w",
    r"\s",
    r"\S",
    ".",
    "^",
    "$",
    r"\.",
    r"[\d_-]",
    r"\u0062",
]
PATTERNS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inside: st.one_of(
        st.lists(inside, min_size=1, max_size=3).map("".join),
        st.lists(inside, min_size=2, max_size=3).map("|".join).map("({})".format),
        st.tuples(inside, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{1,}", "+?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)
TEXTS = st.text(alphabet="abc1_.- \n\r\ufeff\u2028é", max_size=5)


def engine(pattern: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions()
    )


@given(PATTERNS, TEXTS)
def test_a_language_has_just_the_texts_that_the_engine_finds_a_match_in(pattern: str, text: str) -> None:
    language = pattern_language(pattern, Dialect.ENGINE)
    assume(language is not None)
    assert language is not None
    assert share_no_word([literal(text), language], []) is not engine(pattern).is_valid(text)
    assert share_no_word([literal(text)], [language]) is engine(pattern).is_valid(text)


def is_within(old: str, new: str, lengths: Lengths = ALL_LENGTHS) -> bool:
    return all(_is_within(old, new, lengths, dialect) for dialect in JSON_DIALECTS)


def _is_within(old: str, new: str, lengths: Lengths, dialect: Dialect) -> bool:
    one, other = pattern_language(old, dialect), pattern_language(new, dialect)
    assert one is not None
    assert other is not None
    return share_no_word([ANY_TEXT, one], [other], lengths)


@given(PATTERNS, PATTERNS, st.lists(TEXTS, max_size=30))
def test_a_pattern_that_is_proven_to_lie_within_another_does(old: str, new: str, texts: list[str]) -> None:
    assume(
        pattern_language(old, Dialect.ECMA) is not None and pattern_language(new, Dialect.ECMA) is not None
    )
    if is_within(old, new):
        assert not [text for text in texts if engine(old).is_valid(text) and not engine(new).is_valid(text)]


@pytest.mark.parametrize(
    "pattern",
    ["(?=a)", "(?!a)", "(?<=a)", r"(a)\1", r"\bword", r"\p{L}", "a**", "[[a]", "a^", "$a", "(^a)*", r"\cA", "(?i)a",
     "[a&&b]", "a{2,1}", "a{5000}", "(" * 30 + "a" + ")" * 30, "x" * 600, "[]", "(a", "a)"],
)  # fmt: skip
def test_what_is_not_understood_is_not_read(pattern: str) -> None:
    assert pattern_language(pattern, Dialect.ECMA) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("^[0-9]{3}$", "^[0-9]{2,4}$", True),
        ("^a|b$", "^(a|b)$", False),
        ("(^a|b)c", "c", True),
        ("^(a|ab)(c|bcd)$", "^a", True),
        ("^(.*a){5}$", "^(.*a){4}", True),
        ("^(a*b)*$", "^[ab]*$", True),
        ("^[ab]*$", "^(a*b)*$", False),
        ("^(a{3}){2}$", "^a{6}$", True),
        ("^.{1,5}$", "^.{1,6}$", True),
        ("^.{1,6}$", "^.{1,5}$", False),
    ],
)
def test_patterns_are_compared_as_languages(old: str, new: str, *, expected: bool) -> None:
    assert is_within(old, new) is expected


def test_a_length_is_part_of_the_question() -> None:
    assert not is_within("^a*$", "^a{2,3}$")
    assert is_within("^a*$", "^a{2,3}$", Lengths(2, 3))
    assert is_within("^(ab)*$", "^$", Lengths(1, 1))
    assert is_within("^(ab)*$", "^a", Lengths(1, None))


def test_what_would_take_too_long_is_not_proven() -> None:
    assert not is_within("^(a|b)*a(a|b){14}$", "^(a|b)*a(a|b){13}(a|b)$")


def test_a_dot_takes_no_line_end_of_javascript() -> None:
    ecma, engine_ = (pattern_language("^.$", dialect) for dialect in JSON_DIALECTS)
    assert ecma is not None
    assert engine_ is not None
    assert share_no_word([literal("\r"), ecma], [])
    assert not share_no_word([literal("\r"), engine_], [])


def test_patterns_of_xml_match_the_whole_text() -> None:
    language = pattern_language("a+", Dialect.XML_SCHEMA)
    assert language is not None
    assert share_no_word([literal("xa"), language], [])
    assert not share_no_word([literal("aa"), language], [])


@pytest.mark.parametrize("pattern", [r"\i\c*", r"\p{L}", "[a-z-[aeiou]]", "^a$"])
def test_what_is_not_understood_of_xml_is_not_read(pattern: str) -> None:
    assert pattern_language(pattern, Dialect.XML_SCHEMA) is None


def test_a_digit_of_xml_may_be_persian() -> None:
    digit, word = pattern_language(r"\d", Dialect.XML_SCHEMA), pattern_language(r"\w", Dialect.XML_SCHEMA)
    assert digit is not None
    assert word is not None
    assert not share_no_word([literal("۷"), digit], [])
    assert not share_no_word([literal("ی"), word], [])
    assert share_no_word([literal("_"), word], [])
