"""Days become instants where people live, also on the days on which the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisisdesk.core import days

PRAGUE = ZoneInfo("Europe/Prague")
ZONES = st.sampled_from(["Europe/Prague", "America/St_Johns", "Asia/Beirut", "Pacific/Chatham", "UTC"]).map(ZoneInfo)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 12, 31), 24)]
)
def test_the_length_of_a_day(day: date, hours: int) -> None:
    begin, end = (when(day, PRAGUE).astimezone(UTC) for when in (days.begin_of, days.end_of))
    assert end - begin == timedelta(hours=hours)


def test_the_last_day_belongs_to_it() -> None:
    assert days.end_of(date(2026, 12, 31), PRAGUE) == datetime(2026, 12, 31, 23, tzinfo=UTC)


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), zone=ZONES)
def test_there_and_back(day: date, zone: ZoneInfo) -> None:
    assert days.first_day(days.begin_of(day, zone), zone) == day
    assert days.last_day(days.end_of(day, zone), zone) == day
    assert days.end_of(day, zone) == days.begin_of(day + timedelta(days=1), zone)
