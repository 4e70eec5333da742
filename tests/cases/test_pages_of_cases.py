"""The pages: every verb works as a form without JavaScript, live parts answer 204, lists are cheap."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.actions import add_note, take_over_signal
from cases.models import Case, CaseState, Signal, SignalState
from tests.cases.build import SERIOUS, active, english, kind, led, offer, signal, triage
from tests.conftest import World


def said(response: Any) -> str:
    """The page at the end of a redirect, as text."""
    return response.content.decode()


def test_from_the_report_to_an_active_case(world: World) -> None:
    client = world.client("duty")
    given = {
        "brand": world.brand.uuid,
        "title": "Mould in baby porridge",
        "text": "A video is going round",
        "links": "https://example.org/video\n\nhttps://example.org/copy",
        "kind": kind().pk,
    }
    response = client.post("/signals/new/", given)
    made = Signal.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/signals/{made.uuid}/")
    assert made.links == ["https://example.org/video", "https://example.org/copy"]
    page = said(client.get(f"/signals/{made.uuid}/"))
    assert "Mould in baby porridge" in page
    response = client.post(f"/signals/{made.uuid}/lead/", {**SERIOUS, "title": made.title, "kind": kind().pk})
    case = Case.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/cases/{case.reference}/")
    assert case.state == CaseState.ACTIVE


def test_what_is_missing_stays_on_the_page(world: World) -> None:
    made = signal(world)
    response = world.client("duty").post(
        f"/signals/{made.uuid}/lead/", {"harm": "no", "spreading": "yes", "title": "My own title"}
    )
    assert response.status_code == 422
    assert "My own title" in said(response)
    assert not Case.objects.exists()


def test_taking_over_from_the_list(world: World) -> None:
    client, made = english(world, "duty"), signal(world)
    assert "Take over" in said(client.get("/signals/"))
    response = client.post(f"/signals/{made.uuid}/take-over/", headers={"referer": "http://testserver/signals/"})
    assert (response.status_code, response["Location"]) == (303, "http://testserver/signals/")
    made.refresh_from_db()
    assert made.state == SignalState.TAKEN_OVER
    slower = english(world, "comms_lead")
    page = slower.post(
        f"/signals/{made.uuid}/take-over/", headers={"referer": "http://testserver/signals/"}, follow=True
    )
    assert "Taken over already: T. Beneš" in said(page)


def test_opening_a_case_for_somebody_else(world: World) -> None:
    made = signal(world)
    response = world.client("duty").post(
        f"/signals/{made.uuid}/open/", {"title": "Porridge", "kind": kind().pk, "lead": world.user("crisis_lead").pk}
    )
    assert response.status_code == 303
    assert Case.objects.get().roles.offered().get().user == world.user("crisis_lead")


def test_dismissing_and_attaching(world: World) -> None:
    client, case = world.client("duty"), triage(world)
    first, second = signal(world), signal(world)
    assert client.post(f"/signals/{first.uuid}/dismiss/", {"reason": ""}).status_code == 422
    assert client.post(f"/signals/{first.uuid}/dismiss/", {"reason": "Old news"}).status_code == 303
    response = client.post(f"/signals/{second.uuid}/attach/", {"case": case.pk})
    assert response["Location"] == f"/cases/{case.reference}/"
    assert case.signals.count() == 2


def test_activating_asks_for_what_is_missing(world: World) -> None:
    case = triage(world)
    client = world.client("duty")
    page = said(client.get(f"/cases/{case.reference}/activate/"))
    assert 'name="harm"' in page
    assert 'name="lead"' in page
    assert 'name="kind"' not in page
    response = client.post(f"/cases/{case.reference}/activate/", {**SERIOUS, "lead": world.user("duty").pk})
    assert response.status_code == 303
    case.refresh_from_db()
    assert case.state == CaseState.ACTIVE


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("notes/", {"text": "The shop called"}),
        ("decisions/", {"decision": "We stop selling it", "why": "Safety first"}),
        ("tasks/", {"title": "Call the mill", "due_at": "2031-05-01T10:00"}),
        ("facts/new/", {"text": "The video shows our product"}),
        ("facts/new/", {"text": "Who filmed it?", "state": "open", "type": "fact", "verify_by": "2031-05-01T10:00"}),
        ("people/offer/", {"role": "legal"}),
        ("severity/", {"harm": "yes", "spreading": "no", "growing": "no", "sentence": "Children eat it"}),
        ("waive/", {"why": "Only one customer"}),
        ("confidential/", {"confidential": "on", "reason": "A colleague is named"}),
    ],
)
def test_forms_of_a_case(world: World, verb: str, values: dict[str, Any]) -> None:
    case = led(world)
    if verb == "people/offer/":
        values = {**values, "user": world.user("legal").pk}
    response = world.client("crisis_lead").post(f"/cases/{case.reference}/{verb}", values)
    assert response.status_code == 303, said(response)
    assert world.client("crisis_lead").get(response["Location"]).status_code == 200


def test_a_change_that_came_too_late_keeps_what_was_typed(world: World) -> None:
    case = triage(world)
    given = {
        "title": "My title",
        "summary": "",
        "kind": case.kind_id,
        "primary_language": "cs",
        "content_languages": ["cs", "en"],
        "version": case.version,
    }
    client = world.client("duty")
    assert client.post(f"/cases/{case.reference}/change/", {**given, "title": "Faster"}).status_code == 303
    response = client.post(f"/cases/{case.reference}/change/", given)
    assert response.status_code == 412
    assert "My title" in said(response)


def test_buttons_refuse_with_a_message(world: World) -> None:
    case = led(world)
    page = english(world, "crisis_lead").post(f"/cases/{case.reference}/contain/", follow=True)
    assert "statement" in said(page).lower()
    case.refresh_from_db()
    assert case.state == CaseState.ACTIVE


def test_tasks_clocks_facts_and_roles(world: World, sealed: Callable[[], None]) -> None:
    case = led(world)
    client = world.client("duty")
    first, second, third = case.tasks.open()[:3]
    assert client.post(f"/tasks/{first.uuid}/start/").status_code == 303
    assert client.post(f"/tasks/{first.uuid}/finish/").status_code == 303
    assert client.post(f"/tasks/{second.uuid}/block/", {"reason": "Locked out"}).status_code == 303
    assert client.post(f"/tasks/{third.uuid}/skip/", {"reason": "Not needed"}).status_code == 303
    hold = case.clocks.get(code="hold")
    assert client.post(f"/clocks/{hold.uuid}/done/", {"note": "All campaigns are stopped"}).status_code == 303
    client.post(f"/cases/{case.reference}/facts/new/", {"text": "The video shows our product"})
    fact = case.facts.get()
    assert client.post(f"/facts/{fact.uuid}/change/", {"text": "The video shows L2207"}).status_code == 303
    assert client.post(f"/facts/{fact.uuid}/confirm/", {"public_ok": "on"}).status_code == 303
    assert client.post(f"/facts/{fact.uuid}/refute/", {"source": "Metadata"}).status_code == 303
    assert client.post(f"/facts/{fact.uuid}/retire/").status_code == 303
    offered = offer(world, "legal", case)
    assert client.post(f"/roles/{offered.uuid}/withdraw/").status_code == 303
    lead = case.roles.get(role="crisis_lead")
    assert client.post(f"/roles/{lead.uuid}/end/", {"reason": "Shift is over"}).status_code == 303
    sealed()
    page = said(client.get(f"/cases/{case.reference}/course/"))
    for text in ("Locked out", "Not needed", "All campaigns are stopped", "The video shows L2207", "Shift is over"):
        assert text in page


def test_the_course_tells_who_did_what(world: World, sealed: Callable[[], None]) -> None:
    case = led(world)
    sealed()
    page = said(english(world, "scribe").get(f"/cases/{case.reference}/course/"))
    assert "Case opened: <b>T. Beneš</b>" in page
    assert "Role accepted (crisis lead): <b>Z. Říhová</b>" in page
    assert "Taken over: <b>T. Beneš</b>" in page
    assert world.client("care").get(f"/cases/{case.reference}/course/").status_code == 200


def test_a_long_course_has_pages(world: World, sealed: Callable[[], None]) -> None:
    case = active(world)
    for number in range(55):
        add_note(case, world.principal("scribe"), text=f"Note {number:02}")
    sealed()
    client = english(world, "scribe")
    first = said(client.get(f"/cases/{case.reference}/course/"))
    assert "Note 54" in first
    assert "Note 00" not in first
    address = first.split("?before=")[1].split('"')[0]
    second = said(client.get(f"/cases/{case.reference}/course/?before={address}"))
    assert "Note 00" in second
    assert "Signal (reported by a person)" in second


def test_live_parts_answer_204_until_something_happens(world: World, sealed: Callable[[], None]) -> None:
    case, client = led(world), world.client("scribe")
    sealed()
    case.chain.refresh_from_db()
    seq = case.chain.head_seq
    for part in ("head", "course/live"):
        assert client.get(f"/cases/{case.reference}/{part}/?seq={seq}").status_code == 204
    add_note(case, world.principal("duty"), text="News")
    sealed()
    assert "News" in said(client.get(f"/cases/{case.reference}/course/live/?seq={seq}"))
    assert client.get(f"/cases/{case.reference}/head/?seq={seq}&tab=facts").status_code == 200


def test_the_page_of_a_signal_is_live(world: World) -> None:
    made, client = signal(world), world.client("community")
    page = said(client.get(f"/signals/{made.uuid}/"))
    known = page.split(f"/signals/{made.uuid}/live/?state=")[1].split('"')[0]
    assert client.get(f"/signals/{made.uuid}/live/?state={known}").status_code == 204
    take_over_signal(made, world.principal("duty"))
    assert "T. Beneš" in said(client.get(f"/signals/{made.uuid}/live/?state={known}"))


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize(("address", "most"), [("/cases/", 10), ("/signals/?state=all", 12)])
def test_lists_take_a_constant_number_of_queries(world: World, address: str, most: int) -> None:
    client = world.client("duty")
    led(world)
    few = queries(client, address)
    for _ in range(4):
        active(world)
        signal(world)
    assert queries(client, address) == few <= most


def test_a_page_of_a_case_takes_few_queries(world: World, sealed: Callable[[], None]) -> None:
    case, client = led(world), world.client("duty")
    sealed()
    assert queries(client, f"/cases/{case.reference}/") <= 16
    assert queries(client, f"/cases/{case.reference}/course/") <= 15
    assert queries(client, f"/cases/{case.reference}/facts/") <= 12  # the evidence is one of them


def test_a_poll_asks_for_the_session_the_account_its_grants_and_one_number(
    world: World, sealed: Callable[[], None], django_assert_num_queries: Any
) -> None:
    case, client = led(world), world.client("duty")
    sealed()
    case.chain.refresh_from_db()
    for page in ("", "head/", "course/live/"):
        address = f"/cases/{case.reference}/{page}?seq={case.chain.head_seq}"
        client.get(address)
        with django_assert_num_queries(4):
            assert client.get(address).status_code == 204


def test_a_poll_tells_nobody_else_whether_there_is_anything_new(world: World, sealed: Callable[[], None]) -> None:
    case = led(world)
    sealed()
    case.chain.refresh_from_db()
    for page in ("", "head/", "course/live/"):
        address = f"/cases/{case.reference}/{page}?seq={case.chain.head_seq}"
        assert world.client("outsider").get(address).status_code == 404
        assert world.client("anonymous").get(address).status_code == 302


def test_what_may_be_done_with_a_case_asks_once_whether_it_is_seen(world: World) -> None:
    case, client = led(world), world.client("crisis_lead")
    assert queries(client, f"/api/v1/cases/{case.reference}") <= 11
    assert queries(client, "/api/v1/cases?limit=25") <= 6


def test_lists_have_pages_by_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from cases.views.base import KeysetPage

    monkeypatch.setattr(KeysetPage, "SIZE", 2)
    cases = [triage(world) for _ in range(5)]
    client, address, seen = world.client("duty"), "/cases/", []
    for _ in range(3):
        page = said(client.get(address))
        seen += [case.reference for case in reversed(cases) if f">{case.title}" in page and case.reference in page]
        address = "/cases/?after=" + page.rpartition('href="?after=')[2].split('"')[0]
    assert seen == [case.reference for case in reversed(cases)]


@pytest.mark.parametrize(
    "query", ["state=nonsense", "severity=9", "brand=nobody", "after=x", "after=99999999999999999999", "q=%00"]
)
def test_nonsense_in_the_address_breaks_nothing(world: World, query: str) -> None:
    triage(world)
    client = world.client("duty")
    for address in ("/cases/", "/signals/"):
        assert client.get(f"{address}?{query}").status_code in (200, 400)


@pytest.mark.parametrize("reference", ["CD-2026-9999", "nothing", "CD-2026-0001%00"])
def test_an_unknown_case_is_not_there(world: World, reference: str) -> None:
    assert world.client("duty").get(f"/cases/{reference}/course/").status_code == 404
