"""What a post says: its language, whether its author complains, how negative it is, about what, and why we think so."""

import math
from dataclasses import dataclass
from typing import Any

from cases.monitoring.text.language import language_of
from cases.monitoring.text.lexicon import LANGUAGES, POLARITY_ONLY, Found
from cases.monitoring.text.normal import normalised
from cases.monitoring.text.scoring import Evidence, Layout, evidence, topics_of
from cases.monitoring.text.tokens import Token, tokens

THRESHOLD = 1.0
"""Evidence from which a text is a complaint: about one clear word ("nefunguje", "awful")."""

PRAISE_COUNTS = 0.6
"""How much praise takes away from blame. Not all of it: who thanks for the coffee and found a worm in it complains."""

# Each further word of the same kind says a little less, so that length alone makes no complaint.
_FURTHER = 0.8
_TOPIC_FROM = 0.3
# Chosen so that evidence at the threshold is a negativity of one half.
_HALF = 3.0 * THRESHOLD**2


@dataclass(frozen=True, slots=True)
class Term:
    """One matched term: the entry, the words of the text, its topic, what it added and the rules that changed it."""

    term: str
    found: str
    topic: str
    weight: float
    rules: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "term": self.term,
            "found": self.found,
            "topic": self.topic,
            "weight": self.weight,
            "rules": list(self.rules),
        }


@dataclass(frozen=True, slots=True)
class Classification:
    """What was read. `negativity` is from 0 (none) to 1; `score` is the evidence the decision rests on."""

    language: str
    complaint: bool
    negativity: float
    topics: tuple[str, ...]
    terms: tuple[Term, ...]
    score: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "language": self.language,
            "complaint": self.complaint,
            "negativity": self.negativity,
            "topics": list(self.topics),
            "terms": [term.as_dict() for term in self.terms],
        }


def classify(text: str, default_language: str = "cs", language: str = "") -> Classification:
    """Read a text. Never raises on a string; time grows with its length up to `normal.MAX_CHARS`.

    `default_language`: of the source; a text that says nothing about its language has it. `language`: where it is
    known already, for example said by the network.
    """
    plain = normalised(text)
    language = language or language_of(plain, default_language)
    read_as = language if language in LANGUAGES else default_language if default_language in LANGUAGES else "cs"
    words = tokens(plain, "cs" if read_as == "sk" else read_as)
    found = evidence(words, read_as)
    score = _sum(one.weight for one in found)
    tone = _sum(one.tone for one in found)
    return Classification(
        language=language,
        complaint=score >= THRESHOLD,
        negativity=round(max(0.0, tone) / math.sqrt(tone * tone + _HALF), 3),
        topics=_topics(found, topics_of(words, read_as, Layout(words).sentence)),
        terms=tuple(
            Term(one.term, one.found, one.topic, round(one.weight, 2), tuple(one.rules)) for one in found
        ),
        score=round(score, 3),
    )


def _sum(weights: Any) -> float:
    """Blame less a part of the praise, each with further words counting less."""
    kept = list(weights)
    blame = sorted((weight for weight in kept if weight > 0), reverse=True)
    praise = sorted((-weight for weight in kept if weight < 0), reverse=True)
    return _fading(blame) - PRAISE_COUNTS * _fading(praise)


def _fading(weights: list[float]) -> float:
    return sum(weight * _FURTHER**place for place, weight in enumerate(weights))


def _topics(found: list[Evidence], named: list[Found]) -> tuple[str, ...]:
    """What the text is about, the best supported first. Words that only name a topic count a little."""
    support: dict[str, float] = {}
    for one in found:
        support[one.topic] = support.get(one.topic, 0.0) + abs(one.tone)
    for other in named:
        support[other.entry.row.label] = support.get(other.entry.row.label, 0.0) + 0.5
    kept = {topic: weight for topic, weight in support.items() if weight >= _TOPIC_FROM and topic not in POLARITY_ONLY}
    return tuple(sorted(kept, key=lambda topic: (-round(kept[topic], 6), topic)))


__all__ = ["Classification", "Term", "Token", "classify"]
