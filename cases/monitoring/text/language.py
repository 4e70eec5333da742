"""Which of five languages a short text is in.

Two kinds of evidence are added up: py3langid's model of byte sequences, trained on long clean texts, and what a reader
goes by in a short careless one: little words, letters only one language has, endings. Which is why and what each is
worth alone: docs/decisions/0012-text.md.
"""

import math
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import cast

import regex
import yaml

from cases.monitoring.text.folding import folded

LANGUAGES = ("cs", "sk", "en", "de", "pl")
UNDETERMINED = "und"
"""ISO 639 for a text in letters that none of the five is written in."""

MAX_CHARS = 1_000

# Natural logarithms of odds. A text of the default language that says nothing about itself stays with it.
_PRIOR = 1.0
_WORD = 1.6
_LETTER = 2.5
_ENDING = 0.7
_MODEL = 0.8
_MODEL_AT_MOST = 6.0

_LETTERS = regex.compile(r"\p{L}+(?:['’]\p{L}+)*")
_LATIN = regex.compile(r"\p{Latin}")
_OTHER = regex.compile(r"[\p{L}--\p{Latin}]", regex.VERSION1)


class _Marks:
    """Words, letters and endings and how far each speaks for a language."""

    def __init__(self) -> None:
        listed = yaml.safe_load(files(__package__).joinpath("data/languages.yaml").read_text("utf-8"))
        words: dict[str, set[str]] = {}
        letters: dict[str, set[str]] = {}
        endings: dict[str, set[str]] = {}
        for language in LANGUAGES:
            for word in listed[language]["words"].split():
                words.setdefault(word, set()).add(language)
            for letter in listed[language]["letters"]:
                letters.setdefault(letter, set()).add(language)
            for ending in listed[language]["endings"].split():
                endings.setdefault(ending, set()).add(language)
        self.words = {word: _shares(having, _WORD) for word, having in words.items()}
        self.letters = {letter: _shares(having, _LETTER) for letter, having in letters.items()}
        self.endings = {ending: _shares(having, _ENDING) for ending, having in endings.items()}
        self.lengths = sorted({len(ending) for ending in endings}, reverse=True)


def _shares(having: set[str], weight: float) -> tuple[float, ...]:
    """Evidence per language, in the order of `LANGUAGES`: less, the more languages share the mark."""
    share = weight * (1 - (len(having) - 1) / len(LANGUAGES))
    return tuple(share if language in having else 0.0 for language in LANGUAGES)


@cache
def _marks() -> _Marks:
    return _Marks()


@cache
def _rank() -> Callable[[str], Iterable[tuple[str, float]]]:
    """The model's ranking of the five languages with their probabilities; loading takes a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(list(LANGUAGES))
    return cast("Callable[[str], Iterable[tuple[str, float]]]", model.rank)


def evidence(text: str) -> dict[str, float]:
    """What the words, letters and endings of a normalised text say, as logarithms of odds."""
    marks = _marks()
    found = [0.0] * len(LANGUAGES)
    small = text[:MAX_CHARS].lower()
    for letter, shares in marks.letters.items():
        if letter in small:
            found = [have + share for have, share in zip(found, shares, strict=True)]
    for match in _LETTERS.finditer(small):
        shares = _said_by(match[0])
        if shares:
            found = [have + share for have, share in zip(found, shares, strict=True)]
    return dict(zip(LANGUAGES, found, strict=True))


@lru_cache(maxsize=20_000)
def _said_by(word: str) -> tuple[float, ...]:
    """What one word says by itself or else by its ending; nothing if neither is listed."""
    marks = _marks()
    word = word.replace("’", "'")
    if (shares := marks.words.get(folded(word))) is not None:
        return shares
    for length in marks.lengths:
        if len(word) > length + 2 and (shares := marks.endings.get(word[-length:])) is not None:
            return shares
    return ()


def modelled(text: str) -> dict[str, float]:
    """What py3langid says of a normalised text, as logarithms of odds against its best."""
    ranked = dict(_rank()(text[:MAX_CHARS]))
    best = max(ranked.values())
    return {language: max(math.log(max(ranked[language], 1e-9) / best), -_MODEL_AT_MOST) for language in LANGUAGES}


def language_of(text: str, default: str = "cs") -> str:
    """The language of a normalised text: one of `LANGUAGES`, `default` where nothing is said, or `UNDETERMINED`."""
    latin = len(_LATIN.findall(text[:MAX_CHARS]))
    other = len(_OTHER.findall(text[:MAX_CHARS]))
    if not latin and not other:
        return default
    if other > 2 * latin:
        return UNDETERMINED
    scores = evidence(text)
    if default in scores:
        scores[default] += _PRIOR
    first, second = sorted(scores.values(), reverse=True)[:2]
    # The model is asked only where it could still change the answer; asking it is a quarter of all the work.
    if first - second <= _MODEL * _MODEL_AT_MOST:
        for language, odds in modelled(text).items():
            scores[language] += _MODEL * odds
    return max(LANGUAGES, key=lambda language: (scores[language], language == default))
