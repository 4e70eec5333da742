"""Calling out the team: everybody the case needs is asked at once."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.actions.entries import case_is_open
from cases.actions.roles import offer
from cases.models import Case, RoleAssignment
from cases.states import OPEN_ROLE
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Unmet
from crisisdesk.core.models import User, UserKind


def to_be_asked(case: Case, at: datetime) -> dict[str, User]:
    """For each role the severity asks for and nobody holds or was asked for: who holds it on the brand, deputies last.

    Roles nobody on the brand holds are left out; the page of people shows them as missing. In a closed world nobody
    from outside is called: there the lead offers each role to somebody by name.
    """
    needed = {*case.level.get("required_roles", ()), Role.CRISIS_LEAD.value}
    missing = needed - set(case.roles.filter(state__in=OPEN_ROLE).values_list("role", flat=True))
    members = case.members(at).filter(role__in=missing, user__is_active=True, user__kind=UserKind.PERSON)
    found: dict[str, User] = {}
    for member in members.order_by("is_deputy", "pk").select_related("user"):
        found.setdefault(member.role, member.user)
    return found


@action("cases.call_team", needs=Capability.LEAD, title=_("Call out the team"), creates=True)
def call_team(case: Case, act: Act) -> list[RoleAssignment]:
    """Ask for every role that the severity needs and nobody has been asked for: whoever holds it on the brand.

    Each of them is told by mail at once and answers with one tap; without an answer in time the deputy is asked.
    """
    return [offer(act, case, user, role) for role, user in sorted(to_be_asked(case, act.now).items())]


@call_team.guard
def somebody_is_missing(case: Case, act: Act, **given: Any) -> Unmet | None:
    """There is nobody to call where every role has its person or was asked for."""
    if to_be_asked(case, act.now):
        return None
    if case.closed_world:
        return Unmet("closed_world", _("Nobody is called into this case from outside; offer the roles one by one"))
    return Unmet("nobody_missing", _("Everybody the case needs has been asked already"))


call_team.guard(case_is_open)
