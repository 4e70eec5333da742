"""Reporting a signal."""

from datetime import timedelta

import pytest

from cases.actions import report_signal
from cases.models import Severity, SignalState
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from crisisdesk.core.models import Notification
from tests.cases.build import codes, events_of, kind, signal
from tests.conftest import World


def test_it_works(world: World) -> None:
    made = signal(world, links=["https://example.org/video"], reporter="Shop in Brno, 777 123 456")
    assert made.state == SignalState.NEW
    assert made.origin == "report"
    assert made.severity == Severity.SERIOUS  # the kind starts from it
    assert made.reporter.text == "Shop in Brno, 777 123 456"
    assert {each.code for each in made.clocks.all()} == {"ack", "sev", "lead"}
    assert made.clocks.get(code="ack").due_at - made.zero == timedelta(minutes=10)
    (event,) = events_of(made, "signal.reported")
    assert "Brno" not in event.canonical
    assert made.history.count() == 1


def test_limits_count_from_the_moment_it_was_noticed(world: World) -> None:
    noticed = clock.now() - timedelta(minutes=7)
    made = signal(world, detected_at=noticed)
    assert made.zero == noticed
    assert made.clocks.get(code="ack").due_at == noticed + timedelta(minutes=10)


def test_without_a_kind_it_is_elevated(world: World) -> None:
    kind()
    assert signal(world, kind=None).severity == Severity.ELEVATED


def test_a_program_reports_through_the_interface(world: World) -> None:
    made = report_signal(world.brand, world.principal("service", via="api"), title="Complaints double", kind=kind())
    assert made.origin == "api"


def test_the_duty_officers_are_told(world: World) -> None:
    made = signal(world)
    told = Notification.objects.filter(kind="signal.waiting", object_id=made.uuid)
    assert world.user("duty") in {row.user for row in told}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"links": ["javascript:alert(1)"]}, "links.0"),
        ({"detected_at": clock.now() + timedelta(hours=1)}, "detected_at"),
        ({"text": "x" * 20_001}, "text"),
        ({"severity": 7}, "severity"),
    ],
)
def test_values_that_cannot_be(world: World, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        signal(world, **values)
    assert set(refused.value.errors) == {field}


def test_it_needs_the_right_to_contribute(world: World) -> None:
    with pytest.raises(Denied):
        report_signal(world.brand, world.principal("observer"), title="Rumour")
    with pytest.raises(Missing):
        report_signal(world.brand, world.principal("outsider"), title="Rumour")


def test_nobody_looks_at_a_brand_that_was_put_away(world: World) -> None:
    brand = world.brand
    brand.active = False
    brand.save()
    with pytest.raises(NotNow) as refused:
        report_signal(brand, world.principal("community"), title="Rumour")
    assert codes(refused) == {"inactive"}
