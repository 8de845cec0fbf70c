"""The invented persons whom all simulated partners know. Any likeness is accidental."""

import re
from dataclasses import dataclass
from enum import StrEnum

_NATIONAL_CODE = re.compile(r"[0-9]{10}")
_SYNTHETIC_PREFIX = "998"
_SYNTHETIC_BIRTH_DATE = "13700101"
_SYNTHETIC_NAMES = ("آرش", "بهار", "پویا", "ترانه", "جمشید", "دلارام", "رامین", "سپیده", "کاوه", "یلدا")
_MODULUS = 11


class Condition(StrEnum):
    """How the civil registry keeps a person; the value of all but the first is what it answers."""

    NORMAL = "normal"
    CANCELLED = "err.cancellation.nin"
    UNDER_REVIEW = "result.rec.review"
    INVISIBLE = "result.rec.invisible"
    EXCEPTED = "IS_EXCEPTED"


@dataclass(frozen=True)
class Person:
    """One person; ``birth_date`` and ``death_date`` are Jalali, eight digits."""

    national_code: str
    name: str
    family: str
    father_name: str
    is_man: bool
    birth_date: str
    identity_number: int
    death_date: str = ""
    condition: Condition = Condition.NORMAL


_SEED = (
    Person("9990000018", "مریم", "کاظمی‌نژاد", "علی‌اکبر", False, "13620417", 1417),
    Person("0009990038", "یاشار", "شکیبایی", "کیومرث", True, "13551203", 38),
    Person("9990000026", "کبری", "نیکو‌رفتار", "یداللّه", False, "13190702", 26, death_date="14020911"),
    Person("9990000042", "بهمن", "پاک‌سرشت", "کریم", True, "13480521", 42, condition=Condition.CANCELLED),
    Person("9990000050", "نگین", "آبکناری", "مهدی", False, "13711130", 50, condition=Condition.UNDER_REVIEW),
    Person("9990000069", "شهریار", "کوشکی", "یحیی", True, "13400606", 69, condition=Condition.INVISIBLE),
    Person("9990000077", "کیان", "ساعی", "اکبر", True, "13650909", 77, condition=Condition.EXCEPTED),
    Person("9990000085", "رها", "کیانی‌فر", "فریدون", False, "13800229", 85),
)
PEOPLE = {person.national_code: person for person in _SEED}


def check_digit(first_nine: str) -> str:
    """The tenth digit of a national code."""
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(first_nine)) % _MODULUS
    return str(remainder if remainder < 2 else _MODULUS - remainder)  # noqa: PLR2004 - the rule's own number


def is_national_code(text: str) -> bool:
    """Whether a text is ten ASCII digits with a valid check digit, not all alike."""
    if not _NATIONAL_CODE.fullmatch(text) or len(set(text)) == 1:
        return False
    return check_digit(text[:9]) == text[9]


def find(national_code: str) -> Person | None:
    """A seeded person, or an unremarkable one for every valid national code that begins with 998.

    The synthetic ones exist for load tests; they were all born on 1370/01/01.
    """
    seeded = PEOPLE.get(national_code)
    if seeded is not None or not national_code.startswith(_SYNTHETIC_PREFIX):
        return seeded
    if not is_national_code(national_code):
        return None
    return Person(
        national_code=national_code,
        name=_SYNTHETIC_NAMES[int(national_code[-2])],
        family=f"نمونه {national_code[3:9]}",
        father_name="فرهاد",
        is_man=int(national_code[-2]) % 2 == 0,
        birth_date=_SYNTHETIC_BIRTH_DATE,
        identity_number=int(national_code[3:9]),
    )
