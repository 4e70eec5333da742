"""Trigger terms: a plain list, matched word by word without accents and endings."""

import re
from collections.abc import Sequence

from cases.monitoring.text.folding import folded


class TermList:
    """Terms ready to be looked for in many texts.

    Accents and case do not count. Each word of a term matches words that begin with it, so "únik dat" fires on
    "úniku dat" and "unik data", with anything but letters and digits between the words.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self.terms = [term for term in terms if _words(term)]
        patterns = (r"\W+".join(rf"{re.escape(word)}\w*" for word in _words(term)) for term in self.terms)
        self._pattern = re.compile(r"\b(?:" + "|".join(f"({pattern})" for pattern in patterns) + ")")

    def first_in(self, text: str) -> str:
        """The term that fires first in the text, as it stands in the list; empty if none does."""
        found = self._pattern.search(folded(text)) if self.terms else None
        return self.terms[(found.lastindex or 1) - 1] if found else ""


def _words(term: str) -> list[str]:
    return re.findall(r"\w+", folded(term))
