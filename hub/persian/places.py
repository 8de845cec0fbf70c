"""Where something is: postal code, registry parcel, estate note number, renovation code."""

import re

from hub.core.values import Text
from hub.persian.errors import IdentifierError
from hub.persian.text import COMPARED, IDENTIFIER, normalise

_POSTAL = re.compile(r"([0-9]{5})-?([0-9]{5})\Z")
_ESTATE_NOTE = re.compile(r"[0-9]{1,19}\Z")
_PLAQUE = r"0*([1-9][0-9]{0,7}|0)\s*(R|باقیمانده)?"
_PARCEL = re.compile(rf"{_PLAQUE}\s*/\s*{_PLAQUE}\Z")
_PARCEL_IN_WORDS = re.compile(rf"(?:پلاک (?:ثبتی )?)?(?:{_PLAQUE} فرعی از )?{_PLAQUE} اصلی\Z")
_RENOVATION = re.compile(r"[0-9]{1,9}(?:-[0-9]{1,9}){6}\Z")


def postal_code(text: str) -> str:
    """Canonical postal code: ten digits; a hyphen after the fifth is ignored. See ``postal_code_doubts``."""
    match = _POSTAL.match(normalise(text, IDENTIFIER))
    if match is None or match[1] + match[2] == "0" * 10:
        raise IdentifierError(
            "postal-code.form", Text("کد پستی باید ۱۰ رقم باشد", "A postal code has 10 digits")
        )
    return match[1] + match[2]


def postal_code_doubts(text: str) -> tuple[Text, ...]:
    """What makes a sound postal code look mistyped. A rule of thumb: warn with it, never refuse."""
    if set(postal_code(text)[:5]).isdisjoint("02"):
        return ()
    return (
        Text(
            "در پنج رقم نخست کد پستی معمولاً ۰ و ۲ نیست؛ رقم‌ها را دوباره ببینید",
            "The first five digits of a postal code seldom hold 0 or 2; check the digits",
        ),
    )


def registry_parcel(text: str) -> str:
    """Canonical registry plaque (پلاک ثبتی): ``main/secondary``, as ``45/123``.

    No leading zeros; the secondary plaque is 0 where there is none. ``R`` after a number says that it is what
    remained after separation (باقیمانده): ``45R/0``. Also understood: «۱۲۳ فرعی از ۴۵ اصلی» and «۴۵ اصلی».
    Registration unit, section and subsection are codes of their own.
    """
    plain = normalise(text, COMPARED).replace("باقی مانده", "باقیمانده")
    if match := _PARCEL.match(plain):
        main, main_rest, secondary, secondary_rest = match.groups()
    elif match := _PARCEL_IN_WORDS.match(plain):
        secondary, secondary_rest, main, main_rest = match.groups()
    else:
        main = "0"
    if main == "0":
        raise IdentifierError(
            "registry-parcel.form",
            Text(
                "پلاک ثبتی را به شکل «اصلی/فرعی» بنویسید، مانند ۴۵/۱۲۳",
                "Write a registry parcel as main/secondary, like 45/123",
            ),
        )
    return f"{main}{'R' if main_rest else ''}/{secondary or '0'}{'R' if secondary_rest else ''}"


def estate_note_number(text: str) -> str:
    """Canonical electronic estate note number (شماره دفتر املاک الکترونیک): up to 19 digits, zeros kept."""
    code = normalise(text, IDENTIFIER)
    if _ESTATE_NOTE.match(code) is None:
        raise IdentifierError(
            "estate-note-number.form",
            Text(
                "شماره دفتر املاک الکترونیک باید ۱ تا ۱۹ رقم باشد",
                "An electronic estate note number has 1 to 19 digits",
            ),
        )
    return code


def renovation_code(text: str, *, reversed_display: bool = False) -> str:
    """Canonical renovation code (کد نوسازی): District-Region-Block-House-Building-Apartment-Shop.

    Seven numbers without leading zeros, 0 where one does not apply; the first three always apply. With
    ``reversed_display`` the text is read from its last number to its first, as some right-to-left screens show it.
    """
    code = normalise(text, IDENTIFIER)
    numbers = [str(int(part)) for part in code.split("-")] if _RENOVATION.match(code) else []
    if reversed_display:
        numbers.reverse()
    if not numbers or "0" in numbers[:3]:
        raise IdentifierError(
            "renovation-code.form",
            Text(
                "کد نوسازی هفت عدد با خط تیره است و منطقه، ناحیه و بلوک در آن صفر نیست",
                "A renovation code is seven numbers joined by hyphens; district, region and block are not 0",
            ),
        )
    return "-".join(numbers)
