"""Sending a text for approval."""

from datetime import timedelta

import pytest

from cases.actions import accept_role, add_fact, offer_role, refute_fact
from comms.actions.policies import change_policy
from comms.actions.statements import change_statement
from comms.actions.submitting import submit_statement
from comms.models import ApprovalPolicy, RequestState, StatementState, StatementVersion
from crisisdesk.core.errors import Invalid, NotNow, Stale
from crisisdesk.core.models import Membership
from crisisdesk.core.models.notifications import Notification
from tests.cases.build import CRITICAL, SERIOUS, codes, events_of
from tests.comms import build
from tests.conftest import World


def test_the_text_is_fixed_and_the_right_people_are_asked(world: World) -> None:
    request = build.submitted(world, text="Víme o tom.  \r\n\r\nDíky\n")
    version = request.version
    assert version.state == StatementState.IN_APPROVAL
    assert version.master.text == "Víme o tom.\n\nDíky"
    assert version.payload_hash == request.payload_hash == version.computed_hash()
    assert [stage.roles for stage in request.stages.all()] == [["comms_lead"]]
    assert request.policy["severity"] == 3
    (event,) = events_of(version, "statement.submitted")
    assert event.payload["payload_hash"] == version.payload_hash
    assert version.history.first().history_user == world.user("community")
    told = Notification.objects.filter(way="mail", kind="approval.waiting").values_list("user__email", flat=True)
    assert list(told) == [world.user("comms_lead").email]


def test_the_channels_are_part_of_what_is_approved(world: World) -> None:
    version = build.submitted(world).version
    assert set(version.channels) == {account.uuid for account in version.statement.accounts.all()}


@pytest.mark.parametrize(
    ("values", "roles"),
    [
        ({"purpose": "apology"}, {"comms_lead", "legal"}),
        ({"purpose": "update", "admits_fault": True}, {"comms_lead", "legal"}),
        ({"purpose": "apology", "answers": CRITICAL}, {"comms_lead", "legal", "exec"}),
        ({"purpose": "first", "answers": SERIOUS}, {"comms_lead", "legal"}),
        ({"purpose": "update", "answers": {"kind": "data_leak"}}, {"comms_lead", "legal", "dpo"}),
    ],
    ids=["apology", "admits fault", "critical apology", "serious first", "leak"],
)
def test_the_policy_follows_text_severity_and_kind(world: World, values: dict[str, object], roles: set[str]) -> None:
    answers = dict(values.pop("answers", {}))  # type: ignore[call-overload]
    request = build.submitted(world, case=build.case(world, **answers), **values)
    assert {role for stage in request.stages.all() for role in stage.roles} == roles


def test_deputies_and_executives_may_decide_later(world: World) -> None:
    request = build.submitted(world)
    (stage,) = request.stages.all()
    assert stage.deputy_at == request.submitted_at + timedelta(minutes=10)
    assert stage.executive_at == request.submitted_at + timedelta(minutes=20)


def test_a_stage_whose_holder_wrote_the_text_asks_the_deputy_at_once(world: World) -> None:
    request = build.submitted(world, "comms_lead")
    assert request.stages.get().deputy_at == request.submitted_at


def test_later_changes_of_the_policy_do_not_reach_a_request(world: World) -> None:
    request = build.submitted(world)
    policy = ApprovalPolicy.objects.get(text="update")
    change_policy(policy, world.principal("manager"), stages=[{"roles": ["comms_lead"]}, {"roles": ["legal"]}])
    assert [stage.roles for stage in request.stages.all()] == [["comms_lead"]]
    build.approve(world, request)
    request.refresh_from_db()
    assert request.state == RequestState.SATISFIED


def test_nobody_left_to_approve_is_said_at_once_with_the_role(world: World) -> None:
    Membership.objects.filter(brand=world.brand, role="comms_lead", user=world.user("comms_lead_deputy")).delete()
    version = build.draft(world, "comms_lead")
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("comms_lead"))
    assert codes(refused) == {"unsatisfiable"}
    assert "communications lead" in str(refused.value)
    assert refused.value.unmet[0].details == {"roles": "comms_lead"}


def test_two_stages_need_two_people(world: World) -> None:
    case = build.case(world)
    Membership.objects.filter(brand=world.brand, role__in=["legal", "comms_lead"]).delete()
    for role in ("legal", "comms_lead"):
        accept_role(
            offer_role(case, world.principal("duty"), user=world.user("exec"), role=role), world.principal("exec")
        )
    version = build.draft(world, case=case, purpose="apology")
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("community"))
    assert codes(refused) == {"unsatisfiable"}


def test_a_confidential_case_asks_only_its_own_people(world: World) -> None:
    case = build.case(world, confidential=True)
    version = build.draft(world, "duty", case=case)
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("duty"))
    assert codes(refused) == {"unsatisfiable"}


def test_the_primary_language_goes_first(world: World) -> None:
    czech = build.draft(world)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    with pytest.raises(NotNow) as refused:
        submit_statement(english, world.principal("agency"))
    assert codes(refused) == {"primary_first"}
    submit_statement(czech, world.principal("community"))
    assert submit_statement(english, world.principal("agency")).state == StatementState.IN_APPROVAL


def test_a_stale_translation_is_not_submitted_and_holds_nothing_up(world: World) -> None:
    czech = build.draft(world)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    czech = build.edited(world, czech, "community", text="Něco jiného")
    submit_statement(czech, world.principal("community"))
    with pytest.raises(NotNow) as refused:
        submit_statement(english, world.principal("agency"))
    assert codes(refused) == {"stale_translation"}
    checked = build.edited(world, english, "agency", source_hash=czech.master.hash())
    assert submit_statement(checked, world.principal("agency")).state == StatementState.IN_APPROVAL


def test_a_stale_wording_of_a_channel_is_not_submitted(world: World) -> None:
    version = build.edited(world, build.draft(world), "community", variants={"x": "Kratší"})
    version = build.edited(world, version, "community", text="Něco jiného")
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("community"))
    assert codes(refused) == {"stale_variant"}


def test_an_empty_text_and_an_unfilled_field_are_refused(world: World) -> None:
    for text in (" \n", "Další informace v {time} hodin."):
        with pytest.raises(Invalid) as refused:
            submit_statement(build.draft(world, text=text), world.principal("community"))
        assert set(refused.value.errors) == {"text"}


def test_a_text_without_a_channel_is_refused(world: World) -> None:
    version = build.draft(world)
    change_statement(version.statement, world.principal("community"), accounts=[])
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("community"))
    assert codes(refused) == {"no_channel"}


def test_a_refuted_fact_is_not_cited(world: World) -> None:
    version = build.draft(world)
    fact = add_fact(version.statement.case, world.principal("community"), text="Nikomu se nic nestalo")
    version = build.edited(world, version, "community", facts=[fact])
    refute_fact(fact, world.principal("quality"))
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("community"))
    assert codes(refused) == {"refuted_fact"}


def test_a_text_somebody_changed_meanwhile_is_read_first(world: World) -> None:
    version = build.draft(world)
    read = version.draft_hash()
    build.edited(world, version, "agency", text="Něco jiného")
    with pytest.raises(Stale):
        submit_statement(version, world.principal("community"), base_hash=read)


def test_submitting_twice_is_one_request(world: World) -> None:
    version = build.draft(world)
    first = submit_statement(version, world.principal("community"))
    again = submit_statement(StatementVersion.objects.get(pk=version.pk), world.principal("community"))
    assert again.request == first.request
    assert len(events_of(version, "statement.submitted")) == 1
    with pytest.raises(NotNow):
        submit_statement(first, world.principal("agency"))
