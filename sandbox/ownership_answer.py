"""The registry office's answers as XML, with the quirks of the real one.

The last digit of the estate note number decides which quirks an answer has (``Quirks``), so a test
can choose.
"""

import base64
import json
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sandbox.clock import jalali_date
from sandbox.estates import Estate, Owner

NAMESPACE = "urn:ssaa:estate:ownership:v1"

_NS = f"{{{NAMESPACE}}}"
_BOTH_SPELLINGS_DIGIT = 5
_EDGE_DEGREES = 0.0002
_LEGAL_ENTITY_DIGITS = 11
_ARABIC_LETTERS = str.maketrans("یک", "يك")


@dataclass(frozen=True)
class Receipt:
    """What an answer is filed under."""

    response_number: str
    answered_at: datetime


@dataclass(frozen=True)
class Quirks:
    """How one answer differs from the next, by the last digit of its estate note number."""

    digit: int

    @property
    def polygon_form(self) -> str:
        """``object``, ``string`` (a JSON string whose value is JSON) or ``collection``."""
        return ("object", "string", "collection")[self.digit % 3]

    @property
    def flag_words(self) -> tuple[str, str]:
        """The words for no and yes in the block of texts."""
        return (("false", "true"), ("0", "1"), ("خیر", "بله"))[self.digit // 3 % 3]

    @property
    def tracking_names(self) -> tuple[str, ...]:
        """The elements that carry the tracking code."""
        if self.digit == _BOTH_SPELLINGS_DIGIT:
            return ("owTrakingCode", "owTrackingCode")
        return ("owTrackingCode",) if self.digit % 2 else ("owTrakingCode",)

    @property
    def arabic_letters(self) -> bool:
        """Whether texts come with Arabic yeh and kaf."""
        return bool(self.digit % 2)

    @property
    def padded_dates(self) -> bool:
        """Whether dates come as 1404/01/04 rather than 1404/1/4."""
        return not self.digit % 2


def negative(code: str, text: str) -> etree._Element:
    """An answer that says no; the code is a string."""
    root = _response(successful=False, code=code)
    error = _add(root, "Error")
    _add(error, "Code", code)
    _add(error, "Message", text)
    return root


def positive(estate: Estate, receipt: Receipt) -> etree._Element:
    """An answer that describes an estate; equal arguments give equal bytes."""
    quirks = Quirks(int(estate.note_number[-1]))
    root = _response(successful=True, code="200")
    _add(root, "ResponseNumber", receipt.response_number)
    _add(root, "ResponseDate", jalali_date(receipt.answered_at, padded=quirks.padded_dates))
    _add(root, "ResponseTime", receipt.answered_at.strftime("%H:%M:%S"))
    for name in quirks.tracking_names:
        _add(root, name, f"OW{receipt.response_number.replace('-', '')}")
    _estate(_add(root, "Estate"), estate, quirks)
    if quirks.arabic_letters:
        for element in root.iter(tag=etree.Element):
            element.text = element.text.translate(_ARABIC_LETTERS) if element.text else None
    return root


def _estate(parent: etree._Element, estate: Estate, quirks: Quirks) -> None:
    for name, value in (
        ("EstateNoteNumber", estate.note_number),
        ("MainPlaque", estate.main_plaque),
        ("MainPlaqueRemaining", _boolean(estate.main_remaining)),
        ("SecondaryPlaque", estate.secondary_plaque),
        ("SecondaryPlaqueRemaining", _boolean(estate.secondary_remaining)),
        ("SectionCode", "03"),
        ("SectionName", "بخش سه"),
        ("SubsectionCode", "00"),
        ("SubsectionName", "ناحیه یک"),
        ("UnitCode", "010203"),
        ("UnitName", "حوزه ثبت ملک نیک‌شهر نمونه"),
        ("ProvinceCode", "07"),
        ("ProvinceName", "استان نمونه"),
    ):
        _add(parent, name, value)
    owners = _add(parent, "Owners")
    for owner in estate.owners:
        _owner(_add(owners, "Owner"), owner)
    _add(parent, "Area", str(estate.area)).set("unit", "متر مربع")
    _flags(_add(parent, "Flags"), estate, ("false", "true"))
    _flags(_add(parent, "FlagsAsText"), estate, quirks.flag_words)
    _burdens(parent, estate, quirks)
    book = _add(parent, "DeedBook")
    _add(book, "BookNumber", "412")
    _add(book, "PageNumber", "233")
    _add(book, "RegistrationNumber", estate.registration_number)
    _add(book, "Series", "الف/۰۲")
    _add(book, "PrintedSerial", "083417")
    _add(parent, "PostalCode", estate.postal_code)
    _add(parent, "Polygon", polygon_text(estate, quirks.polygon_form))
    if estate.has_map:
        _add(parent, "MapImage", base64.b64encode(_map_image()).decode())


def _owner(parent: etree._Element, owner: Owner) -> None:
    _add(parent, "Name", owner.name)
    if owner.family:
        _add(parent, "Family", owner.family)
    _add(parent, "NationalityCode", "1")
    _add(parent, "NationalCode", owner.national_code)
    if len(owner.national_code) < _LEGAL_ENTITY_DIGITS:
        _add(parent, "IdentityNumber", owner.identity_number)
    share = _add(parent, "Share")
    _add(share, "Of", str(owner.share_of))
    _add(share, "Total", str(owner.share_total))
    _add(share, "Text", owner.share_text)


def _flags(parent: etree._Element, estate: Estate, words: tuple[str, str]) -> None:
    for name, value in (
        ("HasRahn", estate.has_mortgage),
        ("IsArrested", bool(estate.arrests)),
        ("HasOtherRestriction", estate.has_other_restriction),
        ("HasEasement", estate.has_easement),
        ("IsSellable", not estate.not_sellable_cause),
    ):
        _add(parent, name, words[value])
    if estate.not_sellable_cause:
        _add(parent, "NotSellableCause", estate.not_sellable_cause)


def _burdens(parent: etree._Element, estate: Estate, quirks: Quirks) -> None:
    arrests = _add(parent, "Arrests")
    for each in estate.arrests:
        arrest = _add(arrests, "Arrest")
        _add(arrest, "Number", each.number)
        _add(arrest, "Date", _date(each.date, quirks))
        _add(arrest, "Authority", each.authority)
        _add(arrest, "AmountRial", str(each.amount_rial))
    restrictions = _add(parent, "Restrictions")
    for item in estate.restrictions:
        restriction = _add(restrictions, "Restriction")
        _add(restriction, "Kind", item.kind)
        _add(restriction, "Number", item.number)
        _add(restriction, "Date", _date(item.date, quirks))
        _add(restriction, "Beneficiary", item.beneficiary)


def polygon_text(estate: Estate, form: str) -> str:
    """The estate's outline in WGS 84 as one of the three forms the registry office is known for."""
    west, south = estate.corner
    east, north = round(west + _EDGE_DEGREES, 6), round(south + _EDGE_DEGREES, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    if form == "collection":
        feature = {"type": "Feature", "properties": {}, "geometry": polygon}
        return json.dumps({"type": "FeatureCollection", "features": [feature]})
    text = json.dumps(polygon)
    return json.dumps(text) if form == "string" else text


def _map_image() -> bytes:
    """A white PNG of 8 by 8 pixels."""
    side = 8

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = (b"\x00" + b"\xff" * side) * side
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _response(*, successful: bool, code: str) -> etree._Element:
    root = etree.Element(f"{_NS}OwnershipInquiryResponse", nsmap={"own": NAMESPACE})
    _add(root, "Successful", _boolean(successful))
    _add(root, "Code", code)
    return root


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{_NS}{name}")
    child.text = text
    return child


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _date(eight_digits: str, quirks: Quirks) -> str:
    year, month, day = eight_digits[:4], eight_digits[4:6], eight_digits[6:]
    return f"{year}/{month}/{day}" if quirks.padded_dates else f"{year}/{int(month)}/{int(day)}"
