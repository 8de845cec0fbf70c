from datetime import UTC, datetime, timedelta

from sandbox.clock import Clock, jalali_date


def test_the_offset_moves_the_time_which_is_tehrans() -> None:
    clock = Clock(lambda: datetime(2024, 3, 19, 21, 0, tzinfo=UTC))
    assert clock.now().isoformat() == "2024-03-20T00:30:00+03:30"
    clock.offset = timedelta(minutes=-31)
    assert jalali_date(clock.now()) == "1402/12/29"


def test_dates_come_padded_or_not() -> None:
    new_year = datetime(2024, 3, 20, tzinfo=UTC)
    assert jalali_date(new_year) == "1403/01/01"
    assert jalali_date(new_year, padded=False) == "1403/1/1"
