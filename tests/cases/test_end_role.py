"""Ending a role."""

import pytest

from cases.actions import accept_role, end_role, offer_role
from cases.grants import drift
from cases.models import Case, CaseGrant, RoleAssignment, RoleState
from crisisdesk.core.errors import Invalid, NotNow
from tests.cases.build import codes, confidential, events_of, led, offer
from tests.conftest import World


def held(world: World) -> RoleAssignment:
    return accept_role(offer(world), world.principal("legal"))


def test_the_lead_ends_it(world: World) -> None:
    ended = end_role(held(world), world.principal("duty"), reason="The deputy takes over")
    assert ended.state == RoleState.ENDED
    assert not CaseGrant.objects.filter(user=world.user("legal"), content_object=ended.case).exists()
    (event,) = events_of(ended, "role.ended")
    assert event.entry.text == "The deputy takes over"
    assert drift() == []


def test_its_holder_ends_it(world: World) -> None:
    assert end_role(held(world), world.principal("legal"), reason="Ill").state == RoleState.ENDED


def test_other_roles_keep_their_rights(world: World) -> None:
    assignment = held(world)
    more = offer_role(assignment.case, world.principal("duty"), user=world.user("legal"), role="scribe")
    accept_role(more, world.principal("legal"))
    end_role(assignment, world.principal("duty"), reason="Somebody else")
    granted = CaseGrant.objects.filter(user=world.user("legal"), content_object=assignment.case)
    assert set(granted.values_list("permission__codename", flat=True)) == {"view", "contribute"}


def test_a_confidential_case_closes_behind_whoever_leaves(world: World) -> None:
    case = confidential(world)
    assignment = accept_role(offer(world, "legal", case), world.principal("legal"))
    end_role(assignment, world.principal("duty"), reason="Done")
    assert not Case.objects.visible_to(world.principal("legal")).exists()


def test_the_lead_can_be_offered_again(world: World) -> None:
    case = led(world)
    lead = case.roles.get(role="crisis_lead")
    end_role(lead, world.principal("crisis_lead"), reason="Shift is over")
    assert offer_role(case, world.principal("duty"), user=world.user("comms_lead"), role="crisis_lead").pk


def test_it_needs_a_reason(world: World) -> None:
    with pytest.raises(Invalid):
        end_role(held(world), world.principal("legal"), reason="")


def test_others_do_not_end_it(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        end_role(held(world), world.principal("community"), reason="I do not like it")
    assert codes(refused) == {"not_yours"}
