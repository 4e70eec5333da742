"""Weighted words and phrases, read from data files and found in texts.

A term of the files is a word or a phrase in any form; it is found in every form, with or without accents.

- ``vrátit peníze`` – these words in this order, with at most `GAP` others between.
- ``ztratit + balík`` – both in one sentence, in any order, at most six words apart.
- ``podvod*`` – every word that begins so.
- ``=ruším`` – this form only, with or without accents.
- ``!work`` – only where negated ("doesn't work"). Czech negates by prefix: ``nefungovat`` says the same by itself.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from cases.monitoring.text.folding import folded
from cases.monitoring.text.tokens import Kind, Token, tokens

LANGUAGES = ("cs", "sk", "en", "de", "pl")
TOPICS = frozenset({
    "advertising", "authority", "boycott", "delivery", "ethics", "fraud", "general", "health", "hygiene", "leak",
    "outage", "outrage", "praise", "price", "quality", "recall", "refund", "resolved", "staff", "support", "waiting",
})  # fmt: skip
POLARITY_ONLY = frozenset({"general", "outrage", "praise", "resolved"})
"""Topics that say how something is meant, not what it is about; they are not reported as topics of a text."""

ROLES = frozenset({
    "again", "aside", "booster", "claim", "concession", "condition", "contrast", "dampener", "duration", "first",
    "irony", "negator", "past", "report", "rival", "thanks", "why", "wish",
})  # fmt: skip

GAP = 2
"""Words that may stand between two words of a Czech or Slovak phrase; elsewhere, where order is firmer, one."""

NEAR = 6
"""Words at most between the two parts of a `+` term."""

# Slovak is read with the lexicon, the roles and the dictionary of Czech beside its own.
READ_WITH = {"cs": ("cs",), "sk": ("sk", "cs"), "en": ("en",), "de": ("de",), "pl": ("pl",)}
DICTIONARY_OF = {"sk": "cs"}


class Row(NamedTuple):
    """A line of a data file that holds a term: of a lexicon (weight, topic) or of the roles (value, role)."""

    term: str
    weight: float
    label: str


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a term: the forms it is known by, or how it begins, and whether it has to be negated."""

    keys: frozenset[str]
    stem: str
    surface: str
    negated: bool
    asks: bool

    def fits(self, token: Token) -> bool:
        """Whether the token is this word, negated or not."""
        if self.stem:
            return token.plain.startswith(self.stem) or (token.negated and token.plain[2:].startswith(self.stem))
        return token.plain in self.keys or any(lemma in self.keys for lemma in token.lemmas)

    def agrees(self, token: Token) -> bool:
        """Whether the token is negated as the term has it; the very form of the term always is."""
        if self.asks:
            return token.negated
        if token.plain == self.surface or (self.stem and token.plain.startswith(self.stem)):
            return True
        return token.negated == self.negated

    def closeness(self, token: Token) -> int:
        """How near the token is to the very form of the term: 2 the same, 1 a form of it, 0 related."""
        if token.plain == self.surface:
            return 2
        return int(bool(self.stem) or self.surface in token.lemmas or (self.negated and token.negated))


@dataclass(frozen=True, slots=True)
class Entry:
    """A term ready to be found. `anywhere`: its parts may stand in any order. `role`: empty for one of the lexicon."""

    row: Row
    elements: tuple[Element, ...]
    anywhere: bool
    role: str
    gap: int
    # What the words after the first are known by; a text that has none of one of them need not be searched further.
    further: tuple[frozenset[str], ...]

    @property
    def identity(self) -> tuple[object, ...]:
        """What two entries of one lexicon must not have in common: they would be found in the same texts."""
        return (self.anywhere, *((element.surface, element.stem, element.asks) for element in self.elements))


class Found(NamedTuple):
    """An entry and where it stands: indexes of tokens.

    `agrees`: every word is negated as the entry has it. `close`: 2 a word that stands as the entry spells it, 1 a form
    of it, 0 another form of the same base form ("worst" where the text has "bad").
    """

    entry: Entry
    at: tuple[int, ...]
    agrees: bool
    close: int


def rows(name: str) -> Iterator[list[str]]:
    """The lines of a data file without its heading and remarks."""
    with files(__package__).joinpath(f"data/{name}").open(encoding="utf-8") as file:
        reader = csv.reader(line for line in file if not line.startswith("#"))
        next(reader)
        yield from reader


def lexicon_rows(language: str) -> list[Row]:
    """The entries of the lexicon of one language."""
    return [Row(term, float(weight), topic) for term, weight, topic in rows(f"lexicon.{language}.csv")]


def role_rows(language: str) -> list[Row]:
    """The words of one language that change how others are read."""
    return [Row(term, float(value), role) for lang, role, term, value in rows("roles.csv") if lang == language]


def compiled(row: Row, language: str) -> Entry:
    """The entry of a row.

    :raises ValueError: the term has no words.
    """
    dictionary = DICTIONARY_OF.get(language, language)
    anywhere = " + " in row.term
    elements = tuple(_element(word, dictionary) for word in row.term.split() if word != "+")
    if not elements:
        raise ValueError(f"{language}: a term without words: {row}")
    further = tuple(element.keys for element in elements[1:] if not element.stem)
    role = row.label if row.label in ROLES else ""
    gap = 0 if role else GAP if dictionary == "cs" else 1
    return Entry(row, elements, anywhere, role, gap, further)


