import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.persian import IdentifierError, rial_from_toman, toman_from_rial, whole_amount


@given(st.integers(0, 10**15))
def test_toman_survives_the_way_to_rial_and_back(amount_toman: int) -> None:
    assert toman_from_rial(rial_from_toman(amount_toman)) == amount_toman


def test_a_rial_is_never_lost() -> None:
    with pytest.raises(IdentifierError, match=r"toman\.not-whole"):
        toman_from_rial(12_345)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12500000", 12_500_000),
        ("۱۲٬۵۰۰٬۰۰۰", 12_500_000),
        ("12,500,000", 12_500_000),
        ("٠", 0),
        ("-5,000", -5_000),
        (" ۱۲ ", 12),
    ],
)
def test_a_whole_amount_is_read(text: str, amount: int) -> None:
    assert whole_amount(text) == amount


@pytest.mark.parametrize(
    "text", ["", "12.5", "12,50", "1,2345", "۱۲ ریال", "1e3", "0x10", "1_000", "9" * 19, "--5"]
)
def test_what_is_no_whole_amount_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError, match=r"amount\.form"):
        whole_amount(text)
