"""Opening a case for a signal."""

import re
from datetime import timedelta

import pytest
import time_machine

from cases.actions import open_case, take_over_signal
from cases.models import Case, CaseState, Signal, SignalState
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import CRITICAL, SERIOUS, codes, events_of, signal, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    noticed = clock.now() - timedelta(minutes=3)
    made = signal(world, detected_at=noticed)
    case = open_case(made, world.principal("duty"))
    made.refresh_from_db()
    assert made.state == SignalState.ATTACHED
    assert made.case == case
    assert case.state == CaseState.TRIAGE
    assert re.fullmatch(r"CD-\d{4}-\d{4}", case.reference)
    assert case.title == made.title
    assert case.kind == made.kind
    assert case.zero == noticed
    assert case.acknowledged_at == made.taken_at
    assert {(each.code, each.met_at is not None) for each in case.clocks.all()} == {
        ("ack", True),
        ("sev", False),
        ("lead", False),
    }
    assert not made.clocks.exists()
    (event,) = events_of(case, "case.opened")
    assert event.payload["signal"] == str(made.uuid)
    assert case.history.count() == 1


def test_whoever_opens_it_has_a_role_in_it(world: World) -> None:
    case = triage(world)
    assert case.roles.get().role == "duty"
    assert case.roles.get().user == world.user("duty")


def test_references_count_through_the_year(world: World) -> None:
    first, second = triage(world), triage(world)
    assert int(second.reference[-4:]) == int(first.reference[-4:]) + 1


def test_a_new_year_starts_with_one(world: World) -> None:
    triage(world)
    with time_machine.travel("2031-01-02T09:00:00Z", tick=False):
        assert triage(world).reference == "CD-2031-0001"


def test_answers_set_the_severity_and_time_the_clocks(world: World) -> None:
    case = triage(world, **CRITICAL)
    assert case.severity == 1
    assert case.clocks.get(code="lead").due_at - case.zero == timedelta(minutes=10)
    assert case.clocks.get(code="sev").met_at is not None


def test_half_the_answers_are_not_enough(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        triage(world, harm="no", spreading="yes")
    assert set(refused.value.errors) == {"growing"}
    assert not Case.objects.exists()


def test_somebody_is_asked_to_lead(world: World) -> None:
    case = triage(world, lead=world.user("crisis_lead"), **SERIOUS)
    offered = case.roles.get(role="crisis_lead")
    assert offered.state == "offered"
    assert offered.answer_by - clock.now() <= timedelta(minutes=10)


def test_opening_it_twice_gives_the_same_case(world: World) -> None:
    made = signal(world)
    case = open_case(made, world.principal("duty"))
    assert open_case(made, world.principal("duty")) == case
    assert len(events_of(case, "case.opened")) == 1
    with pytest.raises(NotNow) as refused:
        open_case(made, world.principal("comms_lead"))
    assert codes(refused) == {"state"}


def test_somebody_else_may_open_what_was_taken_over(world: World) -> None:
    made = take_over_signal(signal(world), world.principal("duty"))
    case = open_case(made, world.principal("comms_lead"))
    assert case.acknowledged_at == made.taken_at
    assert case.roles.get().role == "comms_lead"


def test_a_confidential_case_hides_its_signal(world: World) -> None:
    made = signal(world)
    case = open_case(made, world.principal("duty"), confidential=True)
    assert Case.objects.visible_to(world.principal("duty")).get() == case
    for stranger in ("comms_lead", "manager", "superuser", "outsider"):
        principal = world.principal(stranger)
        assert not Case.objects.visible_to(principal).exists()
        assert not Signal.objects.visible_to(principal).filter(pk=made.pk).exists()


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        open_case(signal(world), world.principal("care"))
