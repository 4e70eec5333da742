"""Mentions becoming a signal: by a person's choice, by trigger term, or because every item of a source does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet

from cases.actions.signals import raise_signal
from cases.models import Signal, SignalOrigin
from cases.monitoring.models import EvidenceReason, Mention, SignalEvidence, Source, SourceKind
from cases.monitoring.terms import TermList
from crisisdesk.core.actions.act import Act

# On the first look at a source everything is new to us; only what is new to the world may raise a signal.
NEWS_AGE = timedelta(hours=24)
# Signals that one look raises where every item becomes one; the items beyond it join the last of them.
MOST_SIGNALS = 20
MOST_LINKS = 50

_is_link = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Why:
    """Why mentions are evidence: the reason, and the trigger term where one fired."""

    reason: EvidenceReason
    term: str = ""


CHOSEN = Why(EvidenceReason.CHOSEN)


def raise_from(
    act: Act,
    mentions: Sequence[Mention],
    why: Why,
    *,
    title: str = "",
    severity: int | None = None,
    detected_at: datetime | None = None,
) -> Signal:
    """A signal that rests on the mentions, which all belong to one brand. The first of them gives title and text."""
    first = mentions[0]
    pushed = first.source.kind == SourceKind.PUSH
    signal = raise_signal(
        act,
        first.brand,
        title=title or first.headline,
        text=first.text,
        links=links_of(mentions),
        origin=SignalOrigin.API if pushed else SignalOrigin.FEED,
        severity=severity,
        detected_at=detected_at,
    )
    add_evidence(act, signal, mentions, why)
    return signal


def links_of(mentions: Sequence[Mention]) -> list[str]:
    """The addresses of the mentions that make good links, each once."""
    return list(dict.fromkeys(mention.url for mention in mentions if _linkable(mention.url)))[:MOST_LINKS]


def _linkable(url: str) -> bool:
    try:
        _is_link(url)
    except ValidationError:
        return False
    return True


def add_evidence(act: Act, signal: Signal, mentions: Sequence[Mention], why: Why) -> int:
    """Let the signal rest on the mentions too; returns how many it did not rest on before."""
    known = set(SignalEvidence.objects.filter(signal=signal, mention__in=mentions).values_list("mention_id", flat=True))
    rows = [
        SignalEvidence(signal=signal, mention=mention, reason=why.reason, term=why.term, added_by=act.actor.user)
        for mention in mentions
        if mention.pk not in known
    ]
    SignalEvidence.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def standing_signal(mentions: Sequence[Mention]) -> Signal | None:
    """The newest signal nobody has decided about that rests on all these mentions."""
    found = SignalEvidence.objects.waiting().filter(mention__in=mentions).values_list("signal_id", "mention_id")
    resting: dict[int, set[int]] = {}
    for signal_id, mention_id in found:
        resting.setdefault(signal_id, set()).add(mention_id)
    wanted = {mention.pk for mention in mentions}
    whole = [signal_id for signal_id, held in resting.items() if held == wanted]
    return Signal.objects.get(pk=max(whole)) if whole else None


def raise_by_itself(source: Source, act: Act, arrived: Sequence[Mention], *, first: bool) -> list[Signal]:
    """The signals that follow from new mentions by the source's own settings. `arrived` are new and oldest first."""
    new = [mention for mention in arrived if not first or act.now - mention.published_at <= NEWS_AGE]
    terms = TermList(source.trigger_terms)
    fired: dict[str, list[Mention]] = {}
    others: list[Mention] = []
    for mention in new:
        term = terms.first_in(f"{mention.title}\n{mention.text}")
        (fired.setdefault(term, []) if term else others).append(mention)
    signals = [_by_term(source, act, term, mentions) for term, mentions in fired.items()]
    if source.raises_every_item:
        signals += _one_each(source, act, others)
    return signals


def _by_term(source: Source, act: Act, term: str, mentions: list[Mention]) -> Signal:
    """One signal a term: while nobody has decided about it, it gathers what fires the same term at the same source."""
    why = Why(EvidenceReason.TERM, term)
    resting = SignalEvidence.objects.waiting().filter(mention__source=source, term=term)
    signal = newest_waiting(resting)
    if signal is None:
        signal = raise_from(act, mentions, why, severity=source.severity, detected_at=act.now)
    else:
        add_evidence(act, signal, mentions, why)
    act.record("evidence.fired", on=signal, term=term, count=len(mentions))
    return signal


def newest_waiting(evidence: QuerySet[SignalEvidence]) -> Signal | None:
    """The newest signal that the evidence belongs to, locked, if it still waits for a decision."""
    newest = evidence.order_by("-signal_id").values_list("signal_id", flat=True).first()
    rows = Signal.objects.waiting().select_for_update(no_key=True, of=("self",))
    return rows.filter(pk=newest).first() if newest else None


def _one_each(source: Source, act: Act, mentions: list[Mention]) -> list[Signal]:
    why = Why(EvidenceReason.EVERY_ITEM)
    own, rest = mentions[: MOST_SIGNALS - 1], mentions[MOST_SIGNALS - 1 :]
    groups = [[mention] for mention in own] + ([rest] if rest else [])
    return [raise_from(act, group, why, severity=source.severity, detected_at=act.now) for group in groups]
