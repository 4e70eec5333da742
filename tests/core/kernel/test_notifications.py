"""Who is told what: once a round, in every way, in the reader's language, and only what still matters."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from cases.models import Signal
from crisisdesk.core import clock
from crisisdesk.core.jobs.notifications import NOTICES, after_quiet_hours, told
from crisisdesk.core.models import Notification, Unsent, User, Way
from crisisdesk.core.tasks import send_notifications
from tests.cases import build as cases
from tests.conftest import World
from tests.core import notices

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.fixture
def notice() -> Iterator[str]:
    with notices.declared() as kind:
        yield kind


def the_mail() -> Notification:
    return Notification.objects.get(way=Way.MAIL, kind=notices.KIND)


def test_one_mail_and_one_line_each_and_none_for_the_actor(world: World, notice: str) -> None:
    notices.tell(world, "legal", "duty", "service")
    notices.tell(world, "legal")
    assert send_notifications() == 1
    assert send_notifications() == 0
    (sent,) = mail.outbox
    assert sent.to == [world.user("legal").email]
    assert sent.subject == "Waiting: Plíseň v kaši"
    assert "/cases/" in sent.body
    assert sent.extra_headers["Message-ID"] == the_mail().message_id
    assert Notification.objects.unread().get().user == world.user("legal")


def test_another_round_is_told_again_and_the_same_one_is_not(world: World, notice: str) -> None:
    notices.tell(world, "legal", round_="1")
    notices.tell(world, "legal", round_="2")
    notices.tell(world, "legal", round_="2")
    assert send_notifications() == 2
    assert len(mail.outbox) == 2
    assert Notification.objects.listed().count() == 2


def test_the_database_knows_no_second_row_of_a_round(world: World, notice: str) -> None:
    notices.tell(world, "legal")
    row = the_mail()
    row.pk, row.uuid = None, world.brand.uuid
    with pytest.raises(IntegrityError, match="core_notification_once"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"read_at": datetime(2026, 11, 23, tzinfo=PRAGUE)}, "core_notification_read_in_list"),
        ({"unsent": Unsent.SETTLED}, "core_notification_unsent"),
        ({"unsent": Unsent.REFUSED}, "core_notification_unsent"),
        ({"way": "pigeon"}, "core_notification_way"),
    ],
)
def test_the_database_keeps_rows_whole(world: World, notice: str, values: dict[str, Any], constraint: str) -> None:
    notices.tell(world, "legal")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Notification.objects.filter(pk=the_mail().pk).update(**values)


def test_closed_account_is_told_nothing(world: World, notice: str) -> None:
    notices.tell(world, "legal")
    User.objects.filter(pk=world.user("legal").pk).update(is_active=False)
    send_notifications()
    assert mail.outbox == []
    assert the_mail().unsent == Unsent.ACCOUNT_CLOSED
    assert the_mail().dead_at is None


def test_who_may_no_longer_see_it_is_told_nothing(world: World, notice: str) -> None:
    notices.tell(world, "legal", "outsider", on=cases.signal(world))
    send_notifications()
    assert [sent.to for sent in mail.outbox if sent.subject.startswith("Waiting")] == [[world.user("legal").email]]
    hers = Notification.objects.get(way=Way.MAIL, kind=notice, user=world.user("outsider"))
    assert (hers.unsent, hers.done_at is not None) == (Unsent.NOT_VISIBLE, True)


def test_what_is_gone_is_told_to_nobody(world: World, notice: str) -> None:
    notices.tell(world, "legal")
    Notification.objects.update(object_id="00000000-0000-0000-0000-000000000001")
    send_notifications()
    assert mail.outbox == []
    assert the_mail().unsent == Unsent.NOT_VISIBLE


def test_what_was_settled_meanwhile_is_told_to_nobody(world: World) -> None:
    asked = []

    def settled(row: Any, user: User) -> bool:
        asked.append((row, user))
        return True

    with notices.declared(settled=settled):
        notices.tell(world, "legal")
        send_notifications()
    assert mail.outbox == []
    assert the_mail().unsent == Unsent.SETTLED
    assert asked == [(world.brand, world.user("legal"))]


def test_not_urgent_waits_for_the_morning_with_its_mail_but_is_listed_at_once(world: World, notice: str) -> None:
    with clock.time_at(datetime(2026, 11, 23, 23, 30, tzinfo=PRAGUE)):
        notices.tell(world, "legal", urgent=False)
        assert send_notifications() == 0
        assert Notification.objects.unread().count() == 1
    with clock.time_at(datetime(2026, 11, 24, 7, 0, tzinfo=PRAGUE)):
        assert send_notifications() == 1


@pytest.mark.parametrize(
    ("at", "told_at"),
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
def test_quiet_hours_in_local_time(at: datetime, told_at: datetime) -> None:
    assert after_quiet_hours(at, PRAGUE) == told_at


def test_a_line_has_words_only_while_its_object_may_be_seen(world: World, notice: str) -> None:
    notices.tell(world, "legal", "outsider", on=cases.signal(world))
    lines = {}
    for code in ("legal", "outsider"):
        principal = world.principal(code)
        (lines[code],) = told(Notification.objects.visible_to(principal).listed().filter(kind=notice), principal)
    assert lines["legal"].words.subject == "Waiting: Plíseň v kaši"
    assert (lines["outsider"].words, lines["outsider"].path) == (None, "")


def test_a_kind_that_is_no_longer_declared_is_a_line_without_words(world: World) -> None:
    with notices.declared():
        notices.tell(world, "legal")
    assert notices.KIND not in NOTICES
    (line,) = told(Notification.objects.listed(), world.principal("legal"))
    assert line.words is None


def test_words_of_a_page_take_one_query_for_each_type_of_object(
    world: World, notice: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signals = [cases.signal(world) for _number in range(5)]
    for signal in (*signals, *Signal.objects.all()):
        notices.tell(world, "legal", on=signal)
        notices.tell(world, "legal", round_=str(signal.pk))
    principal = world.principal("legal")
    rows = list(Notification.objects.visible_to(principal).listed())
    assert len(rows) >= 10
    with django_assert_num_queries(3):  # grants, brands, signals
        assert all(line.words for line in told(rows, principal))
