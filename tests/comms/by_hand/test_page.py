"""The phone page: everything by plain forms and links, the approved text to the letter, the same number of queries."""

import html5lib
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from comms.models import StatementVersion
from comms.sending.actions.by_hand import tick_delivery
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import Delivery
from tests.comms.sending import build
from tests.conftest import World


def page_of(version: StatementVersion) -> str:
    return reverse("comms:by_hand", args=[version.statement.uuid])


def parsed(response: object) -> object:
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False)  # type: ignore[attr-defined]


def test_each_row_holds_the_approved_text_to_copy(world: World, version: StatementVersion) -> None:
    page = parsed(build.reader(world, "community").get(page_of(version)))
    fields = [field for field in page.iter("textarea") if field.get("readonly") is not None]  # type: ignore[attr-defined]
    assert len(fields) == Delivery.objects.filter(version=version, by_hand=True).count()
    assert {field.text for field in fields} == {build.TEXT}


def test_ticking_without_a_script(world: World, version: StatementVersion) -> None:
    client, row = build.reader(world, "community"), build.delivery(version, "facebook")
    answer = client.post(reverse("comms:tick", args=[row.uuid]), {"url": "https://www.facebook.com/zrnko/posts/1"})
    assert (answer.status_code, answer["Location"]) == (303, page_of(version))
    shown = client.get(page_of(version)).content.decode()
    assert "https://www.facebook.com/zrnko/posts/1" in shown
    assert world.user("community").short_name in shown


def test_every_form_carries_its_token(world: World, version: StatementVersion) -> None:
    tick_delivery(build.delivery(version, "facebook"), world.principal("community"))
    build.send_all()
    for name in ("by_hand", "deliveries", "withdraw"):
        page = parsed(build.reader(world, "community").get(reverse(f"comms:{name}", args=[version.statement.uuid])))
        forms = [form for form in page.iter("form") if form.get("method") == "post"]  # type: ignore[attr-defined]
        assert forms
        for form in forms:
            assert [field for field in form.iter("input") if field.get("name") == "csrfmiddlewaretoken"]


def test_a_refused_tick_keeps_what_was_typed_and_says_why(world: World, version: StatementVersion) -> None:
    client, row = build.reader(world, "community"), build.delivery(version, "facebook")
    answer = client.post(
        reverse("comms:tick", args=[row.uuid]), {"posted": "Something else", "url": "https://a.example/1"}
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not the approved text" in shown
    assert "Something else" in shown
    assert "https://a.example/1" in shown


def test_what_was_withdrawn_shows_as_to_be_deleted(world: World, version: StatementVersion) -> None:
    tick_delivery(build.delivery(version, "facebook"), world.principal("community"))
    withdraw_statement(version.statement, world.principal("spokesperson"), reason="Wrong")
    shown = build.reader(world, "community").get(page_of(version)).content.decode()
    assert "Delete there now" in shown
    assert build.TEXT[:20] not in shown


def test_who_may_not_publish_sees_the_rows_without_buttons(world: World, version: StatementVersion) -> None:
    shown = build.reader(world, "legal").get(page_of(version)).content.decode()
    assert "Facebook" in shown
    assert reverse("comms:tick", args=[build.delivery(version, "facebook").uuid]) not in shown


def test_others_do_not_know_it_exists(world: World, version: StatementVersion) -> None:
    assert build.reader(world, "outsider").get(page_of(version)).status_code == 404
    assert Client().get(page_of(version)).status_code == 302


@pytest.mark.parametrize("shape", ["square", "tall"])
def test_the_picture_is_a_file(world: World, version: StatementVersion, shape: str) -> None:
    answer = build.reader(world, "community").get(
        reverse("comms:card", args=[build.delivery(version, "x").uuid, shape])
    )
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"<svg")


def test_queries_do_not_grow_with_the_rows(
    world: World, version: StatementVersion, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = build.reader(world, "community")
    client.get(page_of(version))
    with django_assert_max_num_queries(12):
        client.get(page_of(version))
