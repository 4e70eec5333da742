"""The benchmark's score by its published formula, against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from bench import nab
from bench.detection import Brand, episodes, passing, three_deviations, thrice_the_day

ROWS = 10_000
WINDOWS = [(2_000, 2_399), (6_000, 6_399)]


def test_nothing_is_zero_and_perfection_a_hundred() -> None:
    assert nab.normalised([nab.score(ROWS, [], WINDOWS)]) == 0
    assert nab.normalised([nab.score(ROWS, [2_000, 6_000], WINDOWS)]) == pytest.approx(100)


def test_the_middle_of_a_window_and_its_last_row() -> None:
    middle = nab.score(ROWS, [2_200, 6_200], WINDOWS)
    assert middle.raw == pytest.approx(2 * 0.84828 / 0.98661, rel=1e-4)
    last = nab.score(ROWS, [2_399], WINDOWS[:1])
    assert last.raw == pytest.approx((2 / (1 + math.exp(-5 / 400)) - 1) / 0.98661, rel=1e-4)


def test_only_the_earliest_of_a_window_counts() -> None:
    assert nab.score(ROWS, [2_300, 2_100, 2_200], WINDOWS).raw == nab.score(ROWS, [2_100], WINDOWS).raw


def test_a_false_alarm_costs_more_the_further_behind_a_window() -> None:
    base = nab.score(ROWS, [], WINDOWS).raw
    cost = [base - nab.score(ROWS, [row], WINDOWS).raw for row in (2_400, 2_799, 2_399 + 3 * 399, 1_500)]
    assert cost[0] == pytest.approx(0.11 * (1 - 2 / (1 + math.exp(5 / 399))), rel=1e-6)
    assert cost[1] == pytest.approx(0.11 * 0.98661, rel=1e-2)
    assert cost[2:] == pytest.approx([0.11, 0.11])


def test_probation_is_not_scored() -> None:
    assert nab.probation(1_000) == 150
    assert nab.probation(ROWS) == 750
    assert nab.score(ROWS, [749], WINDOWS).false_alarms == []
    assert nab.score(ROWS, [750], WINDOWS).false_alarms == [750]


def test_alarms_less_than_six_hours_apart_are_one_episode() -> None:
    assert episodes([0, 71, 142, 214, 1_000]) == 3
    assert episodes([]) == 0


def test_the_cool_down_of_the_bench_is_that_of_the_product() -> None:
    from cases.monitoring.detectors import CoolDown, Passage

    above = [(row, 3.4 + (row * 7919 % 100) / 10) for row in range(0, 2_000, 3)]
    cooldown = CoolDown()
    assert passing(above) == [row for row, evidence in above if cooldown.judge(row, evidence) is not Passage.HELD]


def test_the_rules_it_is_compared_with() -> None:
    flat = Brand("flat", list(range(600)), [10.0, 11.0] * 300, [])
    assert three_deviations(flat) == []
    assert thrice_the_day(flat) == []
    spike = Brand("spike", list(range(600)), [10.0, 11.0] * 299 + [10.0, 50.0], [])
    assert three_deviations(spike) == [599]
    assert thrice_the_day(spike) == [599]
