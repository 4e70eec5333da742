"""How long a text may be on each network, and how that network counts.

Pure computation. Every limit names the page it was taken from and the day it was last compared with it; where counting
is ambiguous the stricter reading stands here, so that a text which fits here is not refused there.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import regex

GRAPHEME = regex.compile(r"\X")
LINK = regex.compile(
    r"https?://[^\s<>\"“”„]*[^\s<>\"“”„.,;:!?)\]'…]"
    r"|(?<![\w@.-])(?:[\w-]+\.)+(?:com|org|net|info|eu|app|dev|online|[a-z]{2})(?![\w-]|\.\w)(?:/[^\s<>\"“”„]*[^\s<>\"“”„.,;:!?)\]'…])?",
    regex.IGNORECASE,
)
REMOTE_MENTION = regex.compile(r"(?<![\w@])(@\w+)@[\w.-]+\w")
EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F"
    r"|(?![©®])\p{Extended_Pictographic}"
)
SENTENCE_END = regex.compile(r"(?<=[.!?…]['\"“”)]?)\s+")
X_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def graphemes(text: str) -> int:
    """What a reader calls characters: extended grapheme clusters of Unicode annex 29."""
    return len(GRAPHEME.findall(text))


def utf8_bytes(text: str) -> int:
    return len(text.encode())


def utf16_units(text: str) -> int:
    """What a browser calls `length`; never less than the number of code points."""
    return len(text.encode("utf-16-le")) // 2


def with_links_of(text: str, length: int) -> str:
    """The text with every link replaced by a run of `length` characters, as networks that shorten links count it."""
    return LINK.sub("x" * length, text)


def mastodon_length(text: str) -> int:
    """Graphemes; a link counts 23, a mention of somebody on another server only its local part."""
    return graphemes(REMOTE_MENTION.sub(r"\1", with_links_of(text, 23)))


def x_weight(text: str) -> int:
    """Weighted length by the published configuration v3: links 23, emoji 2, light ranges 1, everything else 2."""
    counted = with_links_of(unicodedata.normalize("NFC", text), 23)
    return sum(_x_grapheme(cluster) for cluster in GRAPHEME.findall(counted))


def _x_grapheme(cluster: str) -> int:
    if EMOJI.search(cluster):
        return 2
    return sum(1 if any(low <= ord(char) <= high for low, high in X_LIGHT) else 2 for char in cluster)


def threads_length(text: str) -> int:
    """Code points; an emoji counts as many as it has UTF-8 bytes."""
    return sum(utf8_bytes(cluster) if EMOJI.search(cluster) else len(cluster) for cluster in GRAPHEME.findall(text))


@dataclass(frozen=True, slots=True)
class Sms:
    """How a text travels as SMS. `encoding` GSM-7 or UCS-2; `units` septets or UTF-16 units; `messages` billed."""

    encoding: str
    units: int
    messages: int


def sms(text: str) -> Sms:
    """One message holds 160 septets or 70 UCS-2 units, a part of several 153 or 67; no character is torn apart."""
    if all(char in GSM_BASIC or char in GSM_EXTENDED for char in text):
        sizes, single, part, encoding = [2 if char in GSM_EXTENDED else 1 for char in text], 160, 153, "GSM-7"
    else:
        sizes, single, part, encoding = [utf16_units(char) for char in text], 70, 67, "UCS-2"
    units = sum(sizes)
    if units <= single:
        return Sms(encoding, units, 1)
    messages, room = 1, part
    for size in sizes:
        if size > room:
            messages, room = messages + 1, part
        room -= size
    return Sms(encoding, units, messages)


@dataclass(frozen=True, slots=True)
class Count:
    """A text measured against a limit: `used` of `most` in the network's own unit."""

    used: int
    most: int
    unit: str

    @property
    def left(self) -> int:
        return self.most - self.used

    @property
    def fits(self) -> bool:
        return self.used <= self.most


@dataclass(frozen=True, slots=True)
class Limit:
    """What one network takes. `source` is the page the figures come from, `checked` the day they were compared."""

    network: str
    most: int
    unit: str
    measure: Callable[[str], int]
    source: str
    checked: date
    most_bytes: int | None = None
    splits: bool = False

    def count(self, text: str) -> Count:
        """The tighter of the two counts where a network counts characters and bytes."""
        counts = [Count(self.measure(text), self.most, self.unit)]
        if self.most_bytes is not None:
            counts.append(Count(utf8_bytes(text), self.most_bytes, "bytes"))
        return min(counts, key=lambda count: count.left / count.most)

    def fits(self, text: str) -> bool:
        return self.count(text).fits

    def split(self, text: str) -> list[str]:
        """Parts that fit, cut at paragraphs, else sentences, else words, else anywhere; nothing but white space at a
        cut is lost and nothing is added."""
        if self.fits(text):
            return [text]
        parts: list[str] = []
        rest = text
        while not self.fits(rest):
            end, start = self._cut(rest)
            parts.append(rest[:end])
            rest = rest[start:]
        return [*parts, rest] if rest else parts

    def _cut(self, text: str) -> tuple[int, int]:
        """Where the longest fitting beginning of a text ends and where the next part starts."""
        for pattern in (r"\n+", SENTENCE_END, r"\s+"):
            gaps = [gap.span() for gap in regex.finditer(pattern, text) if gap.start()]
            if fitting := self._fitting(text, [start for start, _ in gaps]):
                return gaps[fitting - 1]
        ends = list(accumulate(len(cluster) for cluster in GRAPHEME.findall(text)))
        end = ends[max(self._fitting(text, ends), 1) - 1]
        return end, end

    def _fitting(self, text: str, ends: list[int]) -> int:
        """How many of the ascending ends leave a beginning that fits."""
        return bisect_left(ends, True, key=lambda end: not self.fits(text[:end]))


def _limits() -> Iterator[Limit]:
    day = date(2026, 11, 23)
    yield Limit(
        "bluesky",
        300,
        "graphemes",
        graphemes,
        most_bytes=3000,
        splits=True,
        checked=day,
        source="https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json",
    )
    yield Limit(
        "mastodon",
        500,
        "characters",
        mastodon_length,
        splits=True,
        checked=day,
        source="https://docs.joinmastodon.org/user/posting/#text",
    )
    yield Limit(
        "x",
        280,
        "weighted",
        x_weight,
        splits=True,
        checked=day,
        source="https://github.com/twitter/twitter-text/blob/master/config/v3.json",
    )
    yield Limit(
        "threads",
        500,
        "characters",
        threads_length,
        splits=True,
        checked=day,
        source="https://developers.facebook.com/docs/threads/overview",
    )
    yield Limit(
        "linkedin",
        3000,
        "characters",
        utf16_units,
        checked=day,
        source="https://www.linkedin.com/help/linkedin/answer/a528176",
    )
    yield Limit(
        "facebook",
        63206,
        "characters",
        utf16_units,
        checked=day,
        source="https://www.digitaltrends.com/mobile/facebook-increases-limit-for-status-updates-to-63206-characters/",
    )
    yield Limit(
        "instagram",
        2200,
        "characters",
        utf16_units,
        checked=day,
        source="https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media",
    )
    yield Limit(
        "sms",
        10,
        "messages",
        lambda text: sms(text).messages,
        checked=day,
        source="https://www.3gpp.org/dynareport/23038.htm",
    )


LIMITS: dict[str, Limit] = {limit.network: limit for limit in _limits()}
