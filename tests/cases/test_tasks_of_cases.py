"""Tasks: added, started, finished, blocked, left out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cases.actions import add_task, block_task, finish_task, skip_task, start_task
from cases.models import ProtocolStep, ProtocolVersion, Task, TaskState
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import active, codes, events_of, task, triage
from tests.conftest import World


def test_adding(world: World) -> None:
    case, due = active(world), clock.now() + timedelta(minutes=20)
    added = add_task(
        case,
        world.principal("scribe"),
        title="Call the mill",
        role="quality",
        due_at=due,
        assignee=world.user("quality"),
    )
    assert (added.title, added.due_at, added.state) == ("Call the mill", due, TaskState.TODO)
    (event,) = events_of(added, "task.added")
    assert event.chain == case.chain
    assert added.history.count() == 1
    with pytest.raises(Invalid):
        add_task(case, world.principal("scribe"), title="Call", role="manager")
    with pytest.raises(Invalid):
        add_task(case, world.principal("scribe"), title="")
    with pytest.raises(Denied):
        add_task(case, world.principal("observer"), title="Call the mill")


def test_starting_makes_it_mine(world: World) -> None:
    started = start_task(task(world), world.principal("community"))
    assert started.state == TaskState.IN_PROGRESS
    assert started.assignee == world.user("community")
    assert len(events_of(started, "task.started")) == 1


def test_finishing(world: World) -> None:
    done = finish_task(task(world), world.principal("community"), note="Screens are saved")
    assert done.state == TaskState.DONE
    assert done.finished_by == world.user("community")
    assert done.history.first().state == TaskState.DONE
    (event,) = events_of(done, "task.finished")
    assert event.entry.text == "Screens are saved"
    assert finish_task(done, world.principal("community")) == done
    assert len(events_of(done, "task.finished")) == 1
    with pytest.raises(NotNow):
        finish_task(done, world.principal("care"))


def test_blocking_says_what_is_in_the_way(world: World) -> None:
    stuck = block_task(task(world), world.principal("community"), reason="The account is locked")
    assert stuck.state == TaskState.BLOCKED
    assert stuck.reason.text == "The account is locked"
    assert start_task(stuck, world.principal("community")).state == TaskState.IN_PROGRESS
    with pytest.raises(Invalid):
        block_task(task(world), world.principal("community"), reason="")


def test_leaving_out(world: World) -> None:
    left = skip_task(task(world), world.principal("community"), reason="There is no shop")
    assert left.state == TaskState.SKIPPED
    assert len(events_of(left, "task.skipped")) == 1
    must = task(world, blocking=True)
    with pytest.raises(Denied):
        skip_task(must, world.principal("community"), reason="No time")
    assert skip_task(must, world.principal("duty"), reason="Done elsewhere").state == TaskState.SKIPPED


def test_the_database_asks_for_a_reason_too(world: World) -> None:
    row = task(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=row.pk).update(state=TaskState.SKIPPED)


def test_what_comes_first_comes_first(world: World) -> None:
    case = triage(world)
    assert case.kind.protocol is not None
    version = ProtocolVersion.objects.create(protocol=case.kind.protocol, number=9)
    first, second = (
        ProtocolStep.objects.create(
            version=version,
            order=order,
            role="duty",
            offset_minutes=0,
            title_cs=title,
            title_en=title,
            depends_on=needs,
        )
        for order, title, needs in ((1, "Copy it", []), (2, "Delete it", [1]))
    )
    before = Task.objects.create(case=case, step=first)
    after = Task.objects.create(case=case, step=second)
    with pytest.raises(NotNow) as refused:
        finish_task(after, world.principal("duty"))
    assert codes(refused) == {"depends_on"}
    assert "Copy it" in str(refused.value)
    finish_task(before, world.principal("duty"))
    assert finish_task(after, world.principal("duty")).state == TaskState.DONE


def test_work_ends_with_the_case(world: World) -> None:
    row = task(world)
    case = row.case
    case.state = "closed"
    case.save()
    with pytest.raises(NotNow) as refused:
        finish_task(row, world.principal("community"))
    assert codes(refused) == {"closed"}
