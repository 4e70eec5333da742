"""Dismissing a signal."""

import pytest

from cases.actions import dismiss_signal, open_case
from cases.models import SignalState
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import codes, events_of, signal
from tests.conftest import World


def test_it_works(world: World) -> None:
    gone = dismiss_signal(signal(world), world.principal("duty"), reason="An old joke, nobody shares it")
    assert gone.state == SignalState.DISMISSED
    assert gone.taken_by == world.user("duty")
    assert not gone.clocks.running().exists()
    (event,) = events_of(gone, "signal.dismissed")
    assert event.entry.text == "An old joke, nobody shares it"
    assert gone.history.first().state == SignalState.DISMISSED


def test_it_needs_a_reason(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        dismiss_signal(signal(world), world.principal("duty"), reason=" ")
    assert set(refused.value.errors) == {"reason"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        dismiss_signal(signal(world), world.principal("community"), reason="No crisis")


def test_a_signal_in_a_case_stays_there(world: World) -> None:
    made = signal(world)
    open_case(made, world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        dismiss_signal(made, world.principal("duty"), reason="No crisis")
    assert codes(refused) == {"state"}
