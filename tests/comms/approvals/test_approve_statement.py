"""Approving exactly one text."""

from datetime import timedelta

import pytest
import time_machine
from django.utils.translation import override

from cases.actions import accept_role, offer_role
from comms.actions.deciding import approve_statement
from comms.actions.statements import change_statement
from comms.actions.submitting import submit_statement, take_back_statement
from comms.models import Approval, ApprovalRequest, RequestState, StatementState, StatementVersion, Status
from comms.sending.models import Delivery
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import Denied, Missing, NotFresh, NotNow, Stale
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def fresh(row: ApprovalRequest) -> ApprovalRequest:
    return ApprovalRequest.objects.get(pk=row.pk)


def test_the_last_approval_allows_the_text_and_sends_it_out(world: World) -> None:
    request = build.submitted(world)
    approval = build.approve(world, request)
    assert (approval.user, approval.verdict, approval.via) == (world.user("comms_lead"), "approve", "web")
    assert approval.payload_hash == request.payload_hash
    assert fresh(request).state == RequestState.SATISFIED
    version = StatementVersion.objects.get(pk=request.version_id)
    assert version.state == StatementState.PUBLISHING
    assert {row.payload_hash for row in Delivery.objects.filter(version=version)} == {version.payload_hash}
    for kind, row in (
        ("approval.given", request),
        ("statement.approved", version),
        ("statement.sent_out", version),
    ):
        assert len(events_of(row, kind)) == 1
    assert version.history.first().history_user == world.user("comms_lead")


def test_it_stays_approved_where_somebody_wants_to_publish_it(world: World) -> None:
    version = build.approved(world)
    assert (version.state, version.status) == (StatementState.APPROVED, Status.APPROVED)
    assert not Delivery.objects.exists()


def test_it_waits_for_the_time_its_authors_chose(world: World) -> None:
    version = build.draft(world)
    at = clock.now() + timedelta(hours=2)
    change_statement(version.statement, world.principal("community"), scheduled_at=at)
    request = submit_statement(StatementVersion.objects.get(pk=version.pk), world.principal("community")).request
    build.approve(world, request)
    version = StatementVersion.objects.get(pk=version.pk)
    assert (version.state, version.status) == (StatementState.SCHEDULED, Status.SCHEDULED)
    assert not Delivery.objects.exists()
    assert len(events_of(version, "statement.scheduled")) == 1


def test_a_time_that_passed_while_people_decided_needs_a_new_decision(world: World) -> None:
    version = build.draft(world)
    change_statement(version.statement, world.principal("community"), scheduled_at=clock.now() + timedelta(minutes=5))
    request = submit_statement(StatementVersion.objects.get(pk=version.pk), world.principal("community")).request
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        build.approve(world, request)
        version = StatementVersion.objects.get(pk=version.pk)
        assert (version.state, version.status) == (StatementState.APPROVED, Status.NEEDS_ATTENTION)


