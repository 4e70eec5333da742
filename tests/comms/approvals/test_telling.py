"""Who is told about texts: every round once, and by mail only while the person is still waited for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from comms.actions.deciding import reject_statement, return_statement
from comms.actions.releases import review_release
from comms.actions.submitting import submit_statement
from comms.actions.widening import widen_stage
from comms.models import ApprovalRequest, ReleaseReview, RequestStage, StatementVersion
from comms.tasks import widen_stages
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.models import Notification, Unsent, Way
from crisisdesk.core.tasks import send_notifications
from tests.comms import build
from tests.conftest import World


def mails(world: World, kind: str, code: str) -> list[Notification]:
    return list(Notification.objects.filter(way=Way.MAIL, kind=kind, user=world.user(code)).order_by("pk"))


def unsent(world: World, kind: str, code: str) -> list[str]:
    send_notifications()
    return [row.unsent for row in mails(world, kind, code)]


def returned(world: World, request: ApprovalRequest) -> StatementVersion:
    """The new draft after the text was sent back."""
    principal = world.principal("comms_lead")
    return_statement(request, principal, payload_hash=request.payload_hash, comment="Kdy to napravíme?")
    newest: StatementVersion | None = request.version.statement.newest("cs")
    assert newest is not None
    return newest


def test_the_second_round_of_a_text_is_told_in_mail_and_list(world: World) -> None:
    submit_statement(returned(world, build.submitted(world)), world.principal("community"))
    rounds = [row.round for row in mails(world, "approval.waiting", "comms_lead")]
    assert rounds == ["1", "2"]
    listed = Notification.objects.listed().filter(user=world.user("comms_lead"), kind="approval.waiting")
    assert listed.count() == 2


def later(request: ApprovalRequest, role: str, minutes: int) -> None:
    """Let the executive be asked in one stage so many minutes after the text was sent."""
    at = request.submitted_at + timedelta(minutes=minutes)
    RequestStage.objects.filter(request=request, roles=[role]).update(deputy_at=at, executive_at=at, due_at=at)


@pytest.mark.parametrize(("second", "times"), [(10, 1), (30, 2)])
def test_who_may_decide_in_two_stages_is_told_each_time_more_is_asked(world: World, second: int, times: int) -> None:
    request = build.submitted(world, purpose="apology")
    later(request, "comms_lead", 10)
    later(request, "legal", second)
    for minutes in (11, 31, 32):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
            widen_stages()
    assert len(mails(world, "approval.executive", "exec")) == times


def test_a_task_that_runs_twice_tells_nobody_twice(world: World) -> None:
    request = build.submitted(world)
    with time_machine.travel(clock.now() + timedelta(minutes=21), tick=False):
        (stage,) = RequestStage.objects.filter(request=request)
        RequestStage.objects.filter(pk=stage.pk).update(due_at=stage.executive_at)
        for _run in range(2):  # as if the worker had died before it noted that it was done
            widen_stage(RequestStage.objects.get(pk=stage.pk), SYSTEM)
    assert len(mails(world, "approval.executive", "exec")) == 1


def by_approval(world: World, request: ApprovalRequest) -> None:
    build.approve(world, request)


def by_return(world: World, request: ApprovalRequest) -> None:
    returned(world, request)


@pytest.mark.parametrize("decide", [by_approval, by_return])
def test_who_is_not_waited_for_any_more_gets_no_mail(
    world: World, decide: Callable[[World, ApprovalRequest], None]
) -> None:
    decide(world, build.submitted(world))
    assert unsent(world, "approval.waiting", "comms_lead") == [Unsent.SETTLED]


def test_a_stage_that_was_filled_asks_nobody_while_the_request_still_waits(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    build.approve(world, request, "legal")
    assert request.stages.filter(filled_at=None).exists()
    assert unsent(world, "approval.waiting", "legal") == [Unsent.SETTLED]
    assert unsent(world, "approval.waiting", "comms_lead") == [""]


def test_who_is_waited_for_gets_the_mail_also_as_deputy_and_executive(world: World) -> None:
    build.submitted(world)
    assert unsent(world, "approval.waiting", "comms_lead") == [""]
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        widen_stages()
        assert unsent(world, "approval.deputy", "comms_lead_deputy") == [""]
    with time_machine.travel(clock.now() + timedelta(minutes=21), tick=False):
        widen_stages()
        assert unsent(world, "approval.executive", "exec") == [""]
    assert len(mail.outbox) >= 3


def test_authors_who_have_sent_it_again_are_not_told_that_it_came_back(world: World) -> None:
    draft = returned(world, build.submitted(world))
    submit_statement(draft, world.principal("community"))
    assert unsent(world, "statement.came_back", "community") == [Unsent.SETTLED]


def test_authors_are_told_that_it_came_back_or_was_rejected(world: World) -> None:
    returned(world, build.submitted(world))
    assert unsent(world, "statement.came_back", "community") == [""]
    request = build.submitted(world)
    reject_statement(
        request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Takhle to nejde"
    )
    assert set(unsent(world, "statement.came_back", "community")) == {""}


def test_a_signed_text_that_was_read_again_at_night_needs_no_mail_in_the_morning(world: World) -> None:
    review: Any = build.review(world)
    assert ReleaseReview.objects.get(pk=review.pk).reviewed_at is None
    Notification.objects.filter(kind="release.to_review").update(due_at=clock.now())
    review_release(review, world.principal("comms_lead"), outcome="confirmed")
    assert unsent(world, "release.to_review", "comms_lead") == [Unsent.SETTLED]
