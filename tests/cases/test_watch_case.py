"""Leaving a case and looking again later."""

from datetime import timedelta

import pytest
import time_machine

from cases.actions import activate_case, watch_case
from cases.models import CaseState
from cases.tasks import breach_clocks
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import SERIOUS, active, codes, events_of, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    wake = clock.now() + timedelta(hours=2)
    case = watch_case(triage(world), world.principal("duty"), wake_at=wake, reason="Two posts so far")
    assert case.state == CaseState.WATCHING
    assert case.clocks.get(code="wake").due_at == wake
    (event,) = events_of(case, "case.watched")
    assert event.entry.text == "Two posts so far"
    with time_machine.travel(wake + timedelta(minutes=1), tick=False):
        breach_clocks()
    assert "wake" in {each.payload["clock"] for each in events_of(case, "clock.breached")}


def test_activation_ends_the_watch(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"), **SERIOUS)
    case = watch_case(case, world.principal("duty"), wake_at=clock.now() + timedelta(hours=2))
    case = activate_case(case, world.principal("duty"))
    assert case.clocks.get(code="wake").cancelled_at is not None
    assert case.wake_at is None


def test_it_lies_ahead(world: World) -> None:
    with pytest.raises(Invalid):
        watch_case(triage(world), world.principal("duty"), wake_at=clock.now() - timedelta(minutes=1))


def test_an_active_case_is_not_left(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        watch_case(active(world), world.principal("duty"), wake_at=clock.now() + timedelta(hours=2))
    assert codes(refused) == {"state"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        watch_case(triage(world), world.principal("hr"), wake_at=clock.now() + timedelta(hours=2))
