import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.persian import (
    IdentifierError,
    motorcycle_plate,
    numeric_plate,
    plate,
    plate_from_numeric,
    plate_to_numeric,
)

LETTERS = ["الف", *"بپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"]


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("12ب34567", "12ب34567"),
        ("۱۲ ب ۳۴۵ ایران ۶۷", "12ب34567"),
        ("12-ب-345-67", "12ب34567"),
        ("12ا34510", "12الف34510"),
        ("12الف34510", "12الف34510"),
        ("12ي34567", "12ی34567"),
        ("12هـ34567", "12ه34567"),
    ],
)
def test_a_plate_is_canonicalised(given_text: str, canonical: str) -> None:
    assert plate(given_text) == canonical


@pytest.mark.parametrize(
    "given_text", ["", "12ب3456", "10ب34567", "12ب30567", "12ب34507", "12B34567", "12بب34567", "1234567"]
)
def test_what_is_no_plate_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"plate\.form"):
        plate(given_text)


@pytest.mark.parametrize(
    ("letters", "numeric"),
    [("12الف34567", "120134567"), ("12ب34567", "120234567"), ("12ی34510", "123234510")],
)
def test_the_letter_is_its_number_in_the_alphabet(letters: str, numeric: str) -> None:
    assert plate_to_numeric(letters) == numeric
    assert plate_from_numeric(numeric) == letters


@pytest.mark.parametrize("given_text", ["120034567", "123334567", "12023456", "1202345670", "100234567"])
def test_what_is_no_numeric_plate_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"numeric-plate\.form"):
        numeric_plate(given_text)


serial = st.integers(1, 9).map(str)


@given(serial, serial, st.sampled_from(LETTERS), serial, serial, serial, st.integers(10, 99))
def test_every_plate_survives_the_way_to_its_numeric_form_and_back(  # noqa: PLR0917 - a plate has that many parts
    a: str, b: str, letter: str, c: str, d: str, e: str, region: int
) -> None:
    code = f"{a}{b}{letter}{c}{d}{e}{region}"
    assert plate(code) == code
    assert plate_from_numeric(numeric_plate(plate_to_numeric(code))) == code


def test_a_motorcycle_plate_is_eight_digits() -> None:
    assert motorcycle_plate("۱۲۳-۴۵۶۷۸") == "12345678"
    with pytest.raises(IdentifierError, match=r"motorcycle-plate\.form"):
        motorcycle_plate("1234567")
