"""Notifications of an installation that is upgraded: nobody is told anew."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from crisisdesk.core.models import Notification, Way
from crisisdesk.core.tasks import send_notifications
from tests.conftest import World
from tests.core import notices
from tests.database import as_owner_of

BEFORE = "0007_membership_dates"
INSERT = (
    'INSERT INTO core_notification (uuid, created_at, user_id, kind, object_type, object_id, path, "values", due_at,'
    " fence, attempts, done_at, last_error) VALUES (%s, %s, %s, %s, 'core.brand', %s, '/', '{\"title\": \"T\"}', %s,"
    " 1, 1, %s, '')"
)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.slow
def test_what_was_sent_stays_sent_and_what_waits_goes_once(committed_db: str, world: World) -> None:
    sent_to, waits_for, brand = world.user("legal"), world.user("care"), world.brand
    with as_owner_of(committed_db):
        call_command("migrate", "core", BEFORE, verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            for user, done_at in ((sent_to, NOON), (waits_for, None)):
                cursor.execute(INSERT, [uuid.uuid4(), NOON, user.pk, notices.KIND, brand.uuid, NOON, done_at])
        call_command("migrate", verbosity=0, interactive=False)
    assert set(Notification.objects.values_list("way", "round", "unsent")) == {(Way.MAIL, "1", "")}
    with notices.declared():
        assert send_notifications() == 1
        notices.tell(world, "legal", "care")  # the same thing once more, by a task that is repeated after the upgrade
        assert send_notifications() == 0
    assert [message.to for message in mail.outbox] == [[waits_for.email]]
    assert not Notification.objects.filter(way=Way.MAIL, done_at=None).exists()
