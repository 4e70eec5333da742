"""Actions about roles on brands: given, their dates changed, ended; and what the desk notes at either end.

Rights follow from the dates alone (see `Grants`). The grants of a membership are written with it and removed when it is
over; they hang on the membership, so ending one role cannot take away what another one gives.
"""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Choice, Inputs, Instant, Reason, YesNo
from crisisdesk.core.actions.shared_inputs import Person
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.log.events import instant
from crisisdesk.core.models import Brand, Membership, MembershipTimer, User

_Edge = MembershipTimer.Edge
_AGAIN: dict[str, Any] = {"dead_at": None, "lease_until": None, "attempts": 0, "fence": F("fence") + 1}


class MembershipInputs(Inputs):
    """A role to give."""

    user = Person(_("Who"))
    role = Choice(_("Role"), among=Role.choices)
    is_deputy = YesNo(required=False)
    valid_from = Instant(required=False, nullable=True, help=_("When it begins, an instant ahead; left out, at once."))
    valid_until = Instant(
        required=False, nullable=True, help=_("The first instant at which it no longer holds; left out, no end.")
    )


@action(
    "core.grant_membership",
    needs=Capability.MANAGE,
    needs_fresh=True,
    title=_("Give a role"),
    creates=True,
    locks=("user",),
    inputs=MembershipInputs,
)
def grant_membership(
    brand: Brand,
    act: Act,
    *,
    user: User,
    role: str,
    is_deputy: bool = False,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Membership:
    """Give somebody a role on a brand, as its holder or as the deputy.

    The rights of the role hold from `valid_from` (now where it is left out) up to `valid_until` (without an end where
    it is left out).
    """
    if not user.is_active:
        raise Invalid({"user": _("This account is closed; open it again first")})
    return give(act, brand, user, Role(role), is_deputy=is_deputy, valid_from=valid_from, valid_until=valid_until)


def standing_dates(
    membership: Membership, act: Act, *, valid_until: datetime | None, valid_from: datetime | None = None
) -> Membership | None:
    """The membership as it stands where it has these dates already."""
    same = valid_until == membership.valid_until and valid_from in (None, membership.valid_from)
    return membership if same else None


class MembershipDatesInputs(Inputs):
    """From when until when."""

    valid_from = Instant(
        required=False, nullable=True, help=_("Only of a role that has not begun; left out, it stays.")
    )
    valid_until = Instant(nullable=True, help=_("The first instant at which it no longer holds; null without an end."))


@action(
    "core.change_membership_dates",
    needs=Capability.MANAGE,
    needs_fresh=True,
    repeat=standing_dates,
    title=_("Change from when until when"),
    locks=("user",),
    inputs=MembershipDatesInputs,
)
def change_membership_dates(
    membership: Membership, act: Act, *, valid_until: datetime | None, valid_from: datetime | None = None
) -> Membership:
    """Set when a role ends (None: without an end) and, while it has not begun, when it begins.

    A beginning that is left out stays as it is.
    """
    begins = valid_from or membership.valid_from
    if begins != membership.valid_from:
        if membership.valid_from <= act.now:
            raise Invalid({"valid_from": _("This role has begun already; only its end can be changed")})
        _check_begin(begins, act)
    _check_end(valid_until, begins, act)
    membership.valid_from, membership.valid_until = begins, valid_until
    act.save(membership)
    _set_timers(act, membership)
    act.record("membership.dates_changed", on=membership, **_about(membership), **_dates(membership))
    return membership


class EndMembershipInputs(Inputs):
    """Why, if there is something to say."""

    reason = Reason(required=False, asked=True)


@action(
    "core.end_membership",
    needs=Capability.MANAGE,
    needs_fresh=True,
    title=_("End a role"),
    locks=("user",),
    inputs=EndMembershipInputs,
)
def end_membership(membership: Membership, act: Act, *, reason: str = "") -> Membership:
    """End a role on a brand now, or withdraw one that has not begun.

    The rights that no other role of the person gives are gone with the next request.
    """
    end(act, membership, reason)
    return membership


@change_membership_dates.guard
@end_membership.guard
def not_over_yet(membership: Membership, act: Act, **given: Any) -> Unmet | None:
    """What has ended stays as it was."""
    return Unmet("ended", _("This role has ended already")) if membership.is_over(act.now) else None


def nothing_to_note(edge: str) -> Any:
    """The membership as it stands where that end was noted before, or lies ahead again."""

    def standing(membership: Membership, act: Act, **given: Any) -> Membership | None:
        waits = membership.timers.filter(edge=edge, done_at=None, due_at__lte=act.now).exists()
        return None if waits else membership

    return standing


@action(
    "core.begin_membership",
    by_system=True,
    repeat=nothing_to_note(_Edge.BEGIN),
    locks=("user",),
    title=_("Note that a role begins"),
)
def begin_membership(membership: Membership, act: Act) -> Membership:
    """Note in the log that a role on a brand has begun, and see that its grants are there."""
    return _turn(act, membership, _Edge.BEGIN, "membership.began")


@action(
    "core.expire_membership",
    by_system=True,
    repeat=nothing_to_note(_Edge.END),
    locks=("user",),
    title=_("Note that a role has run out"),
)
def expire_membership(membership: Membership, act: Act) -> Membership:
    """Note in the log that a role on a brand has run out, and remove its grants."""
    return _turn(act, membership, _Edge.END, "membership.expired")


def give(
    act: Act,
    brand: Brand,
    user: User,
    role: Role,
    *,
    is_deputy: bool = False,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Membership:
    """Save a new membership with its grants and timers."""
    if valid_from is not None:
        _check_begin(valid_from, act)
    begins = valid_from or act.now
    _check_end(valid_until, begins, act)
    membership = act.save(
        Membership(brand=brand, user=user, role=role, is_deputy=is_deputy, valid_from=begins, valid_until=valid_until)
    )
    act.grant_by(membership)
    _set_timers(act, membership)
    act.record("membership.granted", on=membership, **_about(membership), deputy=is_deputy, **_dates(membership))
    return membership


def end(act: Act, membership: Membership, reason: str = "") -> None:
    """End a membership now, whether it runs or lies ahead."""
    begun = membership.valid_from <= act.now
    membership.valid_until = act.now if begun else membership.valid_from
    act.save(membership)
    act.grant_by(membership)
    _set_timers(act, membership)
    act.record(
        "membership.ended" if begun else "membership.withdrawn",
        on=membership,
        entry=act.entry("reason", on=membership, text=reason) if reason else None,
        **_about(membership),
    )


def _turn(act: Act, membership: Membership, edge: str, kind: str) -> Membership:
    membership.timers.filter(edge=edge, done_at=None).update(done_at=act.now, lease_until=None)
    act.save(membership)
    act.grant_by(membership)
    at = membership.valid_from if edge == _Edge.BEGIN else membership.valid_until
    act.record(kind, on=membership, occurred_at=at, **_about(membership))
    return membership


def _set_timers(act: Act, membership: Membership) -> None:
    """Let the desk look at either end that lies ahead. An end that is due already is still noted.

    A timer that is set anew gets a new fence: a worker that has claimed it cannot finish it for the old date.
    """
    for edge, at in ((_Edge.BEGIN, membership.valid_from), (_Edge.END, membership.valid_until)):
        timers = membership.timers.filter(edge=edge)
        if at is None or at <= act.now or membership.is_over(act.now):
            timers.filter(done_at=None, due_at__gt=act.now).update(**_AGAIN | {"done_at": act.now})
        elif not timers.update(**_AGAIN | {"done_at": None, "due_at": at}):
            act.later(MembershipTimer(membership=membership, edge=edge, due_at=at))


def _check_begin(begins: datetime, act: Act) -> None:
    if begins <= act.now:
        raise Invalid({"valid_from": _("This lies in the past. Leave it empty for a role that begins at once.")})


def _check_end(ends: datetime | None, begins: datetime, act: Act) -> None:
    if ends is None:
        return
    if ends <= act.now:
        raise Invalid({"valid_until": _("This lies in the past. To end a role at once, use “End a role”.")})
    if ends <= begins:
        raise Invalid({"valid_until": _("A role ends after it begins; choose a later end")})


def _about(membership: Membership) -> dict[str, Any]:
    return {"brand": membership.brand.slug, "user": membership.user_id, "role": str(membership.role)}


def _dates(membership: Membership) -> dict[str, Any]:
    ends = membership.valid_until
    return {"valid_from": instant(membership.valid_from), "valid_until": instant(ends) if ends else None}
