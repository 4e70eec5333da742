"""Small letters without accents, and the bound on combining marks that every normalisation needs first."""

import unicodedata

import regex

MAX_MARKS = 4
"""Combining marks kept in a row. Living languages need two or three; Unicode's own stream-safe format allows thirty."""

_FLOOD = regex.compile(rf"(\p{{M}}{{{MAX_MARKS}}})\p{{M}}+")
# Letters that are their own letters to Unicode, not a letter with an accent.
_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"})
# The short way for Latin letters, six times as fast as decomposing.
_LATIN = str.maketrans({
    char: plain
    for char in map(chr, range(0xC0, 0x180))
    if len(plain := unicodedata.normalize("NFKD", char.lower())[0].translate(_STROKES)) == 1 and plain.isascii()
})  # fmt: skip


def without_floods(text: str) -> str:
    """At most `MAX_MARKS` combining marks in a row.

    Normalising sorts marks by insertion, so its time grows with the square of a run: 40,000 marks take five seconds.
    """
    return text if text.isascii() else _FLOOD.sub(r"\1", text)


def folded(text: str) -> str:
    """Small letters without accents, so that "únik" finds "ÚNIKU" and "unik" alike; one space between words."""
    text = text.lower().translate(_LATIN)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", without_floods(text).casefold()).translate(_STROKES)
        text = "".join(char for char in text if not unicodedata.combining(char))
        # Decomposing may bring capitals back ("℡" becomes "TEL").
        text = text.lower()
    return " ".join(text.split())
