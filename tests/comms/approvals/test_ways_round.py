"""Ways round the second pair of eyes that somebody may think of, each of them closed."""

from datetime import timedelta

import pytest
import time_machine

from cases.actions import accept_role, end_role, merge_case, offer_role
from cases.models import Case
from comms.actions.deciding import return_statement
from comms.actions.policies import change_policy
from comms.actions.statements import draft_statement, revise_statement
from comms.actions.submitting import submit_statement, take_back_statement
from comms.actions.templates import create_template, draft_template
from comms.models import (
    ApprovalPolicy,
    ApprovalRequest,
    StatementState,
    StatementTemplate,
    StatementVersion,
    TemplateVersion,
)
from comms.sending.actions.publishing import publish_statement, schedule_statement
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import Delivery
from comms.tasks import publish_what_was_scheduled
from crisisdesk.core import clock
from crisisdesk.core.access.permissions import write_grants
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.actions.people import deactivate_person
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from tests.cases.build import codes
from tests.comms import build
from tests.conftest import World


def refused(world: World, request: ApprovalRequest, by: str, *reasons: str) -> None:
    with pytest.raises(NotNow) as said:
        build.approve(world, ApprovalRequest.objects.get(pk=request.pk), by)
    assert set(reasons) <= codes(said)


def template_of(world: World, writer: str) -> TemplateVersion:
    """A template nobody has approved, written by one person."""
    principal = world.principal(writer)
    template = create_template(world.brand, principal, code="mine", name_cs="Moje", name_en="Mine", purpose="update")
    return draft_template(template, principal, language="cs", text="Nic se nestalo.")


def test_words_are_not_handed_on_in_a_template_nobody_approved(world: World) -> None:
    case = build.case(world)
    version = template_of(world, "comms_lead")
    with pytest.raises(NotNow) as said:
        draft_statement(case, world.principal("community"), purpose="update", template_versions=[version])
    assert codes(said) == {"template"}
    assert not StatementVersion.objects.exists()


def test_nor_in_the_template_of_another_brand(world: World) -> None:
    case = build.case(world)
    (version,) = build.prepared(world, "no_news")
    StatementTemplate.objects.filter(pk=version.template_id).update(brand=world.other_brand, code="elsewhere")
    author = world.principal("community")
    grant_membership(world.other_brand, SYSTEM, user=author.user, role="community")
    author.forget_grants()
    with pytest.raises(Invalid) as said:
        draft_statement(case, author, purpose="update", template_versions=[TemplateVersion.objects.get(pk=version.pk)])
    assert set(said.value.errors) == {"template_versions"}


def test_a_role_that_ended_and_was_offered_again_gives_no_second_say(world: World) -> None:
    case = build.case(world)
    duty, lead = world.principal("duty"), world.principal("comms_lead")
    role = accept_role(offer_role(case, duty, user=world.user("comms_lead"), role="comms_lead"), lead)
    request = build.submitted(world, case=case, purpose="apology")
    build.approve(world, request)
    end_role(role, lead, reason="Předání služby")
    accept_role(offer_role(case, duty, user=world.user("comms_lead"), role="legal"), world.principal("comms_lead"))
    build.approve(world, request)  # the decision that stands, once more
    assert request.approvals.count() == 1
    assert ApprovalRequest.objects.get(pk=request.pk).is_open


def test_an_author_who_takes_over_the_role_stays_an_author(world: World) -> None:
    case = build.case(world)
    request = build.submitted(world, case=case)
    offered = offer_role(case, world.principal("duty"), user=world.user("community"), role="comms_lead")
    accept_role(offered, world.principal("community"))
    refused(world, request, "community", "four_eyes", "not_asked")


def test_an_author_who_is_the_deputy_or_an_executive_waits_for_nothing(world: World) -> None:
    for author in ("comms_lead_deputy", "exec"):
        request = build.submitted(world, author)
        with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
            refused(world, request, author, "four_eyes", "not_asked")


def test_an_author_whose_words_were_sent_back_and_forth_never_approves(world: World) -> None:
    request = build.submitted(world, "exec", purpose="update")
    return_statement(
        request, world.principal("comms_lead"), payload_hash=request.payload_hash, comment="Kratší, prosím"
    )
    draft = request.version.statement.newest("cs")
    again = submit_statement(draft, world.principal("community"))
    back = take_back_statement(again, world.principal("agency"))
    edited = build.edited(world, back, "community", text="Od základu jinak.")
    request = submit_statement(edited, world.principal("community")).request
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        refused(world, request, "exec", "four_eyes")
    build.approve(world, request)


def test_a_replaced_text_takes_its_authors_along(world: World) -> None:
    version = build.approved(world)
    draft = revise_statement(version, world.principal("comms_lead"))
    refused_author = submit_statement(draft, world.principal("comms_lead")).request
    grant_membership(world.brand, SYSTEM, user=world.user("community"), role="comms_lead")
    refused(world, refused_author, "community", "four_eyes")


