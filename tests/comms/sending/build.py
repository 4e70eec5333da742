"""What the tests of sending start from: a released text, subscribers, and a real mail server on loopback."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

from aiosmtpd.controller import Controller
from django.test import Client

from comms.actions.submitting import submit_statement
from comms.models import Statement, StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.subscribers import confirm_subscription, subscribe
from comms.sending.models import Account, Delivery, Subscriber
from comms.sending.newsroom.subscribing import VISITOR
from crisisdesk.core import clock
from crisisdesk.core.models import User
from tests.comms import build
from tests.conftest import World
from tests.stages import staged


@staged
def released(world: World, **values: Any) -> StatementVersion:
    """A text with two paragraphs and awkward characters, approved and given to its channels."""
    embargo = values.pop("embargo_until", None)
    draft = build.draft(world, **{"text": TEXT, "title": TITLE, **values})
    Statement.objects.filter(pk=draft.statement_id).update(embargo_until=embargo)
    draft = StatementVersion.objects.get(pk=draft.pk)
    request = submit_statement(draft, world.principal("community")).request
    build.approve(world, request)
    return StatementVersion.objects.get(pk=draft.pk)


TITLE = "Víme o tom & řešíme to"
TEXT = (
    "Na videu je náš výrobek <šarže L2207>. Omlouváme se.\n\n"
    ".Tečka na začátku, „uvozovky“, 11\u00a0hodin a 👨‍👩‍👧.\nPlease – “wait”."
)


def delivery(version: StatementVersion, code: str) -> Delivery:
    """The delivery of a version to one account of the brand."""
    return Delivery.objects.get(version=version, account__code=code, operation="publish", part=1)


def account(world: World, code: str = "email") -> Account:
    """An account of the brand."""
    return Account.objects.get(brand=world.brand, code=code)


def subscriber(world: World, address: str, *, language: str = "cs", confirmed: bool = True) -> Subscriber:
    """Somebody on the list of the brand; the mail that asks them counts as sent."""
    asked = subscribe(account(world), VISITOR, address=address, language=language)
    Subscriber.objects.filter(pk=asked.pk).update(done_at=clock.now())
    return confirm_subscription(asked, VISITOR) if confirmed else asked


def reader(world: World, code: str) -> Client:
    """A signed-in browser of somebody who reads English."""
    User.objects.filter(pk=world.user(code).pk).update(language="en")
    return world.client(code)


def let_leases_lapse() -> None:
    """As if every worker had died some time ago."""
    Delivery.objects.filter(lease_until__isnull=False).update(lease_until=clock.now() - clock_second())


def clock_second() -> Any:
    """One second."""
    return timedelta(seconds=1)


def make_due() -> None:
    """As if the pause before the next try were over."""
    Delivery.objects.filter(done_at=None, dead_at=None).update(due_at=clock.now() - clock_second())


def send_all() -> None:
    """Let the worker work until nothing is due any more, whatever it has to wait for."""
    for _round in range(20):
        make_due()
        if not sending.send_due():
            return


def body_of(mail: EmailMessage) -> str:
    """The text of a mail; on the wire lines end with CR LF (RFC 5322), in the desk with LF."""
    return str(mail.get_content()).replace("\r\n", "\n")


class Mailbox:
    """A mail server's inbox that can be told to misbehave.

    `refuse` maps an address to the answer to its RCPT; `answer` is the answer to every DATA; with `hang_up` the server
    takes the text and closes the connection without an answer.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refuse: dict[str, str] = {}
        self.answer = "250 Taken"
        self.sender_answer = "250 OK"
        self.hang_up = 0
        self.delay = 0.0
        self.port = 0

    def to(self, address: str) -> list[EmailMessage]:
        """The mails one address got."""
        return [mail for mail in self.mails if mail["To"] == address]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if not self.answer.startswith("250"):
            return self.answer
        self.raw.append(envelope.content)
        self.mails.append(email.message_from_bytes(envelope.content, policy=modern))
        if self.hang_up:
            self.hang_up -= 1
            server.transport.abort()
        await asyncio.sleep(self.delay)
        return self.answer


def send_through(mailbox: Mailbox, settings: Any) -> None:
    """Let the desk send its mails through this server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mailbox.port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@contextmanager
def mail_server(mailbox: Mailbox | None = None) -> Iterator[Mailbox]:
    """A real SMTP server on a free port of loopback."""
    mailbox = mailbox or Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mailbox.port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
