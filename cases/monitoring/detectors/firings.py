"""What a detector says when it fires: numbers, not sentences. `sentences` makes them readable."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cases.monitoring.detectors.buckets import start_of
from cases.monitoring.detectors.cooldown import Passage
from cases.monitoring.detectors.persisting import fields_of, packed


class Detector(StrEnum):
    """The detectors there are."""

    VOLUME = "volume"
    NEGATIVE_SHARE = "negative_share"
    REACH = "reach"
    TERM = "term"
    VIRAL = "viral"
    RATING_FALL = "rating_fall"
    LOW_RATINGS = "low_ratings"
    COMPLAINTS = "complaints"
    SILENCE = "silence"
    LAG = "lag"


class Sensitivity(StrEnum):
    """How easily the detectors that weigh probabilities fire. A false alarm moves a brand one step down."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    @property
    def factor(self) -> float:
        """What the threshold is multiplied by: one default, and the two ends of the range in which it works."""
        return {Sensitivity.LOW: 1.25, Sensitivity.NORMAL: 1.0, Sensitivity.HIGH: 0.8}[self]


@dataclass(frozen=True, slots=True)
class Context:
    """What was being said when it fired; see `explaining.context_of`.

    `terms` are (word, mentions now, z of the log-odds against last week); `stories` (story, copies); `authors`
    (name, reach); `sources` (name, mentions); `negative_share` 0–1 or None where nothing was said; `samples` texts.
    """

    terms: tuple[tuple[str, int, float], ...] = ()
    stories: tuple[tuple[str, int], ...] = ()
    authors: tuple[tuple[str, int], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()
    negative_share: float | None = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Firing:
    """One alarm with its explanation as data.

    `evidence` reached `threshold`; both are in the unit of the detector (see there). `about` is what it is about within
    the brand and topic: a term, a story, a source, or empty. `facts` are the numbers of the sentence: what was
    expected, what was seen, over which time, and `buckets`, the counts of the last hour, oldest first, None where
    nothing was measured.
    """

    KIND = "firing"
    VERSION = 1

    detector: Detector
    number: int
    evidence: float
    threshold: float
    passage: Passage = Passage.NEW
    about: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    context: Context = Context()

    @property
    def at(self) -> datetime:
        """When the bucket began, in UTC."""
        return start_of(self.number)

    def within(self, context: Context) -> Firing:
        """The same with what was being said."""
        return replace(self, context=context)

    def as_json(self) -> dict[str, Any]:
        """As JSON, for the evidence of a signal."""
        return packed(self.KIND, self.VERSION, **asdict(self))

    @classmethod
    def from_json(cls, data: Any) -> Firing:
        """From what `as_json` gave, also after a round through a database."""
        fields = dict(fields_of(data, cls.KIND, cls.VERSION))
        said = dict(fields["context"])
        for name in ("terms", "stories", "authors", "sources"):
            said[name] = tuple(tuple(one) for one in said[name])
        said["samples"] = tuple(said["samples"])
        return cls(
            Detector(fields["detector"]),
            int(fields["number"]),
            float(fields["evidence"]),
            float(fields["threshold"]),
            Passage(fields["passage"]),
            str(fields["about"]),
            dict(fields["facts"]),
            Context(**said),
        )


def moment(number: int) -> str:
    """A bucket's beginning as it stands in JSON: UTC, ISO 8601."""
    return start_of(number).astimezone(UTC).isoformat()
