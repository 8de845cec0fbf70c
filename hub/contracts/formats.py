"""The JSON Schema ``format`` names that contracts may use beyond the standard's own.

A format asks for the canonical form: what a partner writes otherwise is for its mapping to canonicalise. One
table serves both validators, so that they cannot disagree:

    jsonschema.Draft202012Validator(schema, format_checker=format_checker())
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=predicates())
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jsonschema import Draft202012Validator, FormatChecker

from hub import persian
from hub.core.values import Text
from hub.persian import IdentifierError, JalaliForm


@dataclass(frozen=True, slots=True)
class Format:
    """One format name: what it asks for, as code and in words."""

    name: str
    text: Text
    canonicalise: Callable[[str], str]
    """Returns the canonical form, or raises IdentifierError."""

    def reason(self, value: str) -> Text | None:
        """What is wrong with a text, beyond its spelling, in words for who typed it; never repeats it (G10)."""
        try:
            self.canonicalise(value)
        except IdentifierError as error:
            return error.text
        return None

    def accepts(self, value: str) -> bool:
        """Tell whether ``value`` is in canonical form. Never raises."""
        try:
            return self.canonicalise(value) == value
        except IdentifierError:
            return False


def _jalali(form: JalaliForm) -> Callable[[str], str]:
    return lambda value: persian.iso_to_jalali(persian.jalali_to_iso(value), form)


_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


def _digest(value: str) -> str:
    if _DIGEST.match(value) is None:
        raise IdentifierError(
            "attachment-digest.form",
            Text("۶۴ رقم شانزده‌شانزدهی لازم است", "64 lower-case hexadecimal digits are needed"),
        )
    return value


def _printable(value: str) -> str:
    return persian.normalise(value, persian.STORED)


_TABLE = (
    Format(
        "attachment-digest",
        Text("چکیده‌ی سند پیوست، ۶۴ رقم شانزده‌شانزدهی", "digest of an attachment, 64 hexadecimal digits"),
        _digest,
    ),
    Format("ir-national-code", Text("کد ملی، ۱۰ رقم", "national code, 10 digits"), persian.national_code),
    Format(
        "ir-legal-id", Text("شناسه ملی شخص حقوقی، ۱۱ رقم", "legal-entity id, 11 digits"), persian.legal_id
    ),
    Format("ir-sheba", Text("شبا، IR و ۲۴ رقم", "Sheba, IR and 24 digits"), persian.sheba),
    Format("ir-card", Text("شماره کارت، ۱۶ رقم", "bank card number, 16 digits"), persian.card),
    Format("ir-postal-code", Text("کد پستی، ۱۰ رقم", "postal code, 10 digits"), persian.postal_code),
    Format("ir-mobile", Text("شماره همراه، ۰۹ و ۹ رقم", "mobile number, 09 and 9 digits"), persian.mobile),
    Format("ir-bill-id", Text("شناسه قبض بی صفر آغازین", "bill id without leading zeros"), persian.bill_id),
    Format(
        "ir-payment-id",
        Text("شناسه پرداخت بی صفر آغازین", "payment id without leading zeros"),
        persian.payment_id,
    ),
    Format("ir-bill-barcode", Text("بارکد قبض، ۲۶ رقم", "bill barcode, 26 digits"), persian.barcode),
    Format("ir-plate", Text("پلاک خودرو، مانند 12ب34567", "vehicle plate, like 12ب34567"), persian.plate),
    Format(
        "ir-plate-numeric", Text("پلاک عددی خودرو، ۹ رقم", "vehicle plate in 9 digits"), persian.numeric_plate
    ),
    Format(
        "ir-motorcycle-plate",
        Text("پلاک موتورسیکلت، ۸ رقم", "motorcycle plate, 8 digits"),
        persian.motorcycle_plate,
    ),
    Format(
        "ir-registry-parcel",
        Text("پلاک ثبتی، مانند 45/123", "registry parcel, like 45/123"),
        persian.registry_parcel,
    ),
    Format(
        "ir-estate-note-number",
        Text("شماره دفتر املاک الکترونیک، تا ۱۹ رقم", "electronic estate note number, up to 19 digits"),
        persian.estate_note_number,
    ),
    Format(
        "ir-renovation-code",
        Text("کد نوسازی، هفت عدد با خط تیره", "renovation code, seven numbers joined by hyphens"),
        persian.renovation_code,
    ),
    Format(
        "jalali-date",
        Text("تاریخ شمسی، مانند 1404/11/14", "Jalali date, like 1404/11/14"),
        persian.jalali_date,
    ),
    Format(
        "jalali-date-short",
        Text("تاریخ شمسی بی صفر، مانند 1404/1/4", "Jalali date without zeros, like 1404/1/4"),
        _jalali(JalaliForm.SHORT),
    ),
    Format(
        "jalali-date-compact",
        Text("تاریخ شمسی ۸ رقمی، مانند 14041114", "Jalali date in 8 digits, like 14041114"),
        _jalali(JalaliForm.COMPACT),
    ),
    Format(
        "jalali-date-dashed",
        Text("تاریخ شمسی، مانند 1404-11-14", "Jalali date, like 1404-11-14"),
        _jalali(JalaliForm.DASHED),
    ),
    Format(
        "persian-text",
        Text(
            "متن با ی و ک فارسی، بی کشیده و نشان جهت",
            "text with Persian yeh and kaf, no tatweel or direction mark",
        ),
        _printable,
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({format_.name: format_ for format_ in _TABLE})
"""All formats by name."""


def predicates() -> dict[str, Callable[[str], bool]]:
    """Name and predicate of every format, as ``jsonschema_rs`` takes them."""
    return {name: format_.accepts for name, format_ in FORMATS.items()}


def format_checker() -> FormatChecker:
    """A checker for ``jsonschema``: the standard's formats of draft 2020-12 and these. Non-strings pass, as the
    standard asks.
    """
    checker = FormatChecker(formats=())
    checker.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)
    for name, format_ in FORMATS.items():
        checker.checks(name)(_of_strings(format_.accepts))
    return checker


def _of_strings(accepts: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or accepts(value)
