"""E-mail to subscribers: one mail a person, each noted before the server gets it and after it has answered.

SMTP cannot be asked afterwards what became of a mail. A worker that dies between the two notes leaves one mail of which
nobody knows; it stays unconfirmed and is never sent again by itself. Everybody else gets theirs exactly once.
"""

import time
from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import Any, ClassVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from comms.sending.channels.base import Capabilities, Channel, ChannelError, Receipt
from comms.sending.models import AccountKind, Delivery, Outcome, Recipient, RecipientState, Subscriber, SubscriberState
from comms.sending.subscriptions import confirm_token, leave_token
from crisisdesk.core import clock
from crisisdesk.core.jobs import mail
from crisisdesk.core.jobs.due import next_try
from crisisdesk.core.models.due import TakenOver

# After this many seconds other deliveries get their turn.
SLICE = 20.0
# The lease is renewed with every mail and before its text is handed over, so it only has to outlast one answer.
LEASE = timedelta(seconds=90)
# How often a question to confirm is tried before it is given up.
MOST_QUESTIONS = 6


class EmailChannel(Channel):
    """Sends a version to every confirmed subscriber of its language."""

    kind: ClassVar[str] = AccountKind.EMAIL
    capabilities: ClassVar[Capabilities] = Capabilities(sends=True)

    def publish(self, delivery: Delivery) -> Receipt:
        """Go on with the recipients who still wait; callable again after every interruption."""
        _list_recipients(delivery)
        until = time.monotonic() + SLICE
        delivery.leased_for = LEASE
        with mail.connected(delivery) as connection:
            while recipient := _next_recipient(delivery):
                self._send(connection, recipient)
                if time.monotonic() > until:
                    raise ChannelError(Outcome.UNFINISHED, _progress(delivery))
        return self.find(delivery)

    def _send(self, connection: Any, recipient: Recipient) -> None:
        try:
            connection.send_messages([mail_to(recipient)])
        except TakenOver:
            _note(recipient, RecipientState.WAITING, "")
            raise
        except Exception as error:
            outcome, answer = self.classify(error), f"{type(error).__name__}: {error}"[:300]
            if outcome == Outcome.UNKNOWN and not mail.may_be_there(connection):
                outcome = Outcome.NOT_SENT
            _note(recipient, _AFTER[outcome], answer)
            if outcome != Outcome.REJECTED:
                raise ChannelError(outcome, answer) from error
        else:
            _note(recipient, RecipientState.SENT, "")

    def find(self, delivery: Delivery) -> Receipt:
        """Read our own notes: who still waits can be sent to, whoever was being handed a mail stays open."""
        _list_recipients(delivery)
        delivery.recipients.filter(state=RecipientState.SENDING).update(state=RecipientState.UNCONFIRMED)
        states = set(delivery.recipients.values_list("state", flat=True))
        if RecipientState.WAITING in states:
            raise ChannelError(Outcome.ABSENT, _progress(delivery))
        if RecipientState.UNCONFIRMED in states:
            raise ChannelError(Outcome.UNKNOWN, _progress(delivery))
        return Receipt(detail=_progress(delivery))

    def classify(self, error: Exception) -> Outcome:
        """An answer of the server is a fact; silence after the text was handed over is not."""
        return error.outcome if isinstance(error, ChannelError) else _MEANS[mail.answer_of(error)]


_MEANS = {
    mail.Answer.NOT_SENT: Outcome.NOT_SENT,
    mail.Answer.BUSY: Outcome.RATE_LIMITED,
    mail.Answer.LOGIN: Outcome.AUTH,
    mail.Answer.REFUSED: Outcome.REJECTED,
    mail.Answer.UNKNOWN: Outcome.UNKNOWN,
}
_AFTER = {
    Outcome.REJECTED: RecipientState.REFUSED,
    Outcome.UNKNOWN: RecipientState.UNCONFIRMED,
    Outcome.NOT_SENT: RecipientState.WAITING,
    Outcome.RATE_LIMITED: RecipientState.WAITING,
    Outcome.AUTH: RecipientState.WAITING,
}


