"""Waiting for me: what one person finds on the first page, and the figures of the rail."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import accept_role, add_task, decline_role, take_over_signal
from comms.actions.deciding import return_statement
from comms.actions.releases import review_release
from crisisdesk.core import clock
from crisisdesk.core.models import BrandGrant, Membership, User
from crisisdesk.desk.waiting import Waiting, counts, waiting
from tests.cases import build as cases
from tests.comms import build as comms
from tests.conftest import World, sign_in


def of(world: World, code: str) -> Waiting:
    return waiting(world.principal(code))


def kinds(world: World, code: str) -> list[str]:
    return [item.kind for item in of(world, code).items]


def queries(world: World, code: str) -> int:
    principal = world.principal(code)
    with CaptureQueriesContext(
        connection,
    ) as made:
        waiting(principal)
    return len(made)


def test_nothing_waits_in_an_empty_world(world: World) -> None:
    assert of(world, "duty").first is None
    assert counts(world.principal("duty")).mine == 0
    assert 'class="card next calm"' in world.client("duty").get("/").content.decode()


def test_programs_and_strangers_have_no_desk(world: World) -> None:
    assert waiting(world.principal("anonymous")) == Waiting()
    assert counts(world.principal("anonymous")).cases == 0


def test_who_holds_no_role_reads_whom_to_ask(world: World) -> None:
    Membership.objects.filter(user=world.user("hr")).delete()
    BrandGrant.objects.filter(user=world.user("hr")).delete()
    assert of(world, "hr").roleless == "ask"
    page = world.client("hr").get("/").content.decode()
    assert "You hold no role" in page
    assert "Ask an administrator" in page
    assert "/admin/" not in page
    assert of(world, "legal").roleless == ""


def test_who_waits_for_an_answer_to_an_offer_sees_the_offer_and_no_hint(world: World) -> None:
    BrandGrant.objects.filter(user=world.user("legal")).delete()
    cases.offer(world, "legal")
    page = world.client("legal").get("/").content.decode()
    assert "Role offered: legal" in page
    assert "You hold no role" not in page


def test_a_superuser_without_a_role_is_led_to_giving_roles(world: World) -> None:
    page = world.client("superuser").get("/").content.decode()
    assert "Nothing waits for you" in page
    assert reverse("admin:core_membership_changelist") in page


def test_an_empty_desk_asks_for_its_first_brand(empty_db: str) -> None:
    user = User.objects.create_superuser("first@zrnko.example", name="Anna První", language="en")
    client = Client(headers={"accept-language": "en"})
    sign_in(client, user)
    page = client.get("/").content.decode()
    assert "Nothing waits for you" in page
    assert reverse("admin:core_brand_add") in page


def test_decisions_come_before_everything_else(world: World) -> None:
    late = {"assignee": world.user("comms_lead"), "due_at": clock.now() - timedelta(days=1)}
    add_task(cases.led(world), world.principal("duty"), title="Call the shop", **late)
    comms.published(world)
    comms.submitted(world)
    cases.offer(world, "comms_lead")
    found = kinds(world, "comms_lead")
    assert sorted(found[:2]) == ["approval", "offer"]
    assert found[2:] == ["task", "by_hand"]


def test_an_offer_waits_until_it_is_answered(world: World) -> None:
    offer = cases.offer(world, "legal")
    found = of(world, "legal").first
    assert found is not None
    assert (found.kind, found.row, found.due_at) == ("offer", offer, offer.answer_by)
    page = world.client("legal").get("/").content.decode()
    assert f"/roles/{offer.uuid}/accept/" in page
    accept_role(offer, world.principal("legal"))
    assert "offer" not in kinds(world, "legal")


def test_a_declined_offer_no_longer_waits(world: World) -> None:
    decline_role(cases.offer(world, "legal"), world.principal("legal"))
    assert kinds(world, "legal") == []


def test_an_offer_in_a_confidential_case_tells_no_more_than_the_reference(world: World) -> None:
    case = cases.confidential(world)
    cases.offer(world, "legal", case)
    found = of(world, "legal").first
    assert found is not None
    assert found.case is None
    assert found.about == case.reference
    page = world.client("legal").get("/").content.decode()
    assert case.title not in page
    assert f"/cases/{case.reference}/" not in page


def test_a_text_waits_for_those_who_may_decide_about_it(world: World) -> None:
    request = comms.submitted(world)
    assert [item.row for item in of(world, "comms_lead").items if item.kind == "approval"] == [request]
    assert "approval" not in kinds(world, "community")
    assert "approval" not in kinds(world, "observer")
    comms.approve(world, request)
    assert "approval" not in kinds(world, "comms_lead")


def test_a_returned_text_waits_for_its_author(world: World) -> None:
    request = comms.submitted(world)
    return_statement(
        request, world.principal("comms_lead", fresh=True), payload_hash=request.payload_hash, comment="Shorter, please"
    )
    assert "returned" in kinds(world, "community")
    assert "returned" not in kinds(world, "comms_lead")


def test_a_signed_text_waits_for_its_review_by_somebody_else(world: World) -> None:
    review = comms.review(world)
    assert "review" in kinds(world, "comms_lead")
    assert "review" not in kinds(world, "duty")
    assert "review" not in kinds(world, "community")
    review_release(review, world.principal("comms_lead"), outcome="confirmed")
    assert "review" not in kinds(world, "comms_lead")


def test_what_is_posted_by_hand_waits_for_those_who_publish(world: World) -> None:
    comms.published(world)
    assert "by_hand" in kinds(world, "community")
    assert "by_hand" not in kinds(world, "legal")
    assert "by_hand" not in kinds(world, "observer")


def test_tasks_wait_for_the_role_and_for_the_person(world: World) -> None:
    case = cases.led(world)
    add_task(case, world.principal("duty"), title="Call the shop", assignee=world.user("care"))
    titles = {
        code: [item.title for item in of(world, code).items if item.kind == "task"] for code in ("care", "duty", "hr")
    }
    assert titles["care"] == ["Call the shop"]
    assert "Call the shop" not in titles["duty"]
    assert titles["duty"]
    assert titles["hr"] == []


def test_late_things_come_first(world: World) -> None:
    cases.led(world)
    dues = [item.due_at for item in of(world, "duty").items if item.due_at]
    assert dues == sorted(dues)


def test_signals_and_cases_of_other_brands_stay_away(world: World) -> None:
    signal, case = cases.signal(world), cases.led(world)
    assert of(world, "duty").signals == [signal]
    assert of(world, "outsider").signals == []
    assert of(world, "outsider").cases == []
    assert case in of(world, "observer").cases
    take_over_signal(signal, world.principal("duty"))
    assert of(world, "observer").signals == []
    assert of(world, "duty").signals == [signal]


def test_clocks_are_those_of_ones_own_cases(world: World) -> None:
    case = cases.led(world)
    assert {own for _row, own in of(world, "crisis_lead").clocks} == {case}
    assert of(world, "hr").clocks == []


def test_the_rail_counts_what_the_page_shows(world: World) -> None:
    cases.offer(world, "legal")
    cases.signal(world)
    for code in ("legal", "duty", "comms_lead"):
        found, figures = of(world, code), counts(world.principal(code))
        assert figures.mine == len(found.items)
        assert figures.signals == len(found.signals)
        assert figures.cases == len(found.cases)


def test_reading_costs_the_same_for_one_case_and_for_many(world: World) -> None:
    comms.submitted(world)
    cases.offer(world, "comms_lead")
    cases.signal(world)
    few = queries(world, "comms_lead")
    for _time in range(2):
        comms.submitted(world)
        cases.offer(world, "comms_lead")
        cases.signal(world)
    assert queries(world, "comms_lead") == few <= 19


def test_the_rail_costs_little(world: World, django_assert_max_num_queries: Any) -> None:
    cases.led(world)
    principal = world.principal("duty")
    with django_assert_max_num_queries(3):  # one for the grants, one for the roles, one for all figures
        counts(principal)


def test_the_live_region_is_quiet_while_nothing_changes(world: World) -> None:
    client = world.client("legal")
    digest = of(world, "legal").digest
    assert client.get("/", {"digest": digest}, headers={"HX-Request": "true"}).status_code == 204
    cases.offer(world, "legal")
    answer = client.get("/", {"digest": digest}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert answer.content.decode().split()[:2] == ["<div", 'id="home"']


@pytest.mark.parametrize("language", ["cs", "en"])
def test_page_in_both_languages(world: World, language: str) -> None:
    user = world.user("duty")
    user.language = language
    user.save()
    answer = world.client("duty").get("/")
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()
