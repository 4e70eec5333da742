"""What follows when the public can read a text."""

from datetime import timedelta

import pytest

from cases.actions import contain_case, skip_task, waive_statement
from cases.models import Case, Clock, Task, TaskState
from comms.actions.statements import draft_statement
from comms.actions.submitting import submit_statement
from comms.models import StatementState, StatementVersion, Status
from comms.sending.claiming import send_due
from crisisdesk.core import clock
from crisisdesk.core.errors import NotNow
from crisisdesk.core.models import Event
from tests.cases.build import SERIOUS, codes, events_of
from tests.comms import build
from tests.conftest import World


def out(world: World, **values: object) -> StatementVersion:
    """A text the public can read."""
    version = build.published(world, **values)
    send_due()
    return StatementVersion.objects.get(pk=version.pk)


def clocks(case: Case, code: str) -> list[Clock]:
    return list(case.clocks.filter(code=code).order_by("pk"))


def test_it_is_published_when_the_first_channel_has_it(world: World) -> None:
    version = build.published(world)
    assert (version.status, version.published_at) == (Status.SCHEDULED, None)
    send_due()
    version = StatementVersion.objects.get(pk=version.pk)
    assert (version.status, version.state) == (Status.PUBLISHED, StatementState.PUBLISHING)
    assert len(events_of(version, "statement.published")) == 1


def test_the_first_public_word_meets_the_first_clock(world: World) -> None:
    case = build.case(world, **SERIOUS)
    version = out(world, case=case, purpose="update")
    (first,) = clocks(case, "first")
    assert first.met_at == version.published_at


def test_publishing_does_the_step_of_the_protocol_that_asks_for_it(world: World) -> None:
    case = build.case(world, **SERIOUS)
    first, update = (case.tasks.get(step__done_by=f"statement.published:{code}") for code in ("first", "update"))
    version = build.published(world, case=case, purpose="update")
    first.refresh_from_db()
    update.refresh_from_db()
    assert {first.state, update.state} == {TaskState.TODO}, "nobody can read it yet"
    send_due()
    first.refresh_from_db()
    update.refresh_from_db()
    assert (first.state, update.state) == (TaskState.TODO, TaskState.DONE)
    assert update.finished_at == StatementVersion.objects.get(pk=version.pk).published_at
    (event,) = events_of(update, "task.fulfilled")
    assert event.payload["deed"] == "statement.published:update"


def test_a_translation_and_a_second_update_do_nothing_more(world: World) -> None:
    case = build.case(world, **SERIOUS)
    out(world, case=case)
    out(world, case=case)
    assert len(Event.objects.filter(kind="task.fulfilled", chain=case.chain)) == 1


def test_a_task_left_out_stays_left_out(world: World) -> None:
    case = build.case(world, **SERIOUS)
    task = case.tasks.get(step__done_by="statement.published:update")
    skip_task(task, world.principal("duty"), reason="Somebody else does it")
    out(world, case=case)
    assert Task.objects.get(pk=task.pk).state == TaskState.SKIPPED


def test_the_other_language_and_the_next_update_run_from_then(world: World) -> None:
    case = build.case(world, **SERIOUS)
    version = out(world, case=case)
    (other,) = clocks(case, "en")
    assert other.is_running
    assert other.started_at == version.published_at
    (following,) = clocks(case, "next")
    assert following.is_running


def test_a_promised_time_is_the_limit_of_the_next_update(world: World) -> None:
    case = build.case(world, **SERIOUS)
    promised = clock.now().replace(microsecond=0) + timedelta(minutes=45)
    draft = build.edited(world, build.draft(world, case=case), "community", next_update_at=promised)
    request = submit_statement(draft, world.principal("community")).request
    build.approve(world, request)
    send_due()
    assert clocks(case, "next")[0].due_at == promised


def test_the_next_public_word_keeps_the_promise_and_makes_a_new_one(world: World) -> None:
    case = build.case(world, **SERIOUS)
    out(world, case=case)
    out(world, case=case, text="Víme víc.")
    kept, new = clocks(case, "next")
    assert kept.met_at is not None
    assert new.is_running


def test_the_second_language_meets_its_own_clock(world: World) -> None:
    case = build.case(world, **SERIOUS)
    czech = out(world, case=case)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    request = submit_statement(english, world.principal("agency")).request
    build.approve(world, request)
    send_due()
    (other,) = clocks(case, "en")
    assert other.met_at is not None


def test_a_correction_that_is_out_corrects_what_it_names(world: World) -> None:
    wrong = out(world)
    case = wrong.statement.case
    draft = draft_statement(
        case,
        world.principal("community"),
        purpose="correction",
        supersedes=wrong.statement,
        text="Jde o šarži L2207.",
    )
    request = submit_statement(draft, world.principal("community")).request
    build.approve(world, request)
    assert StatementVersion.objects.get(pk=wrong.pk).state == StatementState.PUBLISHING
    send_due()
    wrong = StatementVersion.objects.get(pk=wrong.pk)
    assert wrong.state == StatementState.CORRECTED
    assert len(events_of(wrong, "statement.corrected")) == 1


def test_a_case_is_under_control_once_something_was_said_or_waived(world: World) -> None:
    case = build.case(world, **SERIOUS)
    with pytest.raises(NotNow) as refused:
        contain_case(case, world.principal("crisis_lead"))
    assert "no_statement" in codes(refused)
    out(world, case=case)
    assert "no_statement" not in {unmet.code for unmet in contain_case.unmet(world.principal("crisis_lead"), case)}
    silent = build.case(world)
    waive_statement(silent, world.principal("crisis_lead"), why="Jediný zákazník, vyřešeno")
    silent.refresh_from_db()
    assert "no_statement" not in {unmet.code for unmet in contain_case.unmet(world.principal("crisis_lead"), silent)}
