"""Whoever is quoted in an answer to a journalist agrees to their words, and nobody does it in their place."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.actions import accept_role, offer_role
from comms.actions.deciding import approve_statement, return_statement
from comms.actions.policies import change_policy
from comms.actions.statements import change_statement, edit_statement
from comms.actions.submitting import submit_statement
from comms.models import Approval, ApprovalPolicy, ApprovalRequest, PolicyProposal, RequestState, Statement
from comms.sending.models import Account
from crisisdesk.core import clock
from crisisdesk.core.actions.memberships import end_membership
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from crisisdesk.core.models import Membership, Notification, User
from tests.cases import build as cases
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def answer(world: World, *quoted: str, author: str = "community", **values: Any) -> Any:
    """A draft of a press answer in a serious case that quotes these personas."""
    case = values.pop("case", None) or build.case(world, **cases.SERIOUS)
    accounts = list(Account.objects.filter(brand=world.brand, kind="manual")[:1])
    people = [world.user(code) for code in quoted]
    given = {"purpose": "press_answer", "case": case, "accounts": accounts, "quoted_people": people, **values}
    return build.draft(world, author, **given)


def sent(world: World, *quoted: str, author: str = "community", **values: Any) -> ApprovalRequest:
    """That draft, sent for approval by its author."""
    version = answer(world, *quoted, author=author, **values)
    return submit_statement(version, world.principal(author)).request


def whom(request: ApprovalRequest) -> list[str]:
    return sorted(stage.code if stage.person is None else stage.person.email for stage in request.stages.all())


def state(request: ApprovalRequest) -> str:
    return str(ApprovalRequest.objects.get(pk=request.pk).state)


def test_who_is_quoted_is_asked_beside_the_roles(world: World) -> None:
    request = sent(world, "quality")
    assert whom(request) == sorted(["comms_lead", "spokesperson", world.user("quality").email])
    (notice,) = Notification.objects.filter(way="mail", user=world.user("quality"), object_id=request.uuid)
    assert notice.kind == "approval.quoted"
    build.approve(world, request, "comms_lead")
    build.approve(world, request, "spokesperson")
    assert state(request) == RequestState.OPEN
    build.approve(world, request, "quality")
    assert state(request) == RequestState.SATISFIED
    (own,) = [event for event in events_of(request, "approval.given") if event.payload["roles"] == "quoted"]
    assert own.payload["deputy"] is False


def test_in_a_lesser_case_the_policy_does_not_ask_them(world: World) -> None:
    request = sent(world, "quality", case=build.case(world, **cases.ELEVATED))
    assert whom(request) == ["comms_lead/spokesperson"]


def test_an_answer_that_quotes_nobody_asks_the_roles_alone(world: World) -> None:
    assert whom(sent(world)) == ["comms_lead", "spokesperson"]


@pytest.mark.parametrize("code", ["observer", "duty", "scribe"])
def test_they_need_no_role_that_approves(world: World, code: str) -> None:
    request = sent(world, code)
    principal = world.principal(code)
    assert request in ApprovalRequest.objects.visible_to(principal).waiting_for(principal)
    build.approve(world, request, code)
    assert Approval.objects.filter(request=request, user=world.user(code)).exists()


def test_who_only_sees_the_case_still_decides_nothing(world: World) -> None:
    request = sent(world, "quality")
    for code in ("observer", "duty", "legal", "exec"):
        with pytest.raises(NotNow) as refused:
            build.approve(world, request, code)
        assert codes(refused) == {"not_asked"}
    with pytest.raises(Missing):
        build.approve(world, request, "outsider")


def test_without_quotations_seeing_is_not_enough(world: World) -> None:
    request = sent(world)
    with pytest.raises(Denied):
        build.approve(world, request, "observer")


def test_nobody_stands_in_for_them_however_long_it_takes(world: World) -> None:
    request = sent(world, "quality")
    stage = request.stages.get(person=world.user("quality"))
    assert (stage.deputy_at, stage.executive_at, stage.widens_at) == (None, None, None)
    request.stages.exclude(pk=stage.pk).update(
        deputy_at=request.submitted_at - timedelta(hours=2), executive_at=request.submitted_at - timedelta(hours=1)
    )
    build.approve(world, request, "exec")
    assert state(request) == RequestState.OPEN
    assert not request.stages.get(pk=stage.pk).filled_at


def test_they_can_send_it_back(world: World) -> None:
    request = sent(world, "observer")
    return_statement(
        request,
        world.principal("observer", fresh=True),
        payload_hash=request.payload_hash,
        comment="I never said “never”",
    )
    assert state(request) == RequestState.RETURNED


def test_a_role_and_the_quotation_take_one_decision(world: World) -> None:
    request = sent(world, "spokesperson")
    build.approve(world, request, "spokesperson")
    assert [stage.roles for stage in request.stages.filter(filled_at=None)] == [["comms_lead"]]
    own = request.stages.get(person=world.user("spokesperson"))
    assert [row.user for row in own.approved_by] == [world.user("spokesperson")]
    build.approve(world, request, "comms_lead")
    assert state(request) == RequestState.SATISFIED
    with connection.cursor() as cursor:  # the database's own count agrees
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_who_is_quoted_and_sends_it_stands_by_it(world: World) -> None:
    request = sent(world, "quality", author="quality")
    assert whom(request) == ["comms_lead", "spokesperson"]


def test_who_is_quoted_and_wrote_sends_it_themselves(world: World) -> None:
    version = answer(world, "quality")
    build.edited(world, version, "quality", text=build.CZECH + " To říká naše technoložka.")
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("community"))
    assert codes(refused) == {"quoted_wrote"}
    assert world.user("quality").name in str(refused.value)
    request = submit_statement(version, world.principal("quality")).request
    assert world.user("quality").email not in whom(request)


def test_only_who_sees_the_case_can_be_quoted(world: World) -> None:
    with pytest.raises(Missing):  # a colleague of another brand: the author must not know of them
        answer(world, "outsider")
    secret = build.case(world, confidential=True, **cases.SERIOUS)
    with pytest.raises(Invalid) as refused:
        answer(world, "quality", author="duty", case=secret)
    assert list(refused.value.errors) == ["quoted_people"]
    accept_role(offer_role(secret, world.principal("duty"), user=world.user("quality"), role="quality"),
                world.principal("quality"))  # fmt: skip
    assert list(answer(world, "quality", author="duty", case=secret).statement.quoted_people.all()) == [
        world.user("quality")
    ]


def test_programs_and_closed_accounts_are_not_quoted(world: World) -> None:
    User.objects.filter(pk=world.user("quality").pk).update(is_active=False)
    for code in ("quality", "service"):
        with pytest.raises(Invalid):
            answer(world, code)


def test_who_lost_sight_of_the_case_is_named_when_it_is_sent(world: World) -> None:
    version = answer(world, "quality")
    for membership in Membership.objects.current(clock.now()).filter(user=world.user("quality")):
        end_membership(membership, world.principal("manager", fresh=True))
    with pytest.raises(NotNow) as refused:
        submit_statement(version, world.principal("community"))
    assert codes(refused) == {"quoted_absent"}


def test_the_people_quoted_are_changed_like_any_setting(world: World) -> None:
    version = answer(world)
    statement = version.statement
    change_statement(statement, world.principal("community"), quoted_people=[world.user("quality")])
    (event,) = events_of(statement, "statement.changed")
    assert event.payload["fields"] == ["quoted_people"]
    newest = Statement.history.filter(id=statement.pk).latest()
    assert [row.user for row in newest.quoted_people.all()] == [world.user("quality")]
    submit_statement(version, world.principal("community"))
    with pytest.raises(NotNow):
        change_statement(statement, world.principal("community"), quoted_people=[])


def test_the_database_lets_nobody_agree_for_them(world: World) -> None:
    request = sent(world, "quality")
    stage = request.stages.get(person=world.user("quality"))
    with pytest.raises(IntegrityError, match="nobody agrees for the person quoted"), transaction.atomic():
        Approval.objects.create(
            request=request,
            stage=stage,
            user=world.user("exec"),
            verdict="approve",
            payload_hash=request.payload_hash,
            via="web",
        )


def test_not_asking_them_any_more_takes_a_second_person(world: World) -> None:
    policy = ApprovalPolicy.objects.get(text="press_answer")
    names = ("roles", "quoted", "required", "order", "severities", "kinds", "except_kinds", "tag")
    rows = [{name: getattr(row, name) for name in names} for row in policy.stages.all()]
    without = [row for row in rows if not row["quoted"]]
    always = [*without, {"quoted": True}]
    manager = world.principal("manager")
    assert isinstance(change_policy(policy, manager, stages=always), ApprovalPolicy)
    assert whom(sent(world, "quality", case=build.case(world, **cases.ELEVATED)))[-1] == world.user("quality").email
    policy.refresh_from_db()
    assert isinstance(change_policy(policy, manager, stages=without), PolicyProposal)


@pytest.mark.parametrize(
    "stage", [{"quoted": True, "roles": ["legal"]}, {"quoted": True, "informed": True}, {"quoted": True, "required": 2}]
)
def test_such_a_stage_names_nobody_else(world: World, stage: dict[str, Any]) -> None:
    policy = ApprovalPolicy.objects.get(text="press_answer")
    with pytest.raises(Invalid):
        change_policy(policy, world.principal("manager"), stages=[{"roles": ["comms_lead"]}, stage])


@pytest.mark.parametrize(
    ("language", "words"), [("en", "You are quoted in this text"), ("cs", "V textu stojí vaše citace")]
)
def test_the_page_tells_them(world: World, language: str, words: str) -> None:
    request = sent(world, "observer")
    User.objects.update(language=language)
    assert words in world.client("observer").get(f"/approvals/{request.uuid}/").content.decode()
    assert words not in world.client("comms_lead").get(f"/approvals/{request.uuid}/").content.decode()


def test_the_settings_offer_everybody_who_can_be_asked(world: World) -> None:
    version = answer(world)
    address = f"/statements/{version.statement.uuid}/"
    client = world.client("community")
    page = client.get(address).content.decode()
    assert world.user("quality").name in page
    assert world.user("outsider").name not in page
    given = {"quoted_people": [world.user("quality").pk], "publish_when_approved": "on"}
    client.post(f"{address}settings/", given)
    assert list(version.statement.quoted_people.all()) == [world.user("quality")]


def test_a_quotation_without_a_name_is_noticed(world: World) -> None:
    version = answer(world, text="„Omlouváme se všem rodičům,“ řekla ředitelka.")
    client = world.client("community")
    address = f"/statements/{version.statement.uuid}/"
    assert "Somebody is quoted" in client.get(address).content.decode()
    change_statement(version.statement, world.principal("community"), quoted_people=[world.user("exec")])
    assert "Somebody is quoted" not in client.get(address).content.decode()
    edit_statement(version, world.principal("community"), text="Pojem „šarže L2207“ označuje jednu várku.")
    change_statement(version.statement, world.principal("community"), quoted_people=[])
    assert "Somebody is quoted" not in client.get(address).content.decode()


def test_approving_twice_is_one_decision(world: World) -> None:
    request = sent(world, "observer")
    first = build.approve(world, request, "observer")
    again = approve_statement(request, world.principal("observer", fresh=True), payload_hash=request.payload_hash)
    assert first == again
