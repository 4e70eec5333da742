"""What exactly is approved: one normal form of a text and one hash over everything the public will get.

The hash is sha256 over a version tag, a newline and canonical JSON (sorted keys, no white space, UTF-8) of one
language. Identifiers, times of writing and comments are left out; everything a reader could notice is in. A text is
brought into its normal form once, at submit, and exactly those bytes are shown, hashed and sent.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

TAG = "crisisdesk.payload.v1"
# Bytes of UTF-8 in one text. The longest network takes 63,206 characters (limits.py); a text beyond this is a mistake.
MOST_BYTES = 100_000

MASTER = "master"

_LINE_ENDS = re.compile(r"\r\n?")
_TRAILING = re.compile(r"[ \t]+(?=\n|\Z)")
# What XML 1.0 (section 2.2, Char) cannot carry, so neither could our Atom feed; NUL and lone surrogates are among them.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class UnfitText(ValueError):
    """The text cannot be stored or sent. `code` is `too_long` or `characters`; `at` counts characters from 0."""

    def __init__(self, code: str, at: int = 0) -> None:
        self.code = code
        self.at = at
        super().__init__(code)


def check(text: str) -> None:
    """Raise `UnfitText` for a text that is too long or holds characters that cannot be sent."""
    if len(text) > MOST_BYTES or len(text.encode(errors="replace")) > MOST_BYTES:
        raise UnfitText("too_long")
    if found := _UNFIT.search(text):
        raise UnfitText("characters", found.start())


def normalised(text: str) -> str:
    """The text in its normal form: NFC, `\\n` between lines, no trailing spaces, no empty lines around it.

    Raises `UnfitText`. Applying it twice changes nothing.
    """
    check(text)
    plain = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    # A composed form can be longer than what was checked (NFC grows a few scripts at most threefold).
    check(plain)
    return _TRAILING.sub("", plain).strip("\n")


def text_hash(title: str, text: str) -> str:
    """Hexadecimal sha256 of one headline and text in normal form: what a translation was made from."""
    return sha256(f"{normalised(title)}\n\n{normalised(text)}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Payload:
    """Everything the public gets of one statement in one language.

    `texts` maps a channel kind, or `master`, to `(headline, text)`; `media` are `(sha256, alternative text)` in
    order; `channels` are the public identifiers of the accounts; `values` are the closed values of a template;
    `next_update` is the instant promised to the public, which the newsroom shows.
    """

    language: str
    texts: Mapping[str, tuple[str, str]]
    channels: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    media: Sequence[tuple[str, str]] = ()
    links: Sequence[str] = ()
    embargo: datetime | None = None
    next_update: datetime | None = None
    spokesperson: str = ""

    def canonical(self) -> bytes:
        """The bytes that are hashed. Texts must be in normal form; channels have no order, links and media do."""
        content: dict[str, Any] = {
            "channels": sorted(set(self.channels)),
            "embargo": instant(self.embargo),
            "language": self.language,
            "links": list(self.links),
            "media": [list(item) for item in self.media],
            "next_update": instant(self.next_update),
            "spokesperson": self.spokesperson,
            "texts": {kind: list(pair) for kind, pair in self.texts.items()},
            "values": dict(self.values),
        }
        return canonical_json(content)

    def hash(self) -> str:
        """Hexadecimal sha256 by which this payload is approved and recognised when it is sent."""
        return tagged_hash(TAG, self.canonical())


def canonical_json(content: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no white space."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def tagged_hash(tag: str, content: bytes) -> str:
    """Hexadecimal sha256 of a version tag, a newline and the content."""
    return sha256(tag.encode() + b"\n" + content).hexdigest()


def instant(moment: datetime | None) -> str | None:
    """An aware instant as UTC text to the microsecond, so that equal instants hash alike in every zone."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None
