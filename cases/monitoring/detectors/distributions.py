"""The few distributions detectors ask, without a numerical library: beta, negative binomial, forgetting quantiles."""

from __future__ import annotations

import math

from cases.monitoring.detectors.persisting import StateProblem, fields_of, floats, packed

_TINY = 1e-300
# Where certainty is no longer told apart: one in 10^16 is what a float can hold beside 1.
MOST_DOUBT = 16.0


def decay(half_life: float) -> float:
    """The share that is forgotten in one step, when half is forgotten in `half_life` steps."""
    return 1 - 0.5 ** (1 / half_life)


def beta_below(x: float, a: float, b: float) -> float:
    """P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function.

    By its continued fraction with the modified method of Lentz (Press et al., Numerical Recipes, §6.4); the number of
    steps grows with the square root of a and b, so it is bounded here for counts up to some millions.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    mirrored = x > (a + 1) / (a + b + 2)  # The fraction converges fast on the other side only.
    if mirrored:
        a, b, x = b, a, 1 - x
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    fraction = d
    for m in range(1, 5_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = 1 + part * d
            c = 1 + part / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            fraction *= d * c
        if abs(d * c - 1) < 1e-12:
            break
    below = min(1.0, front * fraction / a)
    return 1 - below if mirrored else below


# Gauss–Hermite with five points for a standard normal: exact for polynomials up to the ninth degree.
_NEAR, _FAR = math.sqrt(5 - math.sqrt(10)), math.sqrt(5 + math.sqrt(10))
_NEAR_WEIGHT, _FAR_WEIGHT = (7 + 2 * math.sqrt(10)) / 60, (7 - 2 * math.sqrt(10)) / 60
_POINTS = ((0.0, 8 / 15), (_NEAR, _NEAR_WEIGHT), (-_NEAR, _NEAR_WEIGHT), (_FAR, _FAR_WEIGHT), (-_FAR, _FAR_WEIGHT))


def beta_within(a: float, b: float, c: float, d: float, margin: float) -> float:
    """P(X ≤ Y + margin) for independent X ~ Beta(a, b) and Y ~ Beta(c, d).

    Y is taken at five points around its mean, kept within 0 and 1: exact enough for thresholds, as the baseline Y rests
    on much more than X does.
    """
    mean = c / (c + d)
    spread = math.sqrt(mean * (1 - mean) / (c + d + 1))
    limits = ((min(1.0, max(0.0, mean + point * spread)) + margin, weight) for point, weight in _POINTS)
    return sum(weight * beta_below(limit, a, b) for limit, weight in limits)


def count_at_least(count: float, mean: float, variance: float) -> float:
    """P(X ≥ count) for counts with this mean and variance: negative binomial, close to Poisson where they agree."""
    if count <= 0:
        return 1.0
    mean = max(mean, 1e-6)
    variance = max(variance, 1.02 * mean)
    size = mean * mean / (variance - mean)
    return beta_below(1 - mean / variance, count, size)


def doubt(probability: float) -> float:
    """How hard it is to believe that nothing happened: 2 is one in a hundred, 3 one in a thousand, at most 16."""
    return min(MOST_DOUBT, -math.log10(max(probability, 10**-MOST_DOUBT)))


class Quantiles:
    """Quantiles of positive values that slowly forgets: a histogram in half-octaves, 64 numbers whatever comes.

    `half_life` in buckets. A quantile is exact to its bin (a factor of 1.41) and interpolated within it.
    """

    KIND, VERSION = "quantiles", 1
    BINS = 64
    __slots__ = ("half_life", "origin", "seen", "weights")

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life
        self.origin = 0
        self.seen = 0
        self.weights = [0.0] * self.BINS

    def add(self, value: float, number: int) -> None:
        """Take one value seen in the bucket `number`. Newer values weigh more instead of older ones less."""
        exponent = (number - self.origin) / self.half_life
        if not self.seen or exponent > 30:
            shrink = 0.5 ** min(exponent, 1_000) if self.seen else 0.0
            self.weights = [weight * shrink for weight in self.weights]
            self.origin, exponent = number, 0.0
        self.weights[min(self.BINS - 1, int(2 * math.log2(1 + max(0.0, value))))] += 2.0**exponent
        self.seen += 1

    def at(self, share: float) -> float:
        """The value that this share of what was seen does not exceed; 0 where nothing was seen."""
        wanted = share * sum(self.weights)
        for index, weight in enumerate(self.weights):
            if weight and wanted <= weight:
                return float(2 ** ((index + wanted / weight) / 2) - 1)
            wanted -= weight
        return float(2 ** (max((i + 1 for i, w in enumerate(self.weights) if w), default=0) / 2) - 1)

    def state(self) -> dict[str, object]:
        """As JSON; empty bins at the end are left out."""
        last = max((index for index, weight in enumerate(self.weights) if weight), default=-1)
        return packed(self.KIND, self.VERSION, origin=self.origin, seen=self.seen, weights=self.weights[: last + 1])

    def restore(self, data: object) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        stored = fields["weights"]
        if not isinstance(stored, list) or len(stored) > self.BINS:
            raise StateProblem("more bins than there are; compute the state anew from the rollups")
        self.weights = floats(stored, len(stored)) + [0.0] * (self.BINS - len(stored))
        self.origin, self.seen = int(fields["origin"]), int(fields["seen"])
