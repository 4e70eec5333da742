"""Returning and rejecting a text; taking it back."""

from collections.abc import Callable
from typing import Any

import pytest

from comms.actions.deciding import approve_statement, reject_statement, return_statement
from comms.actions.submitting import take_back_statement
from comms.models import Approval, ApprovalRequest, RequestState, StatementState, StatementVersion
from crisisdesk.core.errors import Denied, Invalid, NotNow
from crisisdesk.core.models.notifications import Notification
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World

Verb = Callable[..., Any]


def test_a_returned_text_waits_as_a_new_draft_with_the_same_words(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    build.approve(world, request, "legal")
    approval = return_statement(
        request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Kdy to napravíme?"
    )
    assert (approval.verdict, approval.entry.text) == ("return", "Kdy to napravíme?")
    version = StatementVersion.objects.get(pk=request.version_id)
    assert version.state == StatementState.RETURNED
    draft = version.statement.newest("cs")
    assert (draft.number, draft.state, draft.parent) == (2, StatementState.DRAFT, version)
    assert draft.master.text == version.master.text
    assert {row.user for row in draft.contributors.all()} == {world.user("community")}
    (event,) = events_of(version, "statement.returned")
    assert "Kdy" not in event.canonical
    assert ApprovalRequest.objects.get(pk=request.pk).state == RequestState.RETURNED
    assert not request.stages.filter(done_at=None).exists()
    told = Notification.objects.filter(way="mail", kind="statement.came_back").values_list("user__email", flat=True)
    assert list(told) == [world.user("community").email]


def test_the_new_version_starts_without_approvals(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    build.approve(world, request, "legal")
    return_statement(request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Jinak")
    draft = request.version.statement.newest("cs")
    assert not hasattr(draft, "request")
    assert Approval.objects.filter(request__version=draft).count() == 0


def test_a_rejected_text_stays_rejected(world: World) -> None:
    request = build.submitted(world)
    reject_statement(
        request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Není to pravda"
    )
    version = StatementVersion.objects.get(pk=request.version_id)
    assert version.state == StatementState.REJECTED
    assert version == version.statement.newest("cs")
    assert len(events_of(version, "statement.rejected")) == 1


@pytest.mark.parametrize("verb", [return_statement, reject_statement])
def test_a_reason_is_asked_for(world: World, verb: Verb) -> None:
    request = build.submitted(world)
    with pytest.raises(Invalid) as refused:
        verb(request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment=" ")
    assert set(refused.value.errors) == {"comment"}


@pytest.mark.parametrize("verb", [return_statement, reject_statement])
def test_nobody_turns_down_their_own_text(world: World, verb: Verb) -> None:
    request = build.submitted(world, "comms_lead")
    with pytest.raises(NotNow) as refused:
        verb(request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Ne")
    assert "four_eyes" in codes(refused)


@pytest.mark.parametrize("verb", [return_statement, reject_statement])
def test_a_decided_text_is_not_turned_down_any_more(world: World, verb: Verb) -> None:
    request = build.submitted(world)
    build.approve(world, request)
    with pytest.raises(NotNow) as refused:
        verb(request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Ne")
    assert "decided" in codes(refused)


@pytest.mark.parametrize("verb", [return_statement, reject_statement])
def test_turning_down_twice_is_one_decision(world: World, verb: Verb) -> None:
    request = build.submitted(world)
    given = {"payload_hash": request.payload_hash, "comment": "Ne"}
    first = verb(request, world.principal("comms_lead"), **given)
    assert verb(ApprovalRequest.objects.get(pk=request.pk), world.principal("comms_lead"), **given) == first
    assert Approval.objects.count() == 1


def test_a_text_is_taken_back_to_be_changed(world: World) -> None:
    request = build.submitted(world)
    draft = take_back_statement(request.version, world.principal("agency"))
    version = StatementVersion.objects.get(pk=request.version_id)
    assert version.state == StatementState.RETURNED
    assert (draft.number, draft.parent) == (2, version)
    assert ApprovalRequest.objects.get(pk=request.pk).state == RequestState.WITHDRAWN
    assert len(events_of(version, "statement.taken_back")) == 1
    unmet = approve_statement.unmet(world.principal("comms_lead"), ApprovalRequest.objects.get(pk=request.pk))
    assert "decided" in {condition.code for condition in unmet}


def test_only_who_writes_takes_back(world: World) -> None:
    with pytest.raises(Denied):
        take_back_statement(build.submitted(world).version, world.principal("observer"))
    with pytest.raises(NotNow):
        take_back_statement(build.draft(world), world.principal("community"))
