"""The administration of channels, deliveries and subscribers: set up, looked at, put right by verbs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comms.sending import claiming as sending
from comms.sending.models import Account, Delivery, DeliveryAttempt, DeliveryState, NewsroomPost, Subscriber, Withdrawal
from comms.sending.models.deliveries import MOST_LOOKS
from crisisdesk.core import clock
from crisisdesk.core.access.permissions import write_grants
from crisisdesk.core.models import Event, User
from tests.cases.build import events_of
from tests.comms.sending import build
from tests.comms.sending.build import Mailbox
from tests.comms.sending.test_withdraw import withdraw
from tests.conftest import World


def address(model: Any, page: str, *parts: Any) -> str:
    return reverse(f"admin:comms_{model._meta.model_name}_{page}", args=parts)


def staff(world: World, code: str) -> Client:
    """The browser of somebody who may enter the administration."""
    User.objects.filter(pk=world.user(code).pk).update(is_staff=True)
    return world.client(code)


def test_an_account_is_opened_and_changed_by_verbs(world: World) -> None:
    build.account(world)
    client = world.client("manager")
    values = {
        "brand": world.brand.pk, "code": "notice-board", "kind": "manual", "network": "",
        "name_cs": "Vývěska", "name_en": "Shop", "languages": "cs", "settings": "{}", "position": "9",
    }  # fmt: skip
    assert client.post(address(Account, "add"), values).status_code == 302
    made = Account.objects.get(code="notice-board")
    assert (made.brand, made.languages, made.active) == (world.brand, ["cs"], True)
    (event,) = events_of(made, "account.opened")
    assert (event.via, event.actor) == ("admin", world.principal("manager").label)
    changed = {"name_cs": "Vývěsky", "name_en": "Shops", "languages": "cs", "settings": "{}", "position": "9"}
    assert client.post(address(Account, "change", made.pk), changed).status_code == 302
    made.refresh_from_db()
    assert (made.name_cs, made.active) == ("Vývěsky", False)
    assert made.kind == "manual"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "newsroom"}, "A brand has one newsroom"),
        ({"code": "email"}, "This brand has an account with this code already"),
        ({"settings": '{"password": "x"}'}, "password"),
    ],
)
def test_what_an_account_cannot_be_is_said_in_the_form(world: World, change: dict[str, str], said: str) -> None:
    build.account(world)
    values = {
        "brand": world.brand.pk, "code": "more", "kind": "manual", "network": "", "name_cs": "A", "name_en": "A",
        "languages": "", "settings": "{}", "position": "9", **change,
    }  # fmt: skip
    answer = world.client("manager").post(address(Account, "add"), values)
    assert answer.status_code in (200, 409, 422)
    assert said in answer.content.decode()
    assert not Account.objects.filter(name_cs="A").exists()


def test_a_channel_is_only_opened_where_somebody_administers(world: World) -> None:
    build.account(world)
    client = staff(world, "duty")
    assert client.get(address(Account, "add")).status_code == 403
    row = build.account(world)
    assert 'name="_save"' not in client.get(address(Account, "change", row.pk)).content.decode()
    assert client.post(address(Account, "change", row.pk), {"name_cs": "x"}).status_code == 403


def test_a_stopped_channel_is_resumed_with_a_button(world: World) -> None:
    row, client = build.account(world), world.client("manager")
    resume = address(Account, "verb", row.pk, "resume-account")
    assert resume not in client.get(address(Account, "change", row.pk)).content.decode()
    Account.objects.filter(pk=row.pk).update(stopped_at=clock.now())
    assert resume in client.get(address(Account, "change", row.pk)).content.decode()
    assert client.post(resume).status_code == 302
    row.refresh_from_db()
    assert row.stopped_at is None
    assert len(events_of(row, "account.resumed")) == 1
    assert client.post(resume).status_code == 409


def test_a_delivery_is_read_with_its_attempts_and_never_edited(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    version = build.released(world)
    sending.send_due()
    row, client = build.delivery(version, "email"), world.client("superuser")
    page = client.get(address(Delivery, "change", row.pk)).content.decode()
    assert row.payload_hash in page
    assert "sent 1" in page
    assert 'name="_save"' not in page
    assert client.post(address(Delivery, "change", row.pk), {"text": "Jinak"}).status_code == 403
    assert client.get(address(Delivery, "add")).status_code == 403
    assert DeliveryAttempt.objects.filter(delivery=row).count() == 1


def test_a_dead_delivery_is_tried_again_by_who_publishes(world: World) -> None:
    row = build.delivery(build.released(world), "newsroom")
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.DEAD, dead_at=clock.now(), last_error="500")
    retry = address(Delivery, "verb", row.pk, "retry-delivery")
    assert staff(world, "legal").post(retry).status_code == 403
    client = staff(world, "community")
    assert retry in client.get(address(Delivery, "change", row.pk)).content.decode()
    assert client.post(retry).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.dead_at, row.last_error) == (DeliveryState.PENDING, None, "")
    assert client.post(retry).status_code == 409


def test_somebody_says_where_a_lost_delivery_is(world: World) -> None:
    row = build.delivery(build.released(world), "newsroom")
    sending.claim()
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.UNCONFIRMED, looked=MOST_LOOKS, lease_until=None)
    client = staff(world, "community")
    verb = address(Delivery, "verb", row.pk, "mark-delivery-sent")
    refused = client.post(verb, {"url": "javascript:alert(1)"})
    assert refused.status_code == 422
    assert "Paste the whole address" in refused.content.decode()
    assert client.post(verb, {"url": "https://zrnko.example/post"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.remote_url) == (DeliveryState.SENT, "https://zrnko.example/post")


def test_subscribers_are_seen_by_administrators_alone(world: World) -> None:
    who = build.subscriber(world, "adam@reader.example")
    client = world.client("manager")
    assert "adam@reader.example" in client.get(address(Subscriber, "changelist")).content.decode()
    assert client.post(address(Subscriber, "verb", who.pk, "unsubscribe")).status_code == 302
    who.refresh_from_db()
    assert who.state == "left"
    assert Event.objects.filter(kind="subscriber.left").count() == 1
    other = staff(world, "community").get(address(Subscriber, "changelist"))
    assert "adam@reader.example" not in other.content.decode()


def test_posts_and_withdrawals_are_read(world: World) -> None:
    version = build.released(world)
    sending.send_due()
    (taken,) = withdraw(world, version)
    client = world.client("superuser")
    post = NewsroomPost.objects.get()
    assert build.TITLE.split(" & ")[0] in client.get(address(NewsroomPost, "change", post.pk)).content.decode()
    assert "The batch number is wrong" in client.get(address(Withdrawal, "change", taken.pk)).content.decode()
    for model, row in ((NewsroomPost, post), (Withdrawal, taken)):
        assert client.post(address(model, "change", row.pk), {"public_note": "x"}).status_code == 403


def test_what_belongs_to_a_confidential_case_is_nobody_elses(world: World) -> None:
    version = build.released(world)
    sending.send_due()
    case = version.statement.case
    type(case).objects.filter(pk=case.pk).update(confidential=True)
    row = build.delivery(version, "newsroom")
    client = world.client("superuser")
    listed = client.get(address(Delivery, "changelist")).content.decode()
    assert address(Delivery, "change", row.pk) not in listed
    found = client.get(address(Delivery, "changelist"), {"q": case.reference}).content.decode()
    assert address(Delivery, "change", row.pk) not in found
    assert client.get(address(Delivery, "change", row.pk)).status_code == 302
    assert client.post(address(Delivery, "verb", row.pk, "retry-delivery")).status_code == 404
    write_grants(world.user("superuser"), case, ["observer"])
    assert client.get(address(Delivery, "change", row.pk)).status_code == 200
