"""Who does what in a case: roles offered, accepted, declined and ended. Their rights come and go with them."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases import clocks
from cases.actions.clocks import meet_clock
from cases.actions.entries import case_is_open, row_of_open_case
from cases.clocks import Limit, Unit
from cases.models import Case, ClockCode, RoleAssignment
from cases.notices import tell_asked
from cases.querysets import RoleAssignmentQuerySet
from cases.states import OPEN_ROLE, RoleState
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import ROLE_CAPABILITIES, Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Reason
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.actions.shared_inputs import CaseRole, Person
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Membership, User, UserKind

_NEVER_OUTSIDE = frozenset({Capability.LEAD, Capability.APPROVE, Capability.APPROVE_LEGAL, Capability.SPEAK})

# How long an offer waits before the deputy is asked, by severity.
_ANSWER_WITHIN = {1: Limit(5), 2: Limit(10), 3: Limit(60, Unit.WORKING_MINUTES), 4: Limit(240, Unit.WORKING_MINUTES)}


def enter(act: Act, case: Case, user: User, role: str) -> RoleAssignment:
    """Let somebody hold a role from now on without having been asked."""
    _check_person(case, user, role)
    assignment = act.save(
        RoleAssignment(
            case=case,
            user=user,
            role=role,
            state=RoleState.ACCEPTED,
            offered_by=act.actor.user,
            answered_at=act.now,
            due_at=act.now,
            done_at=act.now,
        )
    )
    _take_up(act, assignment)
    act.record("role.taken", on=assignment, role=str(role), user=user.pk)
    return assignment


def offer(
    act: Act, case: Case, user: User, role: str, *, deputy_of: User | None = None, kind: str = "role.offered"
) -> RoleAssignment:
    """Ask somebody; the offer lapses by itself."""
    _check_person(case, user, role)
    assignment = RoleAssignment(
        case=case,
        user=user,
        role=role,
        deputy_of=deputy_of,
        offered_by=act.actor.user,
        due_at=_answer_by(act, case),
    )
    act.later(assignment)
    act.record(kind, on=assignment, role=str(role), user=user.pk)
    tell_asked(act, assignment)
    return assignment


def give_role(act: Act, case: Case, user: User, role: str) -> RoleAssignment:
    """Offer a role; taken on at once by whoever offers it to themselves and may."""
    if not act.actor.same_as(user):
        return offer(act, case, user, role)
    own = Membership.objects.current(act.now).filter(user=user, brand=case.brand_id, role=role).exists()
    if not own and role != Role.CRISIS_LEAD:
        raise Invalid({"user": _("Somebody else has to offer you this role")})
    return enter(act, case, user, role)


class OfferInputs(Inputs):
    """Whom to ask for what."""

    role = CaseRole(initial=Role.CRISIS_LEAD)
    user = Person(_("Who"))


@action(
    "cases.offer_role", needs=Capability.LEAD, title=_("Offer a role"), creates=True, inputs=OfferInputs, locks=(ACTOR,)
)
def offer_role(case: Case, act: Act, *, user: User, role: str) -> RoleAssignment:
    """Ask somebody to take a role on; without an answer in time the deputy is asked.

    Offered to oneself, the role is taken on at once: the lead, or a role held on the brand anyway.
    """
    return give_role(act, case, user, role)


offer_role.guard(case_is_open)


def standing_acceptance(assignment: RoleAssignment, act: Act, **given: object) -> RoleAssignment | None:
    """The role as it is held, for the person who accepted it before."""
    accepted = assignment.state == RoleState.ACCEPTED
    return assignment if accepted and act.actor.same_as(assignment.user_id) else None


def only_the_person_asked(assignment: RoleAssignment, act: Act, **given: object) -> Unmet | None:
    """Nobody answers for somebody else."""
    if act.actor.same_as(assignment.user_id):
        return None
    return Unmet("not_yours", _("Only the person asked can answer"))


@action(
    "cases.accept_role",
    needs=None,
    moves="accept",
    repeat=standing_acceptance,
    title=_("Accept the role"),
    locks=("user",),
)
def accept_role(assignment: RoleAssignment, act: Act) -> RoleAssignment:
    """Take the role on. Its rights on the case begin at once."""
    if not assignment.user.is_active:
        act.refuse("closed", _("This account is closed already"))
    assignment.answered_at = assignment.done_at = act.now
    _take_up(act, assignment)
    act.record("role.accepted", on=assignment, role=assignment.role, user=assignment.user_id)
    return assignment


class DeclineInputs(Inputs):
    """Why, if there is something to say."""

    reason = Reason(required=False)


@action("cases.decline_role", needs=None, moves="decline", title=_("Decline the role"), inputs=DeclineInputs)
def decline_role(assignment: RoleAssignment, act: Act, *, reason: str = "") -> RoleAssignment:
    """Say no; the deputy is asked."""
    assignment.answered_at = assignment.done_at = act.now
    entry = act.entry("reason", on=assignment, text=reason) if reason else None
    act.save(assignment)
    act.record("role.declined", on=assignment, entry=entry, role=assignment.role, user=assignment.user_id)
    _ask_deputy(act, assignment)
    return assignment


for verb in (accept_role, decline_role):
    verb.guard(only_the_person_asked)
    verb.guard(row_of_open_case)


def answered_meanwhile(assignment: RoleAssignment, act: Act, **given: object) -> RoleAssignment | None:
    """The offer itself where it was answered, or is not due yet: there is nothing to lapse."""
    due = assignment.state == RoleState.OFFERED and assignment.answer_by <= act.now
    return None if due else assignment


@action("cases.lapse_offer", moves="lapse", repeat=answered_meanwhile, title=_("Let the offer lapse"), by_system=True)
def lapse_offer(assignment: RoleAssignment, act: Act) -> RoleAssignment:
    """End an offer nobody answered in time and ask the deputy."""
    assignment.done_at = act.now
    act.save(assignment)
    act.record("role.lapsed", on=assignment, role=assignment.role, user=assignment.user_id)
    if assignment.case.is_open:
        _ask_deputy(act, assignment)
    return assignment


@action("cases.withdraw_offer", needs=Capability.LEAD, moves="lapse", title=_("Withdraw the offer"))
def withdraw_offer(assignment: RoleAssignment, act: Act) -> RoleAssignment:
    """Take back an offer that waits for an answer; nobody else is asked."""
    assignment.done_at = act.now
    act.record("role.withdrawn", on=assignment, role=assignment.role, user=assignment.user_id)
    return assignment


class EndRoleInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why the role ends"))


@action(
    "cases.end_role", needs=Capability.VIEW, moves="end", title=_("End the role"), inputs=EndRoleInputs, locks=("user",)
)
def end_role(assignment: RoleAssignment, act: Act, *, reason: str) -> RoleAssignment:
    """End a role somebody holds, one's own or as the lead. Rights that no other role gives are gone at once."""
    assignment.ended_at = act.now
    held = _roles_of(assignment.case, assignment.user).exclude(pk=assignment.pk)
    act.grant(assignment.user, assignment.case, list(held.values_list("role", flat=True)))
    entry = act.entry("reason", on=assignment, text=reason)
    act.record("role.ended", on=assignment, entry=entry, role=assignment.role, user=assignment.user_id)
    return assignment


