"""Where a statement went: state by channel, the repair of one, publishing and withdrawing by plain forms."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from comms.models import StatementVersion
from comms.sending.actions.deliveries import note_attempt
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import Delivery, DeliveryState, NewsroomPost, Outcome
from crisisdesk.core import clock
from crisisdesk.core.models import User
from tests.comms import build as texts
from tests.comms.sending import build
from tests.comms.sending.build import Mailbox
from tests.conftest import World


def page(version: StatementVersion, name: str = "deliveries") -> str:
    return reverse(f"comms:{name}", args=[version.statement.uuid])


def test_publishing_from_the_page_of_a_statement(world: World) -> None:
    version = texts.approved(world)
    address = reverse("comms:publish", args=[version.uuid])
    answer = build.reader(world, "community").post(address, {"payload_hash": version.payload_hash})
    assert (answer.status_code, answer["Location"]) == (303, page(version))
    assert version.deliveries.exists()


def test_a_stale_text_is_refused_with_a_reason(world: World) -> None:
    version = texts.approved(world)
    client = build.reader(world, "community")
    answer = client.post(reverse("comms:publish", args=[version.uuid]), {"payload_hash": "0" * 64}, follow=True)
    assert "has changed since you read it" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_each_channel_shows_its_state_and_one_is_tried_again(
    world: World, mailbox: Mailbox, settings: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    build.subscriber(world, "adam@reader.example")
    settings.EMAIL_PORT = 1
    version = build.released(world)
    build.send_all()
    client = build.reader(world, "community")
    shown = client.get(page(version)).content.decode()
    row = build.delivery(version, "email")
    assert row.state == DeliveryState.DEAD
    assert reverse("comms:retry", args=[row.uuid]) in shown
    assert reverse("comms:retry", args=[build.delivery(version, "newsroom").uuid]) not in shown
    assert NewsroomPost.objects.get().delivery.remote_url in shown
    settings.EMAIL_PORT = mailbox.port
    answer = client.post(reverse("comms:retry", args=[row.uuid]))
    assert answer["Location"] == page(version)
    build.send_all()
    assert "1 of 1 mails" in client.get(page(version)).content.decode()
    with django_assert_max_num_queries(14):
        client.get(page(version))


def test_two_buttons_when_only_a_person_can_say(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    mailbox.hang_up = 1
    version = build.released(world)
    build.send_all()
    row, client = build.delivery(version, "email"), build.reader(world, "community")
    shown = client.get(page(version)).content.decode()
    assert reverse("comms:sent", args=[row.uuid]) in shown
    assert reverse("comms:again", args=[row.uuid]) in shown
    client.post(reverse("comms:sent", args=[row.uuid]))
    assert build.delivery(version, "email").state == DeliveryState.SENT
    assert reverse("comms:again", args=[row.uuid]) not in client.get(page(version)).content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "stopped, the statement was withdrawn"), ("cs", "zastaveno, vyjádření bylo staženo")],
)
def test_what_was_on_its_way_at_the_withdrawal_says_so_in_the_readers_language(
    world: World, language: str, said: str
) -> None:
    User.objects.filter(pk__in=[world.user("community").pk, world.user("superuser").pk]).update(language=language)
    build.subscriber(world, "adam@reader.example")
    version = build.released(world)
    mail = build.delivery(version, "email")
    Delivery.objects.filter(pk=mail.pk).update(state=DeliveryState.CLAIMED)
    note_attempt(mail, Outcome.UNFINISHED, clock.now())
    withdraw_statement(version.statement, world.principal("spokesperson"), reason="Wrong")
    mail.refresh_from_db()
    assert mail.state == DeliveryState.DEAD
    shown = world.client("community", language=language).get(page(version)).content.decode()
    with override(language):
        rows = [row for row in shown.split("<li>") if mail.account.name in row]
    assert [said in row for row in rows] == [True]
    assert not [word for word in ("not sent", "neodesláno", "part of it sent") if word in rows[0]]
    administration = world.client("superuser", language=language)
    assert said in administration.get(reverse("admin:comms_delivery_change", args=[mail.pk])).content.decode()


def test_what_the_withdrawal_stopped_needs_nobodys_attention(world: World) -> None:
    version = build.released(world)
    withdraw_statement(version.statement, world.principal("spokesperson"), reason="Wrong")
    assert Delivery.objects.filter(version=version, state=DeliveryState.DEAD).exists()
    assert not Delivery.objects.stuck().exists()


@pytest.mark.parametrize("code", ["not_withdrawn", "not_released", "exercise", "not_approved", "channel", "other_text"])
def test_every_reason_not_to_send_is_a_sentence(world: World, code: str) -> None:
    row = build.delivery(build.released(world), "email")
    row.state, row.last_error = DeliveryState.DEAD, code
    assert row.stopped.startswith("not ")
    row.last_error = "550 no such user"
    assert row.stopped == ""


def test_withdrawing_by_a_form_that_loses_nothing(world: World) -> None:
    version = build.released(world)
    build.send_all()
    client = build.reader(world, "spokesperson")
    refused = client.post(page(version, "withdraw"), {"languages": ["cs"], "note_cs": "Text jsme stáhli."})
    assert refused.status_code == 422
    assert "Text jsme stáhli." in refused.content.decode()
    given = {"reason": "Wrong batch", "languages": ["cs"], "note_cs": "Text jsme stáhli."}
    answer = client.post(page(version, "withdraw"), given)
    assert (answer.status_code, answer["Location"]) == (303, page(version))
    assert NewsroomPost.objects.get().public_note == "Text jsme stáhli."
    assert "the newsroom shows the notice" in client.get(page(version)).content.decode()


def test_scheduling_by_a_form(world: World) -> None:
    version = texts.approved(world)
    at = (clock.now() + build.clock_second() * 7200).strftime("%Y-%m-%dT%H:%M")
    client = build.reader(world, "comms_lead")
    client.post(reverse("comms:schedule", args=[version.uuid]), {"payload_hash": version.payload_hash, "at": at})
    version.refresh_from_db()
    assert version.state == "scheduled"
    client.post(reverse("comms:unschedule", args=[version.uuid]))
    version.refresh_from_db()
    assert version.state == "approved"


def test_the_verbs_are_not_carried_out_by_get(world: World) -> None:
    version = texts.approved(world)
    for name in ("publish", "unschedule"):
        assert build.reader(world, "community").get(reverse(f"comms:{name}", args=[version.uuid])).status_code == 303
    assert not Delivery.objects.exists()
