"""E-mails to colleagues that were given up: administrators see to whom and why, and send them again."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from crisisdesk.core.log.events import sentence
from crisisdesk.core.models import Event, Notification, User
from crisisdesk.core.tasks import send_notifications
from crisisdesk.core.web import health
from tests.conftest import World
from tests.core import notices


def staff(world: World, code: str) -> Client:
    User.objects.filter(pk=world.user(code).pk).update(is_staff=True)
    return world.client(code)


def address(page: str, *parts: Any) -> str:
    return reverse(f"admin:core_deadnotice_{page}", args=parts)


def test_who_was_not_told_and_why_but_not_what(world: World) -> None:
    row, client = notices.dead(world, "legal"), staff(world, "manager")
    shown = client.get(address("changelist")).content.decode()
    assert "550 nobody here" in shown
    assert world.user("legal").name in shown
    page = client.get(address("change", row.pk)).content.decode()
    assert "the mail server refused the address or the mail" in page
    assert "Plíseň" not in shown + page
    assert 'name="_save"' not in page
    assert client.post(address("change", row.pk), {"path": "/"}).status_code == 403
    assert client.get(address("add")).status_code == 403


def test_only_administrators_of_the_installation_and_only_the_dead(world: World) -> None:
    row = notices.dead(world, "legal")
    assert staff(world, "legal").get(address("change", row.pk)).status_code in (302, 403)
    assert world.user("legal").name not in staff(world, "legal").get(address("changelist")).content.decode()
    alive = notices.listed(world, "legal")
    assert staff(world, "manager").get(address("change", alive.pk)).status_code in (302, 404)


def test_trying_again_sends_it_and_is_in_the_log(world: World) -> None:
    row, client = notices.dead(world, "legal"), staff(world, "manager")
    Notification.objects.filter(pk=row.pk).update(kind="signal.waiting")
    with notices.declared():
        Notification.objects.filter(pk=row.pk).update(kind=notices.KIND)
        retry = address("verb", row.pk, "retry-notice")
        assert retry in client.get(address("change", row.pk)).content.decode()
        assert client.post(retry).status_code == 302
        assert client.post(retry).status_code == 404
        send_notifications()
    assert [sent.to for sent in mail.outbox] == [[world.user("legal").email]]
    (event,) = Event.objects.filter(kind="notice.retried")
    assert event.payload == {"kind": notices.KIND, "user": world.user("legal").pk}
    assert sentence(event, "Ann", "en") == "Notification sent again (test.waiting): Ann"


def test_the_watcher_of_the_desk_is_told_and_the_desk_stays_in_service(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrated", True)
    assert client.get("/readyz").json() == {"status": "ok"}
    notices.dead(world, "legal")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["warnings"] == ["Notifications that were given up: 1. See the administration."]
