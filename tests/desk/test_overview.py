"""One case at a glance: the loudest next step for each person, what stands where, and the live region."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions import accept_role, add_fact, assess_severity, confirm_fact, finish_task, refute_fact
from cases.models import Case, Clock, FactState
from comms.actions.deciding import return_statement
from comms.actions.statements import edit_statement
from comms.actions.submitting import submit_statement
from crisisdesk.core import clock
from crisisdesk.desk.overview import Overview, overview, with_assessed
from tests.cases import build as cases
from tests.comms import build as comms
from tests.conftest import World


def seal() -> None:
    """Let the database seal what was recorded so far, as a commit does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def seen(world: World, code: str, case: Case) -> Overview:
    principal = world.principal(code)
    return overview(with_assessed(Case.objects.all()).visible_row(principal, pk=case.pk), principal)


def step(world: World, code: str, case: Case) -> str:
    return seen(world, code, case).step.code


def quiet(case: Case) -> None:
    """Tasks are done and running clocks are far from their limits."""
    Clock.objects.filter(case=case, met_at=None).update(
        warn_at=clock.now() + timedelta(days=1), due_at=clock.now() + timedelta(days=2)
    )


def finish_all(world: World, case: Case) -> None:
    for task in case.tasks.open().order_by("step__order", "pk"):
        finish_task(task, world.principal("duty"))


def test_somebody_asked_answers_first(world: World) -> None:
    case = cases.led(world)
    cases.offer(world, "legal", case)
    found = seen(world, "legal", case).step
    assert found.code == "offer"
    assert found.links[0].post
    assert "deputy" in found.text


def test_a_case_in_triage_is_judged_then_led_then_activated(world: World) -> None:
    case = cases.triage(world)
    assert step(world, "duty", case) == "assess"
    assess_severity(case, world.principal("duty"), **cases.SERIOUS)
    assert step(world, "duty", case) == "lead"
    role = cases.offer(world, "crisis_lead", case)
    accept_role(role, world.principal("crisis_lead"))
    assert step(world, "duty", case) == "activate_case"
    assert step(world, "observer", case) == "nothing"


def test_an_active_case_asks_for_the_first_statement(world: World) -> None:
    case = comms.case(world)
    found = seen(world, "duty", case).step
    assert found.code == "first"
    assert found.links[0].url.endswith("/first-statement/")
    draft = comms.draft(world, case=case, purpose="first")
    assert step(world, "community", case) == "draft"
    assert step(world, "observer", case) == "nothing"
    edit_statement(draft, world.principal("community"), text="Other words")
    assert step(world, "community", case) == "draft"


def test_a_text_in_approval_is_decided_by_some_and_awaited_by_others(world: World) -> None:
    request = comms.submitted(world)
    case = request.version.statement.case
    found = seen(world, "comms_lead", case)
    assert found.step.code == "decide"
    assert [seat.is_mine for seat in found.decisions[0].seats] == [True]
    assert step(world, "community", case) == "awaited"
    assert seen(world, "community", case).step.tone == "held"
    comms.approve(world, request)
    assert seen(world, "comms_lead", case).step.code != "decide"


def test_an_approved_text_waits_for_somebody_who_publishes(world: World) -> None:
    version = comms.approved(world)
    case = version.statement.case
    assert step(world, "community", case) == "publish"


def test_a_returned_text_goes_back_to_its_author(world: World) -> None:
    request = comms.submitted(world)
    return_statement(
        request, world.principal("comms_lead", fresh=True), payload_hash=request.payload_hash, comment="Shorter, please"
    )
    assert step(world, "community", request.version.statement.case) == "returned"


def test_places_without_access_wait_for_a_hand(world: World) -> None:
    version = comms.published(world)
    assert step(world, "community", version.statement.case) == "by_hand"


def test_a_refuted_fact_calls_for_a_correction(world: World) -> None:
    case = comms.case(world)
    fact = add_fact(case, world.principal("community"), text="The batch is L2207")
    fact = confirm_fact(fact, world.principal("quality"), public_ok=True)
    draft = comms.draft(world, case=case)
    edit_statement(draft, world.principal("community"), facts=[fact])
    comms.approve(world, submit_statement(draft, world.principal("community")).request)
    type(draft).objects.filter(pk=draft.pk).update(published_at=clock.now())
    assert step(world, "duty", case) != "correct"
    refute_fact(fact, world.principal("quality"))
    found = seen(world, "duty", case).step
    assert (found.code, found.tone) == ("correct", "late")


