"""Putting a case aside."""

import pytest

from cases.actions import dismiss_case
from cases.models import CaseState, RoleState
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import active, codes, events_of, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"))
    case = dismiss_case(case, world.principal("duty"), reason="The video is five years old")
    assert case.state == CaseState.DISMISSED
    assert not case.clocks.running().exists()
    assert case.roles.get(role="crisis_lead").state == RoleState.LAPSED
    (event,) = events_of(case, "case.dismissed")
    assert event.entry.text == "The video is five years old"
    assert case.history.first().state == CaseState.DISMISSED


def test_it_needs_a_reason(world: World) -> None:
    with pytest.raises(Invalid):
        dismiss_case(triage(world), world.principal("duty"), reason="")


def test_an_active_case_is_not_dismissed(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        dismiss_case(active(world), world.principal("duty"), reason="Enough")
    assert codes(refused) == {"state"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        dismiss_case(triage(world), world.principal("dpo"), reason="Enough")
