"""What a post says: its language, whether its author complains, how negative it is, about what, and why we think so."""

import math
from dataclasses import dataclass
from typing import Any

from cases.monitoring.text.context import Context
from cases.monitoring.text.evidence import Evidence
from cases.monitoring.text.language import language_of
from cases.monitoring.text.lexicon import DICTIONARY_OF, LANGUAGES, POLARITY_ONLY
from cases.monitoring.text.normal import normalised
from cases.monitoring.text.scoring import evidence
from cases.monitoring.text.tokens import tokens

THRESHOLD = 0.65
"""Evidence from which a text is a complaint: half a clear word ("awful" is 1.5), or two or three small signs."""

PRAISE_COUNTS = 0.6
"""How much praise takes away from blame. Not all of it: who thanks for the coffee and found a worm in it complains."""

# Each further word of the same kind says a little less, so that length alone makes no complaint.
_FURTHER = 0.8
# A topic is reported from this much support, and from this share of the best supported one.
_TOPIC_FROM, _TOPIC_SHARE = 0.45, 0.3
_NAMED = 0.5
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
    context = Context(tokens(plain, DICTIONARY_OF.get(read_as, read_as)), read_as)
    found = evidence(context)
    score = _sum(one.weight for one in found)
    tone = _sum(one.tone for one in found)
    return Classification(
        language=language,
        complaint=score >= THRESHOLD,
        negativity=round(max(0.0, tone) / math.sqrt(tone * tone + _HALF), 3),
        topics=_topics(found, context.subjects),
        terms=tuple(Term(one.term, one.found, one.topic, round(one.weight, 2), tuple(one.rules)) for one in found),
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


def _topics(found: list[Evidence], named: list[str]) -> tuple[str, ...]:
    """What the text is about, the best supported first. Words that only name a topic count a little."""
    support: dict[str, float] = {}
    for one in found:
        support[one.topic] = support.get(one.topic, 0.0) + abs(one.tone)
    for topic in named:
        support[topic] = support.get(topic, 0.0) + _NAMED
    support = {topic: weight for topic, weight in support.items() if topic not in POLARITY_ONLY}
    least = max(_TOPIC_FROM, _TOPIC_SHARE * max(support.values(), default=0.0))
    kept = {topic: weight for topic, weight in support.items() if weight >= least}
    return tuple(sorted(kept, key=lambda topic: (-round(kept[topic], 6), topic)))
