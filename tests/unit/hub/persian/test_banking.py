import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.persian import IdentifierError, card, sheba
from hub.persian.checksums import iban_remainder, luhn_remainder

SHEBA = "IR050170000000123456789012"
CARD = "6037991234567893"


@pytest.mark.parametrize(
    "given_text",
    [
        SHEBA,
        SHEBA.lower(),
        "IR05 0170 0000 0012 3456 7890 12",
        "IR۰۵۰۱۷۰۰۰۰۰۰۰۱۲۳۴۵۶۷۸۹۰۱۲",
        "IR05-0170-0000-0012-3456-7890-12",
    ],
)
def test_a_sheba_is_canonicalised(given_text: str) -> None:
    assert sheba(given_text) == SHEBA


@pytest.mark.parametrize(
    ("given_text", "rule"),
    [
        ("", "sheba.form"),
        (SHEBA[2:], "sheba.form"),
        (SHEBA[:-1], "sheba.form"),
        ("DE" + SHEBA[2:], "sheba.form"),
        ("IR06" + SHEBA[4:], "sheba.check-digits"),
    ],
)
def test_a_sheba_is_refused_by_rule(given_text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        sheba(given_text)
    assert caught.value.rule == rule


@given(st.text("0123456789", min_size=22, max_size=22), st.integers(2, 25), st.integers(1, 9))
def test_a_slip_in_one_digit_of_a_sheba_is_always_seen(account: str, place: int, shift: int) -> None:
    code = f"IR{98 - iban_remainder(f'IR00{account}'):02}{account}"
    assert sheba(code) == code
    with pytest.raises(IdentifierError):
        sheba(code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :])


@pytest.mark.parametrize("given_text", [CARD, "6037-9912-3456-7893", "۶۰۳۷ ۹۹۱۲ ۳۴۵۶ ۷۸۹۳"])
def test_a_card_number_is_canonicalised(given_text: str) -> None:
    assert card(given_text) == CARD


@pytest.mark.parametrize(
    ("given_text", "rule"),
    [
        ("603799123456789", "card.form"),
        ("6037991234567892", "card.check-digit"),
        ("0" * 16, "card.check-digit"),
    ],
)
def test_a_card_number_is_refused_by_rule(given_text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        card(given_text)
    assert caught.value.rule == rule


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 15), st.integers(1, 9))
def test_a_slip_in_one_digit_of_a_card_number_is_always_seen(first: str, place: int, shift: int) -> None:
    code = next(f"{first}{check}" for check in range(10) if luhn_remainder(f"{first}{check}") == 0)
    with pytest.raises(IdentifierError):
        card(code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :])
