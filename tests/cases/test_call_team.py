"""Calling out the team."""

import pytest

from cases.actions import call_team, decline_role, offer_role
from cases.models import RoleState
from crisisdesk.core.errors import Denied, NotNow
from crisisdesk.core.models import Notification
from tests.cases.build import active, codes, events_of
from tests.conftest import World


def test_everybody_missing_is_asked_at_once(world: World) -> None:
    case = active(world)
    asked = call_team(case, world.principal("duty"))
    needed = set(case.level["required_roles"])
    held = set(case.roles.filter(state=RoleState.ACCEPTED).values_list("role", flat=True))
    assert {assignment.role for assignment in asked} == needed - held
    assert {assignment.state for assignment in asked} == {RoleState.OFFERED}
    assert not any(assignment.user.memberships.get(role=assignment.role).is_deputy for assignment in asked)
    assert Notification.objects.filter(kind="role.offered").count() == len(asked)
    assert all(len(events_of(assignment, "role.offered")) == 1 for assignment in asked)


def test_who_was_asked_is_not_asked_again(world: World) -> None:
    case = active(world)
    offer_role(case, world.principal("duty"), user=world.user("legal_deputy"), role="legal")
    asked = call_team(case, world.principal("duty"))
    assert "legal" not in {assignment.role for assignment in asked}
    with pytest.raises(NotNow) as refused:
        call_team(case, world.principal("duty"))
    assert codes(refused) == {"nobody_missing"}


def test_who_declined_gives_way_to_the_deputy(world: World) -> None:
    case = active(world)
    legal = next(one for one in call_team(case, world.principal("duty")) if one.role == "legal")
    decline_role(legal, world.principal("legal"))
    assert case.roles.get(role="legal", state=RoleState.OFFERED).user == world.user("legal_deputy")


def test_only_who_leads_may_call(world: World) -> None:
    with pytest.raises(Denied):
        call_team(active(world), world.principal("scribe"))
