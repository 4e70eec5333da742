"""Who has to approve what: one person makes it stricter, two make it weaker."""

from typing import Any

import pytest
from django.urls import reverse

from comms.actions.policies import change_policy, confirm_policy, decline_policy
from comms.models import ApprovalPolicy, PolicyProposal
from crisisdesk.core.errors import Denied, Invalid, NotFresh, NotNow
from tests.cases.build import codes, events_of
from tests.conftest import World

WEAKER: list[dict[str, Any]] = [{"roles": ["comms_lead"]}]
STRICTER: list[dict[str, Any]] = [{"roles": ["comms_lead"]}, {"roles": ["legal"]}, {"roles": ["exec"], "required": 1}]


@pytest.fixture
def policy(world: World) -> ApprovalPolicy:
    """The policy of apologies."""
    return ApprovalPolicy.objects.get(text="apology")


def propose(world: World, policy: ApprovalPolicy, **values: Any) -> PolicyProposal:
    proposal = change_policy(policy, world.principal("manager"), **{"stages": WEAKER, **values})
    assert isinstance(proposal, PolicyProposal)
    return proposal


def test_a_stricter_policy_is_in_force_at_once(world: World, policy: ApprovalPolicy) -> None:
    update = ApprovalPolicy.objects.get(text="update")
    changed = change_policy(update, world.principal("manager"), stages=[*STRICTER, {"roles": ["dpo"]}])
    assert isinstance(changed, ApprovalPolicy)
    assert (changed.version, changed.stages.count()) == (2, 4)
    assert len(events_of(update, "policy.changed")) == 1


def test_a_weaker_one_waits_for_a_second_person(world: World, policy: ApprovalPolicy) -> None:
    proposal = propose(world, policy)
    assert policy.stages.count() > 1
    with pytest.raises(NotNow) as refused:
        confirm_policy(proposal, world.principal("manager", fresh=True))
    assert codes(refused) == {"four_eyes"}
    with pytest.raises(NotFresh):
        confirm_policy(proposal, world.principal("superuser"))
    confirm_policy(proposal, world.principal("superuser", fresh=True))
    assert [row.roles for row in policy.stages.all()] == [["comms_lead"]]
    for kind in ("policy.proposed", "policy.changed"):
        assert len(events_of(policy, kind)) == 1
    with pytest.raises(NotNow):
        confirm_policy(PolicyProposal.objects.get(), world.principal("superuser", fresh=True))


def test_more_people_who_may_sign_alone_is_weaker(world: World, policy: ApprovalPolicy) -> None:
    first = ApprovalPolicy.objects.get(text="first_template")
    assert propose(world, first, stages=[], signed_by=["duty", "community"]).accepted is None
    first.refresh_from_db()
    assert first.signed_by == ["duty"]


def test_nobody_named_to_sign_means_the_duty_officer_so_emptying_the_list_may_be_weaker(
    world: World, policy: ApprovalPolicy
) -> None:
    first = ApprovalPolicy.objects.get(text="first_template")
    ApprovalPolicy.objects.filter(pk=first.pk).update(signed_by=["comms_lead"])
    first.refresh_from_db()
    assert propose(world, first, stages=[], signed_by=[]).accepted is None
    ApprovalPolicy.objects.filter(pk=first.pk).update(signed_by=["duty"])
    assert isinstance(change_policy(first, world.principal("manager"), stages=[], signed_by=[]), ApprovalPolicy)


@pytest.mark.parametrize(("minutes", "waits"), [(5, True), (20, False), (60, False)])
def test_letting_deputies_in_sooner_is_weaker(world: World, policy: ApprovalPolicy, minutes: int, waits: bool) -> None:
    names = ("roles", "required", "order", "severities", "kinds", "except_kinds", "tag")
    same = [{name: getattr(row, name) for name in names} for row in policy.stages.all()]
    answer = change_policy(policy, world.principal("manager"), stages=same, minutes=minutes)
    assert isinstance(answer, PolicyProposal) is waits


def test_the_administration_changes_the_minutes_and_keeps_the_stages(world: World, policy: ApprovalPolicy) -> None:
    before = [(row.roles, row.severities, row.informed) for row in policy.stages.all()]
    page = reverse("admin:comms_approvalpolicy_change", args=[policy.pk])
    values: dict[str, Any] = {"minutes": policy.minutes + 10, "signed_by": []}
    for prefix in ("stages", "proposals"):
        values |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    propose(world, policy)  # it is listed on the page
    client = world.client("manager")
    assert "legal" in client.get(page).content.decode()
    assert client.post(page, values).status_code == 302
    policy.refresh_from_db()
    assert policy.minutes == values["minutes"]
    assert [(row.roles, row.severities, row.informed) for row in policy.stages.all()] == before


def test_a_weaker_policy_is_declined(world: World, policy: ApprovalPolicy) -> None:
    declined = decline_policy(propose(world, policy), world.principal("manager"))
    assert declined.accepted is False
    assert policy.stages.count() > 1
    assert len(events_of(policy, "policy.declined")) == 1


def test_one_proposal_waits_at_a_time(world: World, policy: ApprovalPolicy) -> None:
    propose(world, policy)
    with pytest.raises(NotNow) as refused:
        propose(world, policy)
    assert "waiting for a second person" in str(refused.value)


def test_a_policy_that_changed_since_is_proposed_anew(world: World, policy: ApprovalPolicy) -> None:
    proposal = propose(world, policy)
    stages = [{"roles": row.roles, "severities": row.severities, "kinds": row.kinds, "tag": row.tag}
              for row in policy.stages.all()]  # fmt: skip
    change_policy(policy, world.principal("manager"), stages=[*stages, {"roles": ["quality"]}])
    with pytest.raises(NotNow) as refused:
        confirm_policy(proposal, world.principal("superuser", fresh=True))
    assert codes(refused) == {"stale"}


@pytest.mark.parametrize("stages", [[{"roles": []}], [{"roles": ["scribe"]}], [{"roles": ["agency", "legal"]}]])
def test_only_roles_that_approve_are_asked(world: World, policy: ApprovalPolicy, stages: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid) as refused:
        change_policy(policy, world.principal("manager"), stages=stages)
    assert set(refused.value.errors) == {"stages"}


@pytest.mark.parametrize("code", ["comms_lead", "duty", "service"])
def test_only_administrators_change_policies(world: World, policy: ApprovalPolicy, code: str) -> None:
    with pytest.raises(Denied):
        change_policy(policy, world.principal(code), stages=STRICTER)
