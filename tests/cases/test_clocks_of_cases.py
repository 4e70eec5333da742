"""Clocks: met, broken exactly once, ticked off, never cleared."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from cases.actions import breach_clock, take_and_lead, take_over_signal, tick_off_clock
from cases.models import Clock
from cases.tasks import breach_clocks
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import SERIOUS, active, codes, events_of, signal, triage
from tests.conftest import World


def later(**much: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(**much), tick=False)


def test_the_worker_breaks_a_clock_exactly_once(world: World) -> None:
    case = active(world)
    due = case.clocks.running().filter(due_at__lte=clock.now() + timedelta(minutes=31)).count()
    assert due == 1  # the hold
    with later(minutes=31):
        assert breach_clocks() == 1
        assert breach_clocks() == 0
        hold = case.clocks.get(code="hold")
        assert breach_clock(hold, SYSTEM).breached_at == hold.due_at
    (event,) = events_of(case, "clock.breached")
    assert event.payload["clock"] == "hold"
    assert event.occurred_at == hold.due_at
    assert event.actor == "system"


def test_meeting_it_late_breaks_it_too(world: World) -> None:
    new = signal(world)
    with later(minutes=12):
        taken = take_over_signal(new, world.principal("duty"))
        breach_clocks()
    ack = taken.clocks.get(code="ack")
    assert ack.met_at is not None
    assert ack.met_at > ack.due_at
    assert ack.breached_at == ack.due_at
    assert [event.payload["clock"] for event in events_of(taken, "clock.breached")] == ["ack"]


def test_meeting_it_in_time_breaks_nothing(world: World) -> None:
    new = signal(world)
    take_over_signal(new, world.principal("duty"))
    with later(minutes=12):
        breach_clocks()
    assert not events_of(new, "clock.breached")
    assert new.clocks.get(code="ack").breached_at is None


def test_breaches_of_the_signal_move_with_it(world: World) -> None:
    new = signal(world)
    with later(minutes=25):
        breach_clocks()
        case = take_and_lead(new, world.principal("duty"), **SERIOUS)
    assert {each.code for each in case.clocks.exclude(breached_at=None)} == {"ack", "sev", "lead"}
    assert case.clocks.get(code="lead").met_at is not None


def test_a_breach_is_never_cleared(world: World) -> None:
    case = active(world)
    with later(minutes=31):
        breach_clocks()
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(case=case, code="hold").update(breached_at=None)


def test_one_open_clock_of_a_code_and_subject(world: World) -> None:
    case = active(world)
    twin = case.clocks.get(code="first")
    twin.pk = None
    twin.uuid = case.uuid
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_ticking_off(world: World) -> None:
    case = active(world)
    ticked = tick_off_clock(case.clocks.get(code="staff"), world.principal("community"), note="Care line has the card")
    assert ticked.met_at is not None
    (event,) = events_of(ticked, "clock.ticked_off")
    assert event.entry.text == "Care line has the card"
    assert event.chain == case.chain


def test_the_report_is_due_again(world: World) -> None:
    case = active(world)
    tick_off_clock(case.clocks.get(code="report"), world.principal("duty"), note="Sent to the board")
    again = case.clocks.running().get(code="report")
    assert again.due_at.astimezone(case.zone).strftime("%H:%M") in ("08:00", "17:00")


@pytest.mark.parametrize("code", ["first", "lead"])
def test_what_the_desk_sees_nobody_ticks_off(world: World, code: str) -> None:
    case = active(world) if code == "first" else triage(world)
    with pytest.raises(NotNow) as refused:
        tick_off_clock(case.clocks.get(code=code), world.principal("duty"), note="Done")
    assert "measured" in codes(refused)


def test_ticking_off_needs_a_sentence_and_a_running_clock(world: World) -> None:
    case = active(world)
    staff = case.clocks.get(code="staff")
    with pytest.raises(Invalid):
        tick_off_clock(staff, world.principal("duty"), note=" ")
    tick_off_clock(staff, world.principal("duty"), note="Told")
    with pytest.raises(NotNow) as refused:
        tick_off_clock(staff, world.principal("duty"), note="Told")
    assert codes(refused) == {"stopped"}


def test_campaigns_are_decided_by_whoever_may_hold_them(world: World) -> None:
    case = active(world)
    with pytest.raises(Denied):
        tick_off_clock(case.clocks.get(code="hold"), world.principal("community"), note="Stopped")
    tick_off_clock(case.clocks.get(code="hold"), world.principal("marketing"), note="Stopped")
