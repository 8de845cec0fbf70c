import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contracts.compatibility.json_schema.formats import PATTERNS, is_match, is_of_format
from hub.contracts.validator import FORMAT_TEXTS

GOOD = {
    "date-time": "2026-11-22T08:30:00Z", "time": "08:30:00Z", "duration": "P3D", "email": "a@b.ir",
    "hostname": "city.ir", "uri": "urn:x", "ipv6": "::1",
    "date": "2026-11-22", "uuid": "0f8fad5b-d9cb-469f-a165-70867728950E", "ipv4": "10.0.255.1",
    "ir-national-code": "0012345679", "ir-legal-id": "10380284790", "ir-sheba": "IR062960000000100324200001",
    "ir-card": "6219861034529007", "ir-postal-code": "1619735744", "ir-mobile": "09121234567",
    "ir-bill-id": "7748317800142", "ir-payment-id": "1770160", "ir-estate-note-number": "0139820301",
    "jalali-date": "1404/11/14", "jalali-date-short": "1404/1/4", "jalali-date-compact": "14041114",
    "jalali-date-dashed": "1404-11-14",
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), GOOD.items())
def test_a_text_of_the_format_matches_its_pattern(name: str, text: str) -> None:
    assert is_of_format(text, name), "the example must be one"
    assert is_match(text, PATTERNS[name])


@given(st.sampled_from(sorted(PATTERNS)), st.data())
def test_no_text_of_a_format_lies_outside_its_pattern(name: str, data: st.DataObject) -> None:
    """Texts near the format's: one of its own with a few characters put in, taken out or exchanged."""
    text = GOOD.get(name, "0" * 26)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        put = data.draw(st.sampled_from(["", "0", "1", "9", "-", "/", "a", "F", " ", "\n", "۱", ".", "T"]))
        text = text[:at] + put + text[at + data.draw(st.integers(0, 1)) :]
    if is_of_format(text, name):
        assert is_match(text, PATTERNS[name])


def test_only_formats_that_contracts_may_use_have_a_pattern() -> None:
    assert PATTERNS.keys() <= FORMAT_TEXTS.keys()
    assert all(re.compile(pattern) for pattern in PATTERNS.values())


def test_of_formats_and_patterns_that_are_not_known_nothing_is_known() -> None:
    assert is_of_format("x", "secret-handshake") is None
    assert is_match("x", "(?=x)") is None
