"""From a signal to a case: opening it, and taking over and leading in one step."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.actions.activation import activate, activate_case, assess
from cases.actions.clocks import limits_of, move_clocks, retime_clocks
from cases.actions.evidence import take_along
from cases.actions.inputs import kind_of_crisis, quick_assessment
from cases.actions.roles import enter, offer
from cases.actions.signals import settle, taken_by_another
from cases.models import Case, CaseNumber, CrisisKind, Signal
from cases.severity import QuickAssessment
from cases.states import SignalState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import LONGEST_TEXT, Inputs, Language, Many, Text, Title, YesNo
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.actions.shared_inputs import Person
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
    assessment: QuickAssessment | None,
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
        title=title or signal.title,
        summary=summary,
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
    if assessment is not None:
        assess(act, case, assessment)
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


class LeadInputs(Inputs):
    """What the case starts with; what is left out follows the signal. All three answers are given or none."""

    assessment = quick_assessment(required=False, asked=True)
    kind = kind_of_crisis(required=False, initial=lambda principal, signal: signal.kind_id)
    title = Title(_("Title of the case"), required=False, asked=True, initial=lambda principal, signal: signal.title)
    confidential = YesNo(_("Confidential: only people with a role in the case see it"), required=False)
    summary = Text(longest=LONGEST_TEXT, required=False, page=False)
    primary_language = Language(required=False, page=False)
    content_languages = Many(each=Language(), most=20, required=False, page=False)


class OpenInputs(LeadInputs):
    """The same, and who is asked to lead."""

    assessment = quick_assessment(required=False)
    lead = Person(_("Who leads"), required=False, empty=_("nobody yet"))


@action(
    "cases.open_case",
    needs=Capability.LEAD,
    moves="attach",
    repeat=standing_case,
    title=_("Open a case"),
    inputs=OpenInputs,
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
    assessment: QuickAssessment | None = None,
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
        assessment=assessment,
    )


@action(
    "cases.take_and_lead",
    needs=Capability.LEAD,
    moves="attach",
    repeat=standing_case,
    title=_("Take over and lead"),
    inputs=LeadInputs,
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
    assessment: QuickAssessment | None = None,
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
        assessment=assessment,
    )
    if not activate_case.unmet(act.actor, case):
        act.move(case, "activate")
        activate(act, case)
    return case


take_and_lead.guard(taken_by_another)
