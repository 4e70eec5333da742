"""Writing on the page: works without scripts, loses nothing, says what stands in the way."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import add_fact
from comms.actions.statements import edit_statement
from comms.actions.submitting import submit_statement
from comms.models import Draft, StatementState, StatementVersion
from tests.cases.build import events_of
from tests.comms import build
from tests.conftest import World

LONG = "Stahujeme šarži L2207 z prodeje. Peníze dostanete zpět i bez účtenky. Rodičům se omlouváme."


def address(version: StatementVersion, name: str = "statement") -> str:
    return reverse(f"comms:{name}", args=[version.statement.uuid])


def typed(client: Client, version: StatementVersion, **values: Any) -> dict[str, Any]:
    """What a browser would send: the fields of the page as they stand, with some changed."""
    page = client.get(address(version))
    fields: dict[str, Any] = {}
    for column in page.context["columns"]:
        if column.form is not None:
            for bound in column.form:
                value = bound.value()
                if value not in (None, False):
                    fields[bound.html_name] = value
    return {**fields, **{name.replace("__", "-"): value for name, value in values.items()}}


def test_both_languages_are_saved_from_one_page(world: World) -> None:
    version = build.draft(world)
    client = world.client("agency")
    answer = client.post(address(version), typed(client, version, cs__text=LONG, en__text="We recall batch L2207."))
    assert answer.status_code == 303
    version.refresh_from_db()
    assert version.master.text == LONG
    assert build.translation(version).master.text == "We recall batch L2207."


def test_a_language_nobody_touched_is_left_alone(world: World) -> None:
    version = build.draft(world)
    client = world.client("agency")
    form = typed(client, version, en__text="We know about it.")
    edit_statement(version, world.principal("community"), text=LONG)
    assert client.post(address(version), form).status_code == 303
    assert StatementVersion.objects.get(pk=version.pk).master.text == LONG
    assert len(events_of(version, "statement.edited")) == 1


def test_two_people_in_one_language_see_the_difference(world: World) -> None:
    version = build.draft(world)
    client = world.client("agency")
    form = typed(client, version, cs__text="Druhý text.")
    edit_statement(version, world.principal("community"), text="První text.")
    answer = client.post(address(version), form)
    assert answer.status_code == 409
    body = answer.content.decode()
    assert "Druhý text." in body
    assert "<del>" in body
    again = {**form, "cs-base_hash": answer.context["columns"][0].form.data["cs-base_hash"]}
    assert client.post(address(version), again).status_code == 303
    assert StatementVersion.objects.get(pk=version.pk).master.text == "Druhý text."


def test_save_and_send_for_approval_in_one_tap(world: World) -> None:
    version = build.draft(world)
    client = world.client("community")
    assert client.post(address(version), typed(client, version, cs__text=LONG, submit="cs")).status_code == 303
    version.refresh_from_db()
    assert (version.state, version.master.text) == (StatementState.IN_APPROVAL, LONG)


def test_what_stands_in_the_way_is_said_and_the_text_is_kept(world: World) -> None:
    version = build.draft(world)
    client = world.client("community")
    answer = client.post(address(version), typed(client, version, en__text="We know.", submit="en"))
    assert answer.status_code == 409
    assert "Send the text in the primary language" in answer.content.decode()
    assert build.translation(version).master.text == "We know."


@pytest.mark.parametrize("text", ["x" * 100_001, "a\x0bb"], ids=["too long", "control character"])
def test_a_text_that_cannot_be_sent_is_refused_beside_its_field(world: World, text: str) -> None:
    version = build.draft(world)
    client = world.client("community")
    answer = client.post(address(version), typed(client, version, cs__text=text))
    assert answer.status_code in (409, 422)
    assert answer.context["columns"][0].form.errors["text"]
    assert StatementVersion.objects.get(pk=version.pk).master.text == build.CZECH


def test_a_megabyte_and_a_nul_are_no_accident(world: World) -> None:
    version = build.draft(world)
    client = world.client("community")
    for text in ("š" * 600_000, "a\x00b"):
        assert client.post(address(version), typed(client, version, cs__text=text)).status_code in (409, 422)


def test_markup_is_shown_as_it_is_typed(world: World) -> None:
    version = build.draft(world, text="<script>alert(1)</script> & <b>tučně</b>")
    submit_statement(version, world.principal("community"))
    for name in (address(version), reverse("comms:approval", args=[version.request.uuid])):
        body = world.client("comms_lead").get(name).content.decode()
        assert "<script>alert(1)" not in body
        assert "&lt;script&gt;alert(1)" in body


def test_facts_are_cited_by_ticking_them(world: World) -> None:
    version = build.draft(world)
    fact = add_fact(version.statement.case, world.principal("community"), text="Na videu je náš výrobek")
    client = world.client("community")
    client.post(address(version), typed(client, version, facts=[fact.pk], facts_shown="1"))
    assert [citation.fact for citation in version.citations.all()] == [fact]
    client.post(address(version), typed(client, version, facts_shown="1"))
    assert not version.citations.exists()


def test_what_is_typed_is_kept_without_a_trace_and_is_there_again(world: World) -> None:
    version = build.draft(world)
    client = world.client("agency")
    kept = client.post(address(version, "autosave"), typed(client, version, cs__text="Rozepsáno"))
    assert kept.status_code == 204
    assert StatementVersion.objects.get(pk=version.pk).master.text == build.CZECH
    assert not events_of(version, "statement.edited")
    assert client.get(address(version)).context["columns"][0].form["text"].value() == "Rozepsáno"
    assert world.client("community").get(address(version)).context["columns"][0].form["text"].value() == build.CZECH
    client.post(address(version), typed(client, version))
    assert StatementVersion.objects.get(pk=version.pk).master.text == "Rozepsáno"
    assert not Draft.objects.filter(user=world.user("agency")).exists()


def test_what_could_never_be_saved_is_not_kept(world: World) -> None:
    version = build.draft(world)
    client = world.client("agency")
    answer = client.post(address(version, "autosave"), {"cs-text": "x" * 100_001})
    assert answer.status_code == 422
    assert "100 kB" in answer.content.decode()


def test_who_only_reads_keeps_nothing(world: World) -> None:
    version = build.draft(world)
    assert world.client("observer").post(address(version, "autosave"), {"cs-text": "x"}).status_code == 204
    assert not Draft.objects.exists()
    assert world.client("outsider").post(address(version, "autosave"), {"cs-text": "x"}).status_code == 404


def test_at_most_three_hints_and_none_of_them_blocks(world: World) -> None:
    version = build.draft(world, purpose="first", text="Brzy se ozveme. " * 30)
    client = world.client("community")
    hints = client.get(address(version)).context["columns"][0].context["hints"]
    assert 1 <= len(hints) <= 3
    assert client.post(address(version), typed(client, version, submit="cs")).status_code == 303


def test_a_text_that_no_longer_changes_offers_the_next_step(world: World) -> None:
    version = build.approved(world)
    body = world.client("community").get(address(version)).content.decode()
    assert reverse("comms:publish", args=[version.uuid]) in body
    assert reverse("comms:revise", args=[version.uuid]) in body
    assert "cs-text" not in body
    answer = world.client("community").post(reverse("comms:revise", args=[version.uuid]))
    assert answer.status_code == 303
    assert version.statement.newest("cs").number == 2


def test_a_statement_is_begun_from_its_case(world: World) -> None:
    case = build.case(world)
    client = world.client("community")
    answer = client.post(reverse("comms:draft", args=[case.reference]), {"purpose": "apology"})
    (statement,) = case.statements.all()
    assert answer["Location"] == reverse("comms:statement", args=[statement.uuid])
    assert statement.purpose == "apology"


def test_settings_are_changed_on_their_own_page(world: World) -> None:
    version = build.draft(world)
    newsroom = version.statement.accounts.get(code="newsroom")
    client = world.client("community")
    page = reverse("comms:change", args=[version.statement.uuid])
    assert client.post(page, {"accounts": [newsroom.pk], "admits_fault": "on"}).status_code == 303
    version.statement.refresh_from_db()
    assert list(version.statement.accounts.all()) == [newsroom]
    assert (version.statement.admits_fault, version.statement.publish_when_approved) == (True, False)
