"""The invented parcels of the registry office."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox import people

_SYNTHETIC_NOTE = re.compile(r"99[0-9]{17}")


@dataclass(frozen=True)
class Owner:
    """An owner with its share; a person has a national code of 10 digits, a legal entity 11."""

    name: str
    family: str
    national_code: str
    identity_number: str
    share_of: Decimal
    share_total: Decimal
    share_text: str


@dataclass(frozen=True)
class Arrest:
    """A court's or an office's arrest (بازداشت) of the estate; the date is Jalali, eight digits."""

    number: str
    date: str
    authority: str
    amount_rial: int


@dataclass(frozen=True)
class Restriction:
    """A mortgage or another restriction; the date is Jalali, eight digits."""

    kind: str
    number: str
    date: str
    beneficiary: str


@dataclass(frozen=True)
class Estate:
    """One registered estate. ``corner`` is its south-west corner, longitude and latitude in WGS 84."""

    note_number: str
    main_plaque: str
    secondary_plaque: str
    owners: tuple[Owner, ...]
    area: Decimal
    postal_code: str
    corner: tuple[float, float] = (51.4101, 35.7012)
    main_remaining: bool = False
    secondary_remaining: bool = False
    has_easement: bool = False
    not_sellable_cause: str = ""
    arrests: tuple[Arrest, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    has_map: bool = False
    registration_number: str = field(default="24170")

    @property
    def has_mortgage(self) -> bool:
        """Whether a restriction is a mortgage (رهن)."""
        return any(each.kind == "رهن" for each in self.restrictions)

    @property
    def has_other_restriction(self) -> bool:
        """Whether a restriction is something else than a mortgage."""
        return any(each.kind != "رهن" for each in self.restrictions)


def _person(national_code: str, share_of: str = "6", share_text: str = "شش دانگ") -> Owner:
    person = people.PEOPLE[national_code]
    return Owner(
        name=person.name,
        family=person.family,
        national_code=national_code,
        identity_number=str(person.identity_number),
        share_of=Decimal(share_of),
        share_total=Decimal(6),
        share_text=share_text,
    )


_SEED = (
    Estate(
        note_number="1402203010000000010",
        main_plaque="2395",
        secondary_plaque="17",
        owners=(_person("9990000018"),),
        area=Decimal("212.45"),
        postal_code="1346738619",
    ),
    Estate(
        note_number="1402203010000000021",
        main_plaque="2395",
        secondary_plaque="18",
        owners=(
            _person("9990000018", "3", "سه دانگ مشاع از شش دانگ"),
            _person("0009990038", "3", "سه دانگ مشاع از شش دانگ"),
        ),
        area=Decimal(540),
        postal_code="1346738627",
        corner=(51.4126, 35.7019),
        secondary_remaining=True,
        restrictions=(Restriction("رهن", "14020/881", "14020315", "بانک نمونه شعبه یک"),),
    ),
    Estate(
        note_number="1402203010000000032",
        main_plaque="118",
        secondary_plaque="4",
        owners=(_person("0009990038"),),
        area=Decimal("98.7"),
        postal_code="1346738635",
        corner=(51.3902, 35.6958),
        not_sellable_cause="بازداشت به نفع شاکی",
        arrests=(Arrest("140200312", "14020104", "اجرای احکام دادگستری نمونه", 4_500_000_000),),
    ),
    Estate(
        note_number="1402203010000000043",
        main_plaque="118",
        secondary_plaque="5",
        owners=(_person("9990000085"),),
        area=Decimal("1250.003"),
        postal_code="1346738643",
        corner=(51.3911, 35.6949),
        main_remaining=True,
        has_easement=True,
        not_sellable_cause="در طرح تعریض معبر",
        restrictions=(Restriction("ماده ۱۰۰", "ک/1204", "14011109", "شهرداری نمونه"),),
    ),
    Estate(
        note_number="1402203010000000054",
        main_plaque="77",
        secondary_plaque="0",
        owners=(_person("9990000026"),),
        area=Decimal("305.5"),
        postal_code="1346738651",
        corner=(51.4310, 35.6890),
    ),
    Estate(
        note_number="1402203010000000065",
        main_plaque="6",
        secondary_plaque="1120",
        owners=(
            Owner("شرکت سازه‌های کهن نمونه", "", "10380284790", "4790", Decimal(6), Decimal(6), "شش دانگ"),
        ),
        area=Decimal(4800),
        postal_code="1346738660",
        corner=(51.4502, 35.7204),
        has_map=True,
    ),
    Estate(
        note_number="000120048",
        main_plaque="31",
        secondary_plaque="2",
        owners=(_person("9990000018"),),
        area=Decimal("64.2"),
        postal_code="1346738678",
        corner=(51.4007, 35.7101),
    ),
)
ESTATES = {estate.note_number: estate for estate in _SEED}


def find(note_number: str) -> Estate | None:
    """A seeded estate, or an unremarkable one for every number of 19 digits that begins with 99.

    The synthetic ones exist for load tests; each belongs to a synthetic person.
    """
    seeded = ESTATES.get(note_number)
    if seeded is not None or not _SYNTHETIC_NOTE.fullmatch(note_number):
        return seeded
    first_nine = "998" + note_number[-7:-1]
    person = people.find(first_nine + people.check_digit(first_nine))
    if person is None:
        return None
    owner = Owner(
        name=person.name,
        family=person.family,
        national_code=person.national_code,
        identity_number=str(person.identity_number),
        share_of=Decimal(6),
        share_total=Decimal(6),
        share_text="شش دانگ",
    )
    return Estate(
        note_number=note_number,
        main_plaque=str(int(note_number[-9:-4]) + 1),
        secondary_plaque=str(int(note_number[-4:]) + 1),
        owners=(owner,),
        area=Decimal(note_number[-5:-2]) + 50,
        postal_code="1346738619",
    )
