"""Near-duplicates: the same post told again with another greeting, link or accent belongs to one story.

A text is compared in three steps, each cheaper than the next: an exact hash of its normal form; a 64-bit simhash of
its overlapping groups of four characters, of which near texts differ in few bits (Charikar 2002; distance and bits as
Manku, Jain and Das Sarma 2007 found useful for the web); and four 16-bit bands of the simhash, by which candidates are
found in an index without comparing with everything.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import regex

from cases.monitoring.text.folding import folded
from cases.monitoring.text.normal import normalised

BITS = 64
MAX_DISTANCE = 8
"""Bits in which two texts of one story differ at most."""

BANDS = 4
BAND_BITS = BITS // BANDS
GRAM = 4

MIN_CHARS = 32
"""Shorter normal forms are one story only if they are equal: four letters of a short text are too much of it."""

# Counting is done in one addition a gram: 64 counters of 16 bits stand side by side in a long number.
_LANE = 16
_MAX_GRAMS = 2**_LANE - 1
_SPREAD = tuple(
    tuple(sum(((value >> bit) & 1) << (_LANE * (8 * byte + bit)) for bit in range(8)) for value in range(256))
    for byte in range(8)
)
_MASK = 2**_LANE - 1
_WORDS = regex.compile(r"[\p{L}\p{N}]+")
_SHARED = frozenset({"rt", "via", "fwd", "re", "sdileno"})


class Fingerprint(NamedTuple):
    """What near-duplicates are found by. `exact`: 16 bytes; `simhash`: 0 to 2**64 - 1; `chars` of the normal form."""

    exact: bytes
    simhash: int
    chars: int

    @property
    def bands(self) -> tuple[int, int, int, int]:
        """Four numbers of 16 bits, to be indexed with their place. Near texts mostly share one; see `probes`."""
        a, b, c, d = (self.simhash >> (BAND_BITS * place) & (2**BAND_BITS - 1) for place in range(BANDS))
        return a, b, c, d

    def probes(self) -> Iterator[tuple[int, int]]:
        """Band and value to look up: the bands and those one bit away.

        Bands alone are certain up to a distance of 3, these up to 7: of four bands with seven differing bits in all,
        one has at most one. At 8 only two bits in each of the four bands escape.
        """
        for place, band in enumerate(self.bands):
            yield place, band
            for bit in range(BAND_BITS):
                yield place, band ^ (1 << bit)

    def near(self, other: "Fingerprint") -> bool:
        """Whether both texts belong to one story."""
        if self.exact == other.exact:
            return True
        if min(self.chars, other.chars) < MIN_CHARS:
            return False
        return distance(self.simhash, other.simhash) <= MAX_DISTANCE


def story_form(text: str) -> str:
    """The words of a text without what changes when it is passed on: accents, case, signs, links, handles, "RT"."""
    return " ".join(word for word in _WORDS.findall(folded(normalised(text))) if word not in _SHARED)


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text, equal on every machine and in every version of Python."""
    form = story_form(text)
    return Fingerprint(hashlib.blake2b(form.encode(), digest_size=16).digest(), simhash(form), len(form))


def simhash(form: str) -> int:
    """64 bits of which texts with many common groups of four characters share most."""
    grams = Counter(form[start : start + GRAM] for start in range(max(1, len(form) - GRAM + 1)))
    total = grams.total()
    if total > _MAX_GRAMS:
        raise ValueError(f"more than {_MAX_GRAMS} groups of characters")
    counters = sum(_spread(gram) * times for gram, times in grams.items())
    return sum(1 << bit for bit in range(BITS) if 2 * (counters >> (_LANE * bit) & _MASK) > total)


@lru_cache(maxsize=100_000)
def _spread(gram: str) -> int:
    """The bits of a gram's hash, each in its lane."""
    digest = hashlib.blake2b(gram.encode(), digest_size=8).digest()
    return sum(_SPREAD[place][value] for place, value in enumerate(digest))


def distance(a: int, b: int) -> int:
    """In how many bits two simhashes differ."""
    return (a ^ b).bit_count()


def nearest(one: Fingerprint, others: Iterable[Fingerprint]) -> Fingerprint | None:
    """The nearest of those that belong to the same story; None if none does."""
    near = [other for other in others if one.near(other)]
    return min(near, key=lambda other: (other.exact != one.exact, distance(one.simhash, other.simhash)), default=None)
