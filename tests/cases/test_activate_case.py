"""Activating a case."""

from datetime import timedelta

import pytest

from cases.actions import activate_case, offer_role
from cases.models import CaseState, PolicyLimit, Protocol, SeverityPolicy
from crisisdesk.core.errors import Denied, NotNow
from tests.cases.build import SERIOUS, active, codes, events_of, kind, led, signal, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    case = led(world)
    assert case.state == CaseState.ACTIVE
    assert case.policy_snapshot["limits"]["2"]["first"]["amount"] == 60
    assert case.protocol_version == Protocol.objects.get(code="viral_backlash").current()
    running = {each.code: each.due_at - case.zero for each in case.clocks.running()}
    assert running["hold"] == timedelta(minutes=30)
    assert running["first"] == timedelta(minutes=60)
    assert {"reply1", "staff", "report"} <= set(running)
    (event,) = events_of(case, "case.activated")
    assert event.payload["tasks"] == case.tasks.count() == 14
    assert case.history.first().state == CaseState.ACTIVE


def test_tasks_count_from_the_take_over(world: World) -> None:
    case = led(world)
    task = case.tasks.get(step__offset_minutes=120)
    assert case.acknowledged_at is not None
    assert task.due_at == case.acknowledged_at + timedelta(minutes=120 + task.step.due_minutes)
    assert task.role == "comms_lead"
    assert task.blocking


def test_everything_in_the_way_is_listed(world: World) -> None:
    from cases.actions import open_case

    case = open_case(signal(world, kind=None), world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        activate_case(case, world.principal("duty"))
    assert codes(refused) == {"severity", "kind", "crisis_lead"}


def test_what_is_missing_may_come_with_it(world: World) -> None:
    from cases.actions import open_case

    case = open_case(signal(world, kind=None), world.principal("duty"))
    case = activate_case(case, world.principal("duty"), kind=kind(), lead=world.user("duty"), **SERIOUS)
    assert case.state == CaseState.ACTIVE
    assert case.severity == 2
    assert case.roles.accepted().filter(role="crisis_lead", user=world.user("duty")).exists()


def test_a_lead_who_was_asked_is_enough(world: World) -> None:
    case = triage(world, **SERIOUS)
    offer_role(case, world.principal("duty"), user=world.user("crisis_lead"), role="crisis_lead")
    assert activate_case(case, world.principal("duty")).state == CaseState.ACTIVE


def test_without_a_policy_nothing_is_measured(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"), **SERIOUS)
    crisis = case.kind
    crisis.policy = None
    crisis.save()
    SeverityPolicy.objects.update(standard=False)
    case.refresh_from_db()
    with pytest.raises(NotNow) as refused:
        activate_case(case, world.principal("duty"))
    assert codes(refused) == {"policy"}


def test_later_changes_of_the_policy_leave_it_alone(world: World) -> None:
    case = active(world)
    PolicyLimit.objects.filter(code="first", severity=2).update(amount=5)
    assert case.policy_snapshot["limits"]["2"]["first"]["amount"] == 60
    assert SeverityPolicy.objects.get().version > case.policy_snapshot["version"]


def test_an_active_case_is_not_activated_again(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        activate_case(active(world), world.principal("duty"))
    assert codes(refused) == {"state"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        activate_case(triage(world), world.principal("community"))