def test_a_late_task_is_louder_than_the_rest(world: World) -> None:
    case = cases.led(world)
    quiet(case)
    Case.objects.filter(pk=case.pk).update(statement_waived_at=clock.now())
    case.tasks.update(due_at=clock.now() - timedelta(minutes=1))
    found = seen(world, "duty", case).step
    assert (found.code, found.tone) == ("task", "late")
    case.tasks.update(due_at=clock.now() + timedelta(hours=1))
    assert seen(world, "duty", case).step.tone == ""


def test_the_lead_is_asked_whether_it_is_under_control_and_what_stands_in_the_way(world: World) -> None:
    case = cases.led(world)
    quiet(case)
    Case.objects.filter(pk=case.pk).update(statement_waived_at=clock.now())
    finish_all(world, case)
    found = seen(world, "crisis_lead", case).step
    assert (found.code, found.tone) == ("contain_case", "calm")
    assert found.links[0].post
    assert step(world, "observer", case) == "nothing"


def test_resolving_says_what_is_not_done(world: World) -> None:
    case = cases.contained(world)
    case.tasks.update(role="quality")
    found = seen(world, "crisis_lead", case).step
    assert found.code == "resolve_case"
    assert found.text.startswith("Not yet:")


def test_a_review_and_then_nothing(world: World) -> None:
    case = cases.in_review(world)
    assert step(world, "comms_lead", case) == "close_case"
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=clock.now())
    assert step(world, "comms_lead", case) == "closed"


def test_facts_stand_in_the_order_of_what_has_to_be_seen(world: World) -> None:
    case = cases.led(world)
    known = add_fact(case, world.principal("community"), text="The video is ours")
    confirm_fact(known, world.principal("quality"))
    add_fact(case, world.principal("community"), text="Children are in hospital", type="rumour")
    states = [fact.state for fact in seen(world, "duty", case).facts]
    assert states == [FactState.UNVERIFIED, FactState.CONFIRMED]


def test_required_roles_nobody_has_are_named(world: World) -> None:
    case = comms.case(world, **cases.CRITICAL)
    found = seen(world, "duty", case)
    assert "crisis lead" not in found.missing
    assert found.missing


def test_reading_costs_the_same_for_little_and_for_much(world: World) -> None:
    case = comms.submitted(world).version.statement.case
    counted = []
    for _time in range(2):
        for number in range(3):  # so many that the newest lines of the course are of the same kinds both times
            comms.submitted(world, case=case)
            add_fact(case, world.principal("community"), text=f"Fact {number}")
        seal()
        principal = world.principal("comms_lead")
        assert principal.grants
        with CaptureQueriesContext(connection) as made:
            assert overview(with_assessed(Case.objects.all()).visible_row(principal, pk=case.pk), principal).step.code
        counted.append(len(made))
    assert counted[0] == counted[1] <= 14


def test_page_and_its_live_region(world: World) -> None:
    case = cases.led(world)
    seal()
    case.chain.refresh_from_db()
    client, address = world.client("duty"), f"/cases/{case.reference}/"
    page = client.get(address).content.decode()
    assert '<section class="card next' in page
    assert f"?seq={case.chain.head_seq}" in page
    quiet_answer = client.get(address, {"seq": case.chain.head_seq}, headers={"HX-Request": "true"})
    assert quiet_answer.status_code == 204
    fresh = client.get(address, {"seq": case.chain.head_seq - 1}, headers={"HX-Request": "true"})
    assert fresh.content.decode().split()[:2] == ["<div", 'id="overview"']
    assert fresh.content.decode().count('class="arrived"') == 1


@pytest.mark.parametrize("code", ["outsider", "observer"])
def test_what_one_must_not_see_is_not_there(world: World, code: str) -> None:
    case = cases.confidential(world)
    assert world.client(code).get(f"/cases/{case.reference}/").status_code == 404
    assert world.client(code).get("/cases/CD-1999-0001/").status_code == 404


@pytest.mark.parametrize("language", ["cs", "en"])
def test_page_in_both_languages(world: World, language: str) -> None:
    case: Any = comms.submitted(world).version.statement.case
    user = world.user("comms_lead")
    user.language = language
    user.save()
    answer = world.client("comms_lead").get(f"/cases/{case.reference}/")
    assert f'lang="{language}"' in answer.content.decode()
