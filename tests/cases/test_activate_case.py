"""Activating a case."""

from datetime import timedelta

import pytest
import time_machine

from cases.actions import (
    activate_case,
    assess_severity,
    draft_protocol,
    offer_role,
    open_case,
    publish_protocol,
    take_over_signal,
)
from cases.course import told
from cases.models import CaseState, PolicyLimit, Protocol, SeverityPolicy, TaskState
from crisisdesk.core import clock
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


def test_what_was_done_before_is_a_task_done_by_whoever_did_it(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"))
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        assessment = assess_severity(case, world.principal("comms_lead"), **SERIOUS)
    with time_machine.travel(clock.now() + timedelta(minutes=9), tick=False):
        case = activate_case(case, world.principal("duty"))
    task = case.tasks.get(step__order=1)
    assert task.state == TaskState.DONE
    assert (task.finished_by, task.finished_at) == (world.user("comms_lead"), assessment.assessed_at)
    (event,) = events_of(task, "task.fulfilled_before")
    assert event.occurred_at == assessment.assessed_at
    (line,) = told([event])
    assert (line.event.payload["user"], line.text) == (world.user("comms_lead").short_name, task.title)
    assert case.tasks.open().count() == 13
    assert task.history.get().state == TaskState.DONE


@pytest.mark.parametrize("code", ["negative_reviews", "pr_disaster", "data_leak"])
def test_the_take_over_is_a_task_done_and_what_is_real_work_stays_open(world: World, code: str) -> None:
    taken = take_over_signal(signal(world, kind=kind(code)), world.principal("comms_lead"))
    case = open_case(taken, world.principal("comms_lead"), lead=world.user("crisis_lead"), **SERIOUS)
    case = activate_case(case, world.principal("duty"))
    (done,) = case.tasks.filter(state=TaskState.DONE)
    assert (done.step.order, done.finished_by) == (1, world.user("comms_lead"))
    assert done.finished_at == taken.taken_at
    assert case.tasks.get(step__order=2).state == TaskState.TODO


@pytest.mark.parametrize("code", ["viral_backlash", "data_leak"])
def test_taking_over_and_leading_in_one_step_does_the_task_too(world: World, code: str) -> None:
    case = active(world, kind=kind(code))
    (done,) = case.tasks.filter(state=TaskState.DONE)
    assert done.finished_by == world.user("duty")
    assert len(events_of(done, "task.fulfilled_before")) == 1


def test_a_step_without_a_deed_is_never_done_by_itself(world: World) -> None:
    draft = draft_protocol(Protocol.objects.get(code="viral_backlash"), world.principal("manager"))
    draft.steps.update(done_by="")
    publish_protocol(draft, world.principal("manager"))
    assert active(world).tasks.open().count() == 14


def test_everything_in_the_way_is_listed(world: World) -> None:
    case = open_case(signal(world, kind=None), world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        activate_case(case, world.principal("duty"))
    assert codes(refused) == {"severity", "kind", "crisis_lead"}


def test_what_is_missing_may_come_with_it(world: World) -> None:
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
