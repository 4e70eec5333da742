"""Judging how grave a case is, and activating it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history

from cases.actions.clocks import (
    ACTIVATION_CODES,
    cancel_clocks,
    limits_of,
    meet_clock,
    policy_of,
    retime_clocks,
    start_clocks,
)
from cases.actions.entries import case_is_open, needed
from cases.actions.inputs import kind_of_crisis, quick_assessment
from cases.actions.roles import give_role
from cases.models import Case, ClockCode, CrisisKind, ProtocolStep, SeverityAssessment, SeverityPolicy, Task
from cases.severity import QuickAssessment
from cases.states import OPEN_ROLE
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.actions.shared_inputs import Person
from crisisdesk.core.errors import Unmet
from crisisdesk.core.models import Event, User


def assess(act: Act, case: Case, assessment: QuickAssessment) -> SeverityAssessment:
    """Judge by the three questions; the case and its clocks follow.

    Another severity than the computed one needs a sentence that says why.
    """
    computed, sentence = assessment.computed, assessment.sentence
    chosen = assessment.severity or computed
    if chosen != computed:
        needed(sentence, "sentence", _("Say why another severity than the computed one is chosen"))
    entry = act.entry("reason", on=case, text=sentence) if sentence else None
    made = act.save(
        SeverityAssessment(
            case=case,
            computed=computed,
            severity=chosen,
            assessed_by=act.actor.user,
            assessed_at=act.now,
            entry=entry,
            harm=assessment.harm,
            spreading=assessment.spreading,
            growing=assessment.growing,
        )
    )
    before = case.severity
    if chosen != before:
        old, case.severity = limits_of(case), chosen
        act.save(case)
        retime_clocks(act, case, old)
    meet_clock(act, case, ClockCode.SEV)
    act.record(
        "case.severity_assessed",
        on=case,
        entry=entry,
        severity=chosen,
        computed=computed,
        before=int(before),
        assessment=str(made.uuid),
        harm=assessment.harm,
        spreading=assessment.spreading,
        growing=assessment.growing,
    )
    return made


class AnswersInputs(Inputs):
    """The three questions of the quick severity; `severity` chooses another level, and `sentence` then says why."""

    assessment = quick_assessment()


@action(
    "cases.assess_severity", needs=Capability.LEAD, title=_("Assess the severity"), creates=True, inputs=AnswersInputs
)
def assess_severity(case: Case, act: Act, *, assessment: QuickAssessment) -> SeverityAssessment:
    """Answer the three questions of the quick assessment; the highest yes wins and a “not sure” counts as yes.

    The newest judgement governs: running clocks are timed anew, limits that were passed stay passed. To choose another
    severity than the computed one, say why.
    """
    return assess(act, case, assessment)


assess_severity.guard(case_is_open)


def activate(act: Act, case: Case) -> None:
    """Copy the policy and the protocol to the case, hand out its tasks and start the rest of its clocks.

    The guards of `activate_case` have been asked.
    """
    policy = cast("SeverityPolicy", policy_of(case))
    protocol = case.kind.protocol.current() if case.kind and case.kind.protocol else None
    old = limits_of(case)
    case.policy_snapshot = policy.snapshot()
    case.protocol_version = protocol
    case.activated_at = act.now
    case.wake_at = None
    act.save(case)
    cancel_clocks(act, case, [ClockCode.WAKE])
    retime_clocks(act, case, old)
    start_clocks(act, case, ACTIVATION_CODES)
    steps = list(protocol.steps.all()) if protocol else []
    act.record(
        "case.activated",
        on=case,
        severity=int(case.severity),
        policy=policy.code,
        policy_version=policy.version,
        protocol=protocol.protocol.code if protocol else None,
        protocol_version=protocol.number if protocol else None,
        tasks=len(steps),
    )
    _hand_out(act, case, steps)


def _hand_out(act: Act, case: Case, steps: Sequence[ProtocolStep]) -> None:
    """Make a task of each step; many at once, so the history is told who did it and why.

    What a step asks for may have happened before: then its task is done already, by whoever did it and when.
    """
    zero = case.acknowledged_at or act.now
    deeds = _deeds(act, case, {step.done_by for step in steps if step.done_by})
    people = User.objects.in_bulk({int(pk) for event in deeds.values() if (pk := event.actor.partition(":")[2])})
    tasks = []
    for step in steps:
        task = Task(
            case=case,
            step=step,
            role=step.role,
            blocking=step.blocking,
            due_at=zero + timedelta(minutes=step.offset_minutes + step.due_minutes),
        )
        if (deed := deeds.get(step.done_by)) is not None:
            act.move(task, "finish")
            task.finished_at, task.finished_by = deed.occurred_at, _who(deed, people)
            who: dict[str, Any] = {"user": task.finished_by.pk} if task.finished_by else {}
            act.record("task.fulfilled_before", on=task, occurred_at=deed.occurred_at, deed=step.done_by, **who)
        tasks.append(task)
    bulk_create_with_history(tasks, Task, default_user=act.actor.user, default_change_reason=act.name)


def _who(event: Event, people: Mapping[int, User]) -> User | None:
    """The account behind an event; None if the desk itself acted."""
    pk = event.actor.partition(":")[2]
    return people.get(int(pk)) if pk else None


def _deeds(act: Act, case: Case, wanted: Collection[str]) -> dict[str, Event]:
    """By code of `DoneBy`, the first event that was such a deed: of the case, of its signals, or of this very act."""
    if not wanted:
        return {}
    kinds = {code.partition(":")[0] for code in wanted}
    of_signals = Q(object_type="cases.signal", object_id__in=case.signals.order_by().values("uuid"))
    earlier = Event.objects.filter(of_signals | Q(chain=case.chain_id), kind__in=kinds).order_by("id")
    found: dict[str, Event] = {}
    for event in [*earlier, *act.recorded]:
        purpose = event.payload.get("purpose")
        for code in (event.kind, f"{event.kind}:{purpose}"):
            if code in wanted:
                found.setdefault(code, event)
    return found


class ActivateInputs(Inputs):
    """What the case still lacks: the answers, the kind, who leads."""

    assessment = quick_assessment(required=False, asked=True)
    kind = kind_of_crisis(required=False, asked=True)
    lead = Person(
        _("Who leads"), required=False, asked=True, initial=lambda principal, case: principal.user and principal.user.pk
    )


@action(
    "cases.activate_case",
    needs=Capability.LEAD,
    moves="activate",
    title=_("Activate"),
    inputs=ActivateInputs,
    locks=(ACTOR,),
)
def activate_case(
    case: Case,
    act: Act,
    *,
    kind: CrisisKind | None = None,
    lead: User | None = None,
    assessment: QuickAssessment | None = None,
) -> Case:
    """Start the crisis: the policy and the protocol are copied to the case, its tasks are handed out, its clocks run.

    What is still missing may come with it: the kind, who leads, the answers to the three questions. T+0 of the protocol
    is the take-over; time zero of the limits is the moment the signal was detected.
    """
    case.activated_at = act.now
    if kind is not None and kind.pk != case.kind_id:
        old, case.kind = limits_of(case), kind
        act.save(case)
        retime_clocks(act, case, old)
    if lead is not None:
        give_role(act, case, lead, Role.CRISIS_LEAD)
    if assessment is not None:
        assess(act, case, assessment)
    activate(act, case)
    return case


@activate_case.guard
def severity_is_assessed(
    case: Case, act: Act, *, assessment: QuickAssessment | None = None, **given: object
) -> Unmet | None:
    """Nobody starts a crisis without having judged how grave it is."""
    if assessment is not None or case.assessments.exists():
        return None
    return Unmet("severity", _("Assess the severity first: three questions are enough"))


@activate_case.guard
def kind_is_set(case: Case, act: Act, *, kind: CrisisKind | None = None, **given: object) -> Unmet | None:
    """The kind brings the protocol."""
    if kind is not None or case.kind_id is not None:
        return None
    return Unmet("kind", _("Choose the kind of crisis first; it brings the protocol"))


@activate_case.guard
def crisis_lead_is_offered(case: Case, act: Act, *, lead: User | None = None, **given: object) -> Unmet | None:
    """Somebody leads, or has been asked to."""
    if lead is not None or case.roles.filter(role=Role.CRISIS_LEAD, state__in=OPEN_ROLE).exists():
        return None
    return Unmet("crisis_lead", _("Offer the role of crisis lead to somebody first"))


@activate_case.guard
def policy_is_there(case: Case, act: Act, **given: object) -> Unmet | None:
    """Without limits there is nothing to measure."""
    if policy_of(case) is not None:
        return None
    return Unmet("policy", _("There is no severity policy; an administrator marks one as the standard"))
