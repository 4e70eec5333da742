"""Complaint counts of one topic, by day, against what is usual on such a day.

Helpdesks count by the day, and a Saturday is not a Tuesday: working days and weekends have their own baseline (a
forgetting mean and variance, half-life of four weeks). The evidence is the doubt that a count this high is chance
(negative binomial, so that a restless topic needs more), in powers of ten.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cases.monitoring.detectors.buckets import PER_DAY, OutOfOrder, checked
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.distributions import count_at_least, decay, doubt
from cases.monitoring.detectors.firings import Detector, Firing, Sensitivity
from cases.monitoring.detectors.persisting import fields_of, floats, packed

THRESHOLD = 3.0
FEWEST = 5
MULTIPLE = 2.0
HALF_LIFE_DAYS = 28
LEARNING_DAYS = 7
SATURDAY = 5
_EPOCH = date(1970, 1, 1)


class ComplaintCounts:
    """The detector of one topic with its state: a mean and a variance for each of two kinds of days, one cool-down."""

    KIND, VERSION = "complaints", 1

    def __init__(self, topic: str, sensitivity: Sensitivity = Sensitivity.NORMAL) -> None:
        self.topic = topic
        self.threshold = THRESHOLD * sensitivity.factor
        self.last: date | None = None
        self.seen = 0
        # For working days and weekends: weight of the past, mean, variance.
        self.usual = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
        self.recent: list[float] = []
        self.cooldown = CoolDown()

    @property
    def learned(self) -> float:
        """How much of the learning is done, 0–1."""
        return min(1.0, self.seen / LEARNING_DAYS)

    def step(self, day: date, count: float) -> Firing | None:
        """Take the count of the next day that is over. Days left out were not counted; they teach nothing."""
        if self.last is not None and day <= self.last:
            raise OutOfOrder(f"{day} after {self.last}")
        count = checked(count)
        self.last = day
        usual = self.usual[day.weekday() >= SATURDAY]
        firing = self._judge(day, count, usual) if self.learned >= 1 else None
        self.seen += 1
        self.recent = [*self.recent, count][-14:]
        self._learn(usual, count)
        return firing

    @staticmethod
    def _learn(usual: list[float], count: float) -> None:
        rate = decay(HALF_LIFE_DAYS)
        usual[0] += rate * (1 - usual[0])
        share = rate / usual[0]
        away = count - usual[1]
        usual[1] += share * away
        usual[2] = (1 - share) * (usual[2] + share * away * away)

    def _judge(self, day: date, count: float, usual: list[float]) -> Firing | None:
        weight, mean, variance = usual
        if not weight:  # The first weekend is compared with the working days.
            weight, mean, variance = self.usual[0]
        evidence = doubt(count_at_least(count, max(mean, 0.2), variance))
        if count < FEWEST or count < MULTIPLE * mean or evidence < self.threshold:
            return None
        number = ((day - _EPOCH) + timedelta(days=1)).days * PER_DAY - 1  # The last bucket of the day.
        passage = self.cooldown.judge(number, evidence)
        if passage is Passage.HELD:
            return None
        facts = {
            "topic": self.topic,
            "seen": count,
            "expected": round(mean, 2),
            "ratio": round(count / max(mean, 0.2), 2),
            "day": day.isoformat(),
            "buckets": list(self.recent),
        }
        return Firing(Detector.COMPLAINTS, number, evidence, self.threshold, passage, self.topic, facts)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(
            self.KIND,
            self.VERSION,
            last=self.last and self.last.isoformat(),
            seen=self.seen,
            usual=[list(one) for one in self.usual],
            recent=list(self.recent),
            cooldown=self.cooldown.state(),
        )

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.last = date.fromisoformat(fields["last"]) if fields["last"] else None
        self.seen = int(fields["seen"])
        self.usual = [floats(one, 3) for one in fields["usual"]]
        self.recent = floats(fields["recent"], len(fields["recent"]))
        self.cooldown = CoolDown.restored(fields["cooldown"])
