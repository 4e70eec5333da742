"""A real worker, killed with SIGKILL while it sends: one post, no second mail, at most one open question a kill."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from comms.sending import claiming as sending
from comms.sending.models import Delivery, NewsroomPost, Recipient, RecipientState, Subscriber, SubscriberState
from crisisdesk import embedded
from crisisdesk.core import clock
from tests.comms.sending import build
from tests.comms.sending.build import Mailbox
from tests.conftest import World

pytestmark = [pytest.mark.servers, pytest.mark.slow]

CHECKOUT = Path(__file__).resolve().parents[3]
READERS = 40
KILLS = 4


@pytest.fixture
def worker(committed_db: str, mailbox: Mailbox, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts Celery workers with beat, on a broker of their own, for this test's database and mail server."""
    servers = embedded.Servers(tmp_path / "data", want={"broker"}, temporary=True)
    servers.start()
    database = connections["default"].settings_dict
    access = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"postgresql://{access}/{committed_db}",
        "CELERY_BROKER_URL": embedded.Addresses(tmp_path / "data").broker(),
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--app", "crisisdesk", "worker", "--beat", "--concurrency", "1"]
        command += ["--loglevel", "WARNING", "--schedule", str(tmp_path / f"beat{len(started)}")]
        with (tmp_path / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            kill(process)
    servers.stop()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """The worker and its children, without a warning."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_killing_the_worker_while_it_mails_makes_no_second_mail(
    world: World, mailbox: Mailbox, worker: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    list_of_brand = build.account(world)
    Subscriber.objects.bulk_create(
        Subscriber(
            account=list_of_brand, address=f"reader{number}@reader.example", language="cs",
            state=SubscriberState.CONFIRMED, due_at=clock.now(), done_at=clock.now(),
        )
        for number in range(READERS)
    )  # fmt: skip
    version = build.released(world)
    mailbox.delay = 0.05
    for round_ in range(KILLS):
        process = worker()
        wanted = (round_ + 1) * READERS // (KILLS + 2)
        wait_for(lambda wanted=wanted: len(mailbox.mails) >= wanted, "mails")  # type: ignore[misc]
        kill(process)
        build.let_leases_lapse()
        build.make_due()
    mailbox.delay = 0.0
    process = worker()

    def done() -> bool:
        row = build.delivery(version, "email")
        return row.state == "sent" or row.waits_for_decision

    wait_for(done, "the rest of the mails")
    kill(process)
    received = Counter(mail["To"] for mail in mailbox.mails)
    assert max(received.values()) == 1
    states = Counter(Recipient.objects.values_list("state", flat=True))
    assert states[RecipientState.UNCONFIRMED] <= KILLS
    assert states[RecipientState.SENT] + states[RecipientState.UNCONFIRMED] == READERS
    assert len(received) >= states[RecipientState.SENT]
    assert NewsroomPost.objects.count() == 1
    build.send_all()
    assert len(mailbox.mails) == sum(received.values())


def test_without_a_broker_the_next_beat_sends(
    world: World, committed_db: str, mailbox: Mailbox, settings: object
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    began = time.monotonic()
    version = build.released(world)
    assert time.monotonic() - began < 30
    assert set(Delivery.objects.filter(version=version, by_hand=False).values_list("state", flat=True)) == {"pending"}
    assert sending.send_due() == 2
    assert NewsroomPost.objects.count() == 1
