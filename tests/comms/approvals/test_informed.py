"""Roles that get to know of a text and do not decide: legal, of a correction in a grave case."""

from typing import Any

import pytest

from comms.actions.policies import change_policy
from comms.actions.submitting import submit_statement
from comms.models import ApprovalPolicy, ApprovalRequest, PolicyProposal, RequestState
from crisisdesk.core.errors import NotNow
from crisisdesk.core.models import Notification, User
from tests.cases import build as cases
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def correction(world: World, **answers: Any) -> ApprovalRequest:
    """A correction that waits; critical or serious unless the answers say otherwise."""
    case = build.case(world, **{**cases.SERIOUS, **answers})
    wrong = build.draft(world, case=case)
    version = build.draft(world, case=case, purpose="correction", supersedes=wrong.statement)
    return submit_statement(version, world.principal("community")).request


def told(world: World, code: str, request: ApprovalRequest) -> set[str]:
    return set(
        Notification.objects.filter(way="mail", user=world.user(code), object_id=request.uuid).values_list(
            "kind", flat=True
        )
    )


def test_legal_is_told_when_it_is_sent_and_when_it_is_approved(world: World) -> None:
    request = correction(world)
    assert request.informed_roles == ["legal"]
    assert [stage.roles for stage in request.stages.all()] == [["comms_lead"]]
    assert told(world, "legal", request) == {"approval.informed"}
    (event,) = events_of(request, "approval.informed")
    assert event.payload["roles"] == "legal"
    build.approve(world, request)
    assert ApprovalRequest.objects.get(pk=request.pk).state == RequestState.SATISFIED
    assert told(world, "legal", request) == {"approval.informed", "approval.informed_of_decision"}
    assert len(events_of(request, "approval.informed_of_decision")) == 1


def test_who_is_told_does_not_decide_and_does_not_wait_for_it(world: World) -> None:
    request = correction(world)
    legal = world.principal("legal")
    with pytest.raises(NotNow) as refused:
        build.approve(world, request, "legal")
    assert codes(refused) == {"not_asked"}
    assert not ApprovalRequest.objects.visible_to(legal).waiting_for(legal).exists()


def test_in_a_lesser_case_nobody_is_told(world: World) -> None:
    request = correction(world, **cases.ELEVATED)
    assert request.informed_roles == []
    assert told(world, "legal", request) == set()
    assert not events_of(request, "approval.informed")


def test_who_decides_anyway_is_not_told_besides(world: World) -> None:
    policy = ApprovalPolicy.objects.get(text="update")
    stages: list[dict[str, Any]] = [{"roles": ["comms_lead"]}, {"roles": ["legal"]}]
    stages.append({"roles": ["legal", "dpo"], "informed": True})
    more = [{"roles": ["legal"], "kinds": ["data_leak"]}, {"roles": ["dpo"], "kinds": ["data_leak"]}]
    assert isinstance(change_policy(policy, world.principal("manager"), stages=[*stages, *more]), ApprovalPolicy)
    assert build.submitted(world).informed_roles == ["dpo"]


def test_to_be_told_is_no_substitute_for_deciding(world: World) -> None:
    policy = ApprovalPolicy.objects.get(text="apology")
    names = ("roles", "required", "order", "severities", "kinds", "except_kinds", "tag")
    stages = [{name: getattr(row, name) for name in names} for row in policy.stages.all()]
    stages = [{**row, "informed": row["roles"] == ["legal"]} for row in stages]
    assert isinstance(change_policy(policy, world.principal("manager"), stages=stages), PolicyProposal)


def test_roles_that_do_not_approve_can_be_told(world: World) -> None:
    policy = ApprovalPolicy.objects.get(text="correction")
    stages: list[dict[str, Any]] = [{"roles": ["comms_lead"]}, {"roles": ["security"], "kinds": ["data_leak"]}]
    changed = change_policy(
        policy, world.principal("manager"), stages=[*stages, {"roles": ["duty", "scribe"], "informed": True}]
    )
    assert isinstance(changed, ApprovalPolicy)
    assert correction(world).informed_roles == ["duty", "scribe"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Told, without deciding: legal"), ("cs", "Dozví se, neschvaluje: právník")]
)
def test_the_page_says_who_is_told(world: World, language: str, words: str) -> None:
    request = correction(world)
    User.objects.update(language=language)
    page = world.client("comms_lead").get(f"/approvals/{request.uuid}/").content.decode()
    assert words in page
