"""Whose words are in a template is kept in rows of its own, by which the database refuses their approval."""

import importlib

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from comms.actions.templates import (
    approve_template,
    draft_template,
    edit_template,
    return_template,
    submit_template,
)
from comms.models import TemplateApproval, TemplateContributor, TemplateState, TemplateVersion
from crisisdesk.core.errors import NotNow
from tests.cases.build import codes
from tests.comms import build
from tests.comms.templates.test_writing_templates import approve, drafted, waiting
from tests.conftest import World
from tests.database import as_owner, owner_connection


def again(version: TemplateVersion) -> TemplateVersion:
    return TemplateVersion.objects.get(pk=version.pk)


def wrote(version: TemplateVersion) -> set[str]:
    return {row.user.email.partition("@")[0] for row in version.contributors.select_related("user")}


def test_whoever_drafts_and_whoever_edits_has_words_in_it(world: World) -> None:
    version = drafted(world)
    assert wrote(version) == {"duty"}
    edit_template(version, world.principal("crisis_lead"), title="Titulek")
    edit_template(again(version), world.principal("crisis_lead"), title="Titulek znovu")
    edit_template(again(version), world.principal("manager"), title="Jiný titulek")
    assert wrote(version) == {"duty", "crisis.lead", "manager"}


def test_nothing_in_the_history_decides_who_may_approve(world: World) -> None:
    version = drafted(world)
    edit_template(version, world.principal("comms_lead"), title="Titulek")
    edit_template(again(version), world.principal("duty"), title="Lepší titulek")
    version = submit_template(again(version), world.principal("duty"))
    version.history.all().delete()
    with pytest.raises(NotNow) as refused:
        approve(world, version, "comms_lead")
    assert codes(refused) == {"four_eyes"}


def test_a_version_that_begins_as_the_one_before_has_its_writers(world: World) -> None:
    first = waiting(world)
    for person in ("legal", "comms_lead"):
        approve(world, first, person)
    same = draft_template(first.template, world.principal("manager"), language="cs")
    assert wrote(same) == {"duty", "manager"}


def test_new_words_are_those_of_whoever_wrote_them(world: World) -> None:
    first = waiting(world)
    for person in ("legal", "comms_lead"):
        approve(world, first, person)
    text = "Zjišťujeme to. Ozveme se v {time} hodin."
    assert wrote(draft_template(first.template, world.principal("manager"), language="cs", text=text)) == {"manager"}


def test_whoever_returned_it_wrote_nothing_and_may_approve_it_later(world: World) -> None:
    version = waiting(world)
    return_template(version, world.principal("comms_lead"), comment="Kdo to slibuje?")
    edit_template(again(version), world.principal("duty"), text="Píšeme v {time} hodin.")
    version = submit_template(again(version), world.principal("duty"))
    for person in ("legal", "comms_lead"):
        version = approve(world, version, person)
    assert version.state == TemplateState.APPROVED


def test_the_database_refuses_the_approval_of_whoever_wrote(world: World) -> None:
    version = drafted(world)
    edit_template(version, world.principal("comms_lead"), title="Titulek")
    edit_template(again(version), world.principal("duty"), title="Lepší titulek")
    version = submit_template(again(version), world.principal("duty"))
    with pytest.raises(DatabaseError, match="an author never approves"), transaction.atomic():
        TemplateApproval.objects.create(
            version=version, user=world.user("comms_lead"), roles=[], payload_hash=version.payload_hash
        )


def test_nobody_leaves_and_nobody_is_added_afterwards(world: World) -> None:
    version = drafted(world)
    for statement in ("DELETE FROM comms_templatecontributor", "UPDATE comms_templatecontributor SET user_id = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    version = submit_template(again(version), world.principal("duty"))
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        TemplateContributor.objects.create(version=version, user=world.user("legal"))


def test_the_page_and_the_api_say_who_wrote_in_it(world: World) -> None:
    version = waiting(world)
    client = world.client("comms_lead")
    assert "Wrote in it" in client.get(f"/templates/{version.uuid}/").content.decode()
    shown = client.get(f"/api/v1/template-versions/{version.uuid}").json()
    assert shown["contributors"] == [str(world.user("duty").uuid)]


def test_templates_that_were_there_before_get_their_writers_from_the_history(world: World, committed_db: str) -> None:
    """First drafted by one and edited by another, approved, taken over by a third; returned once by a fourth."""
    first = drafted(world)
    edit_template(first, world.principal("crisis_lead"), title="Titulek")
    first = submit_template(again(first), world.principal("crisis_lead"))
    return_template(first, world.principal("legal"), comment="Kdo to slibuje?")
    first = submit_template(again(first), world.principal("crisis_lead"))
    for person in ("legal", "comms_lead"):
        approve_template(again(first), world.principal(person, fresh=True), payload_hash=first.payload_hash)
    second = draft_template(first.template, world.principal("manager"), language="cs")
    before = {(row.version_id, row.user_id) for row in TemplateContributor.objects.all()}
    assert {(second.pk, world.user(code).pk) for code in ("duty", "crisis_lead", "manager")} <= before
    with owner_connection(committed_db) as owner:
        owner.execute("ALTER TABLE comms_templatecontributor DISABLE TRIGGER USER")
        owner.execute("DELETE FROM comms_templatecontributor")
    filling = importlib.import_module("comms.migrations.0010_template_contributors_filled")
    with as_owner():
        filling.fill(apps, None)
    assert {(row.version_id, row.user_id) for row in TemplateContributor.objects.all()} == before


def test_reasons_kept_in_the_history_are_blanked_and_names_of_actions_stay(world: World, committed_db: str) -> None:
    version = build.draft(world)
    statement = version.statement
    statement.history.update(history_change_reason="Jan Novák to zkazil.")
    version.history.update(history_change_reason="comms.draft_statement")
    blanking = importlib.import_module("crisisdesk.core.migrations.0006_reasons_blanked")
    with owner_connection(committed_db) as owner:
        owner.execute(blanking.BLANK)
    assert {row.history_change_reason for row in statement.history.all()} == {""}
    assert {row.history_change_reason for row in version.history.all()} == {"comms.draft_statement"}
