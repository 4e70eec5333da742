"""The log of one chain as people read it: sentences in their language, with names instead of numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crisisdesk.core.events import KINDS, sentence
from crisisdesk.core.models import Chain, Entry, Event, EventSeal, User

# Fields of payloads that hold the primary key of an account.
PEOPLE = ("user", "deputy_of", "on_behalf_of", "author")
_ACTOR = "\ue000"


@dataclass(frozen=True)
class Line:
    """One line of the course. `seq` is its place in the chain; `tone` step, good, bad or plain."""

    seq: int
    event: Event
    actor: str
    said: SafeString
    tone: str

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.occurred_at

    @property
    def entry(self) -> Entry | None:
        """What people wrote with it."""
        return self.event.entry

    @property
    def was_told_later(self) -> bool:
        """Whether it was written down more than a minute after it happened."""
        return (self.event.recorded_at - self.event.occurred_at).total_seconds() > 60


def lines(chain: Chain, *, after: int = 0, before: int | None = None, limit: int = 50) -> list[Line]:
    """The newest lines of a chain, newest first; `after` and `before` are places in it. Two queries."""
    seals = EventSeal.objects.filter(chain=chain, seq__gt=after).select_related("event__entry")
    if before is not None:
        seals = seals.filter(seq__lt=before)
    return told(seals.order_by("-seq")[:limit])


def told(seals: Iterable[EventSeal]) -> list[Line]:
    """Sealed events as lines; names are read in one query."""
    rows = list(seals)
    names = _names([seal.event for seal in rows])
    return [_line(seal, names) for seal in rows]


def _names(events: list[Event]) -> dict[int, str]:
    wanted = {int(event.actor.rpartition(":")[2]) for event in events if ":" in event.actor}
    wanted |= {value for event in events for name in PEOPLE if isinstance(value := event.payload.get(name), int)}
    return {user.pk: user.short_name for user in User.objects.filter(pk__in=wanted)} if wanted else {}


def _line(seal: EventSeal, names: dict[int, str]) -> Line:
    event = seal.event
    actor = actor_name(event.actor, names)
    payload = event.payload | {name: names[pk] for name in PEOPLE if (pk := event.payload.get(name)) in names}
    stand_in: Any = SimpleNamespace(kind=event.kind, payload=payload)
    text = escape(sentence(stand_in, _ACTOR, get_language() or "en"))
    said = mark_safe(text.replace(_ACTOR, format_html("<b>{}</b>", actor)))  # noqa: S308 - both halves are escaped
    declared = KINDS.get(event.kind)
    return Line(seal.seq, event, actor, said, declared.tone if declared else "plain")


def actor_name(actor: str, names: dict[int, str]) -> str:
    """How the actor of an event is called: a person by short name, the desk by its own."""
    kind, _colon, pk = actor.partition(":")
    if pk:
        return names.get(int(pk), actor)
    return "CrisisDesk" if kind == "system" else _("somebody without an account")
