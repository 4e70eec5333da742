"""Under control, broken out again, resolved, reviewed, closed, opened again."""

import pytest
from django.db import IntegrityError, transaction

from cases import clocks
from cases.actions import (
    close_case,
    contain_case,
    finish_task,
    relapse_case,
    reopen_case,
    resolve_case,
    skip_task,
    start_review,
    waive_statement,
)
from cases.models import Case, CaseState
from cases.states import CASE_STATES, OPEN_CASE
from cases.way import ASIDE, WAY, place_of
from crisisdesk.core.actions import REGISTRY
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import ELEVATED, active, codes, contained, events_of, in_review, led, resolved, speechless
from tests.conftest import World


def test_under_control(world: World) -> None:
    case = contain_case(speechless(world), world.principal("crisis_lead"))
    assert case.state == CaseState.CONTAINED
    assert case.contained_at is not None
    review = case.clocks.get(code="review")
    assert review.due_at == clocks.add_working_days(case.contained_at, 10, case.zone)
    assert len(events_of(case, "case.contained")) == 1
    assert case.history.first().state == CaseState.CONTAINED


def test_without_a_word_in_public_it_is_not_under_control(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        contain_case(led(world), world.principal("crisis_lead"))
    assert codes(refused)  # the guard stands in the app of statements


def test_nothing_is_said_in_public(world: World) -> None:
    case = waive_statement(led(world), world.principal("crisis_lead"), why="Solved with the one customer")
    assert case.statement_waived_at is not None
    assert case.clocks.get(code="first").cancelled_at is not None
    (event,) = events_of(case, "case.statement_waived")
    assert event.entry.kind == "decision"
    assert event.entry.data["why"] == "Solved with the one customer"
    with pytest.raises(NotNow) as refused:
        waive_statement(case, world.principal("crisis_lead"), why="Again")
    assert codes(refused) == {"waived"}
    with pytest.raises(Invalid):
        waive_statement(led(world), world.principal("crisis_lead"), why=" ")


def test_it_breaks_out_again(world: World) -> None:
    case = relapse_case(contained(world), world.principal("duty"), reason="A second video")
    assert case.state == CaseState.ACTIVE
    assert case.contained_at is None
    assert case.statement_waived_at is None
    assert case.clocks.get(code="review").cancelled_at is not None
    assert case.clocks.running().filter(code="next").exists()
    (event,) = events_of(case, "case.relapsed")
    assert event.entry.text == "A second video"


def test_resolved_when_what_had_to_be_done_is_done(world: World) -> None:
    case = contained(world)
    with pytest.raises(NotNow) as refused:
        resolve_case(case, world.principal("crisis_lead"))
    assert codes(refused) == {"blocking_tasks"}
    for task in case.tasks.open().filter(blocking=True):
        skip_task(task, world.principal("crisis_lead"), reason="Not needed any more")
    case = resolve_case(case, world.principal("crisis_lead"))
    assert case.state == CaseState.RESOLVED
    assert {each.code for each in case.clocks.running()} == {"review"}
    assert len(events_of(case, "case.resolved")) == 1


def test_a_review_is_started_and_summed_up(world: World) -> None:
    case = resolved(world)
    with pytest.raises(NotNow) as refused:
        close_case(case, world.principal("comms_lead"), review="We were late")
    assert codes(refused) == {"review"}
    case = start_review(case, world.principal("comms_lead"))
    assert case.state == CaseState.IN_REVIEW
    with pytest.raises(Invalid):
        close_case(case, world.principal("comms_lead"))
    case = close_case(case, world.principal("comms_lead"), review="We were late")
    assert case.state == CaseState.CLOSED
    assert case.clocks.get(code="review").met_at is not None
    (event,) = events_of(case, "case.closed")
    assert event.entry.text == "We were late"
    assert event.entry.pinned


def test_a_serious_case_is_not_closed_by_its_own_lead(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        close_case(in_review(world), world.principal("crisis_lead"), review="All fine")
    assert codes(refused) == {"own_lead"}


def test_a_routine_case_needs_no_review(world: World) -> None:
    case = active(world, **{**ELEVATED, "growing": "no"})
    waive_statement(case, world.principal("duty"), why="One complaint")
    contain_case(case, world.principal("duty"))
    for task in case.tasks.open():
        finish_task(task, world.principal("duty"))
    resolve_case(case, world.principal("duty"))
    assert not case.clocks.running().exists()
    assert close_case(case, world.principal("comms_lead")).state == CaseState.CLOSED


def test_an_administrator_opens_it_again(world: World) -> None:
    case = close_case(in_review(world), world.principal("comms_lead"), review="We were late")
    with pytest.raises(Denied):
        reopen_case(case, world.principal("comms_lead"), reason="New facts")
    case = reopen_case(case, world.principal("manager"), reason="New facts")
    assert case.state == CaseState.ACTIVE
    assert case.closed_at is None
    (event,) = events_of(case, "case.reopened")
    assert event.entry.text == "New facts"


@pytest.mark.parametrize("verb", [contain_case, resolve_case, start_review])
def test_order_is_kept(world: World, verb: object) -> None:
    case = active(world)
    case.state = CaseState.CLOSED
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(activated_at=None)
    with pytest.raises(NotNow) as refused:
        verb(resolved(world) if verb is contain_case else case, world.principal("comms_lead"))  # type: ignore[operator]
    assert "state" in codes(refused)


@pytest.mark.parametrize("who", ["community", "legal", "scribe"])
def test_it_needs_the_right_to_lead(world: World, who: str) -> None:
    with pytest.raises(Denied):
        contain_case(speechless(world), world.principal(who))


def test_the_way_and_the_state_machine_agree() -> None:
    """Each action leads on from the states of its stage, and no state of an open case lies beside the way."""
    for stage in WAY:
        for onward in stage.onward:
            edge = REGISTRY[onward.action].moves
            assert {str(state) for state in stage.states} <= CASE_STATES.sources(edge), onward.action
    assert {state for stage in WAY for state in stage.states} == set(OPEN_CASE)
    assert set(ASIDE) <= set(REGISTRY)
    assert [place_of(state) for state in (CaseState.REPORTED, CaseState.IN_REVIEW, CaseState.CLOSED)] == [0, 5, 6]
