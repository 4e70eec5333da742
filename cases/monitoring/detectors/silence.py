"""Silence and lag: a source that says nothing is not good news.

**Silence**: nothing was heard for longer than people expect of the source or, where they have not said, for three
times the 99th percentile of its usual pauses (at least an hour). **Lag**: mentions arrive (smoothed) more than half
an hour and four times their usual delay after they were published. The evidence is in multiples of these limits; the
threshold is 1.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cases.monitoring.detectors.buckets import PER_DAY, PER_HOUR, bucket_of
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.distributions import Quantiles
from cases.monitoring.detectors.firings import Detector, Firing
from cases.monitoring.detectors.persisting import fields_of, packed

HALF_LIFE = 28 * PER_DAY
LEARNING_PAUSES = 50
PAUSES = 3.0
LAGS = 4.0
LEAST_LAG = 30.0
SMOOTHING = 0.2


class Silence:
    """The detector of one source with its state: when it was last heard, two histograms, two cool-downs."""

    KIND, VERSION = "silence", 1

    def __init__(self, source: str, expected: timedelta | None = None) -> None:
        self.source = source
        self.expected = expected
        self.heard: int | None = None
        self.pauses, self.delays = Quantiles(HALF_LIFE), Quantiles(HALF_LIFE)
        self.lag = 0.0
        self.silences, self.lags = CoolDown(), CoolDown()

    @property
    def learned(self) -> float:
        """How much of the learning is done, 0–1; where people said what to expect there is nothing to learn."""
        return 1.0 if self.expected else min(1.0, self.pauses.seen / LEARNING_PAUSES)

    @property
    def limit(self) -> float | None:
        """The longest pause that is normal, in buckets; None while it is not known."""
        if self.expected:
            return max(1.0, self.expected / timedelta(minutes=5))
        if self.learned < 1:
            return None
        return max(float(PER_HOUR), PAUSES * self.pauses.at(0.99))

    def hear(self, published: datetime, fetched: datetime) -> Firing | None:
        """Something came from the source. Fires when it comes late."""
        number = bucket_of(fetched)
        if self.heard is not None and number > self.heard:
            self.pauses.add(number - self.heard, number)
        self.heard = max(number, self.heard or number)
        minutes = max(0.0, (fetched - published).total_seconds() / 60)
        self.lag += (SMOOTHING if self.delays.seen else 1.0) * (minutes - self.lag)
        usual = self.delays.at(0.5)
        limit = max(LEAST_LAG, LAGS * self.delays.at(0.95))
        learned = self.delays.seen >= LEARNING_PAUSES
        self.delays.add(minutes, number)
        evidence = self.lag / limit
        if not learned or evidence <= 1 or (passage := self.lags.judge(number, evidence)) is Passage.HELD:
            return None
        facts = {"source": self.source, "seen": round(self.lag), "expected": round(usual), "ratio": round(evidence, 2)}
        return Firing(Detector.LAG, number, evidence, 1.0, passage, self.source, facts)

    def step(self, number: int) -> Firing | None:
        """A bucket has closed. Fires when nothing has been heard for too long."""
        if self.heard is None:
            self.heard = number  # Listening begins now.
        limit = self.limit
        if limit is None or number - self.heard <= limit:
            return None
        evidence = (number - self.heard) / limit
        passage = self.silences.judge(number, evidence)
        if passage is Passage.HELD:
            return None
        facts = {
            "source": self.source,
            "seen": 5 * (number - self.heard),
            "expected": round(5 * limit),
            "ratio": round(evidence, 2),
            "said": self.expected is not None,
        }
        return Firing(Detector.SILENCE, number, evidence, 1.0, passage, self.source, facts)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(
            self.KIND,
            self.VERSION,
            heard=self.heard,
            lag=self.lag,
            pauses=self.pauses.state(),
            delays=self.delays.state(),
            silences=self.silences.state(),
            lags=self.lags.state(),
        )

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.heard = None if fields["heard"] is None else int(fields["heard"])
        self.lag = float(fields["lag"])
        self.pauses.restore(fields["pauses"])
        self.delays.restore(fields["delays"])
        self.silences, self.lags = CoolDown.restored(fields["silences"]), CoolDown.restored(fields["lags"])
