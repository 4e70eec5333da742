"""Mails through a real server: the exact text, each person once, and never again blindly."""

import smtplib
from typing import Any

import pytest

from comms.sending import claiming as sending
from comms.sending.actions.accounts import resume_account
from comms.sending.actions.deliveries import mark_delivery_sent, retry_delivery, send_delivery_again
from comms.sending.actions.subscribers import unsubscribe
from comms.sending.channels import email as channel
from comms.sending.models import Account, Delivery, DeliveryState, Outcome, Recipient, RecipientState, Subscriber
from comms.sending.newsroom.subscribing import VISITOR
from crisisdesk.core.errors import Invalid, NotNow
from crisisdesk.core.jobs import mail as post
from crisisdesk.core.models import Event
from tests.comms.sending import build
from tests.comms.sending.build import Mailbox
from tests.conftest import World

S, R = DeliveryState, RecipientState


def states(version: Any) -> dict[str, str]:
    """State by address."""
    rows = Recipient.objects.filter(delivery__version=version).select_related("subscriber")
    return {row.subscriber.address: row.state for row in rows}


def outcomes(version: Any) -> list[str]:
    """What came of each attempt, in order."""
    attempts = build.delivery(version, "email").attempts_made
    return list(attempts.order_by("pk").values_list("outcome", flat=True))


def test_everybody_on_the_list_of_the_language_gets_the_exact_text_once(world: World, mailbox: Mailbox) -> None:
    for name in ("adam", "eva"):
        build.subscriber(world, f"{name}@reader.example")
    build.subscriber(world, "john@reader.example", language="en")
    build.subscriber(world, "asked@reader.example", confirmed=False)
    version = build.released(world)
    build.send_all()
    assert sorted(mail["To"] for mail in mailbox.mails) == ["adam@reader.example", "eva@reader.example"]
    for mail in mailbox.mails:
        body = build.body_of(mail)
        assert body.split("\n\n-- \n")[0] == build.TEXT
        assert mail["Subject"] == build.TITLE
        assert mail["Content-Language"] == "cs"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Unsubscribe"].strip().strip("<>") in body
        assert world.brand.name in mail["From"]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2
    assert build.delivery(version, "email").state == S.SENT
    assert states(version) == {"adam@reader.example": R.SENT, "eva@reader.example": R.SENT}
    build.send_all()
    assert len(mailbox.mails) == 2


def test_an_empty_list_is_sent_too(world: World, mailbox: Mailbox) -> None:
    version = build.released(world)
    build.send_all()
    assert build.delivery(version, "email").state == S.SENT
    assert not mailbox.mails


