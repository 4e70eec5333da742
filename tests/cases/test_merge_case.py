"""Going on in another case."""

import pytest

from cases.actions import dismiss_case, merge_case
from cases.models import CaseState
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from tests.cases.build import active, codes, confidential, contained, events_of, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    target, twin = active(world), triage(world)
    merged = merge_case(twin, world.principal("duty"), into=target, reason="The same video")
    assert merged.state == CaseState.MERGED
    assert merged.merged_into == target
    assert target.signals.count() == 2
    assert not merged.clocks.running().exists()
    (event,) = events_of(merged, "case.merged")
    assert event.payload["into"] == target.reference
    (event,) = events_of(target, "case.absorbed")
    assert event.payload["other"] == merged.reference
    assert event.chain == target.chain


def test_not_into_itself(world: World) -> None:
    case = triage(world)
    with pytest.raises(Invalid):
        merge_case(case, world.principal("duty"), into=case)


def test_not_into_a_case_that_has_ended(world: World) -> None:
    ended = dismiss_case(triage(world), world.principal("duty"), reason="Nothing behind it")
    with pytest.raises(NotNow) as refused:
        merge_case(triage(world), world.principal("duty"), into=ended)
    assert codes(refused) == {"closed"}


def test_not_into_a_case_one_must_not_know_of(world: World) -> None:
    with pytest.raises(Missing):
        merge_case(triage(world), world.principal("comms_lead"), into=confidential(world))


def test_a_contained_case_is_not_merged(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        merge_case(contained(world), world.principal("duty"), into=triage(world))
    assert codes(refused) == {"state"}


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        merge_case(triage(world), world.principal("scribe"), into=triage(world))
