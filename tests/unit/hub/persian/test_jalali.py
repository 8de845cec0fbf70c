from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.persian import (
    IdentifierError,
    JalaliForm,
    iso_to_jalali,
    jalali_date,
    jalali_to_iso,
    tehran_date,
    tehran_instant,
)

FIRST, LAST = date(1921, 3, 21), date(2072, 3, 19)  # 1300/01/01 to 1450/12/30


@pytest.mark.parametrize(
    ("jalali", "iso"),
    [
        ("1404/11/14", "2026-02-03"),
        ("14041114", "2026-02-03"),
        ("1404-11-14", "2026-02-03"),
        ("1404.11.14", "2026-02-03"),
        ("۱۴۰۴/۱۱/۱۴", "2026-02-03"),
        ("١٤٠٤/١١/١٤", "2026-02-03"),
        (" \u200e1404/11/14\u200f ", "2026-02-03"),
        ("1404/1/4", "2025-03-24"),
        ("1404/01/04", "2025-03-24"),
        ("1399/12/30", "2021-03-20"),  # leap
        ("1403/12/30", "2025-03-20"),  # leap
        ("1408/12/30", "2030-03-20"),  # leap
        ("1357/11/22", "1979-02-11"),
    ],
)
def test_a_jalali_date_in_every_spelling_becomes_iso(jalali: str, iso: str) -> None:
    assert jalali_to_iso(jalali) == iso


@pytest.mark.parametrize(
    ("jalali", "rule"),
    [
        ("", "jalali-date.form"),
        ("04/11/14", "jalali-date.form"),
        ("1404/11-14", "jalali-date.form"),
        ("140411", "jalali-date.form"),
        ("1404/111/4", "jalali-date.form"),
        ("14/11/1404", "jalali-date.form"),
        ("۱۴۰۴/۱۱/۱۴ ۱۲:۰۰", "jalali-date.form"),
        ("1404/13/01", "jalali-date.no-such-day"),
        ("1404/00/01", "jalali-date.no-such-day"),
        ("1404/12/30", "jalali-date.no-such-day"),
        ("1404/07/31", "jalali-date.no-such-day"),
        ("2026/02/03", "jalali-date.year"),
        ("0404/11/14", "jalali-date.year"),
    ],
)
def test_a_jalali_date_is_refused_by_rule(jalali: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        jalali_to_iso(jalali)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("jalali", "century", "iso"),
    [("04/11/14", 1400, "2026-02-03"), ("68/1/1", 1300, "1989-03-21"), ("041114", 1400, "2026-02-03")],
)
def test_a_two_digit_year_needs_its_century(jalali: str, century: int, iso: str) -> None:
    assert jalali_to_iso(jalali, century=century) == iso


def test_with_a_century_a_four_digit_year_is_refused() -> None:
    with pytest.raises(IdentifierError, match=r"jalali-date\.form"):
        jalali_to_iso("1404/11/14", century=1400)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (JalaliForm.SLASHED, "1404/01/04"),
        (JalaliForm.SHORT, "1404/1/4"),
        (JalaliForm.COMPACT, "14040104"),
        (JalaliForm.DASHED, "1404-01-04"),
        (JalaliForm.TWO_DIGIT, "04/01/04"),
        (JalaliForm.TWO_DIGIT_COMPACT, "040104"),
    ],
)
def test_an_iso_date_is_written_in_the_form_asked_for(form: JalaliForm, written: str) -> None:
    assert iso_to_jalali("2025-03-24", form) == written


@pytest.mark.parametrize(
    "iso", ["", "2026-2-3", "20260203", "2026-02-30", "۲۰۲۶-۰۲-۰۳", "2026-02-03T00:00:00"]
)
def test_what_is_no_iso_date_is_refused(iso: str) -> None:
    with pytest.raises(IdentifierError, match=r"iso-date\.form"):
        iso_to_jalali(iso)


@given(st.dates(FIRST, LAST), st.sampled_from(JalaliForm))
def test_every_day_of_150_years_survives_the_way_there_and_back(day: date, form: JalaliForm) -> None:
    century = None
    if form in {JalaliForm.TWO_DIGIT, JalaliForm.TWO_DIGIT_COMPACT}:
        century = int(iso_to_jalali(day.isoformat())[:4]) // 100 * 100
    assert jalali_to_iso(iso_to_jalali(day.isoformat(), form), century=century) == day.isoformat()


def test_consecutive_days_are_consecutive_in_both_calendars() -> None:
    written = [iso_to_jalali((date(2024, 3, 20) + timedelta(days=n)).isoformat()) for n in range(366)]
    assert written[0] == "1403/01/01"
    assert written[-1] == "1403/12/30"
    assert written == sorted(set(written))


def test_the_canonical_form_has_slashes_and_zeros() -> None:
    assert jalali_date("۱۴۰۴-۱-۴") == "1404/01/04"


@pytest.mark.parametrize(
    ("iso_date", "time_of_day", "instant"),
    [
        ("2026-07-01", "09:05", "2026-07-01T09:05:00+03:30"),  # no daylight saving since 2022
        ("2021-07-01", "۰۹:۰۵", "2021-07-01T09:05:00+04:30"),
        ("2021-12-01", "23:59:59", "2021-12-01T23:59:59+03:30"),
        (
            "2021-09-21",
            "23:30",
            "2021-09-21T23:30:00+04:30",
        ),  # repeated by the clock change: the first is meant
    ],
)
def test_an_instant_has_the_offset_tehran_had_then(iso_date: str, time_of_day: str, instant: str) -> None:
    assert tehran_instant(iso_date, time_of_day) == instant


@pytest.mark.parametrize(
    ("time_of_day", "rule"),
    [
        ("00:30", "time.skipped"),
        ("24:00", "time.form"),
        ("9", "time.form"),
        ("09:60", "time.form"),
        ("09:05:61", "time.form"),
    ],
)
def test_a_time_that_never_was_is_refused(time_of_day: str, rule: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        tehran_instant("2021-03-22", time_of_day)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-02-03T20:29:59Z", "2026-02-03"),
        ("2026-02-03T20:30:00Z", "2026-02-04"),
        ("2026-02-03T23:59:00+03:30", "2026-02-03"),
        ("2021-07-01T19:30:00Z", "2021-07-02"),
    ],
)
def test_the_day_of_an_instant_is_the_day_in_tehran(instant: str, day: str) -> None:
    assert tehran_date(instant) == day


@pytest.mark.parametrize("instant", ["", "2026-02-03", "2026-02-03T10:00:00", "yesterday"])
def test_an_instant_must_say_its_offset(instant: str) -> None:
    with pytest.raises(IdentifierError, match=r"instant\.form"):
        tehran_date(instant)
