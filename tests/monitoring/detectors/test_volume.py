"""Bursts of mentions: found on brands of any size, seldom where there is nothing."""

import time
from collections.abc import Iterable

import pytest

from cases.monitoring.detectors import BadCount, OutOfOrder, Reading, Sensitivity, Verdict, VolumeBurst, VolumeSettings
from cases.monitoring.detectors.buckets import MOST
from cases.monitoring.detectors.cooldown import QUIET_BUCKETS, Passage
from cases.monitoring.detectors.volume import LEARNING
from tests.monitoring.detectors.streams import DAY, FIRST, counts


def run(values: Iterable[float], detector: VolumeBurst | None = None) -> list[Reading]:
    detector = detector or VolumeBurst()
    return [detector.step(FIRST + index, value) for index, value in enumerate(values)]


def fired(readings: list[Reading]) -> list[int]:
    return [index for index, reading in enumerate(readings) if reading.verdict is Verdict.FIRED]


@pytest.mark.parametrize("level", [0.4, 3, 25, 400])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_hour_of_eight_times_as_many_is_found_before_it_is_over(level: float, seed: int) -> None:
    start = 9 * DAY + 130
    alarms = fired(run(counts(11, level, seed=seed, bursts={start: (12, 8)})))
    assert any(start <= alarm < start + 12 for alarm in alarms)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.4, 3, 25, 400])
def test_ordinary_weeks_are_silent_enough(level: float) -> None:
    weeks = [fired(run(counts(28, level, seed=seed))) for seed in range(3)]
    assert sum(map(len, weeks)) / 12 <= 1


def test_daily_and_weekly_rhythm_is_no_burst() -> None:
    assert fired(run(counts(28, 30, seed=4, unrest=0))) == []


def test_nothing_fires_while_it_learns_and_it_says_so() -> None:
    detector = VolumeBurst()
    readings = run([5.0] * (LEARNING - 1) + [5_000.0], detector)
    assert {reading.verdict for reading in readings} == {Verdict.LEARNING}
    assert {reading.evidence for reading in readings} == {0.0}
    assert detector.learned == 1
    assert VolumeBurst().learned == 0


def test_a_first_surge_after_learning_fires_though_all_was_steady() -> None:
    readings = run([6.0] * (LEARNING + 50) + [7.0, 30.0, 60.0])
    assert readings[-3].verdict is Verdict.QUIET  # One more than ever is within chance for a brand of this size.
    assert Verdict.FIRED in (readings[-2].verdict, readings[-1].verdict)


def test_a_brand_nobody_mentions_needs_five_mentions() -> None:
    few = run([0.0] * (LEARNING + 10) + [2.0, 2.0])
    assert [reading.verdict for reading in few[-2:]] == [Verdict.FEW, Verdict.FEW]
    assert run([0.0] * (LEARNING + 10) + [2.0, 2.0, 1.0])[-1].verdict is Verdict.FIRED


def test_less_than_twice_the_usual_never_fires() -> None:
    readings = run([10_000.0] * (LEARNING + 20) + [19_900.0] * 6)
    assert {reading.verdict for reading in readings[-6:]} == {Verdict.USUAL}


def test_the_explanation_adds_up() -> None:
    usual = [10.0] * (LEARNING + 20)
    readings = run([*usual, 80.0])
    firing = readings[-1].firing
    assert firing is not None
    facts = firing.facts
    assert facts["buckets"] == [10.0] * 11 + [80.0]
    assert facts["seen"] == sum(facts["buckets"][-6:]) == 130
    assert facts["expected"] == pytest.approx(60, rel=0.01)
    assert facts["ratio"] == pytest.approx(facts["seen"] / facts["expected"], abs=0.01)
    assert firing.evidence >= firing.threshold == VolumeSettings().threshold
    assert firing.passage is Passage.NEW


