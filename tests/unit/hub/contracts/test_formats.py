from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hub.contracts.formats import FORMATS, format_checker, predicates

VALID = {
    "attachment-digest": ["0123456789abcdef" * 4],
    "ir-national-code": ["0499370899"],
    "ir-legal-id": ["10380284790"],
    "ir-sheba": ["IR050170000000123456789012"],
    "ir-card": ["6037991234567893"],
    "ir-postal-code": ["1345678914"],
    "ir-mobile": ["09121234567"],
    "ir-bill-id": ["7748317800142"],
    "ir-payment-id": ["1770160"],
    "ir-bill-barcode": ["77483178001420000001770160"],
    "ir-plate": ["12ب34567"],
    "ir-plate-numeric": ["120234567"],
    "ir-motorcycle-plate": ["12345678"],
    "ir-registry-parcel": ["45/123", "45R/0"],
    "ir-estate-note-number": ["139920301056012345"],
    "ir-renovation-code": ["6-2-15-4-1-3-0"],
    "jalali-date": ["1404/11/14", "1404/01/04"],
    "jalali-date-short": ["1404/11/14", "1404/1/4"],
    "jalali-date-compact": ["14041114"],
    "jalali-date-dashed": ["1404-11-14"],
    "persian-text": ["علی", "می\u200cروم", ""],
}
INVALID = {
    "attachment-digest": ["0123456789ABCDEF" * 4, "ab" * 31, "g" * 64, "sha-256:" + "a" * 64],
    "ir-national-code": ["۰۴۹۹۳۷۰۸۹۹", "0499370898", " 0499370899", ""],
    "ir-legal-id": ["10380284791", "۱۰۳۸۰۲۸۴۷۹۰"],
    "ir-sheba": ["ir050170000000123456789012", "IR05 0170000000123456789012"],
    "ir-card": ["6037-9912-3456-7893", "6037991234567892"],
    "ir-postal-code": ["13456-78914", "134567891"],
    "ir-mobile": ["+989121234567", "9121234567"],
    "ir-bill-id": ["7748317800143", "12345"],
    "ir-payment-id": ["0000001770160", "1770150"],
    "ir-bill-barcode": ["77483178001420000001770161"],
    "ir-plate": ["12 ب 345 67", "12ي34567", "12ا34567"],
    "ir-plate-numeric": ["120034567"],
    "ir-motorcycle-plate": ["1234-5678"],
    "ir-registry-parcel": ["045/123", "۴۵/۱۲۳"],
    "ir-estate-note-number": ["1" * 20, ""],
    "ir-renovation-code": ["06-2-15-4-1-3-0"],
    "jalali-date": ["1404/1/4", "1404-11-14", "1404/12/30", "۱۴۰۴/۱۱/۱۴"],
    "jalali-date-short": ["1404/01/04"],
    "jalali-date-compact": ["1404/11/14"],
    "jalali-date-dashed": ["1404/11/14"],
    "persian-text": ["علي", "كتاب", "سـلام", "\u200fعلی"],
}
CASES = [(name, text, True) for name, texts in VALID.items() for text in texts] + [
    (name, text, False) for name, texts in INVALID.items() for text in texts
]


def judged_by_jsonschema(name: str, value: Any) -> bool:
    return bool(Draft202012Validator({"format": name}, format_checker=format_checker()).is_valid(value))


def judged_by_jsonschema_rs(name: str, value: Any) -> bool:
    validator = jsonschema_rs.Draft202012Validator(
        {"format": name}, validate_formats=True, formats=predicates()
    )
    return validator.is_valid(value)


def test_every_format_has_cases_of_both_kinds() -> None:
    assert set(VALID) == set(INVALID) == set(FORMATS)


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_both_validators_judge_a_text_the_same(name: str, text: str, expected: bool) -> None:
    assert judged_by_jsonschema(name, text) is expected
    assert judged_by_jsonschema_rs(name, text) is expected


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}])
def test_what_is_no_string_is_none_of_a_formats_business(name: str, value: Any) -> None:
    assert judged_by_jsonschema(name, value)
    assert judged_by_jsonschema_rs(name, value)


@given(st.sampled_from(sorted(FORMATS)), st.text())
def test_no_text_makes_a_predicate_raise(name: str, text: str) -> None:
    assert FORMATS[name].accepts(text) in {True, False}


def test_the_standards_formats_stay_beside_them() -> None:
    assert not judged_by_jsonschema("date", "1404/11/14")
    assert not judged_by_jsonschema_rs("date", "1404/11/14")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_words_in_both_languages(name: str) -> None:
    text = FORMATS[name].text
    assert text.en.isascii() or "ب" in text.en
    assert not text.fa.isascii()
