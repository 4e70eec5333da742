"""Mails to colleagues through a real server: once however slow it is, and given up when that helps nobody."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from socket import socket
from threading import Event as Signal
from threading import Semaphore, Thread
from typing import Any

import pytest
from django.db import connections

from crisisdesk.core import clock
from crisisdesk.core.jobs import mail as post
from crisisdesk.core.jobs import notifications
from crisisdesk.core.models import Notification, Unsent, User, Way
from crisisdesk.core.tasks import send_notifications
from tests.comms.sending.build import Mailbox, mail_server, send_through
from tests.conftest import World
from tests.core import notices

# Seconds a thread of these tests waits for another before something is wrong.
PATIENCE = 20


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server the desk sends through."""
    with mail_server() as box:
        send_through(box, settings)
        yield box


@pytest.fixture
def notice() -> Iterator[str]:
    with notices.declared() as kind:
        yield kind


def row(world: World, code: str = "legal") -> Notification:
    return Notification.objects.get(way=Way.MAIL, user=world.user(code), kind=notices.KIND)


def let_time_pass() -> None:
    """As if the pauses before the next tries were over."""
    Notification.objects.filter(done_at=None, dead_at=None).update(due_at=clock.now() - timedelta(seconds=1))


def test_an_address_the_server_refuses_is_given_up_at_once_and_blocks_nobody(
    world: World, notice: str, mailbox: Mailbox
) -> None:
    mailbox.refuse[world.user("legal").email] = "550 5.1.1 nobody here"
    notices.tell(world, "legal", "care")
    assert send_notifications() == 2
    assert [mail["To"] for mail in mailbox.mails] == [world.user("care").email]
    refused = row(world)
    assert (refused.unsent, refused.attempts, refused.dead_at is not None) == (Unsent.REFUSED, 1, True)
    assert "550" in refused.last_error
    let_time_pass()
    assert send_notifications() == 0


def test_not_now_is_tried_again_later_and_then_given_up(world: World, notice: str, mailbox: Mailbox) -> None:
    mailbox.refuse[world.user("legal").email] = "451 4.7.1 greylisted"
    notices.tell(world, "legal")
    assert send_notifications() == 1
    assert send_notifications() == 0
    assert row(world).due_at > clock.now()
    for _try in range(notifications.MOST_TRIES):
        let_time_pass()
        send_notifications()
    given_up = row(world)
    assert (given_up.unsent, given_up.attempts) == (Unsent.GIVEN_UP, notifications.MOST_TRIES)
    assert "451" in given_up.last_error


def test_after_not_now_it_arrives(world: World, notice: str, mailbox: Mailbox) -> None:
    mailbox.refuse[world.user("legal").email] = "451 4.7.1 greylisted"
    notices.tell(world, "legal")
    send_notifications()
    mailbox.refuse.clear()
    let_time_pass()
    send_notifications()
    assert len(mailbox.mails) == 1
    assert (row(world).done_at is not None, row(world).unsent) == (True, "")


@pytest.mark.parametrize("answer", ["550 5.7.1 not this sender", "530 5.7.0 log in first"])
def test_a_server_that_refuses_the_desk_kills_no_mail(world: World, notice: str, mailbox: Mailbox, answer: str) -> None:
    mailbox.sender_answer = answer
    notices.tell(world, "legal")
    send_notifications()
    assert (row(world).dead_at, row(world).attempts) == (None, 1)
    mailbox.sender_answer = "250 OK"
    let_time_pass()
    send_notifications()
    assert len(mailbox.mails) == 1


