"""Who somebody is: national code, legal-entity id, mobile number."""

import re

from hub.core.values import Text
from hub.persian.checksums import legal_id_check_digit, national_code_check_digit
from hub.persian.errors import IdentifierError
from hub.persian.text import IDENTIFIER, normalise

_TEN = re.compile(r"[0-9]{10}\Z")
_ELEVEN = re.compile(r"[0-9]{11}\Z")
_MOBILE = re.compile(r"(?:0|\+?98|0098)(9[0-9]{9})\Z")


def national_code(text: str) -> str:
    """Canonical national code (کد ملی) of a person: ten ASCII digits. Raises IdentifierError.

    Leading zeros are part of it: a number of eight or nine digits is refused, not padded.
    """
    code = normalise(text, IDENTIFIER)
    if _TEN.match(code) is None:
        raise IdentifierError(
            "national-code.form",
            Text(
                "کد ملی باید ۱۰ رقم باشد؛ صفرهای آغاز آن را هم بنویسید",
                "A national code has 10 digits, leading zeros included",
            ),
        )
    if code == code[0] * 10:
        raise IdentifierError(
            "national-code.repeated",
            Text("کد ملی با ده رقم یکسان وجود ندارد", "A national code never repeats one digit ten times"),
        )
    if int(code[9]) != national_code_check_digit(code[:9]):
        raise IdentifierError(
            "national-code.check-digit",
            Text(
                "رقم کنترل کد ملی درست نیست؛ رقم‌ها را دوباره ببینید",
                "The national code's check digit is wrong; check the digits",
            ),
        )
    return code


def legal_id(text: str) -> str:
    """Canonical legal-entity id (شناسه ملی): eleven ASCII digits. Raises IdentifierError."""
    code = normalise(text, IDENTIFIER)
    if _ELEVEN.match(code) is None:
        raise IdentifierError(
            "legal-id.form",
            Text("شناسه ملی شخص حقوقی باید ۱۱ رقم باشد", "A legal-entity id has 11 digits"),
        )
    if code[3:9] == "000000":
        raise IdentifierError(
            "legal-id.empty",
            Text(
                "رقم‌های چهارم تا نهم شناسه ملی همه صفر است",
                "Digits 4 to 9 of a legal-entity id are not all zero",
            ),
        )
    if int(code[10]) != legal_id_check_digit(code[:10]):
        raise IdentifierError(
            "legal-id.check-digit",
            Text(
                "رقم کنترل شناسه ملی درست نیست؛ رقم‌ها را دوباره ببینید",
                "The legal-entity id's check digit is wrong; check the digits",
            ),
        )
    return code


def mobile(text: str) -> str:
    """Canonical mobile number, ``09`` and nine digits; ``+98``, ``0098`` and ``98`` in front are understood."""
    match = _MOBILE.match(normalise(text, IDENTIFIER).replace("-", ""))
    if match is None:
        raise IdentifierError(
            "mobile.form",
            Text(
                "شماره همراه باید ۱۱ رقم باشد و با ۰۹ آغاز شود",
                "A mobile number has 11 digits and begins with 09",
            ),
        )
    return "0" + match[1]