def test_every_stage_is_needed(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    build.approve(world, request, "legal")
    assert fresh(request).state == RequestState.OPEN
    assert StatementVersion.objects.get(pk=request.version_id).state == StatementState.IN_APPROVAL
    build.approve(world, request, "comms_lead")
    assert fresh(request).state == RequestState.SATISFIED


def test_approving_twice_is_one_decision(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    first = build.approve(world, request)
    again = build.approve(world, fresh(request))
    assert again == first
    assert Approval.objects.count() == 1
    assert len(events_of(request, "approval.given")) == 1


@pytest.mark.parametrize("language", ["en", "cs"])
def test_the_author_never_approves(world: World, language: str) -> None:
    request = build.submitted(world, "comms_lead")
    with pytest.raises(NotNow) as refused:
        build.approve(world, request)
    assert codes(refused) == {"four_eyes", "not_asked"}
    with override(language):
        assert str(refused.value)


def test_whoever_edited_a_word_never_approves(world: World) -> None:
    version = build.draft(world)
    build.edited(world, version, "comms_lead", text="O slovo lépe")
    request = submit_statement(StatementVersion.objects.get(pk=version.pk), world.principal("community")).request
    with pytest.raises(NotNow) as refused:
        build.approve(world, request)
    assert "four_eyes" in codes(refused)


def test_whoever_edited_an_earlier_version_never_approves(world: World) -> None:
    version = build.draft(world)
    build.edited(world, version, "comms_lead", text="O slovo lépe")
    submitted = submit_statement(StatementVersion.objects.get(pk=version.pk), world.principal("community"))
    draft = take_back_statement(submitted, world.principal("community"))
    build.edited(world, draft, "community", text="Úplně jinak")
    request = submit_statement(StatementVersion.objects.get(pk=draft.pk), world.principal("community")).request
    with pytest.raises(NotNow) as refused:
        build.approve(world, request)
    assert "four_eyes" in codes(refused)


def test_a_deputy_decides_in_their_own_right_where_the_holder_wrote(world: World) -> None:
    request = build.submitted(world, "comms_lead")
    approval = build.approve(world, request, "comms_lead_deputy")
    assert approval.on_behalf_of is None
    assert fresh(request).state == RequestState.SATISFIED


def test_a_deputy_waits_for_the_limit_and_then_stands_for_the_holder(world: World) -> None:
    request = build.submitted(world)
    with pytest.raises(NotNow) as refused:
        build.approve(world, request, "comms_lead_deputy")
    assert codes(refused) == {"not_asked"}
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        approval = build.approve(world, request, "comms_lead_deputy")
    assert approval.on_behalf_of == world.user("comms_lead")


def test_an_executive_may_decide_after_twice_the_limit(world: World) -> None:
    request = build.submitted(world)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False), pytest.raises(NotNow):
        build.approve(world, request, "exec")
    with time_machine.travel(clock.now() + timedelta(minutes=21), tick=False):
        assert build.approve(world, request, "exec").on_behalf_of == world.user("comms_lead")


def test_a_role_accepted_in_the_case_is_the_one_that_counts(world: World) -> None:
    case = build.case(world)
    offered = offer_role(case, world.principal("duty"), user=world.user("spokesperson"), role="comms_lead")
    accept_role(offered, world.principal("spokesperson"))
    request = build.submitted(world, case=case)
    with pytest.raises(NotNow) as refused:
        build.approve(world, request, "comms_lead")
    assert codes(refused) == {"not_asked"}
    build.approve(world, request, "spokesperson")
    assert fresh(request).state == RequestState.SATISFIED


def test_k_of_n_counts_people(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    request.stages.filter(roles=["legal"]).update(roles=["care", "legal"], required=2)
    build.approve(world, request)
    build.approve(world, request, "legal")
    assert fresh(request).state == RequestState.OPEN
    build.approve(world, request, "care")
    assert fresh(request).state == RequestState.SATISFIED


def test_stages_of_a_later_order_wait(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    request.stages.filter(roles=["legal"]).update(order=2)
    with pytest.raises(NotNow) as refused:
        build.approve(world, request, "legal")
    assert codes(refused) == {"not_asked"}
    build.approve(world, request)
    build.approve(world, request, "legal")
    assert fresh(request).state == RequestState.SATISFIED


def test_another_text_is_refused_with_the_difference(world: World) -> None:
    request = build.submitted(world)
    draft = take_back_statement(request.version, world.principal("community"))
    build.edited(world, draft, "community", text="Něco docela jiného")
    newest = submit_statement(StatementVersion.objects.get(pk=draft.pk), world.principal("community"))
    with pytest.raises(Stale) as refused:
        build.approve(world, fresh(request))
    details = refused.value.details
    assert details["current_hash"] == newest.payload_hash
    assert details["version"] == str(newest.uuid)
    assert {part["change"] for part in details["difference"]} >= {"ins", "del"}
    with pytest.raises(Stale):
        build.approve(world, newest.request, payload_hash="0" * 64)
    assert not Approval.objects.exists()


def test_it_needs_a_fresh_proof_of_who_one_is(world: World) -> None:
    request = build.submitted(world)
    with pytest.raises(NotFresh):
        approve_statement(request, world.principal("comms_lead"), payload_hash=request.payload_hash)


@pytest.mark.parametrize(
    ("code", "error"),
    [("superuser", Denied), ("service", Denied), ("community", Denied), ("crisis_lead", NotNow), ("outsider", Missing)],
)
def test_nobody_else_approves(world: World, code: str, error: type[Exception]) -> None:
    request = build.submitted(world)
    with pytest.raises(error):
        build.approve(world, request, code)
    assert not Approval.objects.exists()


def test_a_service_account_with_the_role_does_not_approve_either(world: World) -> None:
    case = build.case(world)
    case.roles.model.objects.create(
        case=case, user=world.user("service"), role="comms_lead", state="accepted", due_at=clock.now()
    )
    request = build.submitted(world, case=case)
    with pytest.raises(Denied):
        build.approve(world, request, "service")


def test_the_desk_itself_approves_nothing(world: World) -> None:
    request = build.submitted(world)
    with pytest.raises(Denied):
        approve_statement(request, SYSTEM, payload_hash=request.payload_hash)


def test_a_translation_waits_for_the_primary_language_and_follows_it(world: World) -> None:
    czech = build.draft(world)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    first = submit_statement(czech, world.principal("community")).request
    second = submit_statement(english, world.principal("agency")).request
    build.approve(world, second)
    assert StatementVersion.objects.get(pk=english.pk).state == StatementState.APPROVED
    build.approve(world, first)
    states = StatementVersion.objects.filter(pk__in=[czech.pk, english.pk]).values_list("state", flat=True)
    assert set(states) == {StatementState.PUBLISHING}


def test_each_language_is_approved_on_its_own_hash(world: World) -> None:
    czech = build.draft(world)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    first = submit_statement(czech, world.principal("community")).request
    second = submit_statement(english, world.principal("agency")).request
    with pytest.raises(Stale):
        build.approve(world, second, payload_hash=first.payload_hash)
    build.approve(world, first)
    assert StatementVersion.objects.get(pk=czech.pk).state == StatementState.PUBLISHING
    assert StatementVersion.objects.get(pk=english.pk).state == StatementState.IN_APPROVAL
