import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import estates, people
from sandbox.people import check_digit, is_national_code


@pytest.mark.parametrize("national_code", sorted(people.PEOPLE))
def test_every_seeded_person_has_a_valid_national_code(national_code: str) -> None:
    assert is_national_code(national_code)


@pytest.mark.parametrize("estate", estates.ESTATES.values(), ids=lambda estate: estate.note_number)
def test_every_seeded_estate_belongs_to_known_people_in_whole(estate: estates.Estate) -> None:
    persons = [owner for owner in estate.owners if len(owner.national_code) == 10]
    assert all(owner.national_code in people.PEOPLE for owner in persons)
    assert sum(owner.share_of for owner in estate.owners) == 6
    assert len(estate.postal_code) == 10


@pytest.mark.parametrize("text", ["", "999000001", "9990000019", "1111111111", "۹۹۹۰۰۰۰۰۱۸", "99900000180"])
def test_invalid_national_codes_are_refused(text: str) -> None:
    assert not is_national_code(text)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 9))
def test_only_one_check_digit_is_right(first_nine: str, digit: int) -> None:
    national_code = f"{first_nine}{digit}"
    alike = len(set(national_code)) == 1
    assert is_national_code(national_code) == (check_digit(first_nine) == str(digit) and not alike)


@given(st.from_regex(r"99[0-9]{17}", fullmatch=True))
def test_every_synthetic_estate_belongs_to_one_synthetic_person(note_number: str) -> None:
    estate = estates.find(note_number)
    assert estate is not None
    assert estate == estates.find(note_number)
    person = people.find(estate.owners[0].national_code)
    assert person is not None
    assert person.birth_date == "13700101"


def test_others_are_not_found() -> None:
    assert people.find("9990000093") is None
    assert people.find("9980000000") is None
    assert estates.find("42") is None
