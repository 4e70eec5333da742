"""Notes and decisions."""

from datetime import timedelta

import pytest

from cases.actions import add_decision, add_note, close_case
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import active, codes, events_of, in_review, triage
from tests.conftest import World


def test_a_note(world: World) -> None:
    case = active(world)
    entry = add_note(case, world.principal("scribe"), text="  The shop in Brno called  ")
    assert entry.text == "The shop in Brno called"
    assert entry.author == world.user("scribe")
    (event,) = events_of(case, "note.added")
    assert event.entry == entry
    assert event.payload["entry_sha256"] == entry.sha256
    assert "Brno" not in event.canonical


def test_a_note_about_an_earlier_moment(world: World) -> None:
    case, earlier = active(world), clock.now() - timedelta(minutes=20)
    add_note(case, world.principal("scribe"), text="First call", occurred_at=earlier)
    (event,) = events_of(case, "note.added")
    assert event.occurred_at == earlier
    with pytest.raises(Invalid):
        add_note(case, world.principal("scribe"), text="Soon", occurred_at=clock.now() + timedelta(minutes=5))


def test_a_decision(world: World) -> None:
    case = active(world)
    entry = add_decision(
        case,
        world.principal("duty"),
        decision="We take batch L2207 off the shelves",
        question="Do we wait for the laboratory?",
        options="wait\n\ntake it off now",
        why="The safety of children comes first",
    )
    assert entry.data == {
        "question": "Do we wait for the laboratory?",
        "options": ["wait", "take it off now"],
        "why": "The safety of children comes first",
    }
    assert len(events_of(case, "decision.added")) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_a_text_says_something_and_ends(world: World, text: str) -> None:
    with pytest.raises(Invalid):
        add_note(triage(world), world.principal("scribe"), text=text)


def test_rights(world: World) -> None:
    case = triage(world)
    with pytest.raises(Denied):
        add_note(case, world.principal("observer"), text="I saw it")
    with pytest.raises(Denied):
        add_decision(case, world.principal("scribe"), decision="We stop")


def test_a_closed_case_takes_no_notes(world: World) -> None:
    case = close_case(in_review(world), world.principal("comms_lead"), review="We were late")
    with pytest.raises(NotNow) as refused:
        add_note(case, world.principal("scribe"), text="One more thing")
    assert codes(refused) == {"closed"}
