"""Verbs on sources: add, change, pause, resume, look now."""

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.actions.inputs import severity_of
from cases.actions.signals import brand_is_active
from cases.models import Severity
from cases.monitoring.actions.polling import Look, keep, next_look, tell
from cases.monitoring.models import Source, SourceKind, SourceState
from cases.monitoring.models.sources import MAX_TERM_CHARS, MAX_TERMS, WEEK_IN_MINUTES
from cases.monitoring.plaintext import one_line
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import (
    MISSING,
    Changes,
    Choice,
    Inner,
    Inputs,
    Language,
    Many,
    Reason,
    Text,
    Whole,
    YesNo,
)
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Brand


class SourceSettings(TypedDict, total=False):
    """What people may set on a source; its kind and brand stay what they were."""

    name: str
    url: str
    default_language: str
    poll_minutes: int
    expected_minutes: int | None
    trigger_terms: Sequence[str]
    raises_every_item: bool
    severity: int


class SourceInputs(Inputs):
    """A new source. A feed is looked at first and refused if it cannot be read, unless `anyway` is true."""

    kind = Choice(
        among=[(kind.value, kind.label) for kind in (SourceKind.FEED, SourceKind.PUSH)], required=False, page=False
    )
    url = Text(
        _("Address of the feed"),
        longest=2_000,
        required=False,
        asked=True,
        help=_("An RSS or Atom feed. The address of a page works too if the page names its feed."),
        attributes={"placeholder": "https://", "inputmode": "url", "autocomplete": "off"},
    )
    name = Text(_("Name"), longest=120, required=False, help=_("Empty: the title of the feed."))
    trigger_terms = Many(
        _("Raise a signal when an item contains"),
        each=Text(longest=MAX_TERM_CHARS),
        most=MAX_TERMS,
        too_many=_("Write at most %(most)d terms"),
        commas=True,
        required=False,
        help=_("One term a line. Accents, capitals and endings do not matter: “únik dat” finds “úniku dat”."),
    )
    raises_every_item = YesNo(_("Every new item becomes a signal"), required=False)
    severity = severity_of(_("Provisional severity of these signals"), required=False, initial=Severity.ELEVATED)
    poll_minutes = Whole(_("Look every … minutes"), least=1, most=24 * 60, required=False, asked=True, initial=5)
    expected_minutes = Whole(
        _("Warn after … minutes of silence"),
        least=5,
        most=13 * WEEK_IN_MINUTES,
        required=False,
        nullable=True,
        help=_("Empty: long silence is normal here."),
    )
    default_language = Language(_("Language of items that do not say"), required=False, asked=True, initial="cs")
    anyway = YesNo(required=False, page=False)
    look = Inner(of=Look, required=False)


class SourceChange(Changes, of=SourceInputs, without=("kind", "anyway", "look")):
    """What can be set on a source."""


@action("monitoring.create_source", needs=Capability.MANAGE, title=_("Add a source"), creates=True, inputs=SourceInputs)
def create_source(
    brand: Brand,
    act: Act,
    *,
    kind: str = SourceKind.FEED,
    look: Look | None = None,
    anyway: bool = False,
    **settings: Unpack[SourceSettings],
) -> Source:
    """Add a source to a brand.

    A feed was looked at beforehand: `look` is what came of it. Its items are taken over at once; if it brought a
    problem, `anyway` says that the source is wanted all the same and will be tried again. Without a name a feed gets
    its own title.
    """
    if look is not None and look.failed and not anyway:
        raise Invalid({"url": look.sentence})
    told_by = "url" if kind == SourceKind.FEED else "name"
    if not settings.get(told_by):
        raise Invalid({told_by: MISSING})
    source = Source(brand=brand, kind=kind)
    _set(act, source, settings)
    source.name = source.name or (look.feed.title if look else "")[:120] or urlsplit(source.url).netloc[:120]
    act.save(source)
    polled = source.kind == SourceKind.FEED
    state = SourceState(source=source, due_at=act.now, done_at=None if polled else act.now)
    act.record("source.created", on=source, brand=brand.slug, kind=str(source.kind))
    if look is None:
        act.later(state)
    else:
        state.due_at = next_look(source, state, look)
        tell(source, act, keep(source, act.save(state), look))
    return source


