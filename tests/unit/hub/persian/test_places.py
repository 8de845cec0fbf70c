import pytest

from hub.persian import (
    IdentifierError,
    estate_note_number,
    postal_code,
    postal_code_doubts,
    registry_parcel,
    renovation_code,
)


@pytest.mark.parametrize("given_text", ["1345678914", "۱۳۴۵۶۷۸۹۱۴", "13456-78914", "13456 78914"])
def test_a_postal_code_is_canonicalised(given_text: str) -> None:
    assert postal_code(given_text) == "1345678914"


@pytest.mark.parametrize(
    "given_text", ["", "134567891", "13456789145", "1345-678914", "0000000000", "13456789a4"]
)
def test_what_is_no_postal_code_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"postal-code\.form"):
        postal_code(given_text)


def test_a_zero_or_two_among_the_first_five_digits_is_doubted_but_accepted() -> None:
    assert postal_code("1025678914") == "1025678914"
    assert len(postal_code_doubts("1025678914")) == 1
    assert postal_code_doubts("1345678020") == ()


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("45/123", "45/123"),
        ("۴۵/۱۲۳", "45/123"),
        ("0045 / 0123", "45/123"),
        ("45/0", "45/0"),
        ("۴۵ اصلی", "45/0"),
        ("۱۲۳ فرعی از ۴۵ اصلی", "45/123"),
        ("پلاک ثبتی ۱۲۳ فرعی از ۴۵ اصلي", "45/123"),
        ("45R/123", "45R/123"),
        ("۴۵ باقی‌مانده / ۰", "45R/0"),
        ("۱۲۳ باقیمانده فرعی از ۴۵ اصلی", "45/123R"),
    ],
)
def test_a_registry_parcel_is_canonicalised(given_text: str, canonical: str) -> None:
    assert registry_parcel(given_text) == canonical


@pytest.mark.parametrize(
    "given_text", ["", "45", "0/123", "45/", "/123", "45-123", "123 فرعی", "a/b", "45/123/6"]
)
def test_what_is_no_registry_parcel_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"registry-parcel\.form"):
        registry_parcel(given_text)


def test_an_estate_note_number_keeps_its_zeros() -> None:
    assert estate_note_number("۰۱۳۹۹۲۰۳۰۱۰۵۶۰۱۲۳۴۵") == "0139920301056012345"


@pytest.mark.parametrize("given_text", ["", "1" * 20, "12-3", "12x"])
def test_what_is_no_estate_note_number_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"estate-note-number\.form"):
        estate_note_number(given_text)


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("6-2-15-4-1-3-0", "6-2-15-4-1-3-0"),
        ("۶-۲-۱۵-۰-۰-۰-۰", "6-2-15-0-0-0-0"),
        ("06-02-015-04-01-03-00", "6-2-15-4-1-3-0"),
        ("6 - 2 - 15 - 4 - 1 - 0 - 7", "6-2-15-4-1-0-7"),
    ],
)
def test_a_renovation_code_is_canonicalised(given_text: str, canonical: str) -> None:
    assert renovation_code(given_text) == canonical


def test_a_renovation_code_shown_right_to_left_is_turned_round_on_demand() -> None:
    assert renovation_code("0-3-1-4-15-2-6", reversed_display=True) == "6-2-15-4-1-3-0"


@pytest.mark.parametrize(
    "given_text", ["", "6-2-15-4-1-3", "6-2-15-4-1-3-0-1", "0-2-15-4-1-3-0", "6-2-0-4-1-3-0", "6-2-x-4-1-3-0"]
)
def test_what_is_no_renovation_code_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"renovation-code\.form"):
        renovation_code(given_text)
