"""Templates: written by one person, approved by two others, final from then on."""

from typing import Any

import pytest

from comms.actions.templates import (
    approve_template,
    close_value,
    create_template,
    draft_template,
    edit_template,
    register_value,
    retire_template,
    return_template,
    submit_template,
)
from comms.models import RegisteredValue, TemplateState, TemplateVersion
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.errors import Denied, Invalid, Missing, NotFresh, NotNow, Stale
from crisisdesk.core.models.notifications import Notification
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World

FIELD = {"name": "time", "type": "time", "label_cs": "čas", "label_en": "time"}
TEXT = "Ozveme se v {time} hodin."


def drafted(world: World, text: str = TEXT, **values: Any) -> TemplateVersion:
    """A draft of a new template, written by the duty officer."""
    author = world.principal("duty")
    template = create_template(world.brand, author, code="own", name_cs="Vlastní", name_en="Own")
    return draft_template(template, author, **{"language": "cs", "text": text, "closed_fields": [FIELD], **values})


def waiting(world: World, **values: Any) -> TemplateVersion:
    """One that waits for its two people."""
    return submit_template(drafted(world, **values), world.principal("duty"))


def approve(world: World, version: TemplateVersion, by: str) -> TemplateVersion:
    return approve_template(version, world.principal(by, fresh=True), payload_hash=version.payload_hash)


def test_two_people_who_did_not_write_it_approve_a_template(world: World) -> None:
    version = waiting(world)
    assert approve(world, version, "legal").state == TemplateState.IN_APPROVAL
    done = approve(world, version, "comms_lead")
    assert (done.state, done.approved_at is not None) == (TemplateState.APPROVED, True)
    assert done.review_by is not None
    assert (done.review_by - done.approved_at.date()).days == 180
    for kind in ("template.drafted", "template.submitted", "template.confirmed", "template.approved"):
        assert len(events_of(version, kind)) == 1


def test_whose_words_a_new_version_takes_over_is_its_author_too(world: World) -> None:
    first = waiting(world)
    for person in ("legal", "comms_lead"):
        approve(world, first, person)
    second = draft_template(first.template, world.principal("manager"), language="cs")
    second = submit_template(second, world.principal("manager"))
    grant_membership(world.brand, SYSTEM, user=world.user("duty"), role="care")
    with pytest.raises(NotNow) as refused:
        approve(world, second, "duty")
    assert codes(refused) == {"four_eyes"}
    for person in ("legal", "comms_lead"):
        second = approve(world, second, person)
    assert second.state == TemplateState.APPROVED


def test_new_words_have_new_authors(world: World) -> None:
    first = waiting(world)
    for person in ("legal", "comms_lead"):
        approve(world, first, person)
    text = "Zjišťujeme to. Ozveme se v {time} hodin."
    second = draft_template(first.template, world.principal("manager"), language="cs", text=text)
    second = submit_template(second, world.principal("manager"))
    grant_membership(world.brand, SYSTEM, user=world.user("duty"), role="care")
    for person in ("duty", "legal"):
        second = approve(world, second, person)
    assert second.state == TemplateState.APPROVED


def test_the_same_person_twice_is_one_approval(world: World) -> None:
    version = waiting(world)
    approve(world, version, "legal")
    assert approve(world, TemplateVersion.objects.get(pk=version.pk), "legal").state == TemplateState.IN_APPROVAL
    assert version.approvals.count() == 1


