"""Working through due rows: no row is in two hands, however slow the work is."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crisisdesk.core.jobs import due
from crisisdesk.core.models import Notification, Unsent
from crisisdesk.core.models.due import LEASE, TakenOver
from tests.conftest import World

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon(time_machine: Any) -> Any:
    """Time that moves only when the test says so."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def keeps_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure makes a worker look after its connection, which here holds the test's transaction."""
    monkeypatch.setattr(due, "close_old_connections", lambda: None)


def rows(world: World, count: int) -> None:
    user, brand = world.user("legal"), world.brand
    for number in range(count):
        Notification.objects.create(
            user=user,
            kind="k",
            object_type="core.brand",
            object_id=brand.uuid,
            path="/",
            due_at=NOON,
            round=str(number),
        )


def test_rows_that_wait_behind_slow_ones_are_in_no_two_hands(world: World, noon: Any) -> None:
    rows(world, 20)
    mine, others = [], []

    def slow(row: Notification) -> None:
        mine.append(row.pk)
        noon.shift(timedelta(seconds=10))
        for other in Notification.claim(limit=1):
            others.append(other.pk)
            other.finish(other.fence)

    due.run(Notification, slow)
    assert len(mine) == len(set(mine)) == 10
    assert len(others) == len(set(others)) == 10
    assert not set(mine) & set(others)


def test_work_that_outlasts_its_lease_keeps_it_between_its_steps(world: World, noon: Any) -> None:
    rows(world, 1)
    others = []

    def slow(row: Notification) -> None:
        for _step in range(20):
            noon.shift(LEASE / 2)
            others.extend(Notification.claim())
            row.keep()

    assert due.run(Notification, slow) == 1
    assert others == []
    assert Notification.objects.get().done_at is not None


def test_a_lease_is_kept_without_asking_while_most_of_it_is_left(
    world: World, noon: Any, django_assert_num_queries: Any
) -> None:
    rows(world, 1)
    (row,) = Notification.claim()
    noon.shift(LEASE / 4)
    with django_assert_num_queries(0):
        row.keep()
    noon.shift(LEASE / 4)
    with django_assert_num_queries(1):
        row.keep()
    assert row.lease_until == NOON + LEASE * 1.5


@pytest.mark.parametrize("step", ["keep", "renew"])
def test_whoever_overslept_a_lease_that_was_taken_lets_go(world: World, noon: Any, step: str) -> None:
    rows(world, 1)
    (slow,) = Notification.claim()
    noon.shift(LEASE * 2)
    (quick,) = Notification.claim()
    with pytest.raises(TakenOver):
        getattr(slow, step)()
    quick.renew()


def test_a_lease_that_lapsed_and_was_not_taken_is_still_ones_own(world: World, noon: Any) -> None:
    rows(world, 1)
    (row,) = Notification.claim()
    noon.shift(LEASE * 2)
    row.keep()
    assert Notification.claim() == []


def test_a_row_taken_over_is_left_alone_and_the_run_goes_on(world: World, noon: Any) -> None:
    rows(world, 2)
    seen = []

    def work(row: Notification) -> None:
        seen.append(row.pk)
        if len(seen) == 1:
            noon.shift(LEASE * 2)
            Notification.claim(limit=1)
            row.renew()

    assert due.run(Notification, work) == 2
    assert Notification.objects.get(pk=seen[0]).done_at is None
    assert Notification.objects.get(pk=seen[1]).done_at is not None


def test_a_run_ends_before_its_task_is_killed(world: World, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    rows(world, 3)
    ticks = iter([0.0, 0.0, due.SECONDS - 1, due.SECONDS])
    monkeypatch.setattr(due, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    assert due.run(Notification, lambda row: None) == 2
    assert due.SECONDS < settings.CELERY_TASK_TIME_LIMIT / 2


def test_what_always_fails_is_given_up_after_its_tries_and_blocks_nobody(
    world: World, noon: Any, keeps_connection: None
) -> None:
    rows(world, 2)
    bad = Notification.objects.earliest("pk")
    done = []

    def work(row: Notification) -> None:
        if row.pk == bad.pk:
            raise RuntimeError("always")
        done.append(row.pk)

    for _hour in range(5):
        due.run(Notification, work, tries=3)
        noon.shift(timedelta(hours=1))
    bad.refresh_from_db()
    assert (bad.attempts, bad.dead_at is not None, bad.unsent) == (3, True, Unsent.GIVEN_UP)
    assert bad.last_error == "RuntimeError: always"
    assert len(done) == 1


def test_without_a_number_of_tries_it_is_tried_for_ever(world: World, noon: Any, keeps_connection: None) -> None:
    rows(world, 1)

    def work(row: Notification) -> None:
        raise RuntimeError("always")

    for _hour in range(30):
        due.run(Notification, work)
        noon.shift(timedelta(hours=1))
    assert Notification.objects.get().attempts == 30
    assert Notification.objects.get().dead_at is None
