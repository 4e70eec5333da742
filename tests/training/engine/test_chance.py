"""Chance that belongs to names: uniform, independent, and monotone where it draws numbers."""

import math
import statistics

from hypothesis import given, settings
from hypothesis import strategies as st

from training.engine.chance import poisson, uniform, uniforms

MEANS = st.floats(min_value=0, max_value=3000)
CHANCES = st.floats(min_value=1e-12, max_value=1 - 1e-12)


def test_known_values_do_not_move() -> None:
    assert [uniform(7, "feed:x", n) for n in (0, 1)] == [0.9221479131818471, 0.9293793888430928]


def test_uniforms_fill_the_interval_evenly() -> None:
    chance = uniforms(1, "a")
    found = sorted(chance(n) for n in range(20_000))
    # Kolmogorov–Smirnov at 0.1 %
    distance = max(abs(value - (rank + 0.5) / 20_000) for rank, value in enumerate(found))
    assert distance < 1.95 / math.sqrt(20_000)


def test_streams_and_seeds_have_nothing_to_do_with_each_other() -> None:
    base = uniforms(1, "a")
    for other in (uniforms(1, "b"), uniforms(2, "a"), lambda n: base(n + 1)):
        pairs = [(base(n), other(n)) for n in range(5_000)]
        assert abs(statistics.correlation(*zip(*pairs, strict=True))) < 0.05


@settings(max_examples=500, deadline=None)
@given(MEANS, MEANS, CHANCES)
def test_a_smaller_mean_never_gives_more(first: float, second: float, chance: float) -> None:
    low, high = sorted((first, second))
    assert poisson(low, chance) <= poisson(high, chance)


@settings(max_examples=300, deadline=None)
@given(st.floats(min_value=490, max_value=510), CHANCES)
def test_nothing_falls_where_summing_ends(mean: float, chance: float) -> None:
    assert poisson(mean, chance) <= poisson(mean + 0.01, chance)


@settings(max_examples=200, deadline=None)
@given(st.floats(min_value=0.001, max_value=400), CHANCES)
def test_it_is_the_quantile(mean: float, chance: float) -> None:
    """Compared with the distribution by logarithms of factorials, another way of counting."""

    def below(number: int) -> float:
        return math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(number + 1))

    number = poisson(mean, chance)
    assert below(number) >= chance - 1e-9
    assert number == 0 or below(number - 1) <= chance + 1e-9


def test_large_means_have_the_right_mean_and_spread() -> None:
    chance = uniforms(3, "large")
    found = [poisson(2000.0, chance(n)) for n in range(4000)]
    assert abs(statistics.mean(found) - 2000) < 3
    assert abs(statistics.stdev(found) / math.sqrt(2000) - 1) < 0.05


def test_a_mean_of_nothing_gives_nothing() -> None:
    assert poisson(0.0, 1 - 1e-12) == 0
