"""Real threads on a real database: many press publish, many workers work, one of each comes out."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.by_hand import tick_delivery
from comms.sending.actions.publishing import publish_statement
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import Delivery, DeliveryState, NewsroomPost, Recipient, RecipientState
from crisisdesk.core.errors import DomainError
from crisisdesk.core.models import Event
from tests.comms import build as texts
from tests.comms.sending import build
from tests.comms.sending.build import Mailbox
from tests.conftest import World

pytestmark = pytest.mark.slow


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(number)` in as many threads, all starting together; domain errors are results too."""
    together = Barrier(count)

    def run(number: int) -> Any:
        try:
            together.wait()
            return work(number)
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_publications_at_once_give_each_channel_one_delivery(committed_db: str, world: World) -> None:
    version = texts.approved(world)
    people = [world.principal(code, fresh=True) for code in ("duty", "comms_lead", "community")]

    def publish(number: int) -> Any:
        row = StatementVersion.objects.get(pk=version.pk)
        return publish_statement(row, people[number % 3], payload_hash=version.payload_hash)

    results = at_once(50, publish)
    winners = [result for result in results if isinstance(result, StatementVersion)]
    assert winners
    assert {result.status for result in results if isinstance(result, DomainError)} <= {409}
    assert Event.objects.filter(kind="statement.sent_out").count() == 1
    accounts = Counter(Delivery.objects.filter(version=version).values_list("account__code", "part"))
    assert set(accounts.values()) == {1}


def test_racing_workers_send_everything_once(committed_db: str, world: World, mailbox: Mailbox) -> None:
    for number in range(5):
        build.subscriber(world, f"reader{number}@reader.example")
    versions = [build.released(world, text=f"Text {number}") for number in range(4)]
    at_once(8, lambda number: sending.send_due())
    machine = Delivery.objects.filter(by_hand=False)
    assert set(machine.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert NewsroomPost.objects.count() == len(versions)
    assert len(mailbox.mails) == len(versions) * 5
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(versions) * 5
    assert set(Recipient.objects.values_list("state", flat=True)) == {RecipientState.SENT}
    assert Event.objects.filter(kind="statement.published").count() == len(versions)


def test_several_people_tick_and_each_row_counts_once(committed_db: str, world: World) -> None:
    version = build.released(world)
    rows = list(Delivery.objects.filter(version=version, by_hand=True))
    people = [world.principal(code) for code in ("duty", "comms_lead", "community")]

    def tick(number: int) -> Any:
        row = Delivery.objects.get(pk=rows[number % len(rows)].pk)
        return tick_delivery(row, people[number % 3])

    at_once(len(rows) * 3, tick)
    assert set(Delivery.objects.filter(version=version, by_hand=True).values_list("state", flat=True)) == {"sent"}
    assert Event.objects.filter(kind="delivery.posted").count() == len(rows)
    assert Event.objects.filter(kind="statement.published").count() == 1


def test_withdrawing_while_workers_send_leaves_nothing_standing(
    committed_db: str, world: World, mailbox: Mailbox
) -> None:
    for number in range(3):
        build.subscriber(world, f"reader{number}@reader.example")
    version = build.released(world)

    def work(number: int) -> Any:
        if number == 0:
            return withdraw_statement(version.statement, world.principal("spokesperson"), reason="Wrong batch")
        return sending.send_due()

    withdrawals, *_handled = at_once(4, work)
    assert [row.version for row in withdrawals] == [version]
    sending.send_due()
    assert not NewsroomPost.objects.filter(withdrawn_at=None).exists()
    assert not Delivery.objects.filter(state=DeliveryState.CLAIMED).exists()
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(mailbox.mails)


def test_a_claim_and_a_withdrawal_do_not_wait_for_each_other(committed_db: str, world: World) -> None:
    version = build.released(world)
    results: list[Any] = []

    def withdraw() -> None:
        results.extend(
            at_once(1, lambda _: withdraw_statement(version.statement, world.principal("spokesperson"), reason="Wrong"))
        )

    withdrawing = Thread(target=withdraw)
    with transaction.atomic():
        (delivery,) = Delivery.claim(limit=1)
        delivery.held(delivery.fence).update(state=DeliveryState.CLAIMED)
        withdrawing.start()
        until_somebody_waits()
        # What the commit of a claim does: it must not find the version in the hands of the one who waits for it.
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM comms_statementversion WHERE id = %s FOR KEY SHARE NOWAIT", [version.pk])
    withdrawing.join()
    assert [row.version for row in results[0]] == [version]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == (DeliveryState.DEAD, "withdrawn")


def until_somebody_waits() -> None:
    """Return once another connection waits for a lock; give up after half a minute."""
    until = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pg_blocking_pids(pid) <> '{}'"
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")
