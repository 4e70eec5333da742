"""The course of a case as people read it: events in their order, with names and texts put in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.extensions import describe, descriptions, names_for
from cases.models import Case, Evidence, Fact, Task
from crisisdesk.core.log.events import KINDS, Tone
from crisisdesk.core.models import Entry, Event, User
from crisisdesk.core.models.events import INSTALLATION_CHAIN_ID

PAGE = 50
# Written down later than this after it happened, an event tells both times.
_LATER = timedelta(minutes=1)
# Who took which original stands in the log and beside the file; told here, it would bury what happened.
_NOT_TOLD = ("case_evidence.opened",)


@dataclass(frozen=True)
class Line:
    """One line of the course.

    `text` is what the sentence is about (the words of a decision, the title of a task), `quote` the prose below it.
    """

    event: Event
    seq: int | None
    actor: str
    tone: Tone
    text: str = ""
    quote: str = ""
    question: str = ""
    options: Sequence[str] = ()
    blanked: bool = False

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.occurred_at

    @property
    def recorded_later(self) -> datetime | None:
        """When it was written down, where that was noticeably later."""
        event = self.event
        return event.recorded_at if event.recorded_at - event.occurred_at > _LATER else None


def events_of(case: Case, *, before: int | None = None, limit: int = PAGE) -> list[Event]:
    """The newest events of a case, or those before a seq, newest first."""
    events = _events().filter(chain=case.chain_id, seal__isnull=False)
    if before is not None:
        events = events.filter(seal__seq__lt=before)
    return list(events.order_by("-seal__seq")[:limit])


def events_before(case: Case) -> list[Event]:
    """What happened to the signals of a case before it was opened, newest first."""
    signals = case.signals.order_by().values("uuid")
    events = _events().filter(chain=INSTALLATION_CHAIN_ID, object_type="cases.signal", object_id__in=signals)
    return list(events.order_by("-id"))


def told(events: Iterable[Event]) -> list[Line]:
    """Events as lines, with a number of queries that does not grow with theirs."""
    events = list(events)
    names = _names(events)
    objects = _objects(events)
    texts = {key: text for kind, uuids in objects.items() for key, text in _keyed(kind, descriptions(kind, uuids))}
    words = {key: said for kind, uuids in objects.items() for key, said in _keyed(kind, names_for(kind, uuids))}
    for event in events:
        event.payload = {**event.payload, **words.get((event.object_type, event.object_id), {})}
    return [_line(event, names, texts) for event in events]


def _events() -> QuerySet[Event]:
    shown = Event.objects.exclude(kind__in=_NOT_TOLD).select_related("seal", "entry")
    return shown.defer("seal__prev", "seal__hash")


def _names(events: Sequence[Event]) -> dict[str, str]:
    """Short names by user pk, of everybody who acts or is named in the payloads."""
    pks = {label.rpartition(":")[2] for event in events if ":" in (label := event.actor)}
    pks |= {str(event.payload["user"]) for event in events if isinstance(event.payload.get("user"), int)}
    return {str(user.pk): user.short_name for user in User.objects.filter(pk__in=pks)} if pks else {}


def _objects(events: Sequence[Event]) -> dict[str, set[Any]]:
    """What the events are about: uuids by type of object."""
    found = defaultdict(set)
    for event in events:
        if event.object_id is not None:
            found[event.object_type].add(event.object_id)
    return found


def _keyed(object_type: str, found: Mapping[Any, Any]) -> list[tuple[tuple[str, Any], Any]]:
    return [((object_type, uuid), words) for uuid, words in found.items()]


def _line(event: Event, names: dict[str, str], texts: dict[tuple[str, Any], str]) -> Line:
    kind, _colon, pk = event.actor.partition(":")
    user = event.payload.get("user")
    if isinstance(user, int):
        event.payload = {**event.payload, "user": names.get(str(user), "–")}
    declared = KINDS.get(event.kind)
    text, prose = texts.get((event.object_type, event.object_id), ""), _prose(event.entry)
    if event.kind == "decision.added" and prose:
        text, prose["quote"] = prose["quote"], prose.pop("why")
    prose.pop("why", None)
    return Line(
        event=event,
        seq=event.seal.seq if hasattr(event, "seal") else None,
        actor=names.get(pk, str(_("the desk itself"))) if pk or kind == "system" else str(_("nobody signed in")),
        tone=declared.tone if declared else "plain",
        text=text,
        **prose,
    )


def _prose(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {
        "quote": entry.text,
        "why": entry.data.get("why", ""),
        "question": entry.data.get("question", ""),
        "options": entry.data.get("options", ()),
        "blanked": entry.blanked_at is not None,
    }


def _fact_texts(uuids: Iterable[Any]) -> dict[Any, str]:
    return dict(Fact.objects.filter(uuid__in=uuids).values_list("uuid", "text"))


def _task_titles(uuids: Iterable[Any]) -> dict[Any, str]:
    return {task.uuid: task.title for task in Task.objects.filter(uuid__in=uuids).select_related("step")}


def _evidence_captions(uuids: Iterable[Any]) -> dict[Any, str]:
    return {each.uuid: str(each) for each in Evidence.objects.filter(uuid__in=uuids).select_related("file")}


describe("cases.evidence", _evidence_captions)
describe("cases.fact", _fact_texts)
describe("cases.task", _task_titles)