def test_who_leaves_before_the_mail_goes_out_gets_none(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    leaving = build.subscriber(world, "eva@reader.example")
    version = build.released(world)
    channel._list_recipients(build.delivery(version, "email"))
    unsubscribe(leaving, VISITOR)
    build.send_all()
    assert states(version) == {"adam@reader.example": R.SENT, "eva@reader.example": R.LEFT}
    assert not mailbox.to("eva@reader.example")


def test_a_refused_address_does_not_hold_up_the_others(world: World, mailbox: Mailbox) -> None:
    for name in ("adam", "gone", "eva"):
        build.subscriber(world, f"{name}@reader.example")
    mailbox.refuse["gone@reader.example"] = "550 No such user"
    version = build.released(world)
    build.send_all()
    assert states(version)["gone@reader.example"] == R.REFUSED
    assert len(mailbox.mails) == 2
    assert build.delivery(version, "email").state == S.SENT


def test_a_server_that_is_away_is_tried_again_and_then_left_to_a_person(
    world: World, mailbox: Mailbox, settings: Any
) -> None:
    build.subscriber(world, "adam@reader.example")
    version = build.released(world)
    settings.EMAIL_PORT = 1
    sending.send_due()
    row = build.delivery(version, "email")
    assert row.state == S.RETRY
    assert 4 < (row.due_at - row.attempts_made.get().ended_at).total_seconds() < 7
    assert build.delivery(version, "newsroom").state == S.SENT
    build.send_all()
    assert build.delivery(version, "email").state == S.DEAD
    assert outcomes(version) == [Outcome.NOT_SENT] * sending.MOST_TRIES
    settings.EMAIL_PORT = mailbox.port
    retry_delivery(build.delivery(version, "email"), world.principal("community"))
    build.send_all()
    assert build.delivery(version, "email").state == S.SENT
    assert len(mailbox.mails) == 1


def test_not_now_means_later(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    mailbox.refuse["adam@reader.example"] = "450 Greylisted"
    version = build.released(world)
    sending.send_due()
    assert build.delivery(version, "email").state == S.RETRY
    assert states(version) == {"adam@reader.example": R.WAITING}
    mailbox.refuse.clear()
    build.send_all()
    assert len(mailbox.mails) == 1


def test_a_refused_log_in_stops_the_account_until_a_person_resumes_it(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    mailbox.sender_answer = "530 Authentication required"
    version = build.released(world)
    sending.send_due()
    account = Account.objects.get(pk=build.delivery(version, "email").account_id)
    assert account.stopped_at is not None
    assert Event.objects.filter(kind="account.stopped", object_id=account.uuid).count() == 1
    build.make_due()
    assert sending.send_due() == 0
    mailbox.sender_answer = "250 OK"
    resume_account(account, world.principal("manager"))
    build.send_all()
    assert len(mailbox.mails) == 1


def test_silence_after_the_text_is_never_answered_by_a_second_mail(world: World, mailbox: Mailbox) -> None:
    for name in ("adam", "eva", "jana"):
        build.subscriber(world, f"{name}@reader.example")
    mailbox.hang_up = 1
    version = build.released(world)
    build.send_all()
    row = build.delivery(version, "email")
    assert row.waits_for_decision
    assert sorted(states(version).values()) == [R.SENT, R.SENT, R.UNCONFIRMED]
    assert {len(mailbox.to(address)) for address in states(version)} == {1}
    build.send_all()
    assert len(mailbox.mails) == 3
    assert Event.objects.filter(kind="delivery.unconfirmed").exists()


def test_a_person_says_it_is_out(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    mailbox.hang_up = 1
    version = build.released(world)
    build.send_all()
    done = mark_delivery_sent(build.delivery(version, "email"), world.principal("community"))
    assert done.state == S.SENT
    assert states(version) == {"adam@reader.example": R.SENT}
    build.send_all()
    assert len(mailbox.mails) == 1
    assert Event.objects.filter(kind="delivery.marked_sent").count() == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "www.example.com/post", "https://", "data:text/html,x"])
def test_where_it_is_out_is_a_whole_address(world: World, mailbox: Mailbox, url: str) -> None:
    build.subscriber(world, "adam@reader.example")
    mailbox.hang_up = 1
    version = build.released(world)
    build.send_all()
    with pytest.raises(Invalid) as refused:
        mark_delivery_sent(build.delivery(version, "email"), world.principal("community"), url=url)
    assert set(refused.value.errors) == {"url"}
    assert build.delivery(version, "email").remote_url == ""


def test_a_person_says_it_is_not_there(world: World, mailbox: Mailbox) -> None:
    for name in ("adam", "eva"):
        build.subscriber(world, f"{name}@reader.example")
    mailbox.hang_up = 1
    version = build.released(world)
    build.send_all()
    lost = next(address for address, state in states(version).items() if state == R.UNCONFIRMED)
    first_id = mailbox.to(lost)[0]["Message-ID"]
    send_delivery_again(build.delivery(version, "email"), world.principal("community"))
    build.send_all()
    assert build.delivery(version, "email").state == S.SENT
    assert [mail["Message-ID"] for mail in mailbox.to(lost)] == [first_id, first_id]
    assert len(mailbox.mails) == 3


def test_nobody_decides_while_the_desk_still_looks(world: World, mailbox: Mailbox) -> None:
    version = build.released(world)
    row = build.delivery(version, "newsroom")
    sending.claim()
    Delivery.objects.filter(pk=row.pk).update(state=S.UNCONFIRMED, looked=0)
    for verb in (mark_delivery_sent, send_delivery_again):
        with pytest.raises(NotNow) as refused:
            verb(build.delivery(version, "newsroom"), world.principal("community"))
        assert refused.value.unmet[0].code == "looking"


def test_a_long_list_lets_other_deliveries_through(world: World, mailbox: Mailbox, monkeypatch: Any) -> None:
    for name in ("adam", "eva", "jana"):
        build.subscriber(world, f"{name}@reader.example")
    monkeypatch.setattr(channel, "SLICE", 0.0)
    version = build.released(world)
    sending.send_due()
    assert build.delivery(version, "email").state == S.SENT
    assert outcomes(version) == [Outcome.UNFINISHED] * 3 + [Outcome.SENT]
    assert len(mailbox.mails) == 3


def test_a_worker_that_died_between_the_two_notes_leaves_one_open_mail(world: World, mailbox: Mailbox) -> None:
    for name in ("adam", "eva"):
        build.subscriber(world, f"{name}@reader.example")
    version = build.released(world)
    while (attempt := sending.claim()) and attempt.delivery.account.code != "email":
        attempt.carry_out()
    assert attempt is not None
    channel._list_recipients(attempt.delivery)
    recipient = channel._next_recipient(attempt.delivery)
    assert recipient is not None
    with post.connected(attempt.delivery) as connection:
        connection.send_messages([channel.mail_to(recipient)])
    build.let_leases_lapse()
    build.send_all()
    assert build.delivery(version, "email").waits_for_decision
    assert states(version)[recipient.subscriber.address] == R.UNCONFIRMED
    assert {len(mailbox.to(address)) for address in states(version)} == {1}


def test_a_worker_that_lost_its_lease_stops_mailing(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    version = build.released(world)
    while (attempt := sending.claim()) and attempt.delivery.account.code != "email":
        attempt.carry_out()
    assert attempt is not None
    build.let_leases_lapse()
    build.send_all()
    attempt.carry_out()
    assert len(mailbox.mails) == 1
    assert build.delivery(version, "email").state == S.SENT


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), Outcome.AUTH),
        (smtplib.SMTPSenderRefused(550, b"no", "a@b"), Outcome.REJECTED),
        (smtplib.SMTPDataError(451, b"later"), Outcome.RATE_LIMITED),
        (smtplib.SMTPDataError(554, b"spam"), Outcome.REJECTED),
        (smtplib.SMTPConnectError(421, b"busy"), Outcome.NOT_SENT),
        (smtplib.SMTPHeloError(500, b"who"), Outcome.NOT_SENT),
        (smtplib.SMTPServerDisconnected("gone"), Outcome.UNKNOWN),
        (TimeoutError(), Outcome.UNKNOWN),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), Outcome.REJECTED),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"grey")}), Outcome.RATE_LIMITED),
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"none")}), Outcome.REJECTED),
    ],
)
def test_answers_of_the_server_are_facts_and_silence_is_not(error: Exception, outcome: Outcome) -> None:
    assert channel.EmailChannel().classify(error) == outcome


def test_lines_that_mail_programs_could_mangle_arrive_as_they_are(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    text = "From here on\n..two dots\n" + "a" * 1200 + "\n\ttab\n=3D and trailing\n\n-- \nnot a signature"
    version = build.released(world, text=text)
    build.send_all()
    body = build.body_of(mailbox.mails[0])
    approved = version.master.text
    assert body.startswith(f"{approved}\n\n-- \n")


def test_subscribers_are_never_deleted_with_what_they_got(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    build.released(world)
    build.send_all()
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        Subscriber.objects.get().delete()
