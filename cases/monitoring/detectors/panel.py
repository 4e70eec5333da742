"""All detectors of one brand and topic, their state as one piece, and the signals they hold open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from cases.monitoring.detectors.buckets import Bucket, Sighting
from cases.monitoring.detectors.firings import Firing, Sensitivity
from cases.monitoring.detectors.negativity import NegativeShare
from cases.monitoring.detectors.notifying import Notice, SignalBook
from cases.monitoring.detectors.persisting import fields_of, packed
from cases.monitoring.detectors.reach import Reach
from cases.monitoring.detectors.reviews import Reviews
from cases.monitoring.detectors.stories import ViralCopies
from cases.monitoring.detectors.terms import Term, TriggerTerms
from cases.monitoring.detectors.volume import Reading, Verdict, VolumeBurst, VolumeSettings


class Outcome(NamedTuple):
    """What one bucket or one mention led to. `reading` is there for buckets only."""

    firings: list[Firing]
    notices: list[Notice]
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """What people set for a brand and topic."""

    sensitivity: Sensitivity = Sensitivity.NORMAL
    terms: tuple[Term, ...] = ()
    volume: VolumeSettings = field(default_factory=VolumeSettings)

    def calmer(self) -> PanelSettings:
        """One step less sensitive: what dismissing a false alarm does."""
        steps = {Sensitivity.HIGH: Sensitivity.NORMAL}
        return replace(self, sensitivity=steps.get(self.sensitivity, Sensitivity.LOW))


class Panel:
    """The detectors of one brand and topic. Mentions are seen at once, buckets when they have closed.

    Sources have their `Silence` and topics of the helpdesk their `ComplaintCounts` beside it; what those fire goes into
    the same book by `tell`.
    """

    KIND, VERSION = "panel", 1

    def __init__(self, settings: PanelSettings | None = None) -> None:
        settings = settings or PanelSettings()
        self.volume = VolumeBurst(settings.volume, settings.sensitivity)
        self.negative_share = NegativeShare(settings.sensitivity)
        self.reach = Reach()
        self.terms = TriggerTerms(settings.terms)
        self.stories = ViralCopies()
        self.reviews = Reviews(settings.sensitivity)
        self.book = SignalBook()

    def take(self, item: Bucket | Sighting) -> Outcome:
        """The next closed bucket, or the next mention."""
        return self.close(item) if isinstance(item, Bucket) else self.see(item)

    def see(self, mention: Sighting) -> Outcome:
        """Take one mention at once."""
        single = (self.reach.see(mention), self.stories.see(mention))
        firings = [*self.terms.see(mention), *filter(None, single), *self.reviews.see(mention)]
        if mention.story:
            self.book.touch(mention.story, mention.number)
        return Outcome(firings, self.tell(firings))

    def close(self, bucket: Bucket) -> Outcome:
        """Take the next closed bucket."""
        reading, shift = self.volume.take(bucket), self.negative_share.take(bucket)
        firings = [firing for firing in (reading.firing, shift) if firing]
        if reading.verdict is Verdict.HELD:
            self.book.touch("", bucket.number)
        return Outcome(firings, [*self.tell(firings), *self.book.step(bucket.number)], reading)

    def tell(self, firings: Iterable[Firing]) -> list[Notice]:
        """Bring firings into the book; what people have to be told."""
        return [notice for firing in firings for notice in self.book.take(firing)]

    @property
    def learned(self) -> dict[str, float]:
        """How far each detector that learns has come, 0–1."""
        return {
            "volume": self.volume.learned,
            "negative_share": self.negative_share.learned,
            "reach": self.reach.learned,
            "reviews": self.reviews.learned,
        }

    def _parts(self) -> dict[str, Any]:
        return {
            "volume": self.volume,
            "negative_share": self.negative_share,
            "reach": self.reach,
            "terms": self.terms,
            "stories": self.stories,
            "reviews": self.reviews,
            "book": self.book,
        }

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(self.KIND, self.VERSION, **{name: part.state() for name, part in self._parts().items()})

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        for name, part in self._parts().items():
            part.restore(fields[name])
