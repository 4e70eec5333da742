"""Many people at the same instant, with real commits: one winner, nobody sees a failure of the database."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from cases.actions import accept_role, finish_task, offer_role, open_case, take_and_lead, take_over_signal
from cases.models import Case, CaseGrant, Clock, RoleAssignment, Signal
from cases.tasks import breach_clocks
from crisisdesk.core.errors import NotNow
from crisisdesk.core.log import audit
from crisisdesk.core.models import Event
from tests.cases.build import SERIOUS, active, offer, signal, triage
from tests.conftest import World

pytestmark = pytest.mark.slow

LEADS = ("duty", "duty_deputy", "crisis_lead", "comms_lead", "comms_lead_deputy")


def at_once(times: int, work: Callable[[int], Any]) -> list[Any]:
    """What `times` threads return that start together; refusals as the codes of what stood in the way."""

    def run(number: int) -> Any:
        try:
            return work(number)
        except NotNow as refused:
            return tuple(sorted(condition.code for condition in refused.unmet))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_fifty_people_take_over_one_signal(committed_db: str, world: World) -> None:
    new = signal(world)
    principals = [world.principal(LEADS[number % len(LEADS)]) for number in range(50)]
    results = at_once(50, lambda number: take_over_signal(new, principals[number]).taken_by_id)
    winner = Signal.objects.get(pk=new.pk).taken_by_id
    told = Counter(results)
    assert set(told) == {winner, ("state", "taken")}
    assert told[winner] == 10  # one took over, nine times the same person repeated it
    assert Event.objects.filter(kind="signal.taken_over").count() == 1


def test_fifty_times_the_same_role_is_accepted(committed_db: str, world: World) -> None:
    offered = offer(world)
    principals = [world.principal("legal") for _ in range(50)]
    results = at_once(50, lambda number: accept_role(offered, principals[number]).state)
    assert set(results) == {"accepted"}
    assert Event.objects.filter(kind="role.accepted", object_id=offered.uuid).count() == 1
    assert CaseGrant.objects.filter(user=world.user("legal")).count() == 3


def test_fifty_people_want_to_lead(committed_db: str, world: World) -> None:
    case = triage(world)
    users = [world.user(LEADS[number % len(LEADS)]) for number in range(50)]
    principals = [world.principal(LEADS[number % len(LEADS)]) for number in range(50)]

    def want(number: int) -> str:
        return offer_role(case, principals[number], user=users[number], role="crisis_lead").state

    told = Counter(at_once(50, want))
    assert told.pop("accepted") == 1
    assert set(told) <= {("cases_role_exclusive",), ("cases_role_once",)}, told
    assert RoleAssignment.objects.filter(case=case, role="crisis_lead").count() == 1


def test_twenty_people_open_a_case_for_one_signal(committed_db: str, world: World) -> None:
    new = signal(world)
    principals = [world.principal(LEADS[number % len(LEADS)]) for number in range(20)]
    at_once(20, lambda number: take_and_lead(new, principals[number], **SERIOUS).pk)
    assert Case.objects.count() == 1
    assert Event.objects.filter(kind="case.activated").count() == 1


def test_references_are_given_out_without_gap_or_twin(committed_db: str, world: World) -> None:
    signals = [signal(world) for _ in range(20)]
    principals = [world.principal("duty") for _ in range(20)]
    references = at_once(20, lambda number: open_case(signals[number], principals[number]).reference)
    assert sorted(int(reference[-4:]) for reference in references) == list(range(1, 21))
    assert not list(audit.verify())


def test_a_clock_is_met_and_broken_at_once(committed_db: str, world: World) -> None:
    case = active(world)
    Clock.objects.filter(case=case, code="first").update(due_at=case.zero, warn_at=case.zero)
    at_once(8, lambda number: breach_clocks())
    assert Event.objects.filter(kind="clock.breached", payload__clock="first").count() == 1


def test_a_task_is_finished_once(committed_db: str, world: World) -> None:
    row = active(world).tasks.open().first()
    principals = [world.principal(LEADS[number % len(LEADS)]) for number in range(20)]
    at_once(20, lambda number: finish_task(row, principals[number]).state)
    assert Event.objects.filter(kind="task.finished").count() == 1
