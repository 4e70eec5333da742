"""Judging how grave a case is."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from cases.actions import assess_severity, breach_clock
from cases.models import SeverityAssessment
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import CRITICAL, ELEVATED, SERIOUS, active, codes, events_of, in_review, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    case = triage(world)
    made = assess_severity(case, world.principal("duty"), sentence="A journalist called", **SERIOUS)
    case.refresh_from_db()
    assert (made.computed, made.severity, case.severity) == (2, 2, 2)
    assert made.entry.text == "A journalist called"
    assert case.clocks.get(code="sev").met_at == made.assessed_at
    (event,) = events_of(case, "case.severity_assessed")
    assert event.payload["before"] == 2
    assert event.payload["assessment"] == str(made.uuid)
    assert case.history.first().history_user == world.user("duty")


def test_not_sure_counts_as_yes(world: World) -> None:
    made = assess_severity(triage(world), world.principal("duty"), harm="unsure", spreading="no", growing="no")
    assert made.severity == 1


def test_the_newest_governs_and_times_the_clocks(world: World) -> None:
    case = active(world)
    first = case.clocks.get(code="first")
    assert first.due_at - case.zero == timedelta(minutes=60)
    assess_severity(case, world.principal("duty"), **CRITICAL)
    first.refresh_from_db()
    assert first.due_at - case.zero == timedelta(minutes=30)
    assert case.assessments.count() == 2


def test_a_clock_without_a_limit_stops_and_starts_again(world: World) -> None:
    case = active(world)
    routine = {"harm": "no", "spreading": "no", "growing": "no"}
    assess_severity(case, world.principal("duty"), **routine)
    assert case.clocks.get(code="first").cancelled_at is not None
    assess_severity(case, world.principal("duty"), **SERIOUS)
    assert case.clocks.running().get(code="first").due_at - case.zero == timedelta(minutes=60)


def test_breaches_stay(world: World) -> None:
    case = active(world)
    first = case.clocks.get(code="first")
    with time_machine.travel(case.zero + timedelta(minutes=61), tick=False):
        breach_clock(first, SYSTEM)
        assess_severity(case, world.principal("duty"), **ELEVATED)
    first.refresh_from_db()
    assert first.breached_at == first.due_at
    assert first.due_at - case.zero == timedelta(minutes=60)


def test_another_severity_needs_a_reason(world: World) -> None:
    case = triage(world)
    with pytest.raises(Invalid) as refused:
        assess_severity(case, world.principal("duty"), severity=1, **ELEVATED)
    assert set(refused.value.errors) == {"sentence"}
    made = assess_severity(case, world.principal("duty"), severity=1, sentence="Children eat it", **ELEVATED)
    assert (made.computed, made.severity) == (3, 1)


@pytest.mark.parametrize("answers", [{**SERIOUS, "harm": "maybe"}, {**SERIOUS, "severity": 9, "sentence": "x"}])
def test_values_that_cannot_be(world: World, answers: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        assess_severity(triage(world), world.principal("duty"), **answers)


def test_a_judgement_is_never_changed(world: World) -> None:
    made = assess_severity(triage(world), world.principal("duty"), **SERIOUS)
    with pytest.raises(DatabaseError), transaction.atomic():
        SeverityAssessment.objects.filter(pk=made.pk).update(severity=4)


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        assess_severity(triage(world), world.principal("legal"), **SERIOUS)


def test_a_closed_case_is_not_judged(world: World) -> None:
    from cases.actions import close_case

    case = close_case(in_review(world), world.principal("comms_lead"), review="We were late")
    assert case.closed_at is not None
    assert clock.now() >= case.closed_at
    with pytest.raises(NotNow) as refused:
        assess_severity(case, world.principal("duty"), **SERIOUS)
    assert codes(refused) == {"closed"}
