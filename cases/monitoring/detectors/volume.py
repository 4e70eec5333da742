"""Volume burst: are clearly more mentions coming in than this brand is used to?

The count x of each closed bucket is looked at on three scales, log(x + 2), √x and x: the first asks for a multiple,
the last for an absolute surge, the middle is the natural scale of counts. On each scale it is smoothed over three
spans (half-lives of 5, 20 and 80 minutes), and each smoothed value is compared with its own long-term mean and spread
(half-life 6 days). The **evidence** is the mean of these nine deviations, in standard deviations. No single scale or
span decides, so a brand with other habits than those we tuned on is judged alike; docs/decisions says what was
measured.

A spread is never taken smaller than what pure chance (Poisson) gives a brand of that size, so a steady brand does not
fire on its first unsteady minute, and a brand nobody mentions counts as mentioned once a day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from cases.monitoring.detectors.buckets import PER_DAY, Bucket, OutOfOrder, checked
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.distributions import decay
from cases.monitoring.detectors.firings import Detector, Firing, Sensitivity, moment
from cases.monitoring.detectors.persisting import StateProblem, fields_of, floats, packed

LEARNING = 750
SCALES = 3
RECENT = 12
WINDOW = 6
# Evidence that nobody needs to tell apart from more.
MOST = 99.0


@dataclass(frozen=True, slots=True)
class VolumeSettings:
    """Everything that could be turned, and why it stands where it does (docs/decisions, detection).

    `threshold` in standard deviations; spans in buckets; `fewest` mentions in half an hour and `multiple` of the usual
    number (in half an hour or in the last bucket) below which nothing is an alarm whatever the statistics say.
    """

    threshold: float = 3.4
    spans: tuple[float, ...] = (1.0, 4.0, 16.0)
    half_life: float = 6.0 * PER_DAY
    fewest: float = 5.0
    multiple: float = 2.0


class Verdict(StrEnum):
    """Why a bucket fired or not; the “why / why not” page shows it."""

    LEARNING = "learning"
    QUIET = "quiet"
    FEW = "few"
    USUAL = "usual"
    HELD = "held"
    FIRED = "fired"


class Reading(NamedTuple):
    """What the detector saw in one bucket. `expected` and `seen` are mentions in the last half hour."""

    number: int
    evidence: float
    verdict: Verdict
    expected: float
    seen: float
    firing: Firing | None = None


class VolumeBurst:
    """The detector with its state: 27 running numbers, the last hour of counts, one cool-down.

    For each scale and span `short` is the smoothed value, `mean` and `spread` its long-term mean and variance.
    `level` is the long-term mean count of a bucket. All averages are weighted so that they are right from the first
    value on (the weights of the past sum to `weight`, which grows to 1).
    """

    KIND, VERSION = "volume", 1
    __slots__ = (
        "_chances", "_slow", "_spans", "cooldown", "last", "level", "mean", "recent", "seen", "settings", "short",
        "short_weight", "spread", "threshold", "weight",
    )  # fmt: skip

    def __init__(self, settings: VolumeSettings | None = None, sensitivity: Sensitivity = Sensitivity.NORMAL) -> None:
        self.settings = settings or VolumeSettings()
        self.threshold = self.settings.threshold * sensitivity.factor
        self._slow = decay(self.settings.half_life)
        self._spans = [decay(span) for span in self.settings.spans]
        # How much of a bucket's variance is left in its smoothed value.
        self._chances = [span / (2 - span) for span in self._spans]
        cells = SCALES * len(self._spans)
        self.short, self.mean, self.spread = [0.0] * cells, [0.0] * cells, [0.0] * cells
        self.short_weight = [0.0] * len(self._spans)
        self.weight = self.level = 0.0
        self.seen = 0
        self.last: int | None = None
        self.recent: list[float | None] = []
        self.cooldown = CoolDown()

    def take(self, bucket: Bucket) -> Reading:
        """As `step`, for whoever holds a bucket."""
        return self.step(bucket.number, bucket.mentions)

    def step(self, number: int, count: float) -> Reading:
        """Take the next closed bucket. Buckets left out were not measured: they make old values staler, no more."""
        x = checked(count)
        gap = 1 if self.last is None else number - self.last
        if gap < 1:
            raise OutOfOrder(f"bucket {number} after bucket {self.last}")
        level = max(self.level, 1 / PER_DAY)
        evidence = self._smooth_and_compare(x, gap, level)
        self._remember(x, gap)
        self.last = number
        self.seen += 1

        half_hour = [value for value in self.recent[-WINDOW:] if value is not None]
        seen, expected = sum(half_hour), level * len(half_hour)
        verdict = self._judge(evidence, seen, max(seen / expected, x / level))
        firing = None
        if verdict is Verdict.FIRED:
            passage = self.cooldown.judge(number, evidence)
            if passage is Passage.HELD:
                verdict = Verdict.HELD
            else:
                firing = self._firing(evidence, passage, level, seen, expected)
        return Reading(number, evidence if self.seen > LEARNING else 0.0, verdict, expected, seen, firing)

    def _smooth_and_compare(self, x: float, gap: int, level: float) -> float:
        """Bring the averages forward and return the mean deviation against what they were before this bucket."""
        slow = self._slow
        weight = self.weight + slow * (1 - self.weight)
        rate = slow / weight
        kept_slow = 1 - rate
        short, mean, spread, short_weight = self.short, self.mean, self.spread, self.short_weight
        chances, root = self._chances, math.sqrt
        rates = []
        for index, span in enumerate(self._spans):
            kept = (1 - span) ** gap
            now = 1 - kept * (1 - short_weight[index])
            short_weight[index] = now
            rates.append((1 - kept) / now)
        total, cell = 0.0, 0
        scales = (
            (math.log(x + 2), level / ((level + 2) * (level + 2))),
            (root(x), 0.25),
            (x, level),
        )
        for value, poisson in scales:
            for index, fast in enumerate(rates):
                smooth, usual = short[cell], mean[cell]
                short[cell] = smooth = smooth + fast * (value - smooth)
                away = smooth - usual
                variance, least = spread[cell], poisson * chances[index]
                total += away / root(variance if variance > least else least)
                mean[cell] = usual + rate * away
                spread[cell] = kept_slow * (variance + rate * away * away)
                cell += 1
        self.weight = weight
        self.level += rate * (x - self.level)
        return max(-MOST, min(MOST, total / cell))

    def _remember(self, x: float, gap: int) -> None:
        recent = self.recent
        if recent:
            recent.extend([None] * min(gap - 1, RECENT))
        recent.append(x)
        del recent[:-RECENT]

    def _judge(self, evidence: float, seen: float, ratio: float) -> Verdict:
        """What there is to say before the cool-down has its word."""
        if self.seen <= LEARNING:
            return Verdict.LEARNING
        if evidence < self.threshold:
            return Verdict.QUIET
        if seen < self.settings.fewest:
            return Verdict.FEW
        if ratio < self.settings.multiple:
            return Verdict.USUAL
        return Verdict.FIRED

    def _firing(self, evidence: float, passage: Passage, level: float, seen: float, expected: float) -> Firing:
        """The alarm of the last bucket, told by the half hour or, where that shows too little yet, by the bucket."""
        minutes, number = 5 * WINDOW, self.last or 0
        if seen < self.settings.multiple * expected:
            seen, expected, minutes = self.recent[-1] or 0.0, level, 5
        facts = {
            "expected": round(expected, 2),
            "seen": seen,
            "ratio": round(seen / expected, 2),
            "minutes": minutes,
            "until": moment(number + 1),
            "buckets": list(self.recent),
        }
        return Firing(Detector.VOLUME, number, evidence, self.threshold, passage, facts=facts)

    @property
    def learned(self) -> float:
        """How much of the time to learn has passed, 0–1; no alarm comes before 1."""
        return min(1.0, self.seen / LEARNING)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON. The settings are not part of it."""
        return packed(
            self.KIND,
            self.VERSION,
            spans=list(self.settings.spans),
            last=self.last,
            seen=self.seen,
            weight=self.weight,
            level=self.level,
            short=list(self.short),
            short_weight=list(self.short_weight),
            mean=list(self.mean),
            spread=list(self.spread),
            recent=list(self.recent),
            cooldown=self.cooldown.state(),
        )

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        if tuple(fields["spans"]) != self.settings.spans:
            raise StateProblem("the state was kept with other spans; compute it anew from the rollups")
        cells, spans = len(self.short), len(self._spans)
        self.short, self.mean, self.spread = (floats(fields[name], cells) for name in ("short", "mean", "spread"))
        self.short_weight = floats(fields["short_weight"], spans)
        self.weight, self.level = floats([fields["weight"], fields["level"]], 2)
        self.last = None if fields["last"] is None else int(fields["last"])
        self.seen = int(fields["seen"])
        self.recent = [None if value is None else float(value) for value in fields["recent"]][-RECENT:]
        self.cooldown = CoolDown.restored(fields["cooldown"])
