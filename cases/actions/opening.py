"""From a signal to a case: opening it, and taking over and leading in one step."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.actions.activation import activate, activate_case, assess
from cases.actions.clocks import limits_of, move_clocks, retime_clocks
from cases.actions.entries import LONGEST_TITLE, needed
from cases.actions.evidence import take_along
from cases.actions.roles import enter, offer
from cases.actions.signals import settle, taken_by_another
from cases.models import Case, CaseNumber, CrisisKind, Signal
from cases.states import SignalState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.languages import in_order
from crisisdesk.core.models import Chain, Membership, User

# Roles on the brand that somebody who opens a case takes along into it, the first that is held.
_TAKEN_ALONG = (Role.DUTY, Role.COMMS_LEAD, Role.CRISIS_LEAD)


def next_reference(act: Act) -> str:
    """The next reference of the year, `CD-2026-0042`. Given out under the lock of the year's row, so never twice."""
    year = timezone.localtime(act.now).year
    table = CaseNumber._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (year, last) VALUES (%s, 1) "  # noqa: S608 - the table's own name
            f"ON CONFLICT (year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [year],
        )
        (number,) = cursor.fetchone()
    return f"CD-{year}-{number:04d}"


def open_for(
    act: Act,
    signal: Signal,
    *,
    lead: User | None,
    title: str,
    summary: str,
    kind: CrisisKind | None,
    confidential: bool,
    primary_language: str,
    content_languages: Sequence[str] | None,
    answers: dict[str, str],
    sentence: str,
    severity: int | None,
) -> Case:
    """Make a case of a signal: the signal is taken over, its clocks move, whoever opens it enters it."""
    taken = signal.taken_at
    settle(act, signal)
    language = primary_language or signal.brand.default_language
    case = Case(
        reference=next_reference(act),
        chain=Chain.objects.create(),
        brand=signal.brand,
        kind=kind or signal.kind,
        title=needed(title or signal.title, "title", _("Give the case a title"), longest=LONGEST_TITLE),
        summary=summary.strip(),
        severity=signal.severity,
        confidential=confidential,
        primary_language=language,
        content_languages=in_order(language, signal.brand.speaks if content_languages is None else content_languages),
        detected_at=signal.detected_at,
        reported_at=signal.reported_at,
        acknowledged_at=taken or act.now,
    )
    act.move(case, "acknowledge")
    act.save(case)
    old = limits_of(signal) if case.kind_id != signal.kind_id else {}
    signal.case = case
    act.record("case.opened", on=case, signal=str(signal.uuid), origin=signal.origin, confidential=confidential)
    take_along(act, signal, case)
    move_clocks(signal, case)
    if case.kind_id != signal.kind_id:
        retime_clocks(act, case, old)
    _enter_as_opener(act, case, lead=lead)
    if any(answers.values()):
        assess(act, case, sentence=sentence, severity=severity, **answers)
    return case


def _enter_as_opener(act: Act, case: Case, *, lead: User | None) -> None:
    """Whoever opens a case keeps access to it, even to a confidential one, by a role held on the brand."""
    members = Membership.objects.current(act.now).filter(user=act.user, brand=case.brand_id)
    held = set(members.values_list("role", flat=True))
    if lead is not None:
        held.discard(Role.CRISIS_LEAD)
    taken_along = next((role for role in _TAKEN_ALONG if role in held), None)
    if act.actor.same_as(lead):
        enter(act, case, act.user, Role.CRISIS_LEAD)
    elif lead is not None:
        offer(act, case, lead, Role.CRISIS_LEAD)
    if taken_along is not None:
        enter(act, case, act.user, taken_along)
    elif not act.actor.same_as(lead):
        enter(act, case, act.user, Role.SCRIBE)


def standing_case(signal: Signal, act: Act, **given: object) -> Case | None:
    """The case that stands already, for the person who took the signal over."""
    attached = signal.state == SignalState.ATTACHED and act.actor.same_as(signal.taken_by_id)
    return signal.case if attached else None


@action(
    "cases.open_case",
    needs=Capability.LEAD,
    moves="attach",
    repeat=standing_case,
    title=_("Open a case"),
    locks=(ACTOR,),
)
def open_case(
    signal: Signal,
    act: Act,
    *,
    title: str = "",
    summary: str = "",
    kind: CrisisKind | None = None,
    confidential: bool = False,
    harm: str = "",
    spreading: str = "",
    growing: str = "",
    sentence: str = "",
    severity: int | None = None,
    lead: User | None = None,
    primary_language: str = "",
    content_languages: Sequence[str] | None = None,
) -> Case:
    """Open a case for the signal, taking it over on the way. `lead` is asked to lead it.

    The answers to the three questions of the quick severity may come with it, all or none. Its texts are written in
    the languages of the brand unless `content_languages` says in which.
    """
    return open_for(
        act,
        signal,
        lead=lead,
        title=title,
        summary=summary,
        kind=kind,
        confidential=confidential,
        primary_language=primary_language,
        content_languages=content_languages,
        answers={"harm": harm, "spreading": spreading, "growing": growing},
        sentence=sentence,
        severity=severity,
    )


@action(
    "cases.take_and_lead",
    needs=Capability.LEAD,
    moves="attach",
    repeat=standing_case,
    title=_("Take over and lead"),
    locks=(ACTOR,),
)
def take_and_lead(
    signal: Signal,
    act: Act,
    *,
    title: str = "",
    summary: str = "",
    kind: CrisisKind | None = None,
    confidential: bool = False,
    harm: str = "",
    spreading: str = "",
    growing: str = "",
    sentence: str = "",
    severity: int | None = None,
    primary_language: str = "",
    content_languages: Sequence[str] | None = None,
) -> Case:
    """Take the signal over, open a case and lead it, in one step.

    With a kind and the answers to the three questions the case is active at once; otherwise it waits in triage. Its
    texts are written in the languages of the brand unless `content_languages` says in which.
    """
    case = open_for(
        act,
        signal,
        lead=act.user,
        title=title,
        summary=summary,
        kind=kind,
        confidential=confidential,
        primary_language=primary_language,
        content_languages=content_languages,
        answers={"harm": harm, "spreading": spreading, "growing": growing},
        sentence=sentence,
        severity=severity,
    )
    if not activate_case.unmet(act.actor, case):
        act.move(case, "activate")
        activate(act, case)
    return case


take_and_lead.guard(taken_by_another)
