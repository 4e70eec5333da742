"""Scenario time: whole minutes since the case opened, written `"+02:30"` or as an ISO 8601 duration."""

from __future__ import annotations

import re

MINUTES_OF_DAY = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_OFFSET = re.compile(r"\+(\d{1,3}):([0-5]\d)")
_DURATION = re.compile(r"P(?:(\d{1,2})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?")


def minutes(text: str) -> int:
    """The minutes `"+02:30"`, `PT2H30M` or `P1DT2H` stand for. Raises ValueError for anything else."""
    if match := _OFFSET.fullmatch(text):
        return int(match[1]) * 60 + int(match[2])
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()) or text.endswith("T"):
        raise ValueError(f"not a scenario time: {text!r}")
    days, hours, rest = (int(group or 0) for group in match.groups())
    return days * MINUTES_OF_DAY + hours * 60 + rest


def offset(minute: int) -> str:
    """Scenario time as an author writes it: 150 → `+02:30`."""
    return f"+{minute // 60:02d}:{minute % 60:02d}"


def minute_of_week(text: str) -> int:
    """The minute of the week `"Mon 08:40"` names; Monday 0:00 is 0."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return WEEKDAYS.index(day) * MINUTES_OF_DAY + int(hour) * 60 + int(minute)
