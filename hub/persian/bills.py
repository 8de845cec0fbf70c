"""Bills: bill id (شناسه قبض), payment id (شناسه پرداخت), the barcode that carries both.

Leading zeros carry no meaning in these two, since the barcode pads with them: the canonical form has none.
"""

import re

from hub.core.values import Text
from hub.persian.checksums import bill_check_digit
from hub.persian.errors import IdentifierError
from hub.persian.text import IDENTIFIER, normalise

_DIGITS = re.compile(r"[0-9]+\Z")
_BARCODE = re.compile(r"[0-9]{26}\Z")
_SHORTEST, _LONGEST = 6, 13
_RIAL_PER_UNIT = 1_000

_SERVICES = {
    "1": Text("آب", "water"),
    "2": Text("برق", "electricity"),
    "3": Text("گاز", "gas"),
    "4": Text("تلفن ثابت", "landline"),
    "5": Text("تلفن همراه", "mobile"),
    "6": Text("شهرداری", "municipality"),
    "8": Text("مالیات", "tax"),
    "9": Text("جریمه رانندگی", "traffic fines"),
}


def bill_id(text: str) -> str:
    """Canonical bill id: 6 to 13 digits, no leading zero, sound check digit. Raises IdentifierError."""
    code = _without_leading_zeros(text)
    if not _SHORTEST <= len(code) <= _LONGEST:
        raise IdentifierError(
            "bill-id.form", Text("شناسه قبض باید ۶ تا ۱۳ رقم باشد", "A bill id has 6 to 13 digits")
        )
    if int(code[-1]) != bill_check_digit(code[:-1]):
        raise IdentifierError(
            "bill-id.check-digit",
            Text("رقم کنترل شناسه قبض درست نیست", "The bill id's check digit is wrong"),
        )
    return code


def payment_id(text: str) -> str:
    """Canonical payment id as far as it can be judged without its bill: form and first check digit."""
    code = _without_leading_zeros(text)
    if not _SHORTEST <= len(code) <= _LONGEST:
        raise IdentifierError(
            "payment-id.form", Text("شناسه پرداخت باید ۶ تا ۱۳ رقم باشد", "A payment id has 6 to 13 digits")
        )
    if int(code[-2]) != bill_check_digit(code[:-2]):
        raise IdentifierError(
            "payment-id.check-digit",
            Text("رقم کنترل نخست شناسه پرداخت درست نیست", "The payment id's first check digit is wrong"),
        )
    return code


def payment_id_of_bill(payment: str, bill: str) -> str:
    """Canonical payment id that belongs to ``bill``: both are sound and the second check digit joins them."""
    bill_code, code = bill_id(bill), payment_id(payment)
    if int(code[-1]) != bill_check_digit(bill_code + code[:-1]):
        raise IdentifierError(
            "payment-id.other-bill",
            Text(
                "این شناسه پرداخت از آنِ این شناسه قبض نیست", "The payment id does not belong to this bill id"
            ),
        )
    return code


def bill_amount_rial(payment: str) -> int:
    """Amount of a bill in Rial, from its payment id; always a multiple of 1,000."""
    return int(payment_id(payment)[:-5]) * _RIAL_PER_UNIT


def bill_service(bill: str) -> Text | None:
    """What a bill is for, or None where the service digit has no published meaning."""
    return _SERVICES.get(bill_id(bill)[-2])


def bill_barcode(bill: str, payment: str) -> str:
    """The 26 digits of the barcode: both ids, padded with zeros to 13. Raises where they do not belong together."""
    return bill_id(bill).zfill(_LONGEST) + payment_id_of_bill(payment, bill).zfill(_LONGEST)


def barcode(text: str) -> str:
    """Canonical bill barcode: 26 digits whose two ids are sound and belong together."""
    code = normalise(text, IDENTIFIER)
    if _BARCODE.match(code) is None:
        raise IdentifierError(
            "barcode.form", Text("بارکد قبض باید ۲۶ رقم باشد", "A bill's barcode has 26 digits")
        )
    return bill_barcode(code[:_LONGEST], code[_LONGEST:])


def barcode_ids(text: str) -> tuple[str, str]:
    """Bill id and payment id of a barcode, canonical."""
    code = barcode(text)
    return bill_id(code[:_LONGEST]), payment_id(code[_LONGEST:])


def _without_leading_zeros(text: str) -> str:
    code = normalise(text, IDENTIFIER)
    return code.lstrip("0") if _DIGITS.match(code) else ""
