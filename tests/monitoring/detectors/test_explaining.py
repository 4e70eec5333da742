"""Words that stand out, stories, authors, samples."""

from __future__ import annotations

from collections import Counter

import pytest

from cases.monitoring.detectors import context_of
from cases.monitoring.detectors.distributions import Quantiles, beta_below, beta_within, count_at_least, doubt
from cases.monitoring.detectors.explaining import READ_CHARS, SAMPLE_CHARS, standing_out, words_of
from tests.monitoring.detectors.streams import mention


def test_a_new_word_stands_out_and_everyday_words_do_not() -> None:
    before = Counter({"káva": 900, "dobrá": 400, "prodejna": 300, "rozbitá": 20})
    now = Counter({"káva": 40, "dobrá": 15, "prodejna": 12, "šváb": 18, "rozbitá": 2})
    assert [word for word, _, _ in standing_out(now, before)] == ["šváb"]


def test_without_a_last_week_nothing_can_stand_out() -> None:
    assert standing_out(Counter({"káva": 40, "šváb": 18}), {}) == []
    assert standing_out(Counter(), {"káva": 3}) == []


def test_one_mention_is_no_trend() -> None:
    assert standing_out(Counter({"šváb": 1, "káva": 50}), Counter({"káva": 5_000})) == []


def test_the_context_of_a_crisis() -> None:
    mentions = [
        mention(n, id=f"m{n}", text=f"V prodejně běhal šváb {n}", author=f"@{n % 3}", reach=100 * n, story="s1",
                negativity=0.9, source="web")
        for n in range(1, 9)
    ]  # fmt: skip
    mentions += [mention(20, text="Káva chutná", author="@host", source="fb", reach=None)]
    context = context_of(mentions, {"káva": 500, "prodejně": 200, "chutná": 300})
    assert [term for term, *_ in context.terms][:2] == ["běhal", "šváb"]
    assert context.stories == (("s1", 8),)
    assert context.authors == (("@2", 800), ("@1", 700), ("@0", 600))
    assert context.sources == (("web", 8), ("fb", 1))
    assert context.negative_share == pytest.approx(8 / 9, abs=1e-4)
    assert context.samples == ("V prodejně běhal šváb 8", "Káva chutná")


def test_nothing_said_is_no_error() -> None:
    assert context_of([]).negative_share is None


@pytest.mark.parametrize(
    "text", ["", "\0" * 10, "\ud800 lone", "a" + "\u0301" * 10_000, "x" * 1_000_000, "ž " * 500_000]
)
def test_hostile_texts_are_read_in_bounded_time(text: str) -> None:
    context = context_of([mention(0, text=text)] * 3, {"jiné": 10})
    assert all(len(sample) <= SAMPLE_CHARS for sample in context.samples)
    assert sum(map(len, words_of(text))) <= READ_CHARS


def test_the_beta_distribution_against_known_values() -> None:
    assert beta_below(0.5, 2, 2) == pytest.approx(0.5)
    assert beta_below(0.2, 1, 3) == pytest.approx(1 - 0.8**3)
    assert beta_below(0.9, 5, 1) == pytest.approx(0.9**5)
    assert beta_below(0.3, 8, 10) == pytest.approx(sum(_choose(17, k) * 0.3**k * 0.7 ** (17 - k) for k in range(8, 18)))
    assert (beta_below(0, 2, 3), beta_below(1, 2, 3)) == (0, 1)
    assert beta_below(0.1, 1e6, 9e6) == pytest.approx(0.5, abs=0.01)


def test_one_share_above_another() -> None:
    assert beta_within(5, 5, 5, 5, 0) == pytest.approx(0.5, abs=0.01)
    assert beta_within(90, 10, 10, 90, 0.1) < 1e-12
    assert beta_within(10, 90, 10, 90, 0.1) > 0.95
    assert beta_within(500, 1, 1, 500, 0.1) == pytest.approx(0, abs=1e-15)


def test_the_tail_of_counts() -> None:
    from math import exp, factorial

    poisson = 1 - sum(exp(-4) * 4**k / factorial(k) for k in range(10))
    assert count_at_least(10, 4, 4) == pytest.approx(poisson, rel=0.1)
    assert count_at_least(10, 4, 12) > 3 * count_at_least(10, 4, 4)
    assert count_at_least(0, 4, 4) == 1
    assert doubt(0.01) == pytest.approx(2)
    assert doubt(0) == 16


def test_quantiles_forget_and_stay_small() -> None:
    quantiles = Quantiles(half_life=288)
    for number in range(5_000):
        quantiles.add(1_000, number)
    assert quantiles.at(0.5) == pytest.approx(1_000, rel=0.42)
    for number in range(5_000, 9_000):
        quantiles.add(10, number)
    assert quantiles.at(0.99) == pytest.approx(10, rel=0.5)
    quantiles.add(10**18, 10**7)
    assert len(quantiles.weights) == Quantiles.BINS
    assert Quantiles(1).at(0.99) == 0


def _choose(n: int, k: int) -> int:
    from math import comb

    return comb(n, k)
