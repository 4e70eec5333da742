"""The arithmetic of time limits, without Django.

Instants are aware and returned in UTC; local hours are those of the zone that is passed in. Working time is 8–18 from
Monday to Friday except the public holidays of the Czech Republic (Act No. 245/2000 Coll., by the `holidays` package).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo

import holidays

OPENS, CLOSES = time(8), time(18)
WAKES, SLEEPS = time(7), time(22)
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What the amount of a limit counts."""

    MINUTES = "minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Limit:
    """How long something may take.

    `amount` counts `unit`s, or is None where only `times` rule: local times of day by which it is due again and again.
    With `waking_hours` a limit that would end between 22:00 and 7:00 ends at 7:00.
    """

    amount: int | None
    unit: Unit = Unit.MINUTES
    times: tuple[time, ...] = ()
    waking_hours: bool = False

    def as_json(self) -> dict[str, Any]:
        """The shape kept in a case's policy snapshot."""
        return {
            "amount": self.amount,
            "unit": self.unit.value,
            "times": [f"{moment:%H:%M}" for moment in self.times],
            "waking_hours": self.waking_hours,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(
            amount=stored["amount"],
            unit=Unit(stored["unit"]),
            times=tuple(time.fromisoformat(moment) for moment in stored["times"]),
            waking_hours=stored["waking_hours"],
        )


def due_at(start: datetime, limit: Limit, zone: ZoneInfo, *, again: bool = False) -> datetime:
    """The instant at which `limit`, counted from `start`, is over.

    A limit with an amount and times counts the amount the first time and follows the times when it runs `again`.
    """
    if limit.times and (again or limit.amount is None):
        due = next_time_of_day(start, limit.times, zone)
    elif limit.amount is None:
        raise ValueError("a limit needs an amount or times of day")
    elif limit.unit is Unit.WORKING_MINUTES:
        due = add_working_minutes(start, limit.amount, zone)
    elif limit.unit is Unit.WORKING_DAYS:
        due = add_working_days(start, limit.amount, zone)
    else:
        due = start.astimezone(UTC) + timedelta(minutes=limit.amount)
    return waking(due, zone) if limit.waking_hours else due


def warn_at(start: datetime, due: datetime) -> datetime:
    """When a running clock turns amber: three quarters of the way."""
    start, due = start.astimezone(UTC), due.astimezone(UTC)
    return start + (due - start) * 3 / 4


def is_working_day(day: date) -> bool:
    """Whether offices are open on this day."""
    return day.weekday() < _SATURDAY and day not in _public_holidays(day.year)


def add_working_minutes(start: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which `minutes` of working time have passed since `start`."""
    start, left = start.astimezone(UTC), timedelta(minutes=minutes)
    for opens, closes in _working_windows(start, zone):
        begins = max(start, opens)
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise AssertionError("working days never run out")


def working_minutes_between(start: datetime, end: datetime, zone: ZoneInfo) -> float:
    """Minutes of working time from `start` to `end`; 0.0 when `end` is not later."""
    start, worked = start.astimezone(UTC), timedelta()
    for opens, closes in _working_windows(start, zone):
        if max(start, opens) >= end:
            break
        worked += min(end, closes) - max(start, opens)
    return worked / timedelta(minutes=1)


def add_working_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The close of the working day that lies `days` working days after the local day of `start`."""
    day = start.astimezone(zone).date()
    while days > 0:
        day += _ONE_DAY
        days -= is_working_day(day)
    return _local(day, CLOSES, zone)


def next_time_of_day(start: datetime, times: Iterable[time], zone: ZoneInfo) -> datetime:
    """The first of the local `times` that lies after `start`."""
    today = start.astimezone(zone).date()
    moments = (_local(day, moment, zone) for day in (today, today + _ONE_DAY) for moment in sorted(times))
    return next(moment for moment in moments if moment > start)


def waking(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant itself, or 7:00 local time where it falls between 22:00 and 7:00."""
    local = instant.astimezone(zone)
    if local.time() > SLEEPS:
        return _local(local.date() + _ONE_DAY, WAKES, zone)
    if local.time() < WAKES:
        return _local(local.date(), WAKES, zone)
    return instant.astimezone(UTC)


def _working_windows(start: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing of each working day that has not closed by `start`, for ever."""
    day = start.astimezone(zone).date()
    while True:
        if is_working_day(day):
            opens, closes = _local(day, OPENS, zone), _local(day, CLOSES, zone)
            if closes > start:
                yield opens, closes
        day += _ONE_DAY


def _local(day: date, moment: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CZ", years=year))
