"""Amounts: whole Rial everywhere; Toman only at the edge of a partner that speaks it."""

import re

from hub.core.values import Text
from hub.persian.errors import IdentifierError
from hub.persian.text import IDENTIFIER, normalise

_RIAL_PER_TOMAN = 10
_AMOUNT = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})\Z")


def rial_from_toman(amount_toman: int) -> int:
    """Rial of whole Toman."""
    return amount_toman * _RIAL_PER_TOMAN


def toman_from_rial(amount_rial: int) -> int:
    """Whole Toman of Rial. Raises IdentifierError where a Rial would be lost."""
    toman, rest = divmod(amount_rial, _RIAL_PER_TOMAN)
    if rest:
        raise IdentifierError(
            "toman.not-whole",
            Text(
                "این مبلغ ریالی به تومانِ کامل بخش‌پذیر نیست",
                "The amount in Rial is not a whole number of Toman",
            ),
        )
    return toman


def whole_amount(text: str) -> int:
    """The integer in a text such as ``۱۲٬۵۰۰٬۰۰۰``; any digits, thousands separated by ``,`` or ``٬`` or not at all."""
    plain = normalise(text, IDENTIFIER).translate({0x066C: ",", 0x060C: ","})
    if _AMOUNT.match(plain) is None:
        raise IdentifierError(
            "amount.form",
            Text(
                "مبلغ باید عدد کامل باشد، بی‌اعشار و بی‌واحد",
                "An amount is a whole number without decimals or unit",
            ),
        )
    return int(plain.replace(",", ""))
