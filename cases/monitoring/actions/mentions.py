"""Verbs on mentions: taking them in over the API, and making signals of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.actions.inputs import severity_of
from cases.actions.signals import brand_is_active
from cases.models import Signal, SignalState
from cases.monitoring import feeds
from cases.monitoring.actions.polling import note_arrival
from cases.monitoring.actions.raising import CHOSEN, add_evidence, raise_by_itself, raise_from, standing_signal
from cases.monitoring.actions.storing import MOST_AT_ONCE, NewMention, store
from cases.monitoring.models import Mention, Source, SourceKind, SourceState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Instant, Language, Many, Number, Record, Row, Text, Title, Whole
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.errors import Text as Said
from crisisdesk.core.models import Brand

# Mentions that one signal may be raised from, and that may be attached in one go.
MOST_CHOSEN = 100


@dataclass(frozen=True)
class Pushed:
    """What became of a batch: mentions stored now, how many of the batch were known, signals raised by them."""

    stored: list[Mention]
    known: int
    signals: list[Signal]


def _nothing_new(source: Source, act: Act, *, mentions: Sequence[Mapping[str, Any]]) -> Pushed | None:
    """A batch that is known word for word changes nothing, so it may be sent again at will."""
    batch = {mention.external_id: mention.sha256 for mention in map(NewMention.of_values, mentions)}
    held = Mention.objects.filter(source=source, external_id__in=batch)
    known = {(external_id, sha) for external_id, *shas in _hashes(held) for sha in shas}
    return Pushed([], len(mentions), []) if batch and known.issuperset(batch.items()) else None


def _hashes(mentions: Any) -> Any:
    return mentions.values_list("external_id", "content_sha256", "changed_sha256")


class MentionInputs(Inputs):
    """A mention sent in."""

    external_id = Text(
        longest=feeds.MAX_ID_CHARS, required=False, help=_("By which it is known again; else its address or words.")
    )
    title = Text(longest=feeds.MAX_TITLE_CHARS, required=False)
    text = Text(longest=feeds.MAX_TEXT_CHARS, required=False)
    url = Text(longest=feeds.MAX_URL_CHARS, required=False)
    author = Text(longest=feeds.MAX_NAME_CHARS, required=False)
    author_handle = Text(longest=feeds.MAX_NAME_CHARS, required=False)
    published_at = Instant(required=False, nullable=True)
    language = Language(required=False)
    reach = Whole(most=2**53, required=False, nullable=True)
    rating = Number(least=0, most=5, required=False, nullable=True)


class PushInputs(Inputs):
    """One mention or a batch; as `application/x-ndjson`, one mention a line."""

    mentions = Many(
        each=Record(of=MentionInputs),
        most=MOST_AT_ONCE,
        missing=_("Send at least one mention"),
        too_many=_("Send at most 1,000 mentions at once; split the batch"),
    )


@action(
    "monitoring.push_mentions",
    needs=Capability.CONTRIBUTE,
    title=_("Send mentions in"),
    repeat=_nothing_new,
    inputs=PushInputs,
)
def push_mentions(source: Source, act: Act, *, mentions: Sequence[Mapping[str, Any]]) -> Pushed:
    """Send mentions in, one or a batch of up to 1,000, all or none.

    A mention is `title`, `text`, `url`, `author`, `author_handle`, `published_at`, `language`, `reach`, `rating` and
    the `external_id` by which it is recognised when it comes again; without one, its address or its words are used.
    """
    _check(mentions)
    batch = [NewMention.of_values(values) for values in mentions]
    stored = store(source, batch)
    state = SourceState.objects.select_for_update(no_key=True).get(source=source)
    first = state.last_success_at is None
    state.last_attempt_at = state.last_success_at = act.now
    note_arrival(state, stored)
    known = len(batch) - len(stored)
    act.record("mentions.received", on=source, new=len(stored), known=known)
    return Pushed(stored, known, raise_by_itself(source, act, stored, first=first))


@push_mentions.guard
def takes_pushes(source: Source, act: Act, **given: object) -> Unmet | None:
    """Only sources set up for it take mentions from outside."""
    if source.kind != SourceKind.PUSH:
        return Unmet("not_push", _("This source brings its mentions itself. Send them to a source for the REST API."))
    if not source.brand.active:
        return brand_is_active(source.brand, act)
    if not source.active:
        return Unmet("paused", _("The source is paused. Resume it first."))
    return None


def _check(mentions: Sequence[Mapping[str, Any]]) -> None:
    """Refuse the whole batch with what is wrong in each row, under `mentions.row.field`."""
    wrong: dict[str, Said] = {}
    for number, values in enumerate(mentions):
        mention = NewMention.of_values(values)
        if not (mention.title or mention.text):
            wrong[f"mentions.{number}.text"] = _("A mention needs a title or a text")
        if values.get("url") and not mention.url:
            wrong[f"mentions.{number}.url"] = _("This is not a web address. Write it whole, including https://")
    if wrong:
        raise Invalid(wrong)


def _standing(brand: Brand, act: Act, *, mentions: Sequence[Mention], **values: Any) -> Signal | None:
    """The signal that rests on the same mentions already. The mentions are locked, so that two clicks make one."""
    list(
        Mention.objects.filter(pk__in=[mention.pk for mention in mentions])
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    return standing_signal(mentions)


class ChosenInputs(Inputs):
    """Mentions by their identifiers."""

    mentions = Many(
        each=Row(of=Mention),
        most=MOST_CHOSEN,
        missing=_("Choose at least one mention"),
        too_many=_("Choose at most 100 mentions"),
        page=False,
    )


class RaiseInputs(ChosenInputs):
    """Mentions to raise a signal from."""

    title = Title(required=False, page=False, help=_("Else the title of the oldest of them."))
    severity = severity_of(required=False, page=False)


class AttachInputs(ChosenInputs):
    """Mentions to add to a signal."""


@action(
    "monitoring.raise_signal_from_mentions",
    needs=Capability.CONTRIBUTE,
    title=_("Raise a signal"),
    creates=True,
    repeat=_standing,
    inputs=RaiseInputs,
)
def raise_signal_from_mentions(
    brand: Brand, act: Act, *, mentions: Sequence[Mention], title: str = "", severity: int | None = None
) -> Signal:
    """Raise one signal that rests on one or several mentions. The clocks of the signal start now."""
    _check_chosen(brand, mentions)
    oldest_first = sorted(mentions, key=lambda mention: (mention.published_at, mention.pk))
    signal = raise_from(act, oldest_first, CHOSEN, title=title, severity=severity)
    act.record("evidence.added", on=signal, count=len(mentions))
    return signal


raise_signal_from_mentions.guard(brand_is_active)


def _all_attached(signal: Signal, act: Act, *, mentions: Sequence[Mention], **values: Any) -> Signal | None:
    chosen = {mention.pk for mention in mentions}
    held = signal.evidence.filter(mention__in=chosen).count()
    return signal if held == len(chosen) else None


@action(
    "monitoring.attach_mentions",
    needs=Capability.CONTRIBUTE,
    title=_("Add to a signal"),
    repeat=_all_attached,
    inputs=AttachInputs,
)
def attach_mentions(signal: Signal, act: Act, *, mentions: Sequence[Mention]) -> Signal:
    """Let a signal that waits for a decision rest on further mentions."""
    _check_chosen(signal.brand, mentions)
    added = add_evidence(act, signal, mentions, CHOSEN)
    act.record("evidence.added", on=signal, count=added)
    return signal


@attach_mentions.guard
def signal_waits(signal: Signal, act: Act, **given: object) -> Unmet | None:
    """What was decided rests on what was known then."""
    if signal.state in (SignalState.NEW, SignalState.TAKEN_OVER):
        return None
    return Unmet("decided", _("This signal was decided about already. Raise a new one."), {"state": signal.state})


def _check_chosen(brand: Brand, mentions: Sequence[Mention]) -> None:
    if any(mention.brand_id != brand.pk for mention in mentions):
        raise Invalid({"mentions": _("Choose mentions of one brand only; this signal belongs to another")})
