"""Taking a signal over, opening its case and leading it, in one step."""

import pytest

from cases.actions import take_and_lead, take_over_signal
from cases.models import CaseState
from crisisdesk.core.errors import Denied, NotNow
from tests.cases.build import SERIOUS, active, codes, events_of, signal
from tests.conftest import World


def test_it_works(world: World) -> None:
    case = active(world)
    assert case.state == CaseState.ACTIVE
    assert case.severity == 2
    assert {role.role for role in case.roles.accepted()} == {"crisis_lead", "duty"}
    assert case.clocks.get(code="lead").met_at is not None
    assert case.tasks.count() == 14
    assert case.history.first().state == CaseState.ACTIVE
    for kind in ("case.opened", "case.severity_assessed", "case.activated"):
        assert len(events_of(case, kind)) == 1


def test_without_answers_the_case_waits_in_triage(world: World) -> None:
    case = take_and_lead(signal(world), world.principal("duty"))
    assert case.state == CaseState.TRIAGE
    assert case.activated_at is None
    assert not case.tasks.exists()


def test_without_a_kind_the_case_waits_in_triage(world: World) -> None:
    case = take_and_lead(signal(world, kind=None), world.principal("duty"), **SERIOUS)
    assert case.state == CaseState.TRIAGE
    assert case.severity == 2


def test_the_lead_by_profession_leads_once(world: World) -> None:
    case = take_and_lead(signal(world), world.principal("crisis_lead"), **SERIOUS)
    assert [role.role for role in case.roles.accepted()] == ["crisis_lead"]


def test_repeating_it_gives_the_same_case(world: World) -> None:
    made = signal(world)
    case = take_and_lead(made, world.principal("duty"), **SERIOUS)
    assert take_and_lead(made, world.principal("duty"), **SERIOUS) == case


def test_what_somebody_else_took_over_is_theirs(world: World) -> None:
    made = take_over_signal(signal(world), world.principal("comms_lead"))
    with pytest.raises(NotNow) as refused:
        take_and_lead(made, world.principal("duty"), **SERIOUS)
    assert codes(refused) == {"taken"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        take_and_lead(signal(world), world.principal("spokesperson"), **SERIOUS)
