"""Who is told how often."""

from __future__ import annotations

import pytest

from cases.monitoring.detectors import AlarmLevel, Detector, Firing, Notice, SignalBook, Why
from cases.monitoring.detectors.notifying import MOST_OPEN, QUIET
from tests.monitoring.detectors.streams import FIRST

HOUR = 12


def firing(
    number: int = 0, evidence: float = 4.0, detector: Detector = Detector.VOLUME, about: str = "", **facts: object
) -> Firing:
    return Firing(detector, FIRST + number, evidence, 3.4, about=about, facts=facts)


def told(book: SignalBook, first: int, last: int) -> list[tuple[Why, int]]:
    return [(notice.why, notice.number - FIRST) for n in range(first, last) for notice in book.step(FIRST + n)]


def kept_alive(book: SignalBook, first: int, last: int) -> list[tuple[Why, int]]:
    """As `told`, while evidence goes on."""
    found = []
    for number in range(first, last):
        book.touch("", FIRST + number)
        found += told(book, number, number + 1)
    return found


def whys(notices: list[Notice]) -> list[Why]:
    return [notice.why for notice in notices]


def test_reminders_come_at_half_an_hour_two_six_and_twenty_four_hours() -> None:
    book = SignalBook()
    assert whys(book.take(firing())) == [Why.NEW]
    assert kept_alive(book, 1, 50 * HOUR) == [(Why.REMINDER, n) for n in (HOUR // 2, 2 * HOUR, 6 * HOUR, 24 * HOUR)]


def test_the_same_again_is_appended_not_told() -> None:
    book = SignalBook()
    book.take(firing())
    assert book.take(firing(1)) == []
    assert book.take(firing(2, 5.9)) == []
    assert whys(book.take(firing(3, 9.0))) == [Why.WORSE]
    assert book.open[""].firings == 4


def test_worse_is_measured_against_the_strongest() -> None:
    book = SignalBook()
    for number, evidence in enumerate((3.5, 3.9, 4.5, 5.0)):
        book.take(firing(number, evidence))
    assert book.take(firing(5, 7.4)) != []  # Twice the threshold raises the severity …
    assert book.take(firing(6, 7.6)) == []  # … and after that it takes 1.5 times as much.
    assert whys(book.take(firing(7, 11.5))) == [Why.WORSE]


def test_worsening_starts_the_reminders_anew_and_needs_a_new_acknowledgement() -> None:
    book = SignalBook()
    book.take(firing())
    book.acknowledge("")
    assert kept_alive(book, 1, 3 * HOUR) == []
    book.take(firing(3 * HOUR, 9.0))
    assert kept_alive(book, 3 * HOUR, 5 * HOUR + 1) == [(Why.REMINDER, 3 * HOUR + 6), (Why.REMINDER, 5 * HOUR)]


def test_after_six_quiet_hours_it_closes_by_itself() -> None:
    book = SignalBook()
    book.take(firing())
    book.acknowledge("")
    book.take(firing(2 * HOUR))
    assert told(book, 2 * HOUR, 9 * HOUR) == [(Why.CLOSED_QUIET, 2 * HOUR + QUIET)]
    assert book.open == {}


def test_a_critical_one_nobody_took_waits_for_its_last_reminder() -> None:
    book = SignalBook()
    book.take(firing(detector=Detector.TERM, about="únik dat", critical=True))
    reminders = [(Why.REMINDER, n) for n in (HOUR // 2, 2 * HOUR, 6 * HOUR, 24 * HOUR)]
    assert told(book, 1, 30 * HOUR) == [*reminders, (Why.CLOSED_QUIET, 24 * HOUR + 1)]
    book.take(firing(40 * HOUR, detector=Detector.TERM, about="únik dat", critical=True))
    book.acknowledge("únik dat")
    assert told(book, 40 * HOUR, 50 * HOUR) == [(Why.CLOSED_QUIET, 46 * HOUR)]


def test_after_a_gap_what_is_due_is_told_once() -> None:
    book = SignalBook()
    book.take(firing(detector=Detector.TERM, critical=True))
    assert [notice.why for notice in book.step(FIRST + 7 * HOUR)] == [Why.REMINDER]
    assert told(book, 7 * HOUR + 1, 24 * HOUR) == []


def test_snoozing_silences_reminders_not_worsening() -> None:
    book = SignalBook()
    book.take(firing())
    book.snooze("", FIRST + 4 * HOUR)
    assert kept_alive(book, 1, 4 * HOUR) == []
    assert whys(book.take(firing(4 * HOUR - 1, 9.0))) == [Why.WORSE]
    assert kept_alive(book, 4 * HOUR, 5 * HOUR) == [(Why.REMINDER, 4 * HOUR + 5)]


def test_a_linked_case_swallows_its_topic() -> None:
    book = SignalBook()
    book.take(firing())
    book.link()
    assert book.take(firing(1, 20.0)) == []
    assert book.take(firing(2, about="story")) == []
    assert kept_alive(book, 3, 30) == []
    assert book.open[""].firings == 2
    book.unlink()
    assert whys(book.take(firing(40, about="other"))) == [Why.NEW]


def test_dismissed_is_gone_and_opens_anew() -> None:
    book = SignalBook()
    book.take(firing())
    book.dismiss("")
    assert told(book, 1, 10) == []
    assert whys(book.take(firing(11, 9.0))) == [Why.NEW]


def test_one_open_signal_for_each_story() -> None:
    book = SignalBook()
    assert whys(book.take(firing(about="s1", detector=Detector.VIRAL, story="s1"))) == [Why.NEW]
    assert whys(book.take(firing(about="s2", detector=Detector.VIRAL, story="s2"))) == [Why.NEW]
    book.take(firing(1, about="bojkot", detector=Detector.TERM, story="s1"))
    assert set(book.open) == {"s1", "s2"}
    assert book.open["s1"].firings == 2


@pytest.mark.parametrize(
    ("firings", "severity"),
    [
        ([firing()], AlarmLevel.NOTICE),
        ([firing(evidence=7.0)], AlarmLevel.WARNING),
        ([firing(), firing(detector=Detector.NEGATIVE_SHARE)], AlarmLevel.WARNING),
        ([firing(detector=Detector.REACH)], AlarmLevel.WARNING),
        ([firing(), firing(detector=Detector.REACH)], AlarmLevel.CRITICAL),
        ([firing(), firing(detector=Detector.NEGATIVE_SHARE), firing(detector=Detector.VIRAL)], AlarmLevel.CRITICAL),
        ([firing(detector=Detector.TERM, critical=True)], AlarmLevel.CRITICAL),
        ([firing(detector=Detector.TERM, critical=False)], AlarmLevel.NOTICE),
    ],
)
def test_severity_comes_from_agreement_and_reach(firings: list[Firing], severity: AlarmLevel) -> None:
    book = SignalBook()
    for one in firings:
        book.take(one)
    assert book.open[""].severity is severity


def test_agreement_of_a_second_detector_is_worth_telling() -> None:
    book = SignalBook()
    book.take(firing())
    (notice,) = book.take(firing(1, detector=Detector.NEGATIVE_SHARE))
    assert (notice.why, notice.severity) == (Why.WORSE, AlarmLevel.WARNING)


def test_nothing_is_told_twice_within_a_bucket() -> None:
    book = SignalBook()
    book.take(firing())
    assert told(book, HOUR // 2, HOUR // 2 + 1) == [(Why.REMINDER, HOUR // 2)]
    assert book.step(FIRST + HOUR // 2) == []


def test_the_number_of_open_signals_is_bounded_and_critical_ones_stay() -> None:
    book = SignalBook()
    book.take(firing(about="critical", detector=Detector.TERM, critical=True))
    closed = [
        notice.about
        for index in range(MOST_OPEN + 20)
        for notice in book.take(firing(1 + index, about=f"s{index}"))
        if notice.why is Why.CLOSED_CROWDED
    ]
    assert closed == [f"s{index}" for index in range(21)]
    assert len(book.open) == MOST_OPEN
    assert "critical" in book.open
