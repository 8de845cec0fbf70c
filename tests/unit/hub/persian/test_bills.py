import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.persian import (
    IdentifierError,
    barcode,
    barcode_ids,
    bill_amount_rial,
    bill_barcode,
    bill_id,
    bill_service,
    payment_id,
    payment_id_of_bill,
)
from hub.persian.checksums import bill_check_digit

BILL, PAYMENT = "7748317800142", "1770160"
TAX_BILL, TAX_PAYMENT = "1234503169", "235041118"
BARCODE = "77483178001420000001770160"


@pytest.mark.parametrize(("bill", "payment"), [(BILL, PAYMENT), (TAX_BILL, TAX_PAYMENT)])
def test_a_bill_and_its_payment_id_belong_together(bill: str, payment: str) -> None:
    assert bill_id(bill) == bill
    assert payment_id(payment) == payment
    assert payment_id_of_bill(payment, bill) == payment


def test_the_amount_is_in_rial() -> None:
    assert bill_amount_rial(PAYMENT) == 17_000
    assert bill_amount_rial(TAX_PAYMENT) == 2_350_000


@pytest.mark.parametrize("given_text", ["0000001770160", "۱۷۷۰۱۶۰", " 1770160 "])
def test_leading_zeros_and_persian_digits_are_no_part_of_a_payment_id(given_text: str) -> None:
    assert payment_id_of_bill(given_text, "۷۷۴۸۳۱۷۸۰۰۱۴۲") == PAYMENT


def test_the_barcode_carries_both_ids() -> None:
    assert bill_barcode(BILL, PAYMENT) == BARCODE
    assert barcode(BARCODE) == BARCODE
    assert barcode_ids(BARCODE) == (BILL, PAYMENT)


def test_the_service_is_the_digit_before_the_check_digit() -> None:
    service, municipal = bill_service(BILL), bill_service(TAX_BILL)
    assert service is not None
    assert service.en == "landline"
    assert municipal is not None
    assert municipal.fa == "شهرداری"


@pytest.mark.parametrize(
    ("given_text", "rule"),
    [
        ("", "bill-id.form"),
        ("12345", "bill-id.form"),
        ("00000012345", "bill-id.form"),
        ("77483178001421", "bill-id.form"),
        ("77483x7800142", "bill-id.form"),
        ("7748317800143", "bill-id.check-digit"),
    ],
)
def test_a_bill_id_is_refused_by_rule(given_text: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        bill_id(given_text)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("payment", "bill", "rule"),
    [
        ("12345", BILL, "payment-id.form"),
        ("1770150", BILL, "payment-id.check-digit"),
        ("1770161", BILL, "payment-id.other-bill"),
        (PAYMENT, TAX_BILL, "payment-id.other-bill"),
        (PAYMENT, "7748317800143", "bill-id.check-digit"),
    ],
)
def test_a_payment_id_is_refused_by_rule(payment: str, bill: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        payment_id_of_bill(payment, bill)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    "given_text", ["", BARCODE[1:], "0" * 26, BARCODE[:-1] + "1", BARCODE[:12] + "3" + BARCODE[13:]]
)
def test_a_barcode_of_ids_that_are_wrong_or_do_not_match_is_refused(given_text: str) -> None:
    with pytest.raises(IdentifierError):
        barcode(given_text)


@given(st.integers(10_000, 99_999_999_999), st.integers(0, 11), st.integers(1, 9))
def test_a_slip_in_one_digit_of_a_bill_id_is_seen(number: int, place: int, shift: int) -> None:
    check = bill_check_digit(str(number))
    code = f"{number}{check}"
    assume(place < len(code))
    assume(check != 0 or place == len(code) - 1)  # remainders 0 and 1 share the check digit 0
    slipped = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    with pytest.raises(IdentifierError):
        bill_id(slipped)
