"""Which elements a text seems to hold: a proposal for the boxes a person ticks, never a score by itself."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "wording" / "elements.yaml"
_GAP = 3
# Long texts are judged by their beginning; statements are shorter by far.
MOST_CHARACTERS = 20_000
# In Czech the negation is part of the verb, so the beginnings in the file do not match „neomlouváme“.
_NEGATIONS = {
    "en": frozenset({"not", "no", "never", "without", "nothing", "cannot", "t"}),
    "cs": frozenset({"ne", "bez"}),
}


def proposed(text: str, language: str) -> list[str]:
    """The elements found, in the order of the file. An unknown language proposes nothing."""
    words = _words(text[:MOST_CHARACTERS])
    negations = _NEGATIONS.get(language, frozenset())
    return [
        element for element, phrases in _phrases().get(language, {}).items()
        if any(_stands_in(phrase, words, negations) for phrase in phrases)
    ]  # fmt: skip


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFD", text.casefold())
    return re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


@cache
def _phrases() -> dict[str, dict[str, list[list[str]]]]:
    from training.engine import documents

    data = documents.read(_FILE.read_bytes()).data
    return {
        language: {element: [phrase.split() for phrase in phrases] for element, phrases in data[language].items()}
        for language in ("cs", "en")
    }


def _stands_in(phrase: list[str], words: list[str], negations: frozenset[str]) -> bool:
    """Whether the beginnings of words follow each other somewhere, not right after a negation."""
    first = phrase[0]
    return any(
        word.startswith(first)
        and (at == 0 or words[at - 1] not in negations)
        and _goes_on(phrase[1:], words[at + 1 :][: 8 * len(phrase)])
        for at, word in enumerate(words)
    )


def _goes_on(phrase: list[str], words: list[str]) -> bool:
    if not phrase:
        return True
    gap = _GAP if phrase[0] == "…" else 0
    rest = phrase[1:] if phrase[0] == "…" else phrase
    return any(
        words[at].startswith(rest[0]) and _goes_on(rest[1:], words[at + 1 :]) for at in range(min(gap + 1, len(words)))
    )
