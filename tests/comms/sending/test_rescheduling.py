"""A text that is put to another time at the very instant at which it was to leave; real threads, real commits."""

from datetime import datetime, timedelta

import pytest

from comms import tasks
from comms.models import StatementVersion
from comms.sending.actions.publishing import schedule_statement, unschedule_statement
from comms.states import StatementState
from crisisdesk.core import clock
from crisisdesk.core.models import Event
from tests.comms import build
from tests.conftest import World
from tests.races import overtaken

pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.slow]


def schedule(world: World, version: StatementVersion, at: datetime) -> None:
    who = world.principal("community", fresh=True)
    schedule_statement(version, who, payload_hash=version.payload_hash, at=at)


def publish_at(instant: datetime) -> int:
    with clock.time_at(instant):
        return tasks.publish_what_was_scheduled()


@pytest.mark.parametrize("later", [timedelta(hours=5), None], ids=["put off", "taken out"])
def test_a_new_time_set_while_the_worker_waits_its_turn_is_kept(world: World, later: timedelta | None) -> None:
    version = build.approved(world)
    due = clock.now() + timedelta(hours=1)
    schedule(world, version, due)
    turn = due + timedelta(minutes=1)
    at = due + later if later else None

    def change_the_time() -> None:
        with clock.time_at(turn):
            unschedule_statement(version, world.principal("community"))
            if at is not None:
                schedule(world, StatementVersion.objects.get(pk=version.pk), at)

    # The worker reads the calendar as it was, then waits for the case.
    waited, looked_at = overtaken(change_the_time, lambda: publish_at(turn))
    assert (waited, looked_at) == (True, 1)
    kept = StatementVersion.objects.get(pk=version.pk)
    assert kept.state == (StatementState.SCHEDULED if at else StatementState.APPROVED)
    assert kept.statement.scheduled_at == at
    assert not kept.deliveries.exists()
    assert not Event.objects.filter(kind="statement.missed").exists()
    if at is not None:
        publish_at(at)
        assert StatementVersion.objects.get(pk=version.pk).state == StatementState.PUBLISHING