@end_role.guard
def own_or_as_lead(assignment: RoleAssignment, act: Act, **given: object) -> Unmet | None:
    """A role is ended by its holder or by whoever leads the case."""
    if act.actor.same_as(assignment.user_id) or act.actor.has(Capability.LEAD, assignment.case):
        return None
    return Unmet("not_yours", _("Only the holder of the role or the lead of the case can end it"))


def _answer_by(act: Act, case: Case) -> datetime:
    return clocks.due_at(act.now, _ANSWER_WITHIN[case.severity], case.zone)


def _ask_deputy(act: Act, answered: RoleAssignment) -> None:
    """Offer the role to the next person who holds it on the brand and was not asked yet, deputies first.

    In a closed world only to somebody who is in the case already.
    """
    case = answered.case
    asked = case.roles.filter(role=answered.role).values("user")
    members = case.members(act.now).filter(role=answered.role, user__is_active=True, user__kind=UserKind.PERSON)
    following = members.exclude(user__in=asked).order_by("-is_deputy", "pk").select_related("user").first()
    if following is not None:
        offer(act, case, following.user, answered.role, deputy_of=answered.user, kind="role.deputy_asked")


def _take_up(act: Act, assignment: RoleAssignment) -> None:
    case = assignment.case
    held = set(_roles_of(case, assignment.user).values_list("role", flat=True))
    act.grant(assignment.user, case, sorted({*held, assignment.role}))
    if assignment.role == Role.CRISIS_LEAD:
        meet_clock(act, case, ClockCode.LEAD)


def _roles_of(case: Case, user: User) -> RoleAssignmentQuerySet:
    return RoleAssignment.objects.accepted().filter(case=case, user=user)


def is_outside(user: User) -> bool:
    """Whether somebody works for an agency: they write and reply, and nothing is left to their judgement alone.

    Whoever came from an agency stays outside after its last day, until they hold another role on a brand.
    """
    now = clock.now()
    held = set(Membership.objects.current(now).filter(user=user).values_list("role", flat=True))
    return Role.AGENCY in held if held else Membership.objects.over(now).filter(user=user, role=Role.AGENCY).exists()


def end_outside(act: Act, case: Case) -> None:
    """End every role that people of an agency hold or were offered on a case that is now none of their business."""
    open_roles = case.roles.filter(state__in=OPEN_ROLE).select_related("user")
    outside = [assignment for assignment in open_roles if is_outside(assignment.user)]
    act.lock_people(assignment.user for assignment in outside)
    for assignment in outside:
        if assignment.state == RoleState.OFFERED:
            act.move(assignment, "lapse")
            assignment.done_at = act.now
            act.save(assignment)
            act.record("role.withdrawn", on=assignment, role=assignment.role, user=assignment.user_id)
            continue
        act.move(assignment, "end")
        assignment.ended_at = act.now
        act.save(assignment)
        act.grant(assignment.user, case, [])
        act.record("role.ended", on=assignment, role=assignment.role, user=assignment.user_id)


def _check_person(case: Case, user: User, role: str) -> None:
    if not user.is_active:
        raise Invalid({"user": _("This account is closed; choose somebody else")})
    if user.kind != UserKind.PERSON and role == Role.CRISIS_LEAD:
        raise Invalid({"user": _("A program cannot lead a case; choose a person")})
    never = bool(ROLE_CAPABILITIES[Role(role)] & _NEVER_OUTSIDE)
    if not (case.confidential or never) or not is_outside(user):
        return
    if case.confidential:
        raise Invalid({"user": _("People of an agency do not see confidential cases; choose a colleague")})
    if never:
        raise Invalid({"user": _("People of an agency neither lead nor approve; choose a colleague")})
