"""Asking somebody to take a role on."""

from datetime import timedelta

import pytest

from cases.actions import offer_role
from cases.actions.roles import is_outside
from cases.models import RoleAssignment, RoleState
from crisisdesk.core import clock
from crisisdesk.core.actions.memberships import end_membership, grant_membership
from crisisdesk.core.errors import Denied, Invalid, NotNow
from crisisdesk.core.models import Notification
from tests.cases.build import codes, confidential, events_of, led, resolved, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    case = led(world)
    offered = offer_role(case, world.principal("duty"), user=world.user("legal"), role="legal")
    assert offered.state == RoleState.OFFERED
    assert timedelta(minutes=9) < offered.answer_by - clock.now() <= timedelta(minutes=10)
    (event,) = events_of(offered, "role.offered")
    assert event.chain == case.chain
    assert event.payload == {"role": "legal", "user": world.user("legal").pk}
    assert Notification.objects.filter(user=world.user("legal"), object_id=offered.uuid).exists()
    assert offered.history.first().history_user == world.user("duty")


def test_an_exclusive_role_is_offered_once(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"))
    with pytest.raises(NotNow) as refused:
        offer_role(case, world.principal("duty"), user=world.user("comms_lead"), role="crisis_lead")
    assert codes(refused) == {"cases_role_exclusive"}


def test_nobody_is_asked_twice_for_the_same(world: World) -> None:
    case = led(world)
    offer_role(case, world.principal("duty"), user=world.user("legal"), role="legal")
    with pytest.raises(NotNow) as refused:
        offer_role(case, world.principal("duty"), user=world.user("legal"), role="legal")
    assert codes(refused) == {"cases_role_once"}


def test_to_oneself_the_lead_is_taken_at_once(world: World) -> None:
    taken = offer_role(triage(world), world.principal("duty"), user=world.user("duty"), role="crisis_lead")
    assert taken.state == RoleState.ACCEPTED
    assert taken.case.clocks.get(code="lead").met_at is not None
    assert len(events_of(taken, "role.taken")) == 1


def test_nobody_gives_themselves_the_right_to_approve(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        offer_role(triage(world), world.principal("duty"), user=world.user("duty"), role="legal")
    assert set(refused.value.errors) == {"user"}


def test_a_program_does_not_lead(world: World) -> None:
    with pytest.raises(Invalid):
        offer_role(triage(world), world.principal("duty"), user=world.user("service"), role="crisis_lead")


def test_a_closed_account_is_not_asked(world: World) -> None:
    user = world.user("legal")
    user.is_active = False
    user.save()
    with pytest.raises(Invalid):
        offer_role(triage(world), world.principal("duty"), user=user, role="legal")


@pytest.mark.parametrize("role", ["manager", "emperor"])
def test_a_case_hands_out_its_own_roles_only(world: World, role: str) -> None:
    with pytest.raises(Invalid):
        offer_role(triage(world), world.principal("duty"), user=world.user("legal"), role=role)


def test_whoever_is_asked_sees_the_offer_and_not_the_case(world: World) -> None:
    case = confidential(world)
    offered = offer_role(case, world.principal("duty"), user=world.user("legal"), role="legal")
    asked = world.principal("legal")
    assert RoleAssignment.objects.visible_to(asked).get() == offered
    assert not type(case).objects.visible_to(asked).exists()


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        offer_role(led(world), world.principal("community"), user=world.user("legal"), role="legal")


def test_a_resolved_case_still_takes_people_in(world: World) -> None:
    assert offer_role(resolved(world), world.principal("duty"), user=world.user("hr"), role="hr").pk


@pytest.mark.parametrize("role", ["legal", "comms_lead", "crisis_lead", "spokesperson", "exec", "duty"])
def test_people_of_an_agency_neither_lead_nor_approve(world: World, role: str) -> None:
    case = triage(world)
    with pytest.raises(Invalid) as refused:
        offer_role(case, world.principal("duty"), user=world.user("agency"), role=role)
    assert set(refused.value.errors) == {"user"}
    assert not RoleAssignment.objects.filter(user=world.user("agency")).exists()


def test_people_of_an_agency_stay_outside_after_its_last_day(world: World) -> None:
    """Otherwise the end of the contract would give them what the contract did not."""
    agency, manager = world.user("agency"), world.principal("manager", fresh=True)
    end_membership(agency.memberships.get(role="agency"), manager, reason="The contract ends")
    assert is_outside(agency)
    grant_membership(world.brand, manager, user=agency, role="scribe")
    assert not is_outside(agency)  # employed now


@pytest.mark.parametrize("role", ["agency", "scribe", "community"])
def test_people_of_an_agency_write_and_post(world: World, role: str) -> None:
    offered = offer_role(triage(world), world.principal("duty"), user=world.user("agency"), role=role)
    assert offered.state == RoleState.OFFERED


def test_people_of_an_agency_are_not_asked_into_a_confidential_case(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        offer_role(confidential(world), world.principal("duty"), user=world.user("agency"), role="agency")
    assert set(refused.value.errors) == {"user"}
