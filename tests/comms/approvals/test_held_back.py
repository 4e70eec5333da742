"""The last approval stands whatever keeps the text from leaving; its authors and whoever publishes are told."""

import pytest
from django.urls import reverse

from comms.actions.submitting import submit_statement
from comms.models import HeldBack, StatementVersion, Status
from comms.sending import claiming as sending
from comms.sending.actions.accounts import resume_account, stop_account
from comms.sending.actions.publishing import publish_statement
from comms.sending.models import Account, Delivery, NewsroomPost
from comms.states import RequestState, StatementState
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.jobs.notifications import written
from crisisdesk.core.models import Notification, Way
from tests.cases.build import events_of
from tests.comms import build
from tests.conftest import World


def again(version: StatementVersion) -> StatementVersion:
    return StatementVersion.objects.get(pk=version.pk)


def told(version: StatementVersion, kind: str) -> set[str]:
    rows = Notification.objects.filter(kind=kind, object_id=version.uuid)
    return {row.user.email.partition("@")[0] for row in rows.select_related("user")}


def test_closed_channels_do_not_undo_the_decision(world: World) -> None:
    request = build.submitted(world)
    Account.objects.update(active=False)
    build.approve(world, request)
    request.refresh_from_db()
    version = again(request.version)
    assert request.state == RequestState.SATISFIED
    assert (version.state, version.held_back) == (StatementState.APPROVED, HeldBack.NO_CHANNEL)
    assert version.status == Status.NEEDS_ATTENTION
    assert not version.deliveries.exists()
    [event] = events_of(version, "statement.held_back")
    assert event.payload["why"] == "no_channel"
    # Whoever wrote it and whoever publishes; not the approver, who knows.
    assert told(version, "statement.held_back") >= {"community", "duty"}
    assert "comms.lead" not in told(version, "statement.held_back")
    for code, text in (("community", "None of the chosen channels"), ("duty", "None of the chosen channels")):
        drawn = world.client(code).get(reverse("comms:statement", args=[version.statement.uuid])).content.decode()
        assert text in drawn


def test_once_it_has_left_nothing_needs_attention(world: World) -> None:
    request = build.submitted(world)
    Account.objects.update(active=False)
    build.approve(world, request)
    Account.objects.update(active=True)
    version = again(request.version)
    publish_statement(version, world.principal("duty", fresh=True), payload_hash=version.payload_hash)
    version = again(version)
    assert (version.state, version.held_back) == (StatementState.PUBLISHING, "")
    assert version.status != Status.NEEDS_ATTENTION


def test_a_translation_that_cannot_leave_lets_the_primary_language_go(world: World) -> None:
    request = build.submitted(world)
    english = build.edited(world, build.translation(request.version), "community", text=build.TEXT)
    english_request = submit_statement(english, world.principal("community")).request
    Account.objects.update(languages=["cs"])
    build.approve(world, english_request)
    assert again(english).state == StatementState.APPROVED
    assert again(english).status == Status.APPROVED  # it waits for the primary language, as it should
    build.approve(world, request)
    assert again(request.version).state == StatementState.PUBLISHING
    assert (again(english).state, again(english).status) == (StatementState.APPROVED, Status.NEEDS_ATTENTION)
    assert len(events_of(again(english), "statement.held_back")) == 1


def test_a_stopped_channel_holds_nobody_up_and_is_told(world: World) -> None:
    request = build.submitted(world)
    stop_account(Account.objects.get(brand=world.brand, kind="newsroom"), SYSTEM)
    build.approve(world, request)
    version = again(request.version)
    assert version.state == StatementState.PUBLISHING
    sending.send_due()
    assert not NewsroomPost.objects.exists()
    assert again(version).status == Status.NEEDS_ATTENTION
    [event] = events_of(version, "statement.waits_at")
    assert event.payload["accounts"] == ["newsroom"]
    assert told(version, "statement.not_everywhere") >= {"community", "duty"}
    mails = Notification.objects.filter(kind="statement.not_everywhere", way=Way.MAIL)
    notice = mails.get(user=world.user("duty"))
    stopped = Account.objects.get(brand=world.brand, kind="newsroom")
    assert stopped.name_in(notice.user.language) in written(notice).body
    resume_account(Account.objects.get(brand=world.brand, kind="newsroom"), world.principal("manager"))
    sending.send_due()
    assert NewsroomPost.objects.exists()
    assert again(version).status == Status.PUBLISHED


def test_one_closed_channel_of_several_is_told(world: World) -> None:
    request = build.submitted(world)
    Account.objects.filter(code="x").update(active=False)
    build.approve(world, request)
    version = again(request.version)
    assert version.deliveries.exists()
    assert not Delivery.objects.filter(version=version, account__code="x").exists()
    [event] = events_of(version, "statement.waits_at")
    assert event.payload["accounts"] == ["x"]
    assert told(version, "statement.not_everywhere") >= {"community", "duty"}


@pytest.mark.parametrize("path", ["page", "api"])
def test_the_approver_reads_that_the_decision_stands(world: World, path: str) -> None:
    request = build.submitted(world)
    Account.objects.update(active=False)
    client = world.client("comms_lead")
    if path == "page":
        address = reverse("comms:approval", args=[request.uuid])
        answer = client.post(address, {"verdict": "approve", "payload_hash": request.payload_hash})
        assert answer.status_code in (302, 303)
    else:
        address = f"/api/v1/approval-requests/{request.uuid}/approve"
        answer = client.post(address, {"payload_hash": request.payload_hash}, content_type="application/json")
        assert answer.status_code == 200, answer.content
        shown = client.get(f"/api/v1/statement-versions/{request.version.uuid}").json()
        assert (shown["status"], shown["held_back"]) == ("needs_attention", "no_channel")
    request.refresh_from_db()
    assert request.state == RequestState.SATISFIED
