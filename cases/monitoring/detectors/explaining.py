"""What was being said when a detector fired: the words that stand out, the stories, the loudest authors, samples.

Pure functions over the mentions of the window and over how often each word occurred last week.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from cases.monitoring.detectors.buckets import Sighting
from cases.monitoring.detectors.firings import Context

MOST = 5
SAMPLE_CHARS = 280
# Text beyond it tells nothing more about a post and costs time.
READ_CHARS = 5_000
# How much the prior weighs: as if last week's words had been seen so many times in the window already.
PRIOR = 50.0
# |z| from which a word stands out: one in twenty by chance.
STANDS_OUT = 1.96
_WORD = re.compile(r"[^\W\d_]{3,}")


def words_of(text: str) -> set[str]:
    """The words of a text, small and at least three letters long. Shown to people, so they keep their accents."""
    return set(_WORD.findall(unicodedata.normalize("NFC", text[:READ_CHARS]).casefold()))


def standing_out(now: Mapping[str, int], before: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """The words used more than last week: (word, mentions now, z), strongest first.

    Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn, "Fightin' Words", 2008): the prior is the
    language of both weeks together, so that neither rare nor everyday words win by themselves.
    """
    both = Counter(now)
    both.update(before)
    whole, total, former = sum(both.values()), sum(now.values()), sum(before.values())
    found = []
    for word, count in now.items():
        prior = PRIOR * both[word] / whole
        here, there = count + prior, before.get(word, 0) + prior
        rest_here, rest_there = total + PRIOR - here, former + PRIOR - there
        if count < 2 or rest_here <= 0 or rest_there <= 0:
            continue
        z = (math.log(here / rest_here) - math.log(there / rest_there)) / math.sqrt(1 / here + 1 / there)
        if z >= STANDS_OUT:
            found.append((word, count, round(z, 2)))
    return sorted(found, key=lambda one: (-one[2], one[0]))


def context_of(
    mentions: Sequence[Sighting],
    before: Mapping[str, int] | None = None,
    words: Callable[[str], Iterable[str]] = words_of,
) -> Context:
    """What these mentions have in common.

    `before` says in how many mentions of last week each word occurred; `words` takes a text apart (the lemmas of
    `cases.monitoring.text`, or plain words).
    """
    now = Counter(word for mention in mentions for word in set(words(mention.text)))
    reach: dict[str, int] = {}
    for mention in mentions:
        if mention.author and mention.reach is not None:
            reach[mention.author] = max(mention.reach, reach.get(mention.author, 0))
    stories = Counter(mention.story for mention in mentions if mention.story)
    return Context(
        terms=tuple(standing_out(now, before or {})[:MOST]),
        stories=tuple((story, copies) for story, copies in _ranked(stories) if copies > 1)[:MOST],
        authors=tuple(_ranked(reach))[:MOST],
        sources=tuple(_ranked(Counter(mention.source for mention in mentions if mention.source)))[:MOST],
        negative_share=round(sum(m.negative for m in mentions) / len(mentions), 4) if mentions else None,
        samples=tuple(_samples(mentions)),
    )


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _samples(mentions: Sequence[Sighting]) -> list[str]:
    """Three texts: the most negative first, one a story, the better heard of equals."""
    chosen: dict[str, str] = {}
    for mention in sorted(mentions, key=lambda one: (-one.negativity, -(one.reach or 0), one.order)):
        text = " ".join(mention.text[:READ_CHARS].split())
        if text and len(chosen) < 3:
            chosen.setdefault(
                mention.story or text, text if len(text) <= SAMPLE_CHARS else text[: SAMPLE_CHARS - 1] + "…"
            )
    return list(chosen.values())
