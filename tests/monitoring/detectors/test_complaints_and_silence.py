"""Daily complaint counts, and sources that fall silent or come late."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from cases.monitoring.detectors import BadCount, ComplaintCounts, Firing, OutOfOrder, Silence, bucket_of
from cases.monitoring.detectors.silence import LEARNING_PAUSES
from tests.monitoring.detectors.streams import MONDAY

FIRST_DAY = date(2026, 3, 2)


def days(detector: ComplaintCounts, *counts: float) -> list[Firing | None]:
    first = (detector.last or FIRST_DAY - timedelta(days=1)) + timedelta(days=1)
    return [detector.step(first + timedelta(days=index), count) for index, count in enumerate(counts)]


def test_a_day_with_thrice_the_complaints_fires() -> None:
    detector = ComplaintCounts("doprava")
    assert days(detector, *[9, 11, 8, 10, 9, 3, 2] * 4) == [None] * 28
    (firing,) = days(detector, 31)
    assert firing is not None
    assert firing.about == "doprava"
    assert firing.facts["expected"] == pytest.approx(9.4, abs=0.5)
    assert firing.facts["day"] == "2026-03-30"
    assert firing.at.date() == date(2026, 3, 30)


def test_weekends_have_their_own_usual_number() -> None:
    detector = ComplaintCounts("doprava")
    days(detector, *[30, 31, 29, 30, 30, 1, 1] * 4, *[30] * 5)
    (firing,) = days(detector, 14)  # Nothing on a Tuesday, much on a Saturday.
    assert firing is not None
    assert firing.facts["expected"] == pytest.approx(1, abs=0.1)


def test_a_restless_topic_needs_more() -> None:
    steady, restless = ComplaintCounts("a"), ComplaintCounts("b")
    days(steady, *[10] * 28)
    days(restless, *[1, 30, 2, 25, 1, 8, 3] * 4)
    assert days(steady, 32)[0] is not None
    assert days(restless, 32)[0] is None


def test_a_handful_or_less_than_twice_is_nothing() -> None:
    detector = ComplaintCounts("a")
    days(detector, *[0] * 28)
    assert days(detector, 4) == [None]
    many = ComplaintCounts("b")
    days(many, *[1_000] * 28)
    assert days(many, 1_900) == [None]


def test_it_learns_a_week_first_and_refuses_what_is_no_count() -> None:
    detector = ComplaintCounts("a")
    assert days(detector, 1, 1, 1, 500) == [None] * 4
    with pytest.raises(OutOfOrder):
        detector.step(FIRST_DAY, 1)
    with pytest.raises(BadCount):
        ComplaintCounts("a").step(FIRST_DAY, -1)


def heard(source: Silence, minutes: Iterable[int], late: float = 2) -> list[Firing | None]:
    return [
        source.hear(MONDAY + timedelta(minutes=minute - late), MONDAY + timedelta(minutes=minute)) for minute in minutes
    ]


def silent(source: Silence, minutes: int) -> list[Firing]:
    first = (source.heard or 0) + 1
    return [one for number in range(first, first + minutes // 5) if (one := source.step(number))]


def test_silence_beyond_what_people_expect_fires_once_then_only_when_worse() -> None:
    source = Silence("Zprávy", timedelta(minutes=60))
    heard(source, [0])
    firings = silent(source, 60)
    assert firings == []
    firings = silent(source, 24 * 60)
    assert [one.facts["seen"] for one in firings] == [65, 100, 150, 225, 340, 510, 765, 1150]


def test_without_expectation_it_learns_the_usual_pause() -> None:
    source = Silence("Zprávy")
    heard(source, range(0, 20 * (LEARNING_PAUSES - 1), 20))
    assert source.limit is None
    assert silent(source, 24 * 60) == []
    source = Silence("Zprávy")
    heard(source, range(0, 20 * 300, 20))
    assert 60 <= 5 * (source.limit or 0) <= 90
    firing = silent(source, 240)[0]
    assert firing.facts["said"] is False
    assert firing.facts["seen"] >= 60


def test_a_source_that_was_never_heard_is_silent_from_the_first_bucket_on() -> None:
    source = Silence("Zprávy", timedelta(minutes=30))
    first = bucket_of(MONDAY)
    assert [one is not None for one in map(source.step, range(first, first + 8))] == [False] * 7 + [True]


def test_late_arrival_fires_when_it_is_usual_no_more() -> None:
    source = Silence("Zprávy", timedelta(hours=5))
    assert not any(heard(source, range(0, 2_000, 20), late=3))
    firings = [one for one in heard(source, range(2_000, 2_200, 20), late=120) if one]
    assert firings[0].facts["seen"] > 30
    assert firings[0].facts["expected"] == pytest.approx(3, abs=1)
    slow = Silence("Měsíčník", timedelta(hours=5))
    assert not any(heard(slow, range(0, 2_000, 20), late=100))
    assert not any(heard(slow, range(2_000, 2_200, 20), late=120))


def test_a_clock_ahead_of_ours_is_no_lag() -> None:
    source = Silence("Zprávy", timedelta(hours=5))
    assert not any(heard(source, range(0, 2_000, 20), late=-60))
    assert source.lag == 0
