"""Kinds of events, their canonical bytes, and the sentences people read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import override

from crisisdesk.core.errors import Text

if TYPE_CHECKING:
    from crisisdesk.core.models import Event

Tone = Literal["plain", "step", "good", "bad"]

# What a payload may hold: identifiers, codes, numbers, hashes. Prose belongs into an Entry.
LONGEST_CODE = 200


@dataclass(frozen=True)
class EventKind:
    """A kind of event: the sentence (gender-free, the actor after a colon) and the colour of its dot.

    The sentence is a msgid with `{actor}` and the names of payload fields; `words` translates codes of the payload
    (`{"severity": mapping or callable}`) into the reader's language before they are filled in.
    """

    kind: str
    sentence: Text
    tone: Tone = "plain"
    words: Mapping[str, Any] | None = None


KINDS: dict[str, EventKind] = {}


def declare(kind: str, sentence: Text, *, tone: Tone = "plain", words: Mapping[str, Any] | None = None) -> EventKind:
    """Declare a kind before it is recorded; a second declaration of the same kind is a mistake."""
    if kind in KINDS:
        raise ValueError(f"event kind {kind!r} is declared twice")
    KINDS[kind] = EventKind(kind, sentence, tone, words)
    return KINDS[kind]


def check_payload(kind: str, payload: Mapping[str, Any]) -> None:
    """Refuse payloads that are not identifiers, codes, numbers or short lists of them."""
    for name, value in payload.items():
        values = value if isinstance(value, list | tuple) else [value]
        for one in values:
            if not (one is None or isinstance(one, bool | int | float | str)):
                raise TypeError(f"event {kind}: {name} holds {type(one).__name__}")
            if isinstance(one, str) and len(one) > LONGEST_CODE:
                raise ValueError(f"event {kind}: {name} is too long for a code; prose belongs into an entry")


def instant(moment: datetime) -> str:
    """An instant as the log writes it: UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, non-ASCII kept: the same value gives the same bytes everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(event: "Event", chain_uuid: Any) -> str:
    """The text of an event that is sealed: every column that means something, in one canonical JSON."""
    return canonical_json(
        {
            "v": 1,
            "uuid": str(event.uuid),
            "chain": str(chain_uuid),
            "kind": event.kind,
            "occurred_at": instant(event.occurred_at),
            "recorded_at": instant(event.recorded_at),
            "actor": event.actor,
            "via": event.via,
            "object": [event.object_type, str(event.object_id) if event.object_id else None],
            "payload": event.payload,
        }
    )


def sha256(text: str) -> str:
    """Hexadecimal sha256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def sentence(event: "Event", actor_name: str, language: str) -> str:
    """The event as one sentence in the reader's language; unknown kinds read as their code."""
    declared = KINDS.get(event.kind)
    if declared is None:
        return f"{event.kind}: {actor_name}"
    with override(language):
        values = {"actor": actor_name, **event.payload}
        for name, words in (declared.words or {}).items():
            if name in event.payload:
                code = event.payload[name]
                values[name] = words(code) if callable(words) else words.get(code, code)
        return str(declared.sentence).format_map(_Blank(values))


class _Blank(dict[str, Any]):
    """Fields that an older event does not carry read as a dash instead of failing the page."""

    def __missing__(self, key: str) -> str:
        return "–"
