"""Calling out the team."""

import pytest

from cases.actions import call_team
from crisisdesk.core.errors import Denied, NotNow
from tests.cases.build import codes, events_of, led
from tests.conftest import World


def test_everybody_the_case_needs_is_asked(world: World) -> None:
    case = led(world)
    offered = call_team(case, world.principal("duty"))
    assert {(one.role, one.user) for one in offered} == {
        (role, world.user(role)) for role in ("comms_lead", "spokesperson", "legal", "community", "care", "marketing")
    }
    assert all(len(events_of(one, "role.offered")) == 1 for one in offered)
    with pytest.raises(NotNow) as refused:
        call_team(case, world.principal("duty"))
    assert codes(refused) == {"nobody_missing"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        call_team(led(world), world.principal("community"))
