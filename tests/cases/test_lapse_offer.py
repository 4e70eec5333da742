"""Offers that are withdrawn, or that nobody answers in time."""

from datetime import timedelta

import pytest
import time_machine

from cases.actions import accept_role, lapse_offer, withdraw_offer
from cases.models import RoleState
from cases.tasks import lapse_offers
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import Denied, NotNow
from tests.cases.build import codes, events_of, offer
from tests.conftest import World


def test_the_worker_asks_the_deputy_in_time(world: World) -> None:
    offered = offer(world)
    lapse_offers()
    offered.refresh_from_db()
    assert offered.state == RoleState.OFFERED
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert lapse_offers() == 1
        assert lapse_offers() == 0
    offered.refresh_from_db()
    assert offered.state == RoleState.LAPSED
    assert len(events_of(offered, "role.lapsed")) == 1
    (event,) = events_of(offered, "role.lapsed")
    assert event.actor == "system"
    assert offered.case.roles.offered().get(role="legal").user == world.user("legal_deputy")


def test_an_answer_in_time_stands(world: World) -> None:
    offered = offer(world)
    accept_role(offered, world.principal("legal"))
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert lapse_offers() == 0
        assert lapse_offer(offered, SYSTEM).state == RoleState.ACCEPTED
    assert not events_of(offered, "role.lapsed")


def test_the_lead_withdraws_an_offer(world: World) -> None:
    withdrawn = withdraw_offer(offer(world), world.principal("duty"))
    assert withdrawn.state == RoleState.LAPSED
    assert len(events_of(withdrawn, "role.withdrawn")) == 1
    assert not withdrawn.case.roles.offered().exists()


def test_an_accepted_role_is_not_withdrawn(world: World) -> None:
    accepted = accept_role(offer(world), world.principal("legal"))
    with pytest.raises(NotNow) as refused:
        withdraw_offer(accepted, world.principal("duty"))
    assert codes(refused) == {"state"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        withdraw_offer(offer(world), world.principal("scribe"))
