"""One way to cut a text into words, for reading it and for finding it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import regex

from cases.monitoring.text import lemmas
from cases.monitoring.text.folding import folded, without_floods
from cases.monitoring.text.normal import CAMEL

MAX_TOKENS = 1_500
"""Tokens read of one text; about eight printed pages."""

MAX_SEARCH_CHARS = 60
"""Letters of a word in the search index."""


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    STOP = "stop"
    COMMA = "comma"
    QUOTE = "quote"
    FACE = "face"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text. `plain` is without accents; `lemmas` are base forms without accents, the likeliest first."""

    kind: Kind
    text: str
    plain: str = ""
    lemmas: tuple[str, ...] = ()
    negated: bool = False
    loud: bool = False


_FACES = r"[:;=8xX]['’]?-?[)(\[\]DdPpOo/\\|3*]+(?!\w)|<3+|\^_?\^|-_+-|[:;]-?\$"
_TOKEN = regex.compile(
    rf"""(?P<rating>(?<![\d.,/])\d{{1,3}}(?:[.,]\d)?\s?(?:/|z|out\ of|of)\s?(?:5|10|100)(?![\d%/])|[★⭐☆]{{2,}})
    |(?P<face>(?<![\w]){_FACES}|[\p{{Extended_Pictographic}}--[\d\#*©®™‼⁉]])
    |(?P<word>[\p{{L}}\p{{N}}]+(?:['’][\p{{L}}\p{{N}}]+)*)
    |(?P<stop>[.!?…\n]+)
    |(?P<comma>[,;:()–—]|\s-+\s)
    |(?P<quote>["„“”«»‚‘])""",
    regex.VERBOSE | regex.VERSION1,
)
_KINDS = {kind.value: kind for kind in Kind}
# A letter with loose accents is one word with them.
_SEARCHED = regex.compile(r"#(?P<tag>[\p{L}\p{N}\p{M}_]+)|[\p{L}\p{N}\p{M}]+")


def tokens(text: str, language: str, *, guess: bool = True) -> list[Token]:
    """The tokens of a normalised text; base forms by the dictionary of `language`, where there is one.

    `guess`: an unknown word one slip away from a known one is read as that.
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        if len(found) == MAX_TOKENS:
            break
        kind = _KINDS[match.lastgroup or "word"]
        piece = match[0]
        if kind is Kind.WORD:
            found.append(_word(piece, language, guess))
        elif kind is Kind.STOP and "\n" in piece and found and found[-1].kind is Kind.STOP:
            continue
        else:
            found.append(Token(kind, piece, piece))
    return found


@lru_cache(maxsize=50_000)
def _word(piece: str, language: str, guess: bool) -> Token:
    small = piece.lower().replace("’", "'")
    loud = len(piece) > 2 and piece.isupper()
    if language not in lemmas.LANGUAGES:
        return Token(Kind.WORD, piece, folded(small), (), False, loud)
    reading = lemmas.read(small, language)
    if guess and not reading.lemmas and piece.isalpha():
        reading = lemmas.misspelt(small, language)
    return Token(Kind.WORD, piece, folded(small), reading.lemmas, reading.negated, loud)


def search_words(text: str) -> list[list[str]]:
    """For each word of a text the terms under which it is found: itself and its base forms, without accents.

    An index holds the terms of its texts, a query asks for one term of each of its words: "databaze" finds
    "databázích" because both hold the term "databaze". A negated word is found under itself and under what it
    negates, so "fungovat" finds "nefunguje". Czech and English base forms stand side by side: neither an index nor a
    query has to know its language. A hashtag is found whole and by its words.
    """
    found = []
    for match in _SEARCHED.finditer(without_floods(text)):
        whole = folded(match["tag"] or "")
        parts = CAMEL.sub(" ", match["tag"]).split() if match["tag"] else [match[0]]
        for word in parts:
            if plain := folded(word)[:MAX_SEARCH_CHARS]:
                bases = (base for language in lemmas.LANGUAGES for base in lemmas.read(plain, language).lemmas)
                found.append(
                    [term for term in dict.fromkeys((plain, *bases, whole[:MAX_SEARCH_CHARS])) if term.isalnum()]
                )
    return found


def search_terms(text: str) -> Iterator[str]:
    """Every term of a text once, in order: what goes into the index."""
    return iter(dict.fromkeys(term for word in search_words(text) for term in word))
