"""Base forms of Czech and English words, whatever became of their accents, and whether a word is negated.

The dictionaries are simplemma's (`gathering`), kept on disk for all processes (`dictionaries`) by form without accents,
because a good part of what people write in Czech has none; where accents tell two words apart, the ones in the text
decide.
"""

import threading
from functools import cache, lru_cache

from cases.monitoring.text.dictionaries import opened
from cases.monitoring.text.folding import folded
from cases.monitoring.text.morphology import Dictionary, Reading

LANGUAGES = ("cs", "en")

_LOADING = threading.Lock()


def dictionary(language: str) -> Dictionary:
    """The dictionary of a language out of `LANGUAGES`; whoever asks first on a machine waits for it to be made."""
    with _LOADING:
        return _dictionary(language)


def warm() -> None:
    """Open all dictionaries now, or make them, so that nobody waits for them later."""
    for language in LANGUAGES:
        dictionary(language)


@cache
def _dictionary(language: str) -> Dictionary:
    return Dictionary(language, opened(language))


@lru_cache(maxsize=50_000)
def read(word: str, language: str) -> Reading:
    """What a word in small letters may be."""
    return dictionary(language).read(word, folded(word))


@lru_cache(maxsize=20_000)
def misspelt(word: str, language: str) -> Reading:
    """What an unknown word may be meant to be."""
    return dictionary(language).misspelt(folded(word))
