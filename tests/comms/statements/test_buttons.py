"""The buttons beside a text: take it back, start a new version, add a language."""

from typing import Any

import pytest

from cases.models import Case
from comms.models import StatementState, StatementVersion
from tests.comms import build
from tests.conftest import World

S = StatementState


def press(world: World, code: str, address: str) -> Any:
    """Press a button without JavaScript; the page that answers is followed."""
    return world.client(code).post(address, follow=True)


def test_a_text_is_taken_out_of_approval_and_a_draft_goes_on(world: World) -> None:
    version = build.submitted(world).version
    page = press(world, "agency", f"/versions/{version.uuid}/take-back/")
    assert page.redirect_chain == [(f"/statements/{version.statement.uuid}/", 303)]
    version.refresh_from_db()
    draft = version.statement.newest("cs")
    assert (version.state, draft.state, draft.number) == (S.RETURNED, S.DRAFT, 2)
    assert build.CZECH in page.content.decode()


def test_what_does_not_wait_is_not_taken_back(world: World) -> None:
    version = build.draft(world)
    page = press(world, "community", f"/versions/{version.uuid}/take-back/")
    assert page.status_code == 200
    assert [str(message) for message in page.context["messages"]]
    version.refresh_from_db()
    assert (version.state, version.statement.versions.filter(language="cs").count()) == (S.DRAFT, 1)


def test_a_new_version_of_an_approved_text_replaces_it(world: World) -> None:
    version = build.approved(world)
    press(world, "agency", f"/versions/{version.uuid}/revise/")
    version.refresh_from_db()
    assert version.state == S.SUPERSEDED
    draft = version.statement.newest("cs")
    assert (draft.state, draft.parent) == (S.DRAFT, version)
    assert [row.user for row in draft.contributors.all()] == [world.user("community")]


def test_a_language_the_case_has_got_since_is_begun(world: World) -> None:
    statement = build.draft(world).statement
    Case.objects.filter(pk=statement.case_id).update(content_languages=["cs", "en", "de"])
    press(world, "community", f"/statements/{statement.uuid}/languages/de/")
    assert statement.newest("de").state == S.DRAFT
    press(world, "community", f"/statements/{statement.uuid}/languages/de/")
    press(world, "community", f"/statements/{statement.uuid}/languages/fr/")
    languages = StatementVersion.objects.filter(statement=statement).values_list("language", flat=True)
    assert sorted(languages) == ["cs", "de", "en"]


@pytest.mark.parametrize("code", ["observer", "manager", "superuser"])
def test_who_only_reads_changes_nothing(world: World, code: str) -> None:
    version = build.submitted(world).version
    press(world, code, f"/versions/{version.uuid}/take-back/")
    version.refresh_from_db()
    assert version.state == S.IN_APPROVAL


def test_for_everybody_else_it_is_not_there(world: World) -> None:
    version = build.submitted(world).version
    outsider = world.client("outsider")
    assert outsider.post(f"/versions/{version.uuid}/take-back/").status_code == 404
    assert outsider.post(f"/versions/{version.uuid}/revise/").status_code == 404
    assert outsider.post(f"/approvals/{version.request.uuid}/", {"verdict": "approve"}).status_code == 404
    Case.objects.filter(pk=version.statement.case_id).update(confidential=True)
    for code in ("community", "comms_lead", "manager", "superuser"):
        assert world.client(code).post(f"/versions/{version.uuid}/take-back/").status_code == 404
    version.refresh_from_db()
    assert version.state == S.IN_APPROVAL


def test_who_is_not_asked_does_not_decide_by_sending_the_form_anyway(world: World) -> None:
    request = build.submitted(world)
    given = {"verdict": "approve", "payload_hash": request.payload_hash, "comment": ""}
    for code, status in (("legal", 409), ("community", 403), ("superuser", 403), ("agency", 403)):
        answer = world.client(code).post(f"/approvals/{request.uuid}/", given)
        assert answer.status_code == status, code
    assert not request.approvals.exists()
