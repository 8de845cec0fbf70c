"""Invented texts: for each format one with right check digits, for a pattern one that it matches, else Persian words."""

import ipaddress
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Final, TypeAlias

from hub import persian
from hub.contracts.compatibility.language.charset import END, Charset, chars, intersection
from hub.contracts.compatibility.language.expression import (
    AnyOrder,
    Choice,
    Expression,
    Nothing,
    Repetition,
    Sequence,
    Symbols,
)
from hub.contracts.compatibility.language.pattern import Dialect, pattern_language
from hub.contracts.formats import FORMATS

Make: TypeAlias = Callable[[Random], str]

_WORDS: Final = (
    "نمونه", "شهر", "باغ", "سرو", "کوچه", "بهار", "مهر", "آبان", "رود", "دشت", "سپیده", "نگین", "یاس", "کاج",
)  # fmt: skip
_PREFERRED: Final = tuple(
    chars(text) for text in ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ابپتجدرسشفکلمنهوی", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
)  # fmt: skip
_TRIES: Final = 200
_MORE: Final = 8
"""How many repetitions are made at most beyond those that a pattern asks for."""


class NoTextError(Exception):
    """Nothing that fits could be found."""


# Formats: a template, in which d is a digit, n one that is not 0, and # each digit in turn until the check is right.
# Persons' codes begin with 999, which no office issues.
_TEMPLATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ir-national-code": "999dddddd#",
        "ir-legal-id": "1038dddddd#",
        "ir-sheba": "IR##0170000000dddddddddddd",
        "ir-card": "603799ddddddddd#",
        "ir-postal-code": "nnnnnndddd",
        "ir-mobile": "0912ddddddd",
        "ir-bill-id": "nddddddd0016#",
        "ir-payment-id": "nddd4dd##",
        "ir-plate": "nnبnnnnd",
        "ir-motorcycle-plate": "nddddddd",
        "ir-registry-parcel": "nd/ndd",
        "ir-estate-note-number": "ndddddddddddddddd",
        "ir-renovation-code": "n-n-nd-nd-n-n-n",
    }
)


def _from_template(name: str, random: Random) -> str:
    accepts, template = FORMATS[name].accepts, _TEMPLATES[name]
    for _ in range(_TRIES):
        text = "".join(_drawn(char, random) for char in template)
        width = text.count("#")
        for number in range(10**width):
            digits = iter(f"{number:0{width}}" if width else "")
            candidate = "".join(next(digits) if char == "#" else char for char in text)
            if accepts(candidate):
                return candidate
    raise NoTextError(f"no {name} was found")


def _drawn(char: str, random: Random) -> str:
    if char == "d":
        return random.choice("0123456789")
    return random.choice("123456789") if char == "n" else char


def _day(random: Random) -> str:
    return (date(2000, 1, 1) + timedelta(days=random.randrange(9_000))).isoformat()


def _moment(random: Random) -> str:
    at = datetime(2025, 4, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(40_000_000))
    return at.astimezone(timezone(timedelta(hours=3, minutes=30))).isoformat()


def _jalali(form: persian.JalaliForm, random: Random) -> str:
    return persian.iso_to_jalali(_day(random), form)


def _numeric_plate(random: Random) -> str:
    return persian.plate_to_numeric(_from_template("ir-plate", random))


def _barcode(random: Random) -> str:
    bill = _from_template("ir-bill-id", random)
    for _ in range(_TRIES):
        try:
            payment = persian.payment_id_of_bill(_from_template("ir-payment-id", random), bill)
            return persian.bill_barcode(bill, payment)
        except persian.IdentifierError:
            continue
    raise NoTextError("no barcode was found")


def _uuid(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


FORMAT_TEXTS: Final[Mapping[str, Make]] = MappingProxyType(
    {
        **{name: partial(_from_template, name) for name in _TEMPLATES},
        "ir-bill-barcode": _barcode,
        "ir-plate-numeric": _numeric_plate,
        "jalali-date": partial(_jalali, persian.JalaliForm.SLASHED),
        "jalali-date-short": partial(_jalali, persian.JalaliForm.SHORT),
        "jalali-date-compact": partial(_jalali, persian.JalaliForm.COMPACT),
        "jalali-date-dashed": partial(_jalali, persian.JalaliForm.DASHED),
        "persian-text": lambda random: words(random, 1, 40),
        "attachment-digest": lambda random: random.randbytes(32).hex(),
        "date": _day,
        "date-time": _moment,
        "time": lambda random: _moment(random).partition("T")[2],
        "duration": lambda random: f"P{random.randint(1, 30)}D",
        "email": lambda random: f"officer{random.randint(1, 999)}@city.example",
        "hostname": lambda random: f"host{random.randint(1, 999)}.example",
        "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
        "ipv6": lambda random: str(ipaddress.IPv6Address((0x20010DB8 << 96) + random.getrandbits(64))),
        "uri": lambda random: f"https://city.example/{random.randint(1, 999)}",
        "uuid": _uuid,
    }
)
"""What makes a text of each format that contracts may use."""


def of_pattern(pattern: str, random: Random, *, more: int = _MORE) -> str:
    """A text in which the pattern finds a match, with at most ``more`` repetitions beyond those it asks for.

    Raises NoTextError for a pattern that cannot be read so (look-around and the like).
    """
    language = pattern_language(pattern, Dialect.ECMA)
    if language is None:
        raise NoTextError(f"the pattern {pattern!r} cannot be turned into texts")
    return "".join(chr(symbol) for symbol in _word(language, random, more) if 0 <= symbol < END)


def _word(expression: Expression, random: Random, more: int) -> list[int]:
    match expression:
        case Nothing():
            return []
        case Symbols():
            return [_symbol(expression.of, random)]
        case Sequence():
            return [symbol for part in expression.of for symbol in _word(part, random, more)]
        case Choice():
            return _word(random.choice(sorted(expression.of, key=repr)), random, more)
        case AnyOrder():
            return [s for part, _ in sorted(expression.of, key=repr) for s in _word(part, random, more)]
        case Repetition():
            return _repeated(expression, random, more)


def _repeated(expression: Repetition, random: Random, more: int) -> list[int]:
    low, high = expression.low, expression.high
    if isinstance(expression.of, Symbols) and high is None and low == 0 and _is_everything(expression.of.of):
        return []  # whatever may stand around what the pattern looks for
    most = low + more if high is None else min(high, low + more)
    count = random.randint(low, most)
    return [symbol for _ in range(count) for symbol in _word(expression.of, random, more)]


def _is_everything(of: Charset) -> bool:
    return len(of) == 1 and of[0][1] == END


def _symbol(of: Charset, random: Random) -> int:
    """One symbol: a digit, a letter or a Persian letter where one is allowed."""
    if not of:
        raise NoTextError("the pattern matches nothing")
    liked = [both for both in (intersection(of, some) for some in _PREFERRED) if both]
    ranges = liked[0] if liked else of
    low, high = random.choice(ranges)
    return random.randint(low, high)


def words(random: Random, low: int, high: int) -> str:
    """Persian words, between so many characters."""
    text = random.choice(_WORDS)
    while len(text) < low:
        text += " " + random.choice(_WORDS)
    return text[:high].strip().ljust(low, "ا")