def test_a_single_bucket_is_told_by_itself() -> None:
    """Six times as many in five minutes are less than twice as many in half an hour, and no reason to wait."""
    firing = run([10.0] * (LEARNING + 20) + [60.0])[-1].firing
    assert firing is not None
    assert (firing.facts["seen"], firing.facts["expected"], firing.facts["minutes"]) == (60, 10, 5)


def test_inside_the_cool_down_only_clearly_more_passes() -> None:
    base = [10.0] * (LEARNING + 300)
    detector = VolumeBurst()
    run(base, detector)
    number = FIRST + len(base)
    first = detector.step(number, 60)
    assert first.verdict is Verdict.FIRED
    readings = [detector.step(number + 1 + index, 60) for index in range(12)]
    passed = [one for one in readings if one.verdict is Verdict.FIRED]
    told = first.evidence
    for one in passed:
        assert one.evidence >= 1.5 * told
        assert one.firing is not None
        assert one.firing.passage is Passage.WORSE
        told = one.evidence
    assert Verdict.HELD in {one.verdict for one in readings}


def test_after_the_cool_down_it_is_new_again() -> None:
    steady = [10.0] * (LEARNING + 300)
    readings = run([*steady, 90.0, *[10.0] * (QUIET_BUCKETS + 1), 90.0])
    alarms = fired(readings)
    assert alarms == [len(steady), len(readings) - 1]
    assert all(readings[alarm].firing.passage is Passage.NEW for alarm in alarms)


def test_one_gap_is_not_a_row_of_zeros() -> None:
    """What was not measured teaches nothing: after a day's gap a normal day is normal and the level is what it was."""
    values = list(counts(12, 20, seed=5))
    detector = VolumeBurst()
    run(values[: 10 * DAY], detector)
    level = detector.level
    after = detector.step(FIRST + 11 * DAY, 20)
    assert after.verdict is Verdict.QUIET
    assert detector.level == pytest.approx(level, rel=0.01)
    assert detector.recent == [None] * 11 + [20]
    assert after.expected == pytest.approx(level, rel=0.01)  # One bucket of the half hour was measured.


def test_sensitivity_is_the_threshold_and_nothing_else() -> None:
    values = list(counts(20, 12, seed=6, bursts={15 * DAY: (12, 4)}))
    all_readings = {one: run(values, VolumeBurst(sensitivity=one)) for one in Sensitivity}
    evidence = {tuple(reading.evidence for reading in readings) for readings in all_readings.values()}
    assert len(evidence) == 1
    thresholds = [
        VolumeBurst(sensitivity=one).threshold for one in (Sensitivity.LOW, Sensitivity.NORMAL, Sensitivity.HIGH)
    ]
    assert thresholds == pytest.approx([4.25, 3.4, 2.72])


@pytest.mark.parametrize("count", [-1, float("nan"), float("inf"), 1e308, MOST + 1])
def test_what_cannot_be_counted_is_refused_and_changes_nothing(count: float) -> None:
    detector = VolumeBurst()
    run([3.0] * 20, detector)
    before = detector.state()
    with pytest.raises(BadCount):
        detector.step(FIRST + 20, count)
    assert detector.state() == before


def test_the_largest_count_leaves_the_state_finite() -> None:
    detector = VolumeBurst()
    readings = run([0.0, float(MOST)] * 500, detector)
    assert all(-99 <= reading.evidence <= 99 for reading in readings)
    VolumeBurst().restore(detector.state())  # Refuses what is not finite.


def test_time_goes_forward() -> None:
    detector = VolumeBurst()
    run([1.0, 2.0], detector)
    for number in (FIRST, FIRST + 1):
        with pytest.raises(OutOfOrder):
            detector.step(number, 1)


def test_a_bucket_takes_less_than_fifty_microseconds() -> None:
    values = list(counts(20, 20))
    best = min(_seconds(values) for _ in range(3))
    assert best / len(values) < 50e-6


def _seconds(values: list[float]) -> float:
    start = time.process_time()
    run(values)
    return time.process_time() - start
