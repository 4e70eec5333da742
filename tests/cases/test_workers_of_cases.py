"""What workers do for cases, by the names under which they are woken and beaten."""

import pytest
from django.conf import settings

from cases import tasks
from cases.models import Clock, RoleAssignment, SignalState
from crisisdesk.celery import app
from crisisdesk.core.errors import Denied, NotNow
from crisisdesk.core.models import Due
from tests.cases.build import events_of, signal
from tests.conftest import World


def test_a_signal_is_taken_over_by_a_worker(world: World) -> None:
    new = signal(world)
    tasks.take_over.apply(args=[new.pk, world.user("duty").pk]).get()
    new.refresh_from_db()
    assert new.state == SignalState.TAKEN_OVER
    (event,) = events_of(new, "signal.taken_over")
    assert (event.via, event.actor) == ("worker", f"user:{world.user('duty').pk}")
    tasks.take_over.apply(args=[new.pk, world.user("duty").pk]).get()
    assert len(events_of(new, "signal.taken_over")) == 1


def test_the_same_rules_hold_there(world: World) -> None:
    new = signal(world)
    with pytest.raises(Denied):
        tasks.take_over(new.pk, world.user("observer").pk)
    tasks.take_over(new.pk, world.user("duty").pk)
    with pytest.raises(NotNow):
        tasks.take_over(new.pk, world.user("comms_lead").pk)


@pytest.mark.parametrize("model", [Clock, RoleAssignment])
def test_tables_of_due_rows_are_beaten(model: type[Due]) -> None:
    app.loader.import_default_modules()
    assert model.task in app.tasks
    assert model.task in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
