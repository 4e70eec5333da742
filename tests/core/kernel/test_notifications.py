"""Mails that something waits: once, in the reader's language, not at night unless it is urgent."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from crisisdesk.core import clock
from crisisdesk.core.actions.act import Act
from crisisdesk.core.jobs.notifications import NOTICES, after_quiet_hours, declare_notice, notify
from crisisdesk.core.models import Notification
from crisisdesk.core.tasks import send_notifications
from tests.conftest import World

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture
def notice() -> Iterator[str]:
    declare_notice("test.waiting", subject="Waiting: {title}", text="{title} waits for you.", button="Open it")
    yield "test.waiting"
    del NOTICES["test.waiting"]


def _tell(world: World, kind: str, *codes: str, urgent: bool = True) -> None:
    people = [world.user(code) for code in codes]
    act = Act("core.test", world.principal("duty"))
    notify(act, people, kind, on=world.brand, path="/cases/", urgent=urgent, title="Plíseň\nv kaši")


def test_one_mail_each_and_none_for_the_actor(world: World, notice: str) -> None:
    _tell(world, notice, "legal", "duty", "service")
    _tell(world, notice, "legal")
    assert send_notifications() == 1
    assert send_notifications() == 0
    (sent,) = mail.outbox
    assert sent.to == [world.user("legal").email]
    assert sent.subject == "Waiting: Plíseň v kaši"
    assert "/cases/" in sent.body
    assert sent.extra_headers["Message-ID"] == Notification.objects.get().message_id


def test_closed_account_is_told_nothing(world: World, notice: str) -> None:
    legal = world.user("legal")
    _tell(world, notice, "legal")
    legal.is_active = False
    legal.save()
    send_notifications()
    assert mail.outbox == []


def test_not_urgent_waits_for_the_morning(world: World, notice: str) -> None:
    with clock.time_at(datetime(2026, 11, 23, 23, 30, tzinfo=PRAGUE)):
        _tell(world, notice, "legal", urgent=False)
        assert send_notifications() == 0
    with clock.time_at(datetime(2026, 11, 24, 7, 0, tzinfo=PRAGUE)):
        assert send_notifications() == 1


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 23, 12, 0, tzinfo=PRAGUE), datetime(2026, 11, 23, 12, 0, tzinfo=PRAGUE)),
        (datetime(2026, 11, 23, 22, 0, tzinfo=PRAGUE), datetime(2026, 11, 24, 7, 0, tzinfo=PRAGUE)),
        (datetime(2026, 11, 23, 3, 0, tzinfo=PRAGUE), datetime(2026, 11, 23, 7, 0, tzinfo=PRAGUE)),
        (
            datetime(2027, 3, 27, 23, 0, tzinfo=PRAGUE),
            datetime(2027, 3, 28, 7, 0, tzinfo=PRAGUE),
        ),  # the night the clocks go forward
        (datetime(2026, 10, 24, 23, 0, tzinfo=PRAGUE), datetime(2026, 10, 25, 7, 0, tzinfo=PRAGUE)),  # and back
    ],
)
def test_quiet_hours_in_local_time(at: datetime, told: datetime) -> None:
    assert after_quiet_hours(at, PRAGUE) == told
