"""Whole days as half-open intervals of instants, where people live. Pure computation.

A last day belongs to the interval, so its end is the first instant of the day that follows, whatever the clocks do
that night.
"""

from datetime import date, datetime, time, timedelta, tzinfo


def begin_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), tzinfo=zone)


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first instant after a day; `OverflowError` for the last day there is."""
    return begin_of(day + timedelta(days=1), zone)


def first_day(begin: datetime, zone: tzinfo) -> date:
    """The day in which an interval begins."""
    return begin.astimezone(zone).date()


def last_day(end: datetime, zone: tzinfo) -> date:
    """The last day of which an interval that ends before `end` holds anything."""
    return (end - timedelta(microseconds=1)).astimezone(zone).date()
