"""API keys."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.security.apikeys import hash_of, is_key_of, new_key, prefix_of

SAMPLE = "pvd_abcdefg2_" + "A" * 43


def test_a_new_key_has_the_documented_shape() -> None:
    for _ in range(200):
        made = new_key()
        assert re.fullmatch(r"pvd_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", made.key)
        assert prefix_of(made.key) == made.prefix
        assert made.key[4:12] == made.prefix


def test_the_registry_keeps_the_hash_of_the_whole_key() -> None:
    made = new_key()

    assert made.hash == hashlib.sha256(made.key.encode()).hexdigest()
    assert is_key_of(made.key, made.hash)


def test_keys_do_not_repeat() -> None:
    made = [new_key() for _ in range(500)]

    assert len({key.key for key in made}) == 500
    assert len({key.key[13:] for key in made}) == 500


@given(st.integers(0, len(SAMPLE) - 1), st.characters(codec="ascii"))
def test_one_other_letter_makes_another_key(place: int, letter: str) -> None:
    other = SAMPLE[:place] + letter + SAMPLE[place + 1 :]

    assert is_key_of(other, hash_of(SAMPLE)) == (other == SAMPLE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pvd_",
        SAMPLE[:-1],
        SAMPLE + "A",
        SAMPLE + "\n",
        SAMPLE.upper(),
        SAMPLE.replace("pvd", "pvx"),
        SAMPLE.replace("abcdefg2", "abcdefg1"),
        SAMPLE[:-1] + "=",
        SAMPLE[:-1] + "\u0660",
    ],
)
def test_anything_else_has_no_prefix(text: str) -> None:
    assert prefix_of(text) is None


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert prefix_of(text) is None or prefix_of(text) == text[4:12]