def test_a_policy_changed_meanwhile_does_not_reach_a_running_request(world: World) -> None:
    request = build.submitted(world, purpose="apology")
    before = request.policy["stages"]
    policy = ApprovalPolicy.objects.get(text="apology")
    stricter = [{"roles": ["comms_lead"]}, {"roles": ["legal"]}, {"roles": ["exec"]}, {"roles": ["care"]}]
    change_policy(policy, world.principal("manager"), stages=[*stricter, {"roles": ["hr"]}, {"roles": ["dpo"]}])
    request = ApprovalRequest.objects.get(pk=request.pk)
    assert [stage.roles for stage in request.stages.all()] == [stage["roles"] for stage in before]


def test_the_right_of_a_superuser_or_a_stray_grant_is_no_role(world: World) -> None:
    request = build.submitted(world)
    with pytest.raises(Denied):
        build.approve(world, request, "superuser")
    write_grants(world.user("superuser"), request.version.statement.case, ["comms_lead"])
    refused(world, request, "superuser", "not_asked")


# --- cases that are over ---------------------------------------------------------------------------------------------


def merged(world: World, case: Case) -> None:
    merge_case(case, world.principal("duty"), into=build.case(world))


def test_in_a_merged_case_nothing_is_decided_and_nothing_waits(world: World) -> None:
    request = build.submitted(world)
    merged(world, request.version.statement.case)
    refused(world, request, "comms_lead", "case_closed")
    with pytest.raises(NotNow) as said:
        return_statement(
            ApprovalRequest.objects.get(pk=request.pk), world.principal("comms_lead"),
            payload_hash=request.payload_hash, comment="Pozdě",
        )  # fmt: skip
    assert "case_closed" in codes(said)
    lead = world.principal("comms_lead")
    assert not ApprovalRequest.objects.visible_to(lead).waiting_for(lead).exists()
    assert not ApprovalRequest.objects.visible_to(lead).open().exists()


def test_an_approved_text_of_a_merged_case_does_not_leave(world: World) -> None:
    version = build.approved(world)
    merged(world, version.statement.case)
    person = world.principal("comms_lead", fresh=True)
    at = clock.now() + timedelta(hours=1)
    for verb, values in ((publish_statement, {}), (schedule_statement, {"at": at})):
        with pytest.raises(NotNow) as said:
            verb(StatementVersion.objects.get(pk=version.pk), person, payload_hash=version.payload_hash, **values)
        assert "case_closed" in codes(said)
    assert not Delivery.objects.exists()


def test_a_scheduled_text_of_a_case_that_ended_becomes_a_decision_for_a_person(world: World) -> None:
    version = build.approved(world)
    at = clock.now() + timedelta(minutes=30)
    person = world.principal("comms_lead", fresh=True)
    version = schedule_statement(version, person, payload_hash=version.payload_hash, at=at)
    merged(world, version.statement.case)
    with time_machine.travel(at + timedelta(seconds=5), tick=False):
        publish_what_was_scheduled()
    version.refresh_from_db()
    assert version.state == StatementState.APPROVED
    assert not Delivery.objects.exists()


def test_what_is_out_is_withdrawn_also_after_the_case_is_closed(world: World) -> None:
    version = build.published(world)
    Case.objects.filter(pk=version.statement.case_id).update(state="closed", closed_at=clock.now())
    withdraw_statement(version.statement, world.principal("community"), reason="Chybná šarže")
    version.refresh_from_db()
    assert version.state == StatementState.RETRACTED


# --- people who are gone ---------------------------------------------------------------------------------------------


def test_a_closed_account_neither_decides_nor_stands_in_the_way(world: World) -> None:
    case = build.case(world)
    offered = offer_role(case, world.principal("duty"), user=world.user("spokesperson"), role="comms_lead")
    accept_role(offered, world.principal("spokesperson"))
    request = build.submitted(world, case=case)
    manager = world.principal("manager", fresh=True)
    deactivate_person(world.user("spokesperson"), manager, reason="Odchod")
    with pytest.raises(Missing):
        build.approve(world, request, "spokesperson")
    build.approve(world, request, "comms_lead")
    assert not ApprovalRequest.objects.get(pk=request.pk).is_open


def test_a_closed_account_does_not_make_a_text_unsatisfiable(world: World) -> None:
    case = build.case(world)
    offered = offer_role(case, world.principal("duty"), user=world.user("spokesperson"), role="comms_lead")
    accept_role(offered, world.principal("spokesperson"))
    manager = world.principal("manager", fresh=True)
    deactivate_person(world.user("spokesperson"), manager, reason="Odchod")
    assert build.submitted(world, case=case).is_open
