"""Persian text in one spelling: letters, digits, marks.

Unicode offers several ways to write the same Persian word, and every source uses another one. NFKC folds
presentation forms, but to the *Arabic* yeh and kaf, so these are mapped after it.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
ZWNJ = "\u200c"

_ASCII_DIGITS = "0123456789"
_TO_ASCII_DIGITS = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, _ASCII_DIGITS * 2)
_TO_PERSIAN_DIGITS = str.maketrans(_ASCII_DIGITS + ARABIC_DIGITS, PERSIAN_DIGITS * 2)

_TATWEEL = "\u0640"
_DIRECTION_MARKS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_UNSEEN = dict.fromkeys(map(ord, _TATWEEL + _DIRECTION_MARKS))
_LETTERS = _UNSEEN | str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})

_CLEAN = re.compile("[\0-\x7fآابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی۰-۹،؛؟«»\u200c]*\\Z")
"""Text that has its canonical spelling already, as most has: none of its characters changes, alone or beside another."""

_HARAKAT = dict.fromkeys([*range(0x064B, 0x0653), 0x0670])
_HAMZA = str.maketrans(
    {"أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ۀ": "ه", "ة": "ه", "\u0654": "", "\u0655": ""}
)
_JOINERS = dict.fromkeys(map(ord, ZWNJ + "\u200d"))


@dataclass(frozen=True, slots=True)
class TextRules:
    """What ``normalise`` does beyond NFKC, the Persian yeh and kaf, and dropping tatweel and direction marks."""

    digits: Literal["keep", "ascii", "persian"] = "keep"
    zwnj: Literal["keep", "space", "drop"] = "keep"
    drop_harakat: bool = False
    """Vowel marks go: مُحَمَّد becomes محمد."""
    fold_hamza: bool = False
    """ۀ ة أ إ ؤ ئ lose their hamza or dots. Loses spelling: for comparing only."""
    drop_spaces: bool = False
    collapse_spaces: bool = False
    """Runs of white space become one space; none at either end."""


STORED = TextRules()
"""For text that people will read: the spelling stays, ZWNJ and all."""
COMPARED = TextRules(digits="ascii", zwnj="space", drop_harakat=True, fold_hamza=True, collapse_spaces=True)
"""For search and comparison; never shown."""
IDENTIFIER = TextRules(digits="ascii", zwnj="drop", drop_spaces=True)
"""For identifiers, dates and amounts, before they are matched with ASCII-only patterns."""


def ascii_digits(text: str) -> str:
    """Persian and Arabic-Indic digits become ASCII digits; all else stays."""
    return text if text.isascii() else text.translate(_TO_ASCII_DIGITS)


def persian_digits(text: str) -> str:
    """ASCII and Arabic-Indic digits become Persian digits, for showing to people; all else stays."""
    return text.translate(_TO_PERSIAN_DIGITS)


def _in_persian_letters(text: str, rules: TextRules) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_UNSEEN)).translate(_LETTERS)
    if rules.drop_harakat:
        text = text.translate(_HARAKAT)
    return text.translate(_HAMZA) if rules.fold_hamza else text


def normalise(text: str, rules: TextRules = STORED) -> str:
    """Return the canonical spelling of ``text``; applying it twice gives the same as once."""
    plain = text.isascii() or _CLEAN.match(text) is not None
    if not plain:
        text = _in_persian_letters(text, rules)
    if rules.zwnj != "keep" and not text.isascii():
        if rules.zwnj == "space":
            text = text.replace(ZWNJ, " ")
        elif rules.zwnj == "drop":
            text = text.translate(_JOINERS)
    if rules.digits == "ascii":
        text = ascii_digits(text)
    elif rules.digits == "persian":
        text = persian_digits(text)
    if rules.drop_spaces:
        text = "".join(text.split())
    elif rules.collapse_spaces:
        text = " ".join(text.split())
    # What was dropped may have stood between a letter and its accent.
    return text if plain else unicodedata.normalize("NFC", text)
