"""The calendar that the city edits: what it says of known days, and what is wrong with a wrong one."""

from datetime import date, time
from pathlib import Path

import pytest

from hub.app.calendar_file import load_calendar
from hub.app.settings import CHECKOUT
from hub.core.findings import LintError

IRAN = CHECKOUT / "calendars" / "iran.yaml"
GOOD = """\
title: {fa: تقویم, en: Calendar}
zone: Asia/Tehran
weekend: [friday]
source: an official gazette
every_year:
  - {day: "01/01", name: {fa: نوروز, en: Nowruz}}
years:
  "1405":
    - {day: "04/04", name: {fa: عاشورا, en: Ashura}}
"""


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 21), "Eid al-Fitr"),  # two holidays on one day: 1405/01/01
        (date(2026, 3, 23), "Nowruz"),
        (date(2026, 4, 2), "Nature Day"),
        (date(2026, 6, 25), "Ashura"),
        (date(2027, 2, 11), "Victory of the Islamic Revolution"),
        (date(2025, 3, 20), "Last day of a leap year"),  # 1403/12/30
        (date(2030, 3, 21), "Nowruz"),  # solar holidays hold in years that are not covered
        (date(2031, 4, 2), "Nature Day"),
    ],
)
def test_iran_closes_on_its_official_holidays(day: date, name: str) -> None:
    calendar = load_calendar(IRAN)
    found = calendar.holidays.name(day)
    assert found is not None
    assert found.en == name
    assert not calendar.is_working_day(day)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 21), True),  # Saturday
        (date(2026, 11, 25), True),  # Wednesday
        (date(2026, 11, 26), False),  # Thursday
        (date(2026, 11, 27), False),  # Friday
        (date(2026, 3, 19), False),  # a Thursday
        (date(2026, 12, 23), False),  # birth of Imam Ali, a Wednesday
    ],
)
def test_iran_works_from_saturday_to_wednesday(day: date, works: bool) -> None:
    assert load_calendar(IRAN).is_working_day(day) is works


def test_it_says_which_years_it_covers() -> None:
    holidays = load_calendar(IRAN).holidays
    assert holidays.covers(date(2025, 3, 21))
    assert holidays.covers(date(2027, 3, 20))
    assert not holidays.covers(date(2025, 3, 20))
    assert not holidays.covers(date(2027, 3, 21))


def test_a_term_over_the_new_year_holidays() -> None:
    calendar = load_calendar(IRAN)
    # Tuesday 1404/12/26 at 10:00: Wednesday counts, then weekend and holidays until Wednesday 1405/01/05
    start = calendar.instant_us(date(2026, 3, 17), time(10))
    assert calendar.add_working_days(start, 2, time(14, 30)) == calendar.instant_us(
        date(2026, 3, 25), time(14, 30)
    )


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ('"04/04"', '"04/32"', "calendar.day", 9),
        ('"04/04"', '"4/4"', "calendar.day", 9),
        ('"01/01"', '"13/01"', "calendar.day", 6),
        ("Asia/Tehran", "Asia/Atlantis", "calendar.zone", 2),
        ("Asia/Tehran", "../../etc/passwd", "calendar.zone", 2),
        ("[friday]", "[freitag]", "calendar.bad-value", 3),
        ("weekend:", "weekends:", "calendar.unknown-key", 3),
        ('"1405"', '"2026"', "calendar.bad-value", 8),
        ("source: an official gazette\n", "", "calendar.missing-key", 1),
    ],
)
def test_a_mistake_is_a_finding_with_its_line(
    tmp_path: Path, old: str, new: str, rule: str, line: int
) -> None:
    (tmp_path / "iran.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(LintError) as failure:
        load_calendar(tmp_path / "iran.yaml")
    assert [(finding.path, finding.rule, finding.line) for finding in failure.value.findings][-1] == (
        "iran.yaml",
        rule,
        line,
    )


def test_a_day_stands_in_the_file_once(tmp_path: Path) -> None:
    twice = GOOD + '    - {day: "04/04", name: {fa: عاشورا, en: Ashura}}\n'
    (tmp_path / "iran.yaml").write_text(twice, encoding="utf-8")
    with pytest.raises(LintError) as failure:
        load_calendar(tmp_path / "iran.yaml")
    assert [finding.rule for finding in failure.value.findings] == ["calendar.day-twice"]
