"""The states that tests start from: kept for those who ask first of all, built anew for everybody else."""

from collections.abc import Callable

import pytest
import time_machine
from django.db import connection

from cases.models import Case, CaseState, Signal
from crisisdesk.core.log import audit
from crisisdesk.core.models import Brand
from tests.cases import build
from tests.conftest import World
from tests.stages import STAGES


def name() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("time", range(3))
def test_what_is_asked_for_first_is_kept_and_its_changes_are_not(world: World, time: int) -> None:
    own = name()
    case = build.speechless(world)
    assert (case.state, Case.objects.count(), Signal.objects.count()) == (CaseState.ACTIVE, 1, 1)
    assert name() != own or time == 0
    Case.objects.update(title=f"Changed {time}")
    build.signal(world)


def test_afterwards_the_world_is_empty_again(world: World) -> None:
    assert (Case.objects.count(), name()) == (0, connection.settings_dict["NAME"])


@pytest.mark.parametrize("time", range(3))
def test_who_has_written_before_stays_where_that_is(world: World, time: int) -> None:
    Brand.objects.update(about="Written before")
    build.speechless(world)
    assert world.brand.about == "Written before"
    assert name() == connection.settings_dict["NAME"]


@pytest.mark.parametrize("time", range(3))
def test_who_signed_in_before_is_signed_in_there_too(world: World, time: int) -> None:
    client = world.client("duty")
    case = build.speechless(world)
    assert client.get(f"/cases/{case.reference}/").status_code == 200


@pytest.mark.parametrize("time", range(3))
def test_a_moved_clock_builds_anew(world: World, time: int) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        assert build.speechless(world).created_at.year == 2026
        assert name() == connection.settings_dict["NAME"]


@pytest.mark.own_stage
@pytest.mark.parametrize("time", range(3))
def test_so_does_a_test_that_asks_for_it(world: World, time: int) -> None:
    build.speechless(world)
    assert name() == connection.settings_dict["NAME"]


@pytest.mark.parametrize("time", range(3))
def test_the_log_of_a_kept_state_is_whole(world: World, time: int, sealed: Callable[[], None]) -> None:
    build.speechless(world)
    sealed()
    assert list(audit.verify()) == []


@pytest.mark.parametrize("time", range(4))
def test_a_builder_that_fails_leaves_nothing_behind(world: World, time: int) -> None:
    before = STAGES.names
    with pytest.raises(TypeError):
        build.triage(world, nonsense=1)
    assert (STAGES.names == before) is (time == 0)
    STAGES.end()
    assert STAGES.names <= before


@pytest.mark.parametrize("time", range(3))
def test_a_closed_connection_is_not_used_again(world: World, time: int) -> None:
    for stage in STAGES.kept.values():
        stage.own.close()
    assert build.contained(world).state == CaseState.CONTAINED