create_source.guard(brand_is_active)


@action("monitoring.edit_source", needs=Capability.MANAGE, title=_("Change the source"), inputs=SourceChange)
def edit_source(source: Source, act: Act, **changes: Unpack[SourceSettings]) -> Source:
    """Change name, address, language, intervals or trigger terms of a source. A new address is looked at right away."""
    before = source.url
    changed = _set(act, source, changes)
    act.save(source)
    if source.url != before and source.active:
        _look_soon(source, act)
    act.record("source.changed", on=source, fields=changed)
    return source


def _already_paused(source: Source, act: Act, **values: Any) -> Source | None:
    return None if source.active else source


class PauseInputs(Inputs):
    """Why."""

    reason = Reason(required=False)


@action(
    "monitoring.pause_source",
    needs=Capability.MANAGE,
    title=_("Pause"),
    repeat=_already_paused,
    inputs=PauseInputs,
)
def pause_source(source: Source, act: Act, *, reason: str = "") -> Source:
    """Take nothing more from a source until it is resumed. What it has brought stays."""
    source.active = False
    act.save(source)
    _state(source).update(done_at=act.now)
    entry = act.entry("reason", on=source, text=reason) if reason else None
    act.record("source.paused", on=source, entry=entry)
    return source


@pause_source.guard
def not_paused(source: Source, act: Act, **values: Any) -> Unmet | None:
    """A paused source offers no button to pause it; pausing it once more by its address changes nothing."""
    return None if source.active else Unmet("paused", _("This source is paused already"))


def _already_active(source: Source, act: Act, **values: Any) -> Source | None:
    return source if source.active else None


@action("monitoring.resume_source", needs=Capability.MANAGE, title=_("Resume"), repeat=_already_active)
def resume_source(source: Source, act: Act) -> Source:
    """Read a paused source again, from the beginning of what it offers, so that nothing is missed in between."""
    source.active = True
    act.save(source)
    _look_soon(source, act)
    act.record("source.resumed", on=source)
    return source


@resume_source.guard
def not_read(source: Source, act: Act, **values: Any) -> Unmet | None:
    """As for pausing."""
    return Unmet("active", _("This source is being read already")) if source.active else None


@action("monitoring.poll_now", needs=(Capability.CONTRIBUTE, Capability.MANAGE), title=_("Look now"))
def poll_now(source: Source, act: Act) -> Source:
    """Look at a feed right away instead of at its next turn."""
    if not source.active:
        act.refuse("paused", _("The source is paused. Resume it first."))
    if source.kind != SourceKind.FEED:
        act.refuse("not_polled", _("Mentions of this source come in by themselves; there is nothing to look at."))
    _look_soon(source, act)
    act.record("source.asked", on=source)
    return source


def _set(act: Act, source: Source, settings: SourceSettings) -> list[str]:
    """Set what was given, each term once; the names for the event."""
    if "trigger_terms" in settings:
        terms = (one_line(term, MAX_TERM_CHARS) for term in settings["trigger_terms"])
        settings = {**settings, "trigger_terms": list(dict.fromkeys(terms))}
    return act.assign(source, settings)


def _look_soon(source: Source, act: Act) -> None:
    """Make the source due now and forget what its server said, so that all it offers is read again."""
    if source.kind == SourceKind.FEED:
        _state(source).update(due_at=act.now, done_at=None, dead_at=None, cursor={})
        act.wake(SourceState.task)


def _state(source: Source) -> "QuerySet[SourceState]":
    """The row to update; its fence grows, so that a look under way does not write over what the verb decided."""
    rows = SourceState.objects.filter(source=source)
    rows.update(fence=F("fence") + 1, lease_until=None)
    return rows
