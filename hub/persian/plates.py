"""Vehicle plates, in letters and in the numeric form that some systems exchange."""

import re

from hub.core.values import Text
from hub.persian.errors import IdentifierError
from hub.persian.text import IDENTIFIER, normalise

_ALEF = "الف"
_ALPHABET: tuple[str, ...] = (_ALEF, *"بپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")
_NUMBER_OF = {letter: f"{number:02}" for number, letter in enumerate(_ALPHABET, start=1)}
_LETTER_OF = {number: letter for letter, number in _NUMBER_OF.items()}

# Serial digits are never zero. Region codes are: 10, 20, 30 and others are in use.
_PLATE = re.compile(r"([1-9]{2})(الف|[آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی])([1-9]{3})(?:ایران)?([1-9][0-9])\Z")
_NUMERIC = re.compile(r"([1-9]{2})([0-9]{2})([1-9]{3})([1-9][0-9])\Z")
_MOTORCYCLE = re.compile(r"[0-9]{8}\Z")


def plate(text: str) -> str:
    """Canonical plate in letters: two digits, letter, three digits, region: ``12ب34567``, ``12الف34567``.

    Spaces, hyphens and the word «ایران» before the region are ignored. Raises IdentifierError.
    """
    match = _PLATE.match(normalise(text, IDENTIFIER).replace("-", ""))
    if match is None:
        raise IdentifierError(
            "plate.form",
            Text(
                "پلاک خودرو باید دو رقم، یک حرف، سه رقم و دو رقم کد ایران باشد و رقم سریال صفر نباشد",
                "A plate is two digits, a letter, three digits and a two-digit region; no serial digit is 0",
            ),
        )
    first, letter, second, region = match.groups()
    return first + (_ALEF if letter in "آا" else letter) + second + region


def numeric_plate(text: str) -> str:
    """Canonical plate in nine digits: the letter is its number in the alphabet, الف 01 to ی 32."""
    match = _NUMERIC.match(normalise(text, IDENTIFIER).replace("-", ""))
    if match is None or match[2] not in _LETTER_OF:
        raise IdentifierError(
            "numeric-plate.form",
            Text(
                "پلاک عددی باید ۹ رقم باشد و دو رقم سوم و چهارم آن شماره حرف از ۰۱ تا ۳۲",
                "A numeric plate has 9 digits, of which the third and fourth are the letter's number, 01 to 32",
            ),
        )
    return match[0]


def plate_to_numeric(text: str) -> str:
    """The nine-digit form of a plate in letters."""
    code = plate(text)
    return code[:2] + _NUMBER_OF[code[2:-5]] + code[-5:]


def plate_from_numeric(text: str) -> str:
    """The form in letters of a nine-digit plate."""
    code = numeric_plate(text)
    return code[:2] + _LETTER_OF[code[2:4]] + code[4:]


def motorcycle_plate(text: str) -> str:
    """Canonical motorcycle plate: eight digits; spaces and hyphens are ignored."""
    code = normalise(text, IDENTIFIER).replace("-", "")
    if _MOTORCYCLE.match(code) is None:
        raise IdentifierError(
            "motorcycle-plate.form",
            Text("پلاک موتورسیکلت باید ۸ رقم باشد", "A motorcycle plate has 8 digits"),
        )
    return code
