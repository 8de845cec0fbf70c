"""Where money goes: Sheba and bank card."""

import re

from hub.core.values import Text
from hub.persian.checksums import iban_remainder, luhn_remainder
from hub.persian.errors import IdentifierError
from hub.persian.text import IDENTIFIER, normalise

_SHEBA = re.compile(r"IR[0-9]{24}\Z")
_CARD = re.compile(r"[0-9]{16}\Z")


def sheba(text: str) -> str:
    """Canonical Sheba (شبا, the Iranian IBAN): ``IR`` and 24 digits; spaces and hyphens are ignored."""
    code = normalise(text, IDENTIFIER).replace("-", "").upper()
    if _SHEBA.match(code) is None:
        raise IdentifierError(
            "sheba.form",
            Text("شماره شبا باید IR و پس از آن ۲۴ رقم باشد", "A Sheba is IR followed by 24 digits"),
        )
    if iban_remainder(code) != 1:
        raise IdentifierError(
            "sheba.check-digits",
            Text(
                "رقم‌های کنترل شبا درست نیست؛ رقم‌ها را دوباره ببینید",
                "The Sheba's check digits are wrong; check the digits",
            ),
        )
    return code


def card(text: str) -> str:
    """Canonical bank card number: sixteen digits; spaces and hyphens between groups are ignored."""
    code = normalise(text, IDENTIFIER).replace("-", "")
    if _CARD.match(code) is None:
        raise IdentifierError(
            "card.form", Text("شماره کارت باید ۱۶ رقم باشد", "A bank card number has 16 digits")
        )
    if luhn_remainder(code) != 0 or code == "0" * 16:
        raise IdentifierError(
            "card.check-digit",
            Text(
                "شماره کارت درست نیست؛ رقم‌ها را دوباره ببینید", "The card number is wrong; check the digits"
            ),
        )
    return code
