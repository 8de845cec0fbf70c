import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.persian import IdentifierError, legal_id, mobile, national_code
from hub.persian.checksums import legal_id_check_digit, national_code_check_digit


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def with_another_digit(code: str, place: int, shift: int) -> str:
    return code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]


@pytest.mark.parametrize(
    ("given_text", "canonical"),
    [
        ("0499370899", "0499370899"),
        ("0045123780", "0045123780"),
        ("2710123452", "2710123452"),
        ("1276543212", "1276543212"),
        ("1054567891", "1054567891"),  # remainder 10
        ("1084567891", "1084567891"),  # remainder 1
        ("۰۴۹۹۳۷۰۸۹۹", "0499370899"),
        ("٠٤٩٩٣٧٠٨٩٩", "0499370899"),
        (" \u200f0499370899\u200c ", "0499370899"),
        ("049 937 0899", "0499370899"),
    ],
)
def test_a_national_code_is_canonicalised(given_text: str, canonical: str) -> None:
    assert national_code(given_text) == canonical


@pytest.mark.parametrize(
    ("given_text", "rule"),
    [
        ("", "national-code.form"),
        ("499370899", "national-code.form"),  # a lost zero is not put back
        ("04993708990", "national-code.form"),
        ("0499-370899", "national-code.form"),
        ("049937089a", "national-code.form"),
        ("²499370899", "national-code.check-digit"),  # NFKC makes it 2499370899
        ("०499370899", "national-code.form"),  # a Devanagari digit is no digit here
        ("0499370899\n1", "national-code.form"),
        ("0000000000", "national-code.repeated"),
        ("1111111111", "national-code.repeated"),
        ("0499370898", "national-code.check-digit"),
        ("0499370890", "national-code.check-digit"),
    ],
)
def test_a_national_code_is_refused_by_rule(given_text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        national_code(given_text)
    assert caught.value.rule == rule


@given(digits(9), st.integers(0, 9), st.integers(1, 9))
def test_a_slip_in_one_digit_of_a_national_code_is_seen(first: str, place: int, shift: int) -> None:
    check = national_code_check_digit(first)
    code = f"{first}{check}"
    assume(len(set(code)) > 1)
    assume(check != 1 or place == 9)  # two remainders share the check digit 1
    with pytest.raises(IdentifierError):
        national_code(with_another_digit(code, place, shift))


@pytest.mark.parametrize("code", ["10380284790", "10101234565", "14004567890", "10321654984"])
def test_a_legal_id_is_accepted(code: str) -> None:
    assert legal_id(code) == code


def test_a_legal_id_in_persian_digits_becomes_ascii() -> None:
    assert legal_id("۱۰۳۸۰۲۸۴۷۹۰") == "10380284790"


@pytest.mark.parametrize(
    ("given_text", "rule"),
    [
        ("1038028479", "legal-id.form"),
        ("103802847900", "legal-id.form"),
        ("1038028479x", "legal-id.form"),
        ("10000000000", "legal-id.empty"),
        ("10380284791", "legal-id.check-digit"),
        ("10380284760", "legal-id.check-digit"),
    ],
)
def test_a_legal_id_is_refused_by_rule(given_text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        legal_id(given_text)
    assert caught.value.rule == rule


@given(digits(10), st.integers(0, 10), st.integers(1, 9))
def test_a_slip_in_one_digit_of_a_legal_id_is_seen(first: str, place: int, shift: int) -> None:
    check = legal_id_check_digit(first)
    assume(check != 0 or place == 10)  # two remainders share the check digit 0
    with pytest.raises(IdentifierError):
        legal_id(with_another_digit(f"{first}{check}", place, shift))


@pytest.mark.parametrize(
    "given_text",
    [
        "09121234567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "+989121234567",
        "00989121234567",
        "989121234567",
        "0912 123 4567",
        "0912-123-4567",
    ],
)
def test_a_mobile_number_is_canonicalised(given_text: str) -> None:
    assert mobile(given_text) == "09121234567"


@pytest.mark.parametrize(
    "given_text", ["9121234567", "0912123456", "02112345678", "+19121234567", "", "091212345678"]
)
def test_what_is_no_mobile_number_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError, match=r"mobile\.form"):
        mobile(given_text)


def test_a_refusal_speaks_persian_and_never_repeats_the_value() -> None:
    with pytest.raises(IdentifierError) as caught:
        national_code("0499370898")
    assert caught.value.text.fa == "رقم کنترل کد ملی درست نیست؛ رقم‌ها را دوباره ببینید"
    assert "0499370898" not in str(caught.value)
