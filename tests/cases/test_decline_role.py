"""Saying no to a role."""

import pytest

from cases.actions import decline_role
from cases.models import RoleState
from crisisdesk.core.errors import NotNow
from tests.cases.build import codes, events_of, offer
from tests.conftest import World


def test_the_deputy_is_asked(world: World) -> None:
    declined = decline_role(offer(world), world.principal("legal"), reason="On a plane")
    assert declined.state == RoleState.DECLINED
    (event,) = events_of(declined, "role.declined")
    assert event.entry.text == "On a plane"
    following = declined.case.roles.get(role="legal", state=RoleState.OFFERED)
    assert following.user == world.user("legal_deputy")
    assert following.deputy_of == world.user("legal")
    assert len(events_of(following, "role.deputy_asked")) == 1


def test_without_a_deputy_nobody_is_asked(world: World) -> None:
    declined = decline_role(offer(world, "dpo"), world.principal("dpo"))
    assert not declined.case.roles.filter(role="dpo", state=RoleState.OFFERED).exists()


def test_an_exclusive_role_goes_on_to_the_deputy(world: World) -> None:
    from tests.cases.build import triage

    case = triage(world, lead=world.user("crisis_lead"))
    decline_role(case.roles.get(role="crisis_lead"), world.principal("crisis_lead"))
    assert case.roles.offered().get(role="crisis_lead").user == world.user("crisis_lead_deputy")


def test_nobody_answers_for_somebody_else(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        decline_role(offer(world), world.principal("duty"))
    assert codes(refused) == {"not_yours"}