def _element(word: str, dictionary: str) -> Element:
    asks = word.startswith("!")
    bare = word.strip("!*=")
    stem = folded(bare) if word.endswith("*") else ""
    found = tokens(bare, dictionary, guess=False)
    if len(found) != 1:
        raise ValueError(f"not one word: {word!r}")
    token = found[0]
    # "don't" is a form of "do", but means the opposite.
    if word.startswith("=") or "'" in bare:
        return Element(frozenset((token.plain,)), "", token.plain, token.negated, asks=False)
    return Element(frozenset((token.plain, *token.lemmas)), stem, token.plain, token.negated or asks, asks)


class Terms:
    """Entries ready to be looked for in texts."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_key: dict[str, list[Entry]] = {}
        self._by_stem: dict[str, list[Entry]] = {}
        for entry in entries:
            first = entry.elements[0]
            if first.stem:
                self._by_stem.setdefault(first.stem, []).append(entry)
            else:
                for key in first.keys:
                    self._by_key.setdefault(key, []).append(entry)
        self._stem_lengths = sorted({len(stem) for stem in self._by_stem})

    def __contains__(self, lemma: str) -> bool:
        return lemma in self._by_key

    def found(self, text: Sequence[Token], sentences: Sequence[int]) -> list[Found]:
        """Every entry that is in the text, overlapping ones too. `sentences`: the number of each token's sentence."""
        words = [index for index, token in enumerate(text) if token.kind is Kind.WORD]
        present = {key for index in words for key in (text[index].plain, *text[index].lemmas)}
        found = []
        for place, index in enumerate(words):
            for entry in self._starting(text[index]):
                if any(present.isdisjoint(keys) for keys in entry.further):
                    continue
                at = self._complete(entry, place, words, text, sentences)
                if at:
                    agrees = all(element.agrees(text[where]) for element, where in zip(entry.elements, at, strict=True))
                    # A phrase is what it says; of a single word the opposite has a meaning too.
                    if agrees or len(at) == 1:
                        close = sum(
                            element.closeness(text[where]) for element, where in zip(entry.elements, at, strict=True)
                        )
                        found.append(Found(entry, at, agrees, close))
        return found

    def _starting(self, token: Token) -> list[Entry]:
        entries = {id(entry): entry for key in (token.plain, *token.lemmas) for entry in self._by_key.get(key, ())}
        forms = (token.plain, token.plain[2:]) if token.negated else (token.plain,)
        for form in forms:
            for length in self._stem_lengths:
                if length > len(form):
                    break
                for entry in self._by_stem.get(form[:length], ()):
                    entries[id(entry)] = entry
        return list(entries.values())

    @staticmethod
    def _complete(
        entry: Entry, place: int, words: Sequence[int], text: Sequence[Token], sentences: Sequence[int]
    ) -> tuple[int, ...]:
        """Where the entry stands if its first word stands at `words[place]`; empty if it does not."""
        at = [words[place]]
        sentence = sentences[words[place]]
        for element in entry.elements[1:]:
            if entry.anywhere:
                order = range(max(0, place - NEAR - 1), min(len(words), place + NEAR + 2))
            else:
                order = range(place + 1, min(len(words), place + 2 + entry.gap))
            for other in order:
                index = words[other]
                if sentences[index] != sentence or (
                    other > place + 1 and not entry.anywhere and _parted(text, at[-1], index)
                ):
                    continue
                if index not in at and element.fits(text[index]):
                    at.append(index)
                    if not entry.anywhere:
                        place = other
                    break
            else:
                return ()
        return tuple(at)


def _parted(text: Sequence[Token], start: int, end: int) -> bool:
    """Whether a comma stands between two tokens. Words of a phrase may be on both sides of one only if they touch."""
    return any(token.kind is not Kind.WORD for token in text[start + 1 : end])


def chosen(found: Sequence[Found]) -> list[Found]:
    """Of entries that overlap the one that says most: the longest, the one that fits most closely, the heaviest."""
    ranked = sorted(
        found,
        key=lambda one: (
            -len(one.at),
            not one.agrees,
            -one.close,
            -abs(one.entry.row.weight),
            one.at,
            one.entry.row.term,
        ),
    )
    taken: set[int] = set()
    kept = []
    for one in ranked:
        if taken.isdisjoint(one.at):
            taken.update(one.at)
            kept.append(one)
    return sorted(kept, key=lambda one: one.at)


@cache
def terms(language: str) -> Terms:
    """All that is looked for in texts of a language: judgements, words that name a topic, roles."""
    return Terms(
        [compiled(row, part) for part in READ_WITH[language] for row in (*lexicon_rows(part), *role_rows(part))]
    )


class Face(NamedTuple):
    """An emoji or emoticon: its weight, and whether praise beside it may be meant the other way round."""

    weight: float
    irony: bool


@cache
def faces() -> dict[str, Face]:
    """Emoji and emoticons by their characters."""
    return {face: Face(float(weight), irony == "yes") for face, weight, irony in rows("emoji.csv")}
