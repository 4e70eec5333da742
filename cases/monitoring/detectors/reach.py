"""Reach: one negative mention by somebody whom many people hear, at once.

Fires when a negative mention reaches more people than 99 of 100 mentions of this brand do. The quantile forgets with
a half-life of four weeks, so it follows the brand. The evidence is the mention's reach in multiples of that quantile;
the threshold is 1.
"""

from __future__ import annotations

from typing import Any

from cases.monitoring.detectors.buckets import PER_DAY, Sighting
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.distributions import Quantiles
from cases.monitoring.detectors.firings import Detector, Firing
from cases.monitoring.detectors.persisting import fields_of, packed

SHARE = 0.99
HALF_LIFE = 28 * PER_DAY
# A 99th percentile of fewer mentions is the largest of them, no more.
LEARNING_MENTIONS = 100
# Below it nobody's post is "far-reaching", however small the brand.
LEAST = 1_000


class Reach:
    """The detector with its state: one histogram, one cool-down."""

    KIND, VERSION = "reach", 1

    def __init__(self) -> None:
        self.usual = Quantiles(HALF_LIFE)
        self.cooldown = CoolDown()

    @property
    def learned(self) -> float:
        """How much of the learning is done, 0–1; mentions without known reach teach nothing."""
        return min(1.0, self.usual.seen / LEARNING_MENTIONS)

    def see(self, mention: Sighting) -> Firing | None:
        """Take one mention at once."""
        if mention.reach is None:
            return None
        firing = self._judge(mention, mention.reach) if mention.negative and self.learned >= 1 else None
        self.usual.add(mention.reach, mention.number)
        return firing

    def _judge(self, mention: Sighting, reach: int) -> Firing | None:
        limit = max(LEAST, self.usual.at(SHARE))
        evidence = reach / limit
        if evidence <= 1:
            return None
        passage = self.cooldown.judge(mention.number, evidence)
        if passage is Passage.HELD:
            return None
        facts = {
            "author": mention.author,
            "seen": reach,
            "expected": round(limit),
            "ratio": round(evidence, 2),
            "mention": mention.id,
            "story": mention.story,
        }
        return Firing(Detector.REACH, mention.number, evidence, 1.0, passage, mention.story, facts)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(self.KIND, self.VERSION, usual=self.usual.state(), cooldown=self.cooldown.state())

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.usual.restore(fields["usual"])
        self.cooldown = CoolDown.restored(fields["cooldown"])
