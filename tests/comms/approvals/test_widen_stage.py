"""No answer within the limit: more people may decide, and nothing is ever approved by time."""

from datetime import timedelta

import pytest
import time_machine

from comms.actions.approvals import widen_stage
from comms.models import RequestStage, RequestState
from comms.tasks import widen_stages
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, NotNow
from crisisdesk.core.models.notifications import Notification
from crisisdesk.core.principals import SYSTEM
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
    told_people = set(Notification.objects.filter(kind="approval.deputy").values_list("user__email", flat=True))
    assert told_people == {world.user("comms_lead_deputy").email, world.user("exec").email}


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
