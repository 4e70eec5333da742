"""The first statement on a page; prepared texts and their approval."""

from typing import Any

from django.urls import reverse

from comms.models import StatementTemplate, StatementVersion, TemplateState, TemplateVersion
from tests.comms import build
from tests.conftest import World


def page_of(world: World, languages: tuple[str, ...] = ("cs", "en")) -> tuple[Any, str, list[TemplateVersion]]:
    """A case, the address of the general first statement in it, and the approved versions."""
    versions = build.prepared(world, languages=languages)
    case = build.case(world)
    return case, reverse("comms:release", args=[case.reference, versions[0].template.uuid]), versions


def test_one_button_signs_and_publishes(world: World) -> None:
    case, page, _versions = page_of(world)
    client = world.client("duty")
    answer = client.post(page, {**build.VALUES, "languages": ["en"]})
    assert answer.status_code == 303
    (statement,) = case.statements.all()
    assert answer["Location"] == reverse("comms:statement", args=[statement.uuid])
    assert set(statement.versions.values_list("language", "state")) == {("cs", "publishing"), ("en", "publishing")}


def test_the_other_language_is_left_out_where_nobody_ticks_it(world: World) -> None:
    case, page, _versions = page_of(world)
    world.client("duty").post(page, build.VALUES)
    assert [row.language for row in StatementVersion.objects.filter(statement__case=case)] == ["cs"]


def test_what_is_shown_is_what_goes_out(world: World) -> None:
    case, page, _versions = page_of(world)
    client = world.client("duty")
    shown = client.get(page, {**build.VALUES, "languages": "en", "preview": "1"}).context["previews"]
    client.post(page, {**build.VALUES, "languages": ["en"]})
    out = {row.language: row.master.text for row in StatementVersion.objects.filter(statement__case=case)}
    assert {one["language"]: one["text"] for one in shown} == out


def test_the_preview_is_a_fragment_for_the_page_itself(world: World) -> None:
    _case, page, _versions = page_of(world)
    answer = world.client("duty").get(page, {"preview": "1", "time": "13:00"}, headers={"HX-Request": "true"})
    body = answer.content.decode()
    assert "<html" not in body
    assert "ve\u00a013\u00a0hodin" in body
    assert "[telefon]" in body or "[phone]" in body


def test_prose_in_a_closed_field_comes_back_with_what_was_typed(world: World) -> None:
    case, page, _versions = page_of(world)
    answer = world.client("duty").post(page, {**build.VALUES, "phone": "zavolejte nám kdykoli"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["phone"]
    assert "zavolejte nám kdykoli" in answer.content.decode()
    assert not case.statements.exists()


def test_whoever_may_not_sign_reads_why(world: World) -> None:
    _case, page, _versions = page_of(world)
    body = world.client("community").get(page).content.decode()
    assert "Only this role signs a prepared text alone: comms duty officer" in body


def test_the_texts_that_fit_the_case_are_offered(world: World) -> None:
    case, page, _versions = page_of(world)
    build.prepared(world, "own_post")
    body = world.client("duty").get(reverse("comms:first_statement", args=[case.reference])).content.decode()
    assert page in body
    assert "na sítích: [téma]" in body
    other = StatementTemplate.objects.get(brand=world.brand, code="own_post")
    assert reverse("comms:release", args=[case.reference, other.uuid]) not in body


def test_a_template_is_approved_on_its_page(world: World) -> None:
    version = build.in_approval(world)
    page = reverse("comms:template", args=[version.uuid])
    for person in ("comms_lead", "legal"):
        client = world.client(person)
        assert "Approve exactly this text" in client.get(page).content.decode()
        client.post(reverse("comms:template_approve", args=[version.uuid]), {"payload_hash": version.payload_hash})
        assert "Approve exactly this text" not in client.get(page).content.decode()
    version.refresh_from_db()
    assert version.state == TemplateState.APPROVED


def test_a_draft_is_edited_submitted_and_returned(world: World) -> None:
    version = TemplateVersion.objects.get(template__brand=world.brand, template__code="no_news", language="cs")
    client = world.client("duty")
    page = reverse("comms:template", args=[version.uuid])
    changed = {"title": "Zatím nic", "text": version.text}
    assert client.post(page, changed).status_code == 303
    client.post(reverse("comms:template_submit", args=[version.uuid]))
    version.refresh_from_db()
    assert (version.title, version.state) == ("Zatím nic", TemplateState.IN_APPROVAL)
    back = reverse("comms:template_return", args=[version.uuid])
    world.client("legal").post(back, {"comment": "Kdy se ozveme?"})
    version.refresh_from_db()
    assert version.state == TemplateState.DRAFT


def test_a_signed_text_is_reviewed_on_its_page(world: World) -> None:
    review = build.review(world)
    page = reverse("comms:review", args=[review.uuid])
    client = world.client("comms_lead")
    assert "v\u00a011\u00a0hodin" in client.get(page).content.decode()
    assert client.post(page, {"outcome": "faulted", "comment": ""}).status_code == 422
    assert client.post(page, {"outcome": "confirmed"}).status_code == 303
    review.refresh_from_db()
    assert review.reviewed_by == world.user("comms_lead")


def test_a_template_is_retired_and_begun_anew_with_a_button(world: World) -> None:
    (version,) = build.prepared(world)
    client = world.client("duty")
    assert client.post(f"/templates/{version.uuid}/new-version/").status_code == 303
    draft = version.template.versions.get(language="cs", number=version.number + 1)
    assert (draft.state, draft.text, draft.author) == ("draft", version.text, world.user("duty"))
    assert [row.name for row in draft.placeholders.all()] == [row.name for row in version.placeholders.all()]
    assert client.post(f"/templates/{version.uuid}/retire/").status_code == 303
    version.refresh_from_db()
    assert version.state == "retired"
    world.client("legal").post(f"/templates/{draft.uuid}/submit/")
    draft.refresh_from_db()
    assert draft.state == "draft"