def test_a_server_that_is_away_is_tried_again(world: World, notice: str, mailbox: Mailbox, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    notices.tell(world, "legal")
    send_notifications()
    assert row(world).dead_at is None
    settings.EMAIL_PORT = mailbox.port
    let_time_pass()
    send_notifications()
    assert len(mailbox.mails) == 1


def test_what_the_server_took_without_answering_is_not_sent_twice(world: World, notice: str, mailbox: Mailbox) -> None:
    mailbox.hang_up = 1
    notices.tell(world, "legal")
    send_notifications()
    assert row(world).unsent == Unsent.UNCONFIRMED
    let_time_pass()
    send_notifications()
    assert len(mailbox.mails) == 1


def test_a_worker_whose_row_was_taken_while_it_connected_sends_nothing(
    world: World, notice: str, mailbox: Mailbox
) -> None:
    notices.tell(world, "legal")
    (slow,) = Notification.claim(lease=notifications.LEASE)
    Notification.objects.filter(pk=slow.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    with post.connected(slow) as connection:
        assert send_notifications() == 1
        with pytest.raises(post.TakenOver):
            connection.send_messages([notifications.written(slow)])
    assert len(mailbox.mails) == 1


class Holding(Mailbox):
    """A server that holds back its answers to the recipient and to the text until the test lets it give them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.has_text = Semaphore(0), Semaphore(0)
        self.may_take, self.may_answer = Signal(), Signal()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.asked.release()
        await server.loop.run_in_executor(None, self.may_take.wait, PATIENCE)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self.has_text.release()
        await server.loop.run_in_executor(None, self.may_answer.wait, PATIENCE)
        return answer


@pytest.fixture
def holding(settings: Any) -> Iterator[Holding]:
    with mail_server(Holding()) as box:
        assert isinstance(box, Holding)
        send_through(box, settings)
        settings.EMAIL_TIMEOUT = PATIENCE
        yield box
        box.may_take.set()
        box.may_answer.set()


@pytest.mark.slow
def test_two_workers_and_a_server_slower_than_a_lease_send_each_mail_once(
    committed_db: str, world: World, notice: str, holding: Holding
) -> None:
    """The leases are all but over when the server agrees to take the texts; then it takes its time to answer."""
    notices.tell(world, "legal", "care")
    # As long as a worker may wait once it has begun to hand over: for `DATA`, for the text to pass, for the answer.
    longest = timedelta(seconds=2 * post.ANSWER_SECONDS + post.STEP_SECONDS)

    def work(_number: int) -> int:
        try:
            return send_notifications()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(work, number) for number in range(2)]
        for _mail in range(2):
            assert holding.asked.acquire(timeout=PATIENCE)
        Notification.objects.filter(done_at=None).update(lease_until=clock.now() + timedelta(seconds=1))
        holding.may_take.set()
        for _mail in range(2):
            assert holding.has_text.acquire(timeout=PATIENCE)
        with clock.time_at(clock.now() + longest):
            assert Notification.claim() == []
        holding.may_answer.set()
        assert sum(worker.result() for worker in workers) == 2
    assert sorted(mail["To"] for mail in holding.mails) == sorted(world.user(code).email for code in ("legal", "care"))
    assert not Notification.objects.filter(done_at=None).exists()
    assert work(0) == 0


class Dripping:
    """A server that greets line by line without end."""

    def __init__(self) -> None:
        self.socket = socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen()
        self.port = self.socket.getsockname()[1]
        self.thread = Thread(target=self._greet)
        self.thread.start()

    def _greet(self) -> None:
        conversation, _address = self.socket.accept()
        try:
            while True:
                conversation.sendall(b"220-wait\r\n")
        except OSError:
            conversation.close()

    def close(self) -> None:
        self.thread.join()
        self.socket.close()


def test_an_answer_without_end_is_waited_for_no_longer_than_its_time(
    world: World, notice: str, mailbox: Mailbox, settings: Any
) -> None:
    server = Dripping()
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.port, 0.2
    notices.tell(world, "legal")
    send_notifications()
    server.close()
    assert row(world).dead_at is None
    assert "too long" in row(world).last_error


def test_a_mail_that_cannot_be_written_is_given_up(world: World, notice: str, mailbox: Mailbox) -> None:
    notices.tell(world, "legal")
    User.objects.filter(pk=world.user("legal").pk).update(email="a@b\r\nBcc: c@d")
    send_notifications()
    assert mailbox.mails == []
    assert Notification.objects.get(way=Way.MAIL, kind=notice).unsent == Unsent.REFUSED