def test_its_author_never_approves_it(world: World) -> None:
    version = drafted(world)
    edit_template(version, world.principal("comms_lead"), title="Titulek")
    version = submit_template(TemplateVersion.objects.get(pk=version.pk), world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        approve(world, version, "comms_lead")
    assert codes(refused) == {"four_eyes"}


def test_an_earlier_author_of_the_draft_does_not_either(world: World) -> None:
    version = drafted(world)
    edit_template(version, world.principal("crisis_lead"), title="Titulek")
    edit_template(TemplateVersion.objects.get(pk=version.pk), world.principal("duty"), title="Lepší titulek")
    version = submit_template(TemplateVersion.objects.get(pk=version.pk), world.principal("duty"))
    with pytest.raises(NotNow):
        approve(world, version, "crisis_lead")


def test_a_named_role_must_be_among_them(world: World) -> None:
    version = build.in_approval(world, "data_leak")
    for code in ("comms_lead", "legal"):
        assert approve(world, version, code).state == TemplateState.IN_APPROVAL
    assert approve(world, version, "dpo").state == TemplateState.APPROVED


def test_another_text_than_the_one_read_is_not_approved(world: World) -> None:
    version = waiting(world)
    with pytest.raises(Stale):
        approve_template(version, world.principal("legal", fresh=True), payload_hash="0" * 64)
    with pytest.raises(NotFresh):
        approve_template(version, world.principal("legal"), payload_hash=version.payload_hash)


@pytest.mark.parametrize(
    ("code", "error"), [("superuser", Denied), ("service", Denied), ("manager", Denied), ("outsider", Missing)]
)
def test_nobody_else_approves(world: World, code: str, error: type[Exception]) -> None:
    version = waiting(world)
    with pytest.raises(error):
        approve(world, version, code)


def test_approved_it_never_changes(world: World) -> None:
    (version,) = build.prepared(world)
    with pytest.raises(NotNow) as refused:
        edit_template(version, world.principal("duty"), text="Jinak")
    assert codes(refused) == {"submitted"}


def test_a_new_version_retires_the_one_before_it(world: World) -> None:
    (first,) = build.prepared(world)
    second = draft_template(first.template, world.principal("duty"), language="cs")
    assert (second.number, second.text) == (2, first.text)
    assert [row.name for row in second.placeholders.all()] == [row.name for row in first.placeholders.all()]
    edit_template(second, world.principal("duty"), title="Jiný titulek")
    second = submit_template(TemplateVersion.objects.get(pk=second.pk), world.principal("duty"))
    assert second.payload_hash != first.payload_hash
    for code in ("comms_lead", "legal"):
        approve(world, second, code)
    first.refresh_from_db()
    assert first.state == TemplateState.RETIRED
    assert len(events_of(first, "template.retired")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bez polí.", "not used"),
        ("V {time} a {place}.", "not defined"),
        ("V {time} {", "brace"),
        ("", "Write the text"),
        ("V {time}.\x00", "cannot be sent"),
    ],
)
def test_a_template_that_cannot_be_filled_is_not_submitted(world: World, text: str, said: str) -> None:
    version = drafted(world)
    TemplateVersion.objects.filter(pk=version.pk).update(text=text.replace("\x00", "\x01"))
    with pytest.raises(Invalid) as refused:
        submit_template(TemplateVersion.objects.get(pk=version.pk), world.principal("duty"))
    assert said in str(refused.value)


def test_a_template_is_returned_with_a_reason(world: World) -> None:
    version = waiting(world)
    approve(world, version, "legal")
    returned = return_template(version, world.principal("comms_lead"), comment="Kdo to slibuje?")
    assert returned.state == TemplateState.DRAFT
    (event,) = events_of(version, "template.returned")
    assert "slibuje" not in event.canonical
    with pytest.raises(Invalid):
        return_template(waiting_again(world, version), world.principal("comms_lead"), comment=" ")


def waiting_again(world: World, version: TemplateVersion) -> TemplateVersion:
    """The same version, changed and sent once more; the approval of the old text does not count."""
    edit_template(TemplateVersion.objects.get(pk=version.pk), world.principal("duty"), text="Píšeme v {time} hodin.")
    again = submit_template(TemplateVersion.objects.get(pk=version.pk), world.principal("duty"))
    assert again.approvals.filter(payload_hash=again.payload_hash).count() == 0
    return again


def test_a_template_is_retired(world: World) -> None:
    (version,) = build.prepared(world)
    assert retire_template(version, world.principal("duty")).state == TemplateState.RETIRED
    assert not build.case(world).brand.statement_templates.for_case(build.case(world)).exists()


def test_a_value_is_registered_and_closed_by_administrators(world: World) -> None:
    manager = world.principal("manager")
    host = register_value(world.brand, manager, type="host", value="https://WWW.Zrnko.example/")
    assert host.value == "www.zrnko.example"
    product = register_value(world.brand, manager, type="product", value=" Dětská kaše ")
    register = RegisteredValue.register_of(world.brand)
    assert "www.zrnko.example" in register.hosts
    assert register.products == {"Dětská kaše"}
    close_value(product, manager)
    assert RegisteredValue.register_of(world.brand).products == frozenset()
    with pytest.raises(Denied):
        register_value(world.brand, world.principal("duty"), type="product", value="Cokoli")
    for value in ("nikde", "zrnko.example/cesta", "nic není pravda.cz", "nic neni pravda.cz", "a..b", ".cz"):
        with pytest.raises(Invalid):
            register_value(world.brand, manager, type="host", value=value)


def test_nobody_is_told_of_a_draft(world: World) -> None:
    drafted(world)
    assert not Notification.objects.exists()