def _list_recipients(delivery: Delivery) -> None:
    """Note everybody who is to get this text; who is on the list already stays as they are."""
    subscribers = Subscriber.objects.filter(
        account=delivery.account_id, language=delivery.language, state=SubscriberState.CONFIRMED
    )
    missing = subscribers.exclude(received__delivery=delivery).values_list("pk", flat=True)
    rows = [Recipient(delivery=delivery, subscriber_id=pk) for pk in missing]
    Recipient.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def _next_recipient(delivery: Delivery) -> Recipient | None:
    """The next waiting recipient, noted as being sent to in a transaction of its own; None when nobody waits."""
    with transaction.atomic():
        delivery.renew()
        waiting = Recipient.objects.filter(delivery=delivery, state=RecipientState.WAITING).order_by("pk")
        for recipient in waiting.select_related("subscriber__account__brand").iterator(chunk_size=20):
            still_there = recipient.subscriber.state == SubscriberState.CONFIRMED
            recipient.state = RecipientState.SENDING if still_there else RecipientState.LEFT
            recipient.handed_at = clock.now() if still_there else None
            recipient.save(update_fields=["state", "handed_at"])
            if still_there:
                recipient.delivery = delivery
                return recipient
    return None


def _note(recipient: Recipient, state: RecipientState, answer: str) -> None:
    """Write down the server's answer, also when a later claim has called it unconfirmed meanwhile: this is true."""
    open_states = [RecipientState.SENDING, RecipientState.UNCONFIRMED]
    Recipient.objects.filter(pk=recipient.pk, state__in=open_states).update(state=state, answer=answer)


def _progress(delivery: Delivery) -> str:
    counted = delivery.recipients.order_by("state").values_list("state").annotate(Count("pk"))
    return ", ".join(f"{state} {count}" for state, count in counted)


def mail_to(recipient: Recipient) -> EmailMessage:
    """The mail: the approved text first and unchanged, then what the law asks for below the signature line."""
    delivery, subscriber = recipient.delivery, recipient.subscriber
    brand, reply_to = subscriber.account.brand, subscriber.account.settings.get("reply_to")
    leave = _address("newsroom:leave", subscriber, leave_token(subscriber))
    with override(subscriber.language):
        footer = _("%(brand)s sends you this because you asked for it. Unsubscribe: %(address)s") % {
            "brand": brand.name,
            "address": leave,
        }
    return EmailMessage(
        subject=" ".join(delivery.headline.split()) or brand.name,
        body=f"{delivery.text}\n\n-- \n{footer}\n",
        from_email=_sender(subscriber),
        to=[subscriber.address],
        reply_to=[reply_to] if reply_to else None,
        headers={
            "Message-ID": _message_id(recipient.message_key, subscriber),
            "Content-Language": delivery.language,
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def ask_to_confirm(subscriber: Subscriber) -> None:
    """Send the one mail an address gets before its holder has answered.

    Where the server took it and fell silent it is not sent again: whoever misses it asks once more.
    """
    if subscriber.state != SubscriberState.ASKED:
        return
    brand = subscriber.account.brand
    with override(subscriber.language):
        words = {"brand": brand.name, "address": _address("newsroom:confirm", subscriber, confirm_token(subscriber))}
        question = EmailMessage(
            subject=_("Please confirm: news from %(brand)s") % words,
            body=_(
                "Somebody, probably you, asked for the statements of %(brand)s to be sent to this address.\n\n"
                "Open this page within a week and confirm:\n%(address)s\n\n"
                "If it was not you, do nothing. You will get no further mail.\n"
            )
            % words,
            from_email=_sender(subscriber),
            to=[subscriber.address],
            headers={
                "Message-ID": _message_id(f"{subscriber.uuid}.{int(subscriber.asked_at.timestamp())}", subscriber),
                "Auto-Submitted": "auto-generated",
            },
        )
    answer, said = mail.send_one(subscriber, question)
    if answer is mail.Answer.REFUSED or (answer.may_be_tried_again and subscriber.attempts >= MOST_QUESTIONS):
        subscriber.bury(subscriber.fence, said)
    elif answer.may_be_tried_again:
        subscriber.retry(subscriber.fence, clock.now() + next_try(subscriber.attempts), said)


def _address(name: str, subscriber: Subscriber, token: str) -> str:
    return settings.BASE_URL + reverse(name, args=[subscriber.account.brand.slug, token])


def _sender(subscriber: Subscriber) -> str:
    """The brand's name and the account's own sender address, or the desk's."""
    account = subscriber.account
    plain = account.settings.get("sender") or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return formataddr((account.brand.name, plain))


def _message_id(key: str, subscriber: Subscriber) -> str:
    return f"<{key}@{parseaddr(_sender(subscriber))[1].rpartition('@')[2]}>"
