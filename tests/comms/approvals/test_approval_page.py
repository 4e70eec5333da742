"""The page on which somebody decides, and the list of what waits."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from cases.actions import add_fact, confirm_fact
from comms.actions.statements import revise_statement
from comms.actions.submitting import submit_statement, take_back_statement
from comms.models import Approval, ApprovalRequest, StatementState, StatementVersion
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.claiming import send_due
from crisisdesk.core import clock
from tests.comms import build
from tests.conftest import World

COUNTED = 400


def address(request: ApprovalRequest) -> str:
    return reverse("comms:approval", args=[request.uuid])


def decide(client: Client, request: ApprovalRequest, verdict: str, **values: Any) -> Any:
    return client.post(address(request), {"payload_hash": request.payload_hash, "verdict": verdict, **values})


def test_two_taps_approve(world: World) -> None:
    request = build.submitted(world)
    client = world.client("comms_lead")
    page = client.get(address(request)).content.decode()
    assert build.CZECH in page
    assert "Approve exactly this text" in page
    assert request.payload_hash in page
    answer = decide(client, request, "approve")
    assert (answer.status_code, answer["Location"]) == (303, reverse("comms:approvals"))
    assert StatementVersion.objects.get(pk=request.version_id).state == StatementState.PUBLISHING


def said(answer: Any) -> str:
    """The one message the answer leaves for the next page."""
    (message,) = get_messages(answer.wsgi_request)
    return str(message)


def again(world: World, by: str, request: ApprovalRequest, verdict: str = "approve") -> str:
    """What somebody reads who decides about a text once more, five minutes later."""
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=True):
        return said(decide(world.client(by), request, verdict, comment="Once more"))


def later(instant: datetime) -> str:
    """How the page of `again` writes an instant: with its day, where midnight lies between."""
    local = timezone.localtime(instant)
    same_day = local.date() == timezone.localdate(clock.now() + timedelta(minutes=5))
    return date_format(local, "G:i" if same_day else "j. n. G:i")


def test_the_first_approval_is_thanked_for(world: World) -> None:
    assert said(decide(world.client("comms_lead"), build.submitted(world), "approve")) == "Approved. Thank you."


def test_a_second_approval_says_what_became_of_the_text(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    at = later(build.approve(world, request).created_at)
    assert again(world, "comms_lead", request) == f"Approved by you at {at}. The text still waits for others."
    take_back_statement(request.version, world.principal("community"))
    found = again(world, "comms_lead", request)
    assert found.startswith(f"Approved by you at {at}. The text has been taken back since")


@pytest.mark.parametrize(
    ("state", "said_then"),
    [
        ("publishing", "The text was given to the channels."),
        ("approved", "The text is approved and waits to be published."),
        ("superseded", "The text has been replaced by a new version since"),
        ("retracted", "The text has been retracted since."),
    ],
)
def test_what_became_of_an_approved_text(world: World, state: str, said_then: str) -> None:
    version = build.published(world) if state in ("publishing", "retracted") else build.approved(world)
    if state == "superseded":
        revise_statement(version, world.principal("community"))
    elif state == "retracted":
        withdraw_statement(version.statement, world.principal("community", fresh=True), reason="Wrong")
    assert StatementVersion.objects.get(pk=version.pk).state == state
    assert said_then in again(world, "comms_lead", version.request)


def test_a_published_text_says_since_when(world: World) -> None:
    version = build.published(world)
    send_due()
    at = later(StatementVersion.objects.get(pk=version.pk).published_at)
    assert f"The text was published at {at}." in again(world, "comms_lead", version.request)


def test_returning_twice_says_so_too(world: World) -> None:
    request = build.submitted(world)
    decide(world.client("comms_lead"), request, "return", comment="When?")
    assert again(world, "comms_lead", request, "return").endswith("The text was returned for changes.")


def test_the_next_text_that_waits_follows(world: World) -> None:
    first, second = build.submitted(world), build.submitted(world)
    answer = decide(world.client("comms_lead"), first, "approve")
    assert answer["Location"] == address(second)


@pytest.mark.parametrize(("verdict", "state"), [("return", "returned"), ("reject", "rejected")])
def test_returning_and_rejecting_ask_why(world: World, verdict: str, state: str) -> None:
    request = build.submitted(world)
    client = world.client("comms_lead")
    refused = decide(client, request, verdict)
    assert refused.status_code == 422
    assert refused.context[f"{verdict}_form"].errors["comment"]
    assert decide(client, request, verdict, comment="Kdy to napravíme?").status_code == 303
    assert ApprovalRequest.objects.get(pk=request.pk).state == state


def test_an_old_sign_in_asks_who_it_is_and_keeps_the_comment(world: World) -> None:
    request = build.submitted(world)
    client = world.client("comms_lead")
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 1.0}]
    session.save()
    answer = decide(client, request, "approve", comment="V pořádku")
    assert reverse("account_reauthenticate") in answer["Location"]
    assert not Approval.objects.exists()
    assert "V pořádku" in client.get(address(request)).content.decode()


def test_the_author_reads_why_there_is_no_button(world: World) -> None:
    request = build.submitted(world, "comms_lead")
    page = world.client("comms_lead").get(address(request)).content.decode()
    assert "You wrote in this text" in page
    assert "Approve exactly this text" not in page
    assert decide(world.client("comms_lead"), request, "approve").status_code == 409


def test_the_difference_to_the_version_before_is_marked(world: World) -> None:
    request = build.submitted(world, text="Jde o šarži L2206. Stahujeme ji z prodeje a omlouváme se všem rodičům.")
    draft = take_back_statement(request.version, world.principal("community"))
    build.edited(
        world, draft, "community", text="Jde o šarži L2207. Stahujeme ji z prodeje a omlouváme se všem rodičům."
    )
    newest = submit_statement(StatementVersion.objects.get(pk=draft.pk), world.principal("community")).request
    page = world.client("comms_lead").get(address(newest)).content.decode()
    assert "<del>L2206</del>" in page
    assert "<ins>L2207</ins>" in page
    assert "changes against version 1" in page


def test_a_page_that_is_out_of_date_leads_to_the_newest_text(world: World) -> None:
    request = build.submitted(world)
    draft = take_back_statement(request.version, world.principal("community"))
    build.edited(world, draft, "community", text="Něco docela jiného")
    newest = submit_statement(StatementVersion.objects.get(pk=draft.pk), world.principal("community")).request
    client = world.client("comms_lead")
    answer = decide(client, request, "approve")
    assert answer.status_code == 412
    page = answer.content.decode()
    assert "There is a newer text" in page
    assert address(newest) in page
    assert not Approval.objects.exists()


def test_it_shows_what_the_text_rests_on_and_who_decides(world: World) -> None:
    version = build.draft(world, purpose="apology")
    fact = add_fact(version.statement.case, world.principal("community"), text="Na videu je náš výrobek")
    confirm_fact(fact, world.principal("quality"))
    version = build.edited(world, version, "community", facts=[fact])
    request = submit_statement(version, world.principal("community")).request
    build.approve(world, request, "legal")
    page = world.client("comms_lead").get(address(request)).content.decode()
    assert "Na videu je náš výrobek" in page
    assert "Legal" in page
    assert "L. Šťastná" in page
    assert "Communications lead" in page


def test_the_other_language_is_one_tap_away(world: World) -> None:
    czech = build.draft(world)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    first = submit_statement(czech, world.principal("community")).request
    second = submit_statement(english, world.principal("agency")).request
    assert address(second) in world.client("comms_lead").get(address(first)).content.decode()


def test_the_list_shows_what_waits_for_me_and_what_waits_for_anybody(world: World) -> None:
    request = build.submitted(world)
    page = reverse("comms:approvals")
    assert address(request) in world.client("comms_lead").get(page).content.decode()
    assert address(request) not in world.client("legal").get(page).content.decode()
    assert address(request) in world.client("legal").get(f"{page}?who=all").content.decode()
    assert address(request) not in world.client("outsider").get(f"{page}?who=all").content.decode()


def test_a_decision_takes_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    first, second = (build.submitted(world, case=build.case(world)) for _ in range(2))
    client = world.client("comms_lead")
    decide(client, first, "approve")
    with django_assert_max_num_queries(46):  # with those that begin and end the action's transaction
        answer = decide(client, second, "approve")
    assert answer.status_code == 303


def many(world: World) -> None:
    """Four hundred texts of one case, every one waiting for the communications lead."""
    first = build.submitted(world)
    version, stage = first.version, first.stages.get()
    statements = [type(version.statement)(case=version.statement.case, purpose="update") for _ in range(COUNTED)]
    type(version.statement).objects.bulk_create(statements)
    versions = [
        StatementVersion(statement=statement, language="cs", number=1, author=version.author)
        for statement in statements
    ]
    StatementVersion.objects.bulk_create(versions)
    text = type(version.master)
    text.objects.bulk_create(text(version=row, text="Víme o tom.") for row in versions)
    for row in versions:
        row.payload_hash, row.submitted_at, row.state = "0" * 64, version.submitted_at, StatementState.IN_APPROVAL
    StatementVersion.objects.bulk_update(versions, ["payload_hash", "submitted_at", "state"])
    requests = [
        ApprovalRequest(version=row, payload_hash="0" * 64, policy={}, submitted_by=version.author) for row in versions
    ]
    ApprovalRequest.objects.bulk_create(requests)
    type(stage).objects.bulk_create(
        type(stage)(request=row, roles=["comms_lead"], due_at=stage.due_at) for row in requests
    )


@pytest.mark.slow
def test_lists_ask_no_more_for_four_hundred_texts(world: World, django_assert_max_num_queries: Any) -> None:
    build.submitted(world)
    many(world)
    client = world.client("comms_lead")
    for page in (
        reverse("comms:approvals"),
        f"{reverse('comms:approvals')}?who=all",
        reverse("comms:statements"),
        f"{reverse('comms:statements')}?show=approval",
    ):
        with django_assert_max_num_queries(15):
            answer = client.get(page)
        assert answer.status_code == 200
        assert len(answer.context["page"].rows) == (15 if "approvals" in page else 50)
        assert "approvals" not in page or len(answer.content) <= 60_000
        older = f"{page}{'&' if '?' in page else '?'}after={answer.context['page'].next}"
        with django_assert_max_num_queries(15):
            assert len(client.get(older).context["page"].rows) == (15 if "approvals" in page else 50)
