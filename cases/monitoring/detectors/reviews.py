"""Reviews: the rating falls, or low ratings come in a burst — and whether that looks organised.

**Fall**: the mean of the last reviews (8 to 20 of them) against the long-term mean and spread; the evidence is the
deviation in standard errors, the drop must be half a star as well. **Burst**: reviews of at most two stars in the
last 24 hours against their usual number; the evidence is the doubt that this is chance, in powers of ten. Baselines
forget with a half-life of four weeks and learn only from reviews that have left the window they are compared with.

A burst is called organised when most of its known authors have young accounts or most of its texts repeat each other,
customers' when neither is so, unknown when too little is known to say.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import astuple, dataclass
from typing import Any

from cases.monitoring.detectors.buckets import PER_DAY, Sighting
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.distributions import count_at_least, decay, doubt
from cases.monitoring.detectors.firings import Detector, Firing, Sensitivity
from cases.monitoring.detectors.persisting import fields_of, floats, packed

LAST = 20
FEWEST = 8
DROP = 0.5
FALL_THRESHOLD = 3.0
LOW = 2.0
BURST_FEWEST = 5
BURST_THRESHOLD = 3.0
HALF_LIFE = 28 * PER_DAY
LEARNING_REVIEWS = 30
LEARNING_DAYS = 7
# The low reviews of the last day that are kept one by one; more of them are counted all the same.
MOST_LOW = 200
YOUNG_DAYS = 30
MOST_SHARE = 0.6
KNOWN_FEWEST = 3


@dataclass(slots=True)
class Review:
    """What is remembered of one review."""

    number: int
    rating: float
    author_days: int | None
    story: str


def organised(reviews: list[Review]) -> str:
    """Who is behind a burst: `organised`, `customers` or `unknown`."""
    ages = [one.author_days for one in reviews if one.author_days is not None]
    stories = Counter(one.story for one in reviews if one.story)
    alike = sum(copies for copies in stories.values() if copies > 1)
    young = sum(age < YOUNG_DAYS for age in ages)
    if len(ages) >= KNOWN_FEWEST and young >= MOST_SHARE * len(ages):
        return "organised"
    if sum(stories.values()) >= KNOWN_FEWEST and alike >= MOST_SHARE * sum(stories.values()):
        return "organised"
    return "customers" if len(ages) >= max(KNOWN_FEWEST, MOST_SHARE * len(reviews)) else "unknown"


class Reviews:
    """The detector with its state: the last 20 reviews, the low ones of a day, four forgetting sums, two cool-downs."""

    KIND, VERSION = "reviews", 1

    def __init__(self, sensitivity: Sensitivity = Sensitivity.NORMAL) -> None:
        self.fall_threshold = FALL_THRESHOLD * sensitivity.factor
        self.burst_threshold = BURST_THRESHOLD * sensitivity.factor
        self.first: int | None = None
        self.last = 0
        self.seen = 0
        self.weight = self.mean = self.spread = 0.0
        self.usual_low = 0.0
        self.recent: list[Review] = []
        self.low: list[Review] = []
        self.low_dropped = 0
        self.falls, self.bursts = CoolDown(), CoolDown()

    @property
    def learned(self) -> float:
        """How much of the learning is done, 0–1: reviews and days both."""
        days = 0 if self.first is None else (self.last - self.first) / PER_DAY
        return min(1.0, self.seen / LEARNING_REVIEWS, days / LEARNING_DAYS)

    def see(self, mention: Sighting) -> list[Firing]:
        """Take one mention at once; what has no rating is no review."""
        if mention.rating is None:
            return []
        review = Review(mention.number, float(mention.rating), mention.author_days, mention.story)
        self._forget(review.number)
        self.seen += 1
        self.recent.append(review)
        if len(self.recent) > LAST:
            self._learn(self.recent.pop(0).rating)
        if review.rating <= LOW:
            self.low.append(review)
            if len(self.low) > MOST_LOW:
                self.low.pop(0)
                self.low_dropped += 1
        if self.learned < 1:
            return []
        return [firing for firing in (self._fall(review.number), self._burst(review.number)) if firing]

    def _forget(self, number: int) -> None:
        """Let time pass: old weight fades, low reviews older than a day become what is usual."""
        if self.first is None:
            self.first = self.last = number
        kept = (1 - decay(HALF_LIFE)) ** max(0, number - self.last)
        self.weight *= kept
        self.usual_low *= kept
        self.last = max(self.last, number)
        while self.low and self.low[0].number <= number - PER_DAY:
            self.low.pop(0)
            self.usual_low += 1 + self.low_dropped
            self.low_dropped = 0

    def _learn(self, rating: float) -> None:
        self.weight += 1
        away = rating - self.mean
        self.mean += away / self.weight
        self.spread += (away * (rating - self.mean) - self.spread) / self.weight

    def _fall(self, number: int) -> Firing | None:
        ratings = [one.rating for one in self.recent if one.number > number - 7 * PER_DAY]
        if len(ratings) < FEWEST or self.weight < 1:
            return None
        now = sum(ratings) / len(ratings)
        # Stars are whole numbers: below a quarter star nobody's ratings are that steady.
        error = math.sqrt(max(self.spread, 0.0625) * (1 / len(ratings) + 1 / self.weight))
        evidence = (self.mean - now) / error
        if evidence < self.fall_threshold or self.mean - now < DROP:
            return None
        passage = self.falls.judge(number, evidence)
        if passage is Passage.HELD:
            return None
        facts = {
            "seen": round(now, 2),
            "expected": round(self.mean, 2),
            "ratio": round(now / self.mean, 2),
            "reviews": len(ratings),
        }
        return Firing(Detector.RATING_FALL, number, evidence, self.fall_threshold, passage, facts=facts)

    def _burst(self, number: int) -> Firing | None:
        seen = len(self.low) + self.low_dropped
        if seen < BURST_FEWEST:
            return None
        # What has left the last day was collected over this many days, the older ones counting less and less.
        past = self.last - (self.first or 0) - PER_DAY
        days = (1 - (1 - decay(HALF_LIFE)) ** past) / (decay(HALF_LIFE) * PER_DAY)
        usual = self.usual_low / days
        # Complaints come in company: days vary twice as much as pure chance would let them.
        evidence = doubt(count_at_least(seen, max(usual, 0.05), 2 * max(usual, 0.05)))
        if evidence < self.burst_threshold or seen < 2 * usual:
            return None
        passage = self.bursts.judge(number, evidence)
        if passage is Passage.HELD:
            return None
        facts = {
            "seen": seen,
            "expected": round(usual, 2),
            "ratio": round(seen / max(usual, 0.05), 2),
            "minutes": 24 * 60,
            "stars": LOW,
            "by": organised(self.low),
            "young_days": YOUNG_DAYS,
        }
        return Firing(Detector.LOW_RATINGS, number, evidence, self.burst_threshold, passage, facts=facts)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(
            self.KIND,
            self.VERSION,
            first=self.first,
            last=self.last,
            seen=self.seen,
            weight=self.weight,
            mean=self.mean,
            spread=self.spread,
            usual_low=self.usual_low,
            low_dropped=self.low_dropped,
            recent=[list(astuple(one)) for one in self.recent],
            low=[list(astuple(one)) for one in self.low],
            falls=self.falls.state(),
            bursts=self.bursts.state(),
        )

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.first = None if fields["first"] is None else int(fields["first"])
        self.last, self.seen, self.low_dropped = (int(fields[name]) for name in ("last", "seen", "low_dropped"))
        self.weight, self.mean, self.spread, self.usual_low = floats(
            [fields[name] for name in ("weight", "mean", "spread", "usual_low")], 4
        )
        self.recent = [Review(*one) for one in fields["recent"]][-LAST:]
        self.low = [Review(*one) for one in fields["low"]][-MOST_LOW:]
        self.falls, self.bursts = CoolDown.restored(fields["falls"]), CoolDown.restored(fields["bursts"])
