"""Real threads on a real database: polls, clicks and reports that meet."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from cases.models import Signal
from cases.monitoring.actions import (
    create_report_address,
    create_source,
    push_mentions,
    raise_signal_from_mentions,
    report_by_address,
)
from cases.monitoring.actions.polling import LEASE, Look, poll, take_in
from cases.monitoring.actions.reports import MOST_SIGNALS
from cases.monitoring.feeds import read
from cases.monitoring.models import Mention, Source, SourceKind, SourceState
from cases.monitoring.views.reports import REPORTER
from crisisdesk.core.jobs import due
from tests.conftest import World
from tests.monitoring.feed_server import FeedServer, atom, entry

WORKERS = 8


@pytest.fixture
def at_once() -> Callable[[Callable[[int], Any]], list[Any]]:
    """Run something in several threads that start together; the results, or what was raised."""

    def run(work: Callable[[int], Any]) -> list[Any]:
        gate = threading.Barrier(WORKERS)

        def each(number: int) -> Any:
            try:
                gate.wait()
                return work(number)
            except Exception as raised:
                return raised
            finally:
                connections.close_all()

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(each, range(WORKERS)))

    return run


@pytest.fixture
def source(committed_db: str, world: World, server: FeedServer, reachable: None) -> Source:
    """A feed with five items, one of which fires a term."""
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    server.serve(atom(*(entry(number, when=now) for number in range(4)), entry(4, "Únik dat", when=now)))
    return create_source(
        world.brand,
        world.principal("manager"),
        kind=SourceKind.FEED,
        name="Deník",
        url=server.url(),
        trigger_terms=["únik dat"],
    )


def test_workers_that_poll_at_once_store_everything_once(source: Source, at_once: Any) -> None:
    done = at_once(lambda number: due.run(SourceState, poll, lease=LEASE))
    assert sum(done) == 1
    assert Mention.objects.count() == 5
    assert Signal.objects.count() == 1


def test_looks_that_come_in_together_are_harmless(source: Source, at_once: Any) -> None:
    """Every thread holds a valid claim of its own, as if leases had run out under slow workers."""
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    look = Look(feed=read(atom(*(entry(number, "Únik dat", when=now) for number in range(50))).encode()))
    claims = []
    for _worker in range(WORKERS):
        claims += SourceState.claim()
        SourceState.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    results = at_once(lambda number: take_in(claims[number], look))
    assert results == [None] * WORKERS
    assert Mention.objects.count() == 50
    assert Signal.objects.count() == 1


def test_the_same_batch_pushed_at_once(committed_db: str, world: World, at_once: Any) -> None:
    inbox = create_source(world.brand, world.principal("manager"), kind=SourceKind.PUSH, name="Nástroj")
    rows = [{"external_id": str(number), "title": f"Zmínka {number}"} for number in range(100)]
    service = world.principal("service", via="api")
    results = at_once(lambda number: push_mentions(inbox, service, mentions=rows[number:] + rows[:number]))
    assert sorted(len(each.stored) for each in results) == [0] * (WORKERS - 1) + [100]
    assert Mention.objects.count() == 100


def test_two_clicks_make_one_signal(committed_db: str, world: World, at_once: Any) -> None:
    inbox = create_source(world.brand, world.principal("manager"), kind=SourceKind.PUSH, name="Nástroj")
    service = world.principal("service", via="api")
    mentions = push_mentions(inbox, service, mentions=[{"title": "A"}, {"title": "B"}]).stored
    people = [world.principal(code) for code in ("community", "care", "duty", "comms_lead")] * 2
    results = at_once(lambda number: raise_signal_from_mentions(world.brand, people[number], mentions=mentions))
    assert {signal.pk for signal in results} == {Signal.objects.get().pk}


@pytest.mark.slow
def test_reports_in_parallel(committed_db: str, world: World, at_once: Any) -> None:
    issued = create_report_address(world.brand, world.principal("manager"), name="Prodejny")
    same = at_once(lambda number: report_by_address(issued.address, REPORTER, what="Plíseň"))
    assert {signal.pk for signal in same} == {Signal.objects.get().pk}
    for turn in range(3):
        at_once(lambda number, turn=turn: report_by_address(issued.address, REPORTER, what=f"Jiné {turn} {number}"))
    assert Signal.objects.count() == MOST_SIGNALS
    assert Mention.objects.count() == 1 + 3 * WORKERS
