"""Trigger terms: a critical one fires on its first mention, any other on the k-th within a window, at once.

The evidence is the number of mentions with the term in the window; the threshold is 1 or k. The same term fires again
only when half as many again come together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cases.monitoring.detectors.buckets import PER_HOUR, Sighting
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.firings import Detector, Firing
from cases.monitoring.detectors.persisting import fields_of, newest, packed

MANY = 3
WINDOW = PER_HOUR
MOST_TERMS = 512


@dataclass(frozen=True, slots=True)
class Term:
    """A trigger term as people listed it. `many` mentions within an hour make it fire; a critical one needs one."""

    text: str
    critical: bool = False
    many: int = MANY

    @property
    def enough(self) -> int:
        """Mentions that fire."""
        return 1 if self.critical else max(1, self.many)


class TriggerTerms:
    """The detector with its state: for each term that occurred, its count per bucket of the last hour and a cool-down.

    Which terms a text contains is the text's business; here they come with the mention. A term that is on no list (any
    more) counts for nothing.
    """

    KIND, VERSION = "terms", 1

    def __init__(self, terms: Iterable[Term] = ()) -> None:
        self.terms = {term.text: term for term in terms}
        self.hits: dict[str, list[list[int]]] = {}
        self.cooldowns: dict[str, CoolDown] = {}

    def see(self, mention: Sighting) -> list[Firing]:
        """Take one mention at once; one mention may contain several terms."""
        found = (self.terms[text] for text in dict.fromkeys(mention.terms) if text in self.terms)
        firings = [firing for term in found if (firing := self._see(term, mention))]
        self._tidy(mention.number)
        return firings

    def _see(self, term: Term, mention: Sighting) -> Firing | None:
        number = mention.number
        hits = [hit for hit in self.hits.pop(term.text, []) if hit[0] > number - WINDOW]
        if hits and hits[-1][0] == number:
            hits[-1][1] += 1
        else:
            hits.append([number, 1])
        self.hits[term.text] = hits
        seen = sum(count for _, count in hits)
        if seen < term.enough:
            return None
        cooldown = self.cooldowns.pop(term.text, None) or CoolDown()
        self.cooldowns[term.text] = cooldown
        passage = cooldown.judge(number, seen)
        if passage is Passage.HELD:
            return None
        facts = {
            "term": term.text,
            "critical": term.critical,
            "seen": seen,
            "minutes": 5 * WINDOW,
            "mention": mention.id,
            "story": mention.story,
        }
        return Firing(Detector.TERM, number, seen, term.enough, passage, term.text, facts)

    def _tidy(self, number: int) -> None:
        """Forget terms not heard of for an hour and cool-downs that hold nothing back."""
        newest(self.hits, MOST_TERMS, [text for text, hits in self.hits.items() if hits[-1][0] <= number - WINDOW])
        newest(self.cooldowns, MOST_TERMS, [text for text, one in self.cooldowns.items() if one.over(number)])

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        return packed(
            self.KIND,
            self.VERSION,
            hits=[[text, [list(hit) for hit in hits]] for text, hits in self.hits.items()],
            cooldowns=[[text, cooldown.state()] for text, cooldown in self.cooldowns.items()],
        )

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.hits = {str(text): [[int(hit[0]), int(hit[1])] for hit in hits] for text, hits in fields["hits"]}
        self.cooldowns = {str(text): CoolDown.restored(one) for text, one in fields["cooldowns"]}
