"""The way of a case: describing, watching, dismissing, merging it; under control, resolved, closed, and back again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.actions.clocks import cancel_clocks, limits_of, meet_clock, retime_clocks, start_clock
from cases.actions.entries import case_is_open, needed
from cases.actions.inputs import kind_of_crisis
from cases.actions.roles import end_outside
from cases.models import Case, ClockCode, CrisisKind
from cases.states import BEFORE_CRISIS, OPEN_ROLE, CaseState, RoleState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import (
    LONGEST_TEXT,
    Address,
    Changes,
    Inputs,
    Instant,
    Language,
    Many,
    Reason,
    Row,
    Text,
    Title,
    Whole,
    YesNo,
)
from crisisdesk.core.errors import Invalid, Stale, Unmet
from crisisdesk.core.languages import choices, in_order

_LEAD_AND_REVIEW = (Capability.REVIEW, Capability.MANAGE)


def _spoken(case: Case) -> list[tuple[str, str]]:
    """The languages to choose from: the case's and its brand's first."""
    return choices(case.content_languages, case.brand.speaks)


class CaseChange(Changes):
    """What is said about a case. The kind can change until it is activated."""

    title = Title(missing=_("Give the case a title"))
    summary = Text(_("Summary"), longest=LONGEST_TEXT, rows=5, required=False)
    kind = kind_of_crisis(required=False)
    primary_language = Language(_("Primary language of texts"), help=_("Goes out first"), offered=_spoken)
    content_languages = Many(_("Languages of texts"), each=Language(offered=_spoken), most=20, required=False)
    conference_link = Address(_("Conference link"), longest=200, required=False)
    # Over the API `If-Match` does the same.
    version = Whole(hidden=True, api=False)


@action("cases.change_case", needs=Capability.LEAD, title=_("Change the description"), inputs=CaseChange)
def change_case(
    case: Case,
    act: Act,
    *,
    title: str | None = None,
    summary: str | None = None,
    kind: CrisisKind | None = None,
    primary_language: str | None = None,
    content_languages: Sequence[str] | None = None,
    conference_link: str | None = None,
    version: int | None = None,
) -> Case:
    """Change what is said about the case. `version` is the one that was read; a newer one refuses the change (412).

    The kind can change until the case is activated, because it brings the protocol.
    """
    if version is not None and version != case.version:
        raise Stale(_("Somebody changed this case meanwhile; look at it again"), version=case.version)
    if kind is not None and kind.pk != case.kind_id:
        if case.state not in BEFORE_CRISIS:
            raise Invalid({"kind": _("The kind brought the protocol and stays as it was at activation")})
        old, case.kind = limits_of(case), kind
        act.save(case)
        retime_clocks(act, case, old)
    given = {
        "title": title,
        "summary": summary,
        "primary_language": primary_language,
        "content_languages": None if content_languages is None else list(content_languages),
        "conference_link": conference_link,
    }
    changed = sorted(name for name, value in given.items() if value is not None and value != getattr(case, name))
    for name in changed:
        setattr(case, name, given[name])
    case.content_languages = in_order(case.primary_language, case.content_languages)
    act.save(case)
    act.record("case.changed", on=case, fields=changed, crisis_kind=case.kind.code if case.kind else None)
    return case


change_case.guard(case_is_open)


class ConfidentialInputs(Inputs):
    """Whether only people with a role see the case, and why."""

    confidential = YesNo(
        _("Only people with a role in the case see it"),
        # The other way round than it is: that is what somebody comes for.
        initial=lambda principal, case: not case.confidential,
    )
    reason = Reason(missing=_("Say why"))


@action(
    "cases.set_confidential",
    needs=(Capability.LEAD, Capability.MANAGE),
    title=_("Change who sees the case"),
    inputs=ConfidentialInputs,
)
def set_confidential(case: Case, act: Act, *, confidential: bool, reason: str) -> Case:
    """Hide the case from everybody without a role on it, or open it to the people of its brand again."""
    case.confidential = confidential
    act.save(case)
    if confidential:
        end_outside(act, case)
    entry = act.entry("reason", on=case, text=reason)
    act.record("case.made_confidential" if confidential else "case.opened_to_brand", on=case, entry=entry)
    return case


@set_confidential.guard
def somebody_keeps_the_lead(case: Case, act: Act, *, confidential: bool = False, **given: object) -> Unmet | None:
    """A case nobody leads would be hidden from everybody."""
    if not confidential or case.roles.filter(role=Role.CRISIS_LEAD, state=RoleState.ACCEPTED).exists():
        return None
    return Unmet("crisis_lead", _("Somebody has to lead a case before it is hidden from the others"))


class WatchInputs(Inputs):
    """When to look again."""

    wake_at = Instant(_("Look again"))
    reason = Reason(required=False)


@action("cases.watch_case", needs=Capability.LEAD, moves="watch", title=_("Watch"), inputs=WatchInputs)
def watch_case(case: Case, act: Act, *, wake_at: datetime, reason: str = "") -> Case:
    """Leave the case and look again at `wake_at`; a clock sees to it that nobody forgets."""
    if wake_at <= act.now:
        raise Invalid({"wake_at": _("Choose a time that lies ahead")})
    case.wake_at = wake_at
    entry = act.entry("reason", on=case, text=reason) if reason else None
    start_clock(act, case, ClockCode.WAKE, start=act.now, due=wake_at)
    until = wake_at.astimezone(case.zone)
    act.record("case.watched", on=case, entry=entry, until=f"{until:%Y-%m-%d %H:%M}")
    return case


class DismissCaseInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why this is no crisis"))


@action("cases.dismiss_case", needs=Capability.LEAD, moves="dismiss", title=_("Dismiss"), inputs=DismissCaseInputs)
def dismiss_case(case: Case, act: Act, *, reason: str) -> Case:
    """Put the case aside because it is no crisis, with the reason."""
    _end_work(act, case)
    entry = act.entry("reason", on=case, text=reason)
    act.record("case.dismissed", on=case, entry=entry)
    return case


def _others(principal: Principal, case: Case) -> QuerySet[Any]:
    others = Case.objects.visible_to(principal).open().filter(brand=case.brand_id).exclude(pk=case.pk)
    return others.order_by("-created_at")


class MergeInputs(Inputs):
    """The case to go on in, by its reference."""

    into = Row(_("Go on in this case"), of=Case, by="reference", offered=_others)
    reason = Reason(required=False)


@action(
    "cases.merge_case", needs=Capability.LEAD, moves="merge", title=_("Merge into another case"), inputs=MergeInputs
)
def merge_case(case: Case, act: Act, *, into: Case, reason: str = "") -> Case:
    """Go on in another case that is about the same thing; the signals move there."""
    if into.pk == case.pk:
        raise Invalid({"into": _("Choose another case")})
    if into.brand_id != case.brand_id or into.realm != case.realm:
        raise Invalid({"into": _("This case belongs to another brand")})
    if not act.actor.has(Capability.LEAD, into):
        raise Invalid({"into": _("You do not lead this case; choose another one")})
    closed = case_is_open(into, act)
    if closed is not None:
        act.refuse(closed.code, closed.message)
    for signal in case.signals.all():
        signal.case = into
        act.save(signal)
    case.merged_into = into
    _end_work(act, case)
    entry = act.entry("reason", on=case, text=reason) if reason else None
    act.record("case.merged", on=case, entry=entry, into=into.reference)
    act.record("case.absorbed", on=into, other=case.reference)
    return case


class WaiverInputs(Inputs):
    """Why nothing is said in public."""

    why = Reason(_("Why nothing is said in public"), missing=_("Say why nothing is said in public"))


@action(
    "cases.waive_statement",
    needs=Capability.LEAD,
    title=_("Decide to make no public statement"),
    inputs=WaiverInputs,
)
def waive_statement(case: Case, act: Act, *, why: str) -> Case:
    """Decide that nothing is said in public, with the reason; the clock of the first statement stops."""
    case.statement_waived_at = act.now
    act.save(case)
    cancel_clocks(act, case, [ClockCode.FIRST, ClockCode.NEXT, ClockCode.EN])
    entry = act.entry(
        "decision", on=case, text=str(_("No public statement")), data={"question": "", "options": [], "why": why}
    )
    act.record("case.statement_waived", on=case, entry=entry)
    return case


waive_statement.guard(case_is_open)


@waive_statement.guard
def not_waived_yet(case: Case, act: Act, **given: object) -> Unmet | None:
    """The decision stands once made."""
    return None if case.statement_waived_at is None else Unmet("waived", _("This has been decided already"))


@action("cases.contain_case", needs=Capability.LEAD, moves="contain", title=_("Under control"))
def contain_case(case: Case, act: Act) -> Case:
    """Say that the crisis is under control. The review becomes due."""
    case.contained_at = act.now
    cancel_clocks(act, case, [ClockCode.HOLD, ClockCode.REPLY1, ClockCode.NEXT])
    if case.level.get("review_required"):
        start_clock(act, case, ClockCode.REVIEW)
    act.record("case.contained", on=case)
    return case


class RelapseInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say what happened"))


@action(
    "cases.relapse_case", needs=Capability.LEAD, moves="relapse", title=_("It broke out again"), inputs=RelapseInputs
)
def relapse_case(case: Case, act: Act, *, reason: str) -> Case:
    """Say that a crisis that was under control has broken out again."""
    case.contained_at = case.resolved_at = case.statement_waived_at = None
    cancel_clocks(act, case, [ClockCode.REVIEW])
    start_clock(act, case, ClockCode.NEXT)
    entry = act.entry("reason", on=case, text=reason)
    act.record("case.relapsed", on=case, entry=entry)
    return case


@action("cases.resolve_case", needs=Capability.LEAD, moves="resolve", title=_("Resolved"))
def resolve_case(case: Case, act: Act) -> Case:
    """Say that the crisis is over."""
    case.resolved_at = act.now
    cancel_clocks(act, case, [code for code in ClockCode if code != ClockCode.REVIEW])
    act.record("case.resolved", on=case)
    return case


@resolve_case.guard
def blocking_tasks_are_done(case: Case, act: Act, **given: object) -> Unmet | None:
    """What had to be done is done, or skipped with a reason."""
    open_tasks = case.tasks.open().filter(blocking=True).count()
    if not open_tasks:
        return None
    return Unmet(
        "blocking_tasks",
        _("Tasks that must be done first are still open: %(count)s") % {"count": open_tasks},
        {"count": open_tasks},
    )


@action("cases.start_review", needs=_LEAD_AND_REVIEW, moves="start_review", title=_("Start the review"))
def start_review(case: Case, act: Act) -> Case:
    """Look back together at what went well and what did not."""
    act.record("case.review_started", on=case)
    return case


class CloseInputs(Inputs):
    """The summary of the review, where the policy asks for one."""

    review = Text(
        _("Summary of the review"),
        longest=LONGEST_TEXT,
        rows=8,
        required=False,
        help=_("What happened, what went well, what badly, what changes"),
    )


@action("cases.close_case", needs=_LEAD_AND_REVIEW, moves="close", title=_("Close"), inputs=CloseInputs)
def close_case(case: Case, act: Act, *, review: str = "") -> Case:
    """Close the case. Where the policy asks for a review, its summary is written now: what happened, what went well,
    what badly, what changes."""
    if case.level.get("review_required"):
        review = needed(
            review, "review", _("Sum up the review: what happened, what went well, what badly, what changes")
        )
    case.closed_at = act.now
    meet_clock(act, case, ClockCode.REVIEW)
    _end_work(act, case)
    entry = act.entry("note", on=case, text=review, pinned=True) if review else None
    act.record("case.closed", on=case, entry=entry)
    return case


@close_case.guard
def review_was_started(case: Case, act: Act, **given: object) -> Unmet | None:
    """A resolved case is closed without a review only where the policy asks for none."""
    if case.state != CaseState.RESOLVED or not case.level.get("review_required"):
        return None
    return Unmet("review", _("The policy asks for a review; start it first"))


@close_case.guard
def not_by_its_own_lead(case: Case, act: Act, **given: object) -> Unmet | None:
    """A critical or serious case is closed by somebody who did not lead it."""
    led = case.roles.filter(role=Role.CRISIS_LEAD, state__in=(RoleState.ACCEPTED, RoleState.ENDED))
    if case.severity > 2 or act.actor.user is None or not led.filter(user=act.actor.user).exists():
        return None
    return Unmet("own_lead", _("Somebody who did not lead it closes a critical or serious case"))


class ReopenInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why the case is opened again"))


@action("cases.reopen_case", needs=Capability.MANAGE, moves="reopen", title=_("Open again"), inputs=ReopenInputs)
def reopen_case(case: Case, act: Act, *, reason: str) -> Case:
    """Open a closed case again, with the reason."""
    case.contained_at = case.resolved_at = case.closed_at = None
    entry = act.entry("reason", on=case, text=reason)
    act.record("case.reopened", on=case, entry=entry)
    return case


def _end_work(act: Act, case: Case) -> None:
    """Stop what still runs or waits for an answer."""
    cancel_clocks(act, case)
    for offered in case.roles.filter(state__in=OPEN_ROLE).exclude(state=RoleState.ACCEPTED):
        act.move(offered, "lapse")
        offered.done_at = act.now
        act.save(offered)
