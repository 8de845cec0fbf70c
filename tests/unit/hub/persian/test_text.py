import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.persian import (
    COMPARED,
    IDENTIFIER,
    STORED,
    TextRules,
    ascii_digits,
    normalise,
    persian_digits,
)

RULES = st.builds(
    TextRules,
    digits=st.sampled_from(["keep", "ascii", "persian"]),
    zwnj=st.sampled_from(["keep", "space", "drop"]),
    drop_harakat=st.booleans(),
    fold_hamza=st.booleans(),
    drop_spaces=st.booleans(),
    collapse_spaces=st.booleans(),
)
PERSIAN = st.text(
    "ابپیيىئکكهةۀأإآؤ"
    "\u0640\u200c\u200d\u200e\u200f\u202b\u2066\u064b\u0651\u0653\u0654\u0655\u0670"
    "ﺎﷲﯽﻱﻙﹱ۱١1 \n"
)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("علي", "علی"),
        ("موسى", "موسی"),
        ("كتاب", "کتاب"),
        ("ﻋﻠﻲ", "علی"),  # presentation forms
        ("ﻛﺘﺎﺏ", "کتاب"),
        ("سـلام", "سلام"),
        ("\u200fسلام\u200e", "سلام"),
        ("می\u200cروم", "می\u200cروم"),  # ZWNJ is spelling
        ("خانۀ", "خانۀ"),
        ("مرآة", "مرآة"),
        ("رأی", "رأی"),
        ("۱۲٣4", "۱۲٣4"),
        ("plain ASCII, as it was", "plain ASCII, as it was"),
        ("", ""),
    ],
)
def test_stored_text_keeps_its_spelling_in_persian_letters(given_text: str, stored: str) -> None:
    assert normalise(given_text, STORED) == stored


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("می\u200cروم", "می روم"),
        ("مُحَمَّد", "محمد"),
        ("رأی", "رای"),
        ("خانۀ ما", "خانه  ما "),
        ("خانهٔ ما", "خانه ما"),
        ("مسئول", "مسیول"),
        ("پلاک ۱۲", "پلاك ١٢"),
    ],
)
def test_spellings_of_the_same_word_compare_equal(one: str, other: str) -> None:
    assert normalise(one, COMPARED) == normalise(other, COMPARED)


def test_identifiers_lose_all_that_cannot_be_seen() -> None:
    assert normalise("\u202b ۰۴۹\u200c۹ ٣٧\u200d\ufeff", IDENTIFIER) == "049937"


def test_digits_are_folded_without_touching_letters() -> None:
    assert ascii_digits("کد ۱۲٣") == "کد 123"
    assert persian_digits("کد 12٣") == "کد ۱۲۳"


@given(st.one_of(PERSIAN, st.text()), RULES)
@example("ا\u0640\u0653", STORED)
@example("ﹱ", STORED)
def test_normalising_twice_gives_the_same_as_once(text: str, rules: TextRules) -> None:
    once = normalise(text, rules)
    assert normalise(once, rules) == once


@given(st.one_of(PERSIAN, st.text()))
def test_no_arabic_yeh_or_kaf_tatweel_or_direction_mark_is_left(text: str) -> None:
    assert not set(normalise(text)) & set(
        "يىك\u0640\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )


@given(st.text("abcXYZ019 ,./آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰۱۲۳۴۵۶۷۸۹،؛؟«»\u200c", max_size=12), RULES)
def test_text_that_is_clean_already_gives_what_other_text_gives(text: str, rules: TextRules) -> None:
    """It takes a shorter way; an Arabic yeh at its end makes it take the long one."""
    assert normalise(text + "|ي", rules) == normalise(text + "|ی", rules)


def test_clean_text_stays_as_it_is() -> None:
    text = "سند تک\u200cبرگ، پلاک ۱۲ فرعی «الف» (A-1)"
    assert normalise(text) == text
