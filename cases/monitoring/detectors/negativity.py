"""Negative-share shift: has the tone turned, whatever the volume?

The share of negative mentions in the last 30 and 120 minutes against a baseline that forgets with a half-life of
seven days. Both shares are uncertain (beta-binomial); the evidence is the doubt about "the share is not more than ten
points above the baseline", in powers of ten: 2 means one in a hundred, the threshold. The baseline learns only from
buckets that have left the longer window, so a shift is never compared with itself.
"""

from __future__ import annotations

from typing import Any

from cases.monitoring.detectors.buckets import PER_DAY, Bucket, OutOfOrder
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.distributions import beta_within, decay, doubt
from cases.monitoring.detectors.firings import Detector, Firing, Sensitivity, moment
from cases.monitoring.detectors.persisting import fields_of, floats, packed

THRESHOLD = 2.0
MARGIN = 0.10
FEWEST = 8
WINDOWS = (6, 24)
HALF_LIFE = 7 * PER_DAY
LEARNING = 750
# With fewer mentions behind it a usual share is a guess.
LEARNING_MENTIONS = 30


class NegativeShare:
    """The detector with its state: the last two hours, two forgetting sums, one cool-down."""

    KIND, VERSION = "negative_share", 1

    def __init__(self, sensitivity: Sensitivity = Sensitivity.NORMAL) -> None:
        self.threshold = THRESHOLD * sensitivity.factor
        self.last: int | None = None
        self.seen = 0
        self.mentions = 0.0
        self.negative = self.positive = 0.0
        self.window: list[list[float]] = []
        self.cooldown = CoolDown()

    def take(self, bucket: Bucket) -> Firing | None:
        """Take the next closed bucket."""
        if self.last is not None and bucket.number <= self.last:
            raise OutOfOrder(f"bucket {bucket.number} after bucket {self.last}")
        gap = 1 if self.last is None else bucket.number - self.last
        self.last = bucket.number
        self.seen += 1
        self._forget(gap)
        self.window.append([bucket.number, float(bucket.mentions), float(bucket.negative)])
        while self.window[0][0] <= bucket.number - WINDOWS[-1]:
            _, mentions, negative = self.window.pop(0)
            self.mentions += mentions
            self.negative += negative
            self.positive += mentions - negative
        return self._judge(bucket.number)

    def _forget(self, gap: int) -> None:
        kept = (1 - decay(HALF_LIFE)) ** gap
        self.negative *= kept
        self.positive *= kept

    @property
    def learned(self) -> float:
        """How much of the learning is done, 0–1: time and mentions both."""
        return min(1.0, self.seen / LEARNING, self.mentions / LEARNING_MENTIONS)

    @property
    def usual(self) -> float:
        """The share that is usual for the brand."""
        return (self.negative + 0.5) / (self.negative + self.positive + 1)

    def _judge(self, number: int) -> Firing | None:
        if self.learned < 1:
            return None
        best: tuple[float, int, float, float] | None = None
        for width in WINDOWS:
            inside = [one for one in self.window if one[0] > number - width]
            mentions, negative = sum(one[1] for one in inside), sum(one[2] for one in inside)
            if mentions < FEWEST or negative / mentions <= self.usual + MARGIN:
                continue
            chance = beta_within(
                negative + 0.5, mentions - negative + 0.5, self.negative + 0.5, self.positive + 0.5, MARGIN
            )
            evidence = doubt(chance)
            if best is None or evidence > best[0]:
                best = evidence, width, mentions, negative
        if best is None or best[0] < self.threshold:
            return None
        evidence, width, mentions, negative = best
        passage = self.cooldown.judge(number, evidence)
        if passage is Passage.HELD:
            return None
        facts = {
            "mentions": mentions,
            "negative": negative,
            "share": round(negative / mentions, 4),
            "expected": round(self.usual, 4),
            "ratio": round(negative / mentions / self.usual, 2),
            "minutes": 5 * width,
            "until": moment(number + 1),
            "buckets": [[one[1], one[2]] for one in self.window[-12:]],
        }
        return Firing(Detector.NEGATIVE_SHARE, number, evidence, self.threshold, passage, facts=facts)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(
            self.KIND,
            self.VERSION,
            last=self.last,
            seen=self.seen,
            mentions=self.mentions,
            negative=self.negative,
            positive=self.positive,
            window=[list(one) for one in self.window],
            cooldown=self.cooldown.state(),
        )

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.last = None if fields["last"] is None else int(fields["last"])
        self.seen = int(fields["seen"])
        self.mentions, self.negative, self.positive = floats(
            [fields["mentions"], fields["negative"], fields["positive"]], 3
        )
        self.window = [[int(one[0]), *floats(one[1:], 2)] for one in fields["window"]]
        self.cooldown = CoolDown.restored(fields["cooldown"])
