"""Time limits: working hours, holidays, times of day, night, and the two days a year on which clocks are moved."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clocks import (
    Limit,
    Unit,
    add_working_days,
    add_working_minutes,
    due_at,
    is_working_day,
    next_time_of_day,
    waking,
    warn_at,
    working_minutes_between,
)

PRAGUE = ZoneInfo("Europe/Prague")

instants = st.integers(min_value=0, max_value=7 * 366 * 24 * 60).map(
    lambda minute: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)
minutes = st.integers(min_value=1, max_value=5000)


def prague(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PRAGUE)


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        (prague(2026, 3, 2, 9, 0), 30, prague(2026, 3, 2, 9, 30)),
        (prague(2026, 3, 2, 17, 45), 30, prague(2026, 3, 3, 8, 15)),
        (prague(2026, 3, 2, 6, 0), 30, prague(2026, 3, 2, 8, 30)),
        (prague(2026, 3, 6, 17, 50), 240, prague(2026, 3, 9, 11, 50)),  # Friday evening to Monday
        (prague(2026, 4, 2, 17, 30), 60, prague(2026, 4, 7, 8, 30)),  # Good Friday and Easter Monday
        (prague(2026, 3, 27, 17, 0), 120, prague(2026, 3, 30, 9, 0)),  # across the change to summer time
        (prague(2026, 10, 23, 17, 0), 120, prague(2026, 10, 26, 9, 0)),  # across the change to winter time
        (prague(2026, 3, 2, 17, 0), 60, prague(2026, 3, 2, 18, 0)),  # to the minute of closing
    ],
)
def test_working_minutes(start: datetime, amount: int, due: datetime) -> None:
    assert add_working_minutes(start, amount, PRAGUE) == due


@given(start=instants, amount=minutes)
def test_working_minutes_are_what_was_counted(start: datetime, amount: int) -> None:
    due = add_working_minutes(start, amount, PRAGUE)
    assert working_minutes_between(start, due, PRAGUE) == pytest.approx(amount)
    assert due - start >= timedelta(minutes=amount)
    local = due.astimezone(PRAGUE)
    assert is_working_day(local.date())
    assert time(8) <= local.time() <= time(18)


@given(start=instants, first=minutes, second=minutes)
def test_working_minutes_add_up(start: datetime, first: int, second: int) -> None:
    stepwise = add_working_minutes(add_working_minutes(start, first, PRAGUE), second, PRAGUE)
    assert stepwise == add_working_minutes(start, first + second, PRAGUE)


def test_nothing_is_worked_backwards() -> None:
    assert working_minutes_between(prague(2026, 3, 2, 12), prague(2026, 3, 2, 11), PRAGUE) == 0


def test_czech_holidays_are_no_working_days() -> None:
    assert not is_working_day(date(2026, 4, 3))
    assert not is_working_day(date(2026, 9, 28))
    assert not is_working_day(date(2026, 3, 7))
    assert is_working_day(date(2026, 3, 6))


def test_working_days_end_at_closing() -> None:
    assert add_working_days(prague(2026, 4, 1, 10), 5, PRAGUE) == prague(2026, 4, 10, 18)


def test_minutes_of_the_wall_clock_pass_evenly_when_clocks_are_moved() -> None:
    before = prague(2026, 3, 29, 1, 50)
    assert due_at(before, Limit(20), PRAGUE) - before.astimezone(UTC) == timedelta(minutes=20)
    assert due_at(before, Limit(20), PRAGUE).astimezone(PRAGUE).time() == time(3, 10)


def test_times_of_day_follow_the_first_amount() -> None:
    report = Limit(180, times=(time(7), time(18)))
    start = prague(2026, 3, 2, 9, 12)
    assert due_at(start, report, PRAGUE) == prague(2026, 3, 2, 12, 12)
    assert due_at(prague(2026, 3, 2, 12, 0), report, PRAGUE, again=True) == prague(2026, 3, 2, 18, 0)
    assert due_at(prague(2026, 3, 2, 18, 0), report, PRAGUE, again=True) == prague(2026, 3, 3, 7, 0)


@given(start=instants)
def test_next_time_of_day_lies_ahead_within_a_day(start: datetime) -> None:
    found = next_time_of_day(start, (time(7), time(18)), PRAGUE)
    assert timedelta(0) < found - start <= timedelta(hours=14)  # 13 hours of night, 14 when clocks go back
    assert found.astimezone(PRAGUE).time() in (time(7), time(18))


@pytest.mark.parametrize(
    ("instant", "kept"),
    [
        (prague(2026, 3, 2, 21, 59), prague(2026, 3, 2, 21, 59)),
        (prague(2026, 3, 2, 22, 0), prague(2026, 3, 2, 22, 0)),
        (prague(2026, 3, 2, 23, 30), prague(2026, 3, 3, 7, 0)),
        (prague(2026, 3, 3, 6, 59), prague(2026, 3, 3, 7, 0)),
        (prague(2026, 3, 3, 7, 0), prague(2026, 3, 3, 7, 0)),
        (prague(2026, 3, 29, 2, 30), prague(2026, 3, 29, 7, 0)),  # an hour that does not exist
    ],
)
def test_nothing_is_due_at_night(instant: datetime, kept: datetime) -> None:
    assert waking(instant, PRAGUE) == kept


@given(start=instants, amount=minutes)
def test_the_next_update_is_promised_for_the_day(start: datetime, amount: int) -> None:
    due = due_at(start, Limit(amount, waking_hours=True), PRAGUE)
    assert time(7) <= due.astimezone(PRAGUE).time() <= time(22)
    assert due >= start + timedelta(minutes=amount)


def test_a_limit_says_when() -> None:
    with pytest.raises(ValueError, match="amount or times"):
        due_at(prague(2026, 3, 2), Limit(None), PRAGUE)


@given(
    limit=st.builds(
        Limit,
        amount=st.none() | minutes,
        unit=st.sampled_from(Unit),
        times=st.lists(st.times().map(lambda moment: moment.replace(second=0, microsecond=0))).map(tuple),
        waking_hours=st.booleans(),
    )
)
def test_limits_survive_the_snapshot(limit: Limit) -> None:
    assert Limit.from_json(limit.as_json()) == limit


def test_the_warning_comes_after_three_quarters() -> None:
    start = prague(2026, 3, 2, 9)
    assert warn_at(start, start + timedelta(minutes=20)) == start + timedelta(minutes=15)
