"""Taking an offered role on."""

import pytest

from cases.actions import accept_role, decline_role
from cases.grants import drift
from cases.models import Case, CaseGrant, RoleAssignment, RoleState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.errors import Missing, NotNow
from tests.cases.build import codes, confidential, events_of, offer, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    accepted = accept_role(offer(world), world.principal("legal"))
    assert accepted.state == RoleState.ACCEPTED
    assert accepted.answered_at is not None
    granted = CaseGrant.objects.filter(user=world.user("legal"), content_object=accepted.case)
    assert set(granted.values_list("permission__codename", flat=True)) == {"view", "contribute", "approve_legal"}
    assert world.principal("legal").has(Capability.APPROVE_LEGAL, accepted.case)
    assert len(events_of(accepted, "role.accepted")) == 1
    assert accepted.history.first().state == RoleState.ACCEPTED
    assert drift() == []


def test_the_lead_stops_the_clock_of_the_lead(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"))
    accept_role(case.roles.get(role="crisis_lead"), world.principal("crisis_lead"))
    assert case.clocks.get(code="lead").met_at is not None


def test_it_opens_a_confidential_case(world: World) -> None:
    case = confidential(world)
    offered = offer(world, "legal", case)
    principal = world.principal("legal")
    accept_role(offered, principal)
    assert Case.objects.visible_to(principal).get() == case
    assert not Case.objects.visible_to(world.principal("legal", brands_only=[])).exists()


def test_repeating_it_changes_nothing(world: World) -> None:
    offered = offer(world)
    accept_role(offered, world.principal("legal"))
    assert accept_role(offered, world.principal("legal")).state == RoleState.ACCEPTED
    assert len(events_of(offered, "role.accepted")) == 1


def test_nobody_answers_for_somebody_else(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        accept_role(offer(world), world.principal("duty"))
    assert codes(refused) == {"not_yours"}


def test_strangers_do_not_know_of_it(world: World) -> None:
    with pytest.raises(Missing):
        accept_role(offer(world), world.principal("outsider"))


def test_declined_is_declined(world: World) -> None:
    offered = decline_role(offer(world), world.principal("legal"))
    with pytest.raises(NotNow) as refused:
        accept_role(offered, world.principal("legal"))
    assert codes(refused) == {"state"}


def test_holders(world: World) -> None:
    accepted = accept_role(offer(world), world.principal("legal"))
    holders = RoleAssignment.objects.holders
    assert list(holders(accepted.case, "legal")) == [world.user("legal")]
    assert list(holders(accepted.case, "dpo")) == []
    assert world.user("duty_deputy") in holders(accepted.case, "duty")
    hidden = confidential(world)
    assert list(holders(hidden, "duty")) == [world.user("duty")]
