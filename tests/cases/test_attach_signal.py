"""Adding a signal to an open case."""

import pytest

from cases.actions import attach_signal, dismiss_case
from cases.models import Signal, SignalState
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from tests.cases.build import active, codes, confidential, events_of, signal, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    case, more = triage(world), signal(world, title="A second video")
    attached = attach_signal(more, world.principal("duty"), case=case)
    assert attached.state == SignalState.ATTACHED
    assert attached.case == case
    assert not attached.clocks.running().exists()
    assert attached.clocks.get(code="ack").met_at is not None
    (event,) = events_of(case, "case.opened")
    assert event.chain == case.chain
    (event,) = events_of(case, "signal.attached")
    assert event.payload["signal"] == str(more.uuid)


def test_in_a_confidential_case_it_is_hidden(world: World) -> None:
    case, more = confidential(world), signal(world, title="A second video")
    attach_signal(more, world.principal("duty"), case=case)
    assert not Signal.objects.visible_to(world.principal("comms_lead")).filter(pk=more.pk).exists()
    assert Signal.objects.visible_to(world.principal("duty")).filter(pk=more.pk).exists()


def test_a_case_one_must_not_know_of_does_not_exist(world: World) -> None:
    case, more = confidential(world), signal(world, title="A second video")
    with pytest.raises(Missing):
        attach_signal(more, world.principal("comms_lead"), case=case)


def test_a_closed_case_takes_nothing(world: World) -> None:
    case = dismiss_case(triage(world), world.principal("duty"), reason="Nothing behind it")
    with pytest.raises(NotNow) as refused:
        attach_signal(signal(world), world.principal("duty"), case=case)
    assert codes(refused) == {"closed"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        attach_signal(signal(world), world.principal("scribe"), case=active(world))


def test_brands_do_not_mix(world: World) -> None:
    from cases.actions import report_signal

    other = report_signal(world.other_brand, world.principal("outsider"), title="Broken glass")
    with pytest.raises(Missing):
        attach_signal(other, world.principal("duty"), case=triage(world))
    with pytest.raises((Invalid, Missing)):
        attach_signal(other, world.principal("outsider"), case=triage(world))
