"""Subscribing with a double question, leaving with one click, telling nobody who is on the list."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from comms import tasks
from comms.sending.actions import subscribers as verbs
from comms.sending.models import Subscriber, SubscriberState
from comms.sending.subscriptions import confirm_token, confirming, leave_token, leaving
from crisisdesk.core import clock
from crisisdesk.core.models import Event
from tests.comms.sending import build
from tests.conftest import World

S = SubscriberState
ADDRESS = "eva@reader.example"


@pytest.fixture(autouse=True)
def set_up(world: World) -> None:
    """The brand has its newsroom and its list."""


def ask(world: World, address: str = ADDRESS, language: str = "cs") -> Any:
    page = reverse("newsroom:subscribe", args=[world.brand.slug])
    return Client(enforce_csrf_checks=True).post(page, {"address": address, "language": language})


def link(world: World, name: str, token: str) -> str:
    return reverse(f"newsroom:{name}", args=[world.brand.slug, token])


def test_asking_sends_one_question_and_nothing_else(world: World) -> None:
    answer = ask(world)
    assert answer.status_code == 200
    assert not answer.cookies
    assert tasks.ask_subscribers() == 1
    assert [message.to for message in mail.outbox] == [[ADDRESS]]
    assert "newsroom" in mail.outbox[0].body
    assert Subscriber.objects.get().state == S.ASKED
    assert tasks.ask_subscribers() == 0


def test_the_link_shows_and_only_its_button_confirms(world: World) -> None:
    ask(world)
    subscriber = Subscriber.objects.get()
    page = link(world, "confirm", confirm_token(subscriber))
    assert Client().get(page).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == S.ASKED
    assert Client(enforce_csrf_checks=True).post(page).status_code == 200
    assert Client().post(page).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == S.CONFIRMED
    assert Event.objects.filter(kind="subscriber.confirmed").count() == 1


def test_one_click_leaves(world: World) -> None:
    subscriber = build.subscriber(world, ADDRESS)
    page = link(world, "leave", leave_token(subscriber))
    assert Client().get(page).status_code == 200
    assert Client(enforce_csrf_checks=True).post(page, {"List-Unsubscribe": "One-Click"}).status_code == 200
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.left_at is not None) == (S.LEFT, True)


@pytest.mark.parametrize("name", ["confirm", "leave"])
@pytest.mark.parametrize("token", ["x", "6b0f1c1e-5f68-4c1a-9a53-6a9be2c0a001:forged", "a:b:c"])
def test_forged_links_lead_nowhere(world: World, name: str, token: str) -> None:
    assert Client().get(link(world, name, token)).status_code == 404
    assert Client().post(link(world, name, token)).status_code == 404


def test_links_are_good_for_one_thing_one_brand_and_a_week(world: World, time_machine: Any) -> None:
    subscriber = build.subscriber(world, ADDRESS, confirmed=False)
    assert confirming(leave_token(subscriber)) is None
    assert leaving(confirm_token(subscriber)) is None
    other = reverse("newsroom:confirm", args=[world.other_brand.slug, confirm_token(subscriber)])
    assert Client().get(other).status_code == 404
    token = confirm_token(subscriber)
    time_machine.move_to(clock.now() + timedelta(days=8))
    assert confirming(token) is None


def test_nobody_learns_who_is_on_the_list_and_nobody_is_flooded(world: World) -> None:
    build.subscriber(world, ADDRESS)
    fresh, known = ask(world, "adam@reader.example"), ask(world, ADDRESS.upper())
    assert fresh.content == known.content
    ask(world, "adam@reader.example")
    tasks.ask_subscribers()
    assert [message.to for message in mail.outbox] == [["adam@reader.example"]]
    assert Subscriber.objects.count() == 2


def test_who_left_can_come_back_after_a_while(world: World) -> None:
    subscriber = build.subscriber(world, ADDRESS)
    Client().post(link(world, "leave", leave_token(subscriber)))
    with clock.time_at(clock.now() + verbs.ASK_AGAIN_AFTER + timedelta(minutes=1)):
        ask(world)
        tasks.ask_subscribers()
    subscriber.refresh_from_db()
    assert subscriber.state == S.ASKED
    assert len(mail.outbox) == 1


def test_a_wrong_address_is_said_beside_the_field_and_kept(world: World) -> None:
    answer = ask(world, "not an address")
    shown = answer.content.decode()
    assert 'role="alert"' in shown
    assert 'value="not an address"' in shown
    assert not Subscriber.objects.exists()


def test_too_many_at_once_are_asked_to_come_back(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(verbs, "MOST_QUESTIONS", 1)
    ask(world)
    shown = ask(world, "adam@reader.example").content.decode()
    assert 'role="alert"' in shown
    assert Subscriber.objects.count() == 1


def test_a_server_that_is_away_is_asked_again_and_given_up_in_the_end(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ask(world)
    for _attempt in range(10):
        Subscriber.objects.filter(dead_at=None).update(due_at=clock.now() - timedelta(seconds=1))
        tasks.ask_subscribers()
    assert Subscriber.objects.get().dead_at is not None
