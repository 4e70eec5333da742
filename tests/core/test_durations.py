"""Lengths of time in few signs."""

from datetime import timedelta

import pytest

from crisisdesk.core import durations


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (26 * 3600, "26 h"),
        (2 * 86400, "2 d"),
        (-180, "3 min"),
    ],
)
def test_short(seconds: int, text: str) -> None:
    assert durations.short(timedelta(seconds=seconds)).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(7, "0:07"), (247, "4:07"), (3599, "59:59"), (3660, "1 h 1 min"), (-61, "1:01")]
)
def test_countdown(seconds: int, text: str) -> None:
    assert durations.countdown(timedelta(seconds=seconds)).replace("\u00a0", " ") == text
