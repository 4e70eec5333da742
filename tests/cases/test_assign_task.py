"""Handing a task on: who goes on with it, and until when."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.actions import assign_task, finish_task, set_confidential
from cases.models import Task
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import codes, events_of, task
from tests.conftest import World


def test_it_is_somebody_elses_from_now_on(world: World) -> None:
    until = clock.now() + timedelta(hours=2)
    handed = assign_task(task(world), world.principal("scribe"), assignee=world.user("quality"), due_at=until)
    assert (handed.assignee, handed.due_at) == (world.user("quality"), until)
    (event,) = events_of(handed, "task.assigned")
    assert event.payload["user"] == world.user("quality").pk
    assert handed.history.first().assignee == world.user("quality")


def test_the_time_stays_where_none_is_given(world: World) -> None:
    before = task(world)
    assert assign_task(before, world.principal("scribe"), assignee=world.user("quality")).due_at == before.due_at


def test_twice_is_once(world: World) -> None:
    handed = None
    for _again in range(2):
        handed = assign_task(task(world), world.principal("scribe"), assignee=world.user("quality"))
    assert len(events_of(handed, "task.assigned")) == 1


def test_who_only_reads_hands_nothing_on(world: World) -> None:
    with pytest.raises(Denied):
        assign_task(task(world), world.principal("observer"), assignee=world.user("quality"))


def test_what_is_done_stays_done(world: World) -> None:
    done = finish_task(task(world), world.principal("community"))
    with pytest.raises(NotNow) as refused:
        assign_task(done, world.principal("scribe"), assignee=world.user("quality"))
    assert codes(refused) == {"finished"}


def test_whoever_does_not_see_the_case_cannot_be_given_its_work(world: World) -> None:
    given = task(world)
    set_confidential(given.case, world.principal("crisis_lead"), confidential=True, reason="Names of patients")
    with pytest.raises(Invalid) as refused:
        assign_task(given, world.principal("crisis_lead"), assignee=world.user("quality"))
    assert set(refused.value.errors) == {"assignee"}


def test_page_and_endpoint_follow_from_the_registry(world: World) -> None:
    given = task(world)
    client = world.client("scribe")
    course = client.get(reverse("cases:course", args=[given.case.reference])).content.decode()
    page = reverse("cases:assign_task", args=[given.uuid])
    assert f'href="{page}"' in course
    assert world.user("quality").name in client.get(page).content.decode()
    assert client.post(page, {"assignee": world.user("quality").pk}).status_code == 303
    sent = client.post(
        f"/api/v1/tasks/{given.uuid}/assign",
        {"assignee": str(world.user("care").uuid)},
        content_type="application/json",
    )
    assert sent.status_code == 200, sent.content
    assert Task.objects.get(pk=given.pk).assignee == world.user("care")
