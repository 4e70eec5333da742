"""Starting a new version of a text that no longer changes."""

import pytest

from comms.actions.deciding import reject_statement
from comms.actions.statements import revise_statement
from comms.models import StatementState, StatementVersion
from crisisdesk.core.errors import NotNow
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def test_an_approved_text_is_replaced_and_the_new_one_has_no_approvals(world: World) -> None:
    approved = build.approved(world)
    draft = revise_statement(approved, world.principal("agency"))
    assert (draft.number, draft.parent, draft.state) == (2, approved, StatementState.DRAFT)
    assert draft.master.text == approved.master.text
    assert not hasattr(draft, "request")
    approved.refresh_from_db()
    assert approved.state == StatementState.SUPERSEDED
    assert len(events_of(draft, "statement.revised")) == 1


def test_everybody_whose_words_are_in_it_stays_a_contributor(world: World) -> None:
    draft = revise_statement(build.approved(world), world.principal("agency"))
    assert [row.user for row in draft.contributors.all()] == [world.user("community")]


def test_a_rejected_text_can_be_begun_anew(world: World) -> None:
    request = build.submitted(world)
    reject_statement(request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Ne takto")
    rejected = StatementVersion.objects.get(pk=request.version_id)
    draft = revise_statement(rejected, world.principal("community"))
    assert draft.number == 2
    rejected.refresh_from_db()
    assert rejected.state == StatementState.REJECTED
    with pytest.raises(NotNow):
        revise_statement(rejected, world.principal("community"))


@pytest.mark.parametrize(("make", "code"), [(build.draft, "draft"), (build.published, "submitted")])
def test_a_draft_is_edited_and_a_published_text_is_corrected_instead(world: World, make: object, code: str) -> None:
    with pytest.raises(NotNow) as refused:
        revise_statement(make(world), world.principal("community"))  # type: ignore[operator]
    assert codes(refused) == {code}
