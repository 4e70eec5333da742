"""Taking a signal over."""

import pytest

from cases.actions import dismiss_signal, take_over_signal
from cases.models import SignalState
from crisisdesk.core.errors import Denied, Missing, NotNow
from tests.cases.build import codes, events_of, signal
from tests.conftest import World


def test_it_works(world: World) -> None:
    taken = take_over_signal(signal(world), world.principal("duty"))
    assert taken.state == SignalState.TAKEN_OVER
    assert taken.taken_by == world.user("duty")
    assert taken.clocks.get(code="ack").met_at == taken.taken_at
    (event,) = events_of(taken, "signal.taken_over")
    assert event.actor == f"user:{world.user('duty').pk}"
    newest = taken.history.first()
    assert newest.history_user == world.user("duty")
    assert newest.state == SignalState.TAKEN_OVER


def test_repeating_it_changes_nothing(world: World) -> None:
    new = signal(world)
    first = take_over_signal(new, world.principal("duty"))
    again = take_over_signal(new, world.principal("duty"))
    assert again.taken_at == first.taken_at
    assert len(events_of(new, "signal.taken_over")) == 1


def test_the_second_person_learns_who_was_first(world: World) -> None:
    new = signal(world)
    take_over_signal(new, world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        take_over_signal(new, world.principal("comms_lead"))
    assert codes(refused) == {"state", "taken"}
    assert "T. Beneš" in str(refused.value)


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        take_over_signal(signal(world), world.principal("observer"))


def test_another_brand_does_not_know_of_it(world: World) -> None:
    with pytest.raises(Missing):
        take_over_signal(signal(world), world.principal("outsider"))


def test_a_dismissed_signal_stays_dismissed(world: World) -> None:
    gone = dismiss_signal(signal(world), world.principal("duty"), reason="An old joke")
    with pytest.raises(NotNow) as refused:
        take_over_signal(gone, world.principal("duty"))
    assert codes(refused) == {"state"}
