"""No answer within the limit: more people may decide, and nothing is ever approved by time."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from comms.actions.widening import widen_stage
from comms.models import ApprovalRequest, RequestStage, RequestState
from comms.tasks import widen_stages
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import Denied, NotNow
from crisisdesk.core.log.events import sentence
from crisisdesk.core.models import Event, Membership
from crisisdesk.core.models.notifications import Notification
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def levels(request: object) -> list[str]:
    return [event.payload["level"] for event in events_of(request, "approval.widened")]


def test_the_deputy_is_told_and_then_the_executive_once_each(world: World) -> None:
    request = build.submitted(world)
    start = clock.now()
    for minutes, told in ((9, []), (11, ["deputy"]), (15, ["deputy"]), (21, ["deputy", "executive"]), (60, None)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            widen_stages()
            widen_stages()
        if told is not None:
            assert levels(request) == told
    assert levels(request) == ["deputy", "executive"]
    request.refresh_from_db()
    assert request.state == RequestState.OPEN
    assert asked("approval.deputy") == {world.user("comms_lead_deputy").email}
    assert asked("approval.executive") == {world.user("exec").email}


def test_a_decided_stage_is_left_alone(world: World) -> None:
    request = build.submitted(world)
    build.approve(world, request)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        widen_stages()
    assert levels(request) == []


def test_only_the_desk_itself_says_so_and_only_in_time(world: World) -> None:
    stage = build.submitted(world).stages.get()
    with pytest.raises(Denied):
        widen_stage(stage, world.principal("community"))
    with pytest.raises(NotNow) as refused:
        widen_stage(RequestStage.objects.get(pk=stage.pk), SYSTEM)
    assert codes(refused) == {"not_due"}


APOLOGY = {"purpose": "apology", "answers": {"harm": "yes"}}


def stage_of(request: ApprovalRequest, role: str) -> RequestStage:
    return request.stages.get(roles=[role])


def lines(request: ApprovalRequest, minutes: int) -> list[tuple[str, str, str]]:
    """What the desk notes up to so many minutes after now: kind, roles and level."""
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        widen_stages()
    kinds = ("approval.widened", "approval.left_to_deputy", "approval.unanswered")
    events = [event for kind in kinds for event in events_of(request, kind)]
    return sorted((event.kind, event.payload["roles"], event.payload["level"]) for event in events)


def without_deputy(world: World, role: str) -> None:
    """Nobody stands in for the role any more."""
    Membership.objects.filter(brand=world.brand, role=role, is_deputy=True).update(valid_until=clock.now())


def asked(*kinds: str) -> set[str]:
    """Who was told by mail that they may decide too, by any kind of mail unless some are named."""
    kinds = kinds or ("approval.deputy", "approval.left_to_deputy", "approval.executive")
    return set(Notification.objects.filter(kind__in=kinds).values_list("user__email", flat=True))


def test_a_stage_of_the_executive_widens_to_the_deputy_only(world: World) -> None:
    request = build.submitted(world, **APOLOGY)
    stage = stage_of(request, "exec")
    assert stage.executive_at is None
    assert stage.deputy_at == request.submitted_at + timedelta(minutes=20)
    assert stage_of(request, "comms_lead").executive_at == request.submitted_at + timedelta(minutes=40)
    found = [line for line in lines(request, 60) if line[1] == "exec"]
    assert found == [("approval.widened", "exec", "deputy")]


def test_where_nobody_stands_in_the_course_says_so_and_the_executive_is_asked_in_time(world: World) -> None:
    request = build.submitted(world)
    without_deputy(world, "comms_lead")
    assert lines(request, 11) == [("approval.unanswered", "comms_lead", "deputy")]
    assert asked() == set()
    assert lines(request, 21)[1:] == [("approval.widened", "comms_lead", "executive")]
    assert asked() == {world.user("exec").email}


def test_where_no_executive_is_there_their_deputy_is_asked_and_then_nobody(world: World) -> None:
    Membership.objects.filter(brand=world.brand, role="exec", is_deputy=False).update(valid_until=clock.now())
    first = build.submitted(world)
    assert lines(first, 21) == [("approval.widened", "comms_lead", "executive")]
    assert asked() == {world.user("exec_deputy").email}
    without_deputy(world, "exec")
    second = build.submitted(world)
    assert lines(second, 21) == [("approval.unanswered", "comms_lead", "executive")]


def test_an_executive_who_has_decided_already_is_not_asked_again(world: World) -> None:
    request = build.submitted(world, **APOLOGY)
    build.approve(world, request, "exec")
    found = lines(request, 41)
    assert ("approval.unanswered", "legal", "executive") in found
    assert ("approval.widened", "legal", "executive") not in found
    assert world.user("exec").email not in asked()


def test_a_stage_left_to_the_deputy_from_the_start_blames_nobody(world: World) -> None:
    request = build.submitted(world, "comms_lead")
    assert lines(request, 1) == [("approval.left_to_deputy", "comms_lead", "deputy")]
    assert asked("approval.left_to_deputy") == {world.user("comms_lead_deputy").email}


def test_pages_name_who_is_asked_next(world: World) -> None:
    request = build.submitted(world)
    address = reverse("comms:approval", args=[request.uuid])
    overview = reverse("desk:case", args=[request.version.statement.case.reference])
    assert "Your deputy is asked too at" in world.client("comms_lead").get(address).content.decode()
    for page in (address, overview):
        assert "deputy from" in world.client("community").get(page).content.decode()
    without_deputy(world, "comms_lead")
    assert "The executive is asked too at" in world.client("comms_lead").get(address).content.decode()
    for page in (address, overview):
        shown = world.client("community").get(page).content.decode()
        assert "executive from" in shown
        assert "deputy from" not in shown


@pytest.mark.parametrize(
    ("kind", "language", "said"),
    [
        ("approval.left_to_deputy", "en", "Nobody else decides as Executive, the deputy is asked – apology"),
        ("approval.unanswered", "en", "No answer from Executive, and no deputy is available – apology"),
        ("approval.left_to_deputy", "cs", "Nikdo jiný nerozhoduje (vedení), vyrozuměn zástupce – omluva"),
        ("approval.unanswered", "cs", "Bez odpovědi (vedení), zástupce není k dispozici – omluva"),
    ],
)
def test_the_sentences_of_the_course(kind: str, language: str, said: str) -> None:
    payload = {"roles": "exec", "level": "deputy", "purpose": "apology", "number": 1, "language": "cs"}
    assert said.lower() in sentence(Event(kind=kind, payload=payload), "CrisisDesk", language).lower()
