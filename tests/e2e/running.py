"""The desk as `make run` starts it, beside a mail server and a feed, all on the loopback address."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as mail_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.controller import Controller

from tests.server import share_dictionaries

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 900  # the first start makes the database and the demo
STOP_SECONDS = 40


def until(true: Callable[[], Any], what: str, seconds: float = 90) -> None:
    """Wait until something is so; the machine may be slow, so the deadline is generous and the wait is not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


def by_day() -> str:
    """A time zone in which it is about noon, so that at any hour of the world nothing waits for the morning."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain(mail: EmailMessage) -> str:
    """The text part of a mail with the line ends of a text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@dataclass
class Mailbox:
    """Everything the mail server received, in order of arrival."""

    received: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail and accept it."""
        message = BytesParser(policy=mail_policy).parsebytes(envelope.content)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.received.append(message)
        return "250 OK"

    def to(self, address: str, subject: str, text: str = "") -> list[EmailMessage]:
        """The mails to an address whose subject contains the words and that begin with the text, oldest first."""
        words = " ".join(subject.split())
        return [
            mail
            for mail in self.received
            if address in mail["X-Envelope-To"]
            and words in " ".join(mail["Subject"].split())
            and plain(mail).startswith(text)
        ]

    def wait_for(self, to: str, subject: str, text: str = "", seconds: float = 90) -> EmailMessage:
        """The newest mail to the address whose subject contains the words, and which begins with the text.

        First statements from one template have one subject: `text` says which of them is waited for.
        """
        try:
            until(lambda: self.to(to, subject, text), f"mail to {to} with {subject!r}", seconds)
        except AssertionError as missing:
            raise AssertionError(f"{missing}; received: {self}") from None
        return self.to(to, subject, text)[-1]

    def __str__(self) -> str:
        return str([(mail["X-Envelope-To"], mail["Subject"]) for mail in self.received])


class Feed:
    """An Atom file on a small web server; items are added while it runs."""

    def __init__(self) -> None:
        self.items: list[tuple[str, str, str]] = []
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = feed.atom().encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/atom+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/novinky.atom"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def publish(self, key: str, title: str, text: str) -> None:
        """Let a new item appear."""
        self.items.insert(0, (key, title, text))

    def atom(self) -> str:
        """The file as it stands now."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        entries = "".join(
            f"<entry><id>urn:item:{key}</id><title>{title}</title><updated>{now}</updated>"
            f'<link href="https://zpravy.example/{key}"/><author><name>Zprávy</name></author>'
            f"<summary>{text}</summary></entry>"
            for key, title, text in self.items
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
            f"<id>urn:feed</id><title>Zprávy</title><updated>{now}</updated>{entries}</feed>"
        )

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class RunningDesk:
    """A desk that serves: its address, its mailbox, a feed it may read, and its data folder."""

    address: str
    mailbox: Mailbox
    feed: Feed
    data_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def manage(self, *arguments: str) -> str:
        """Run a management command on the running installation and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def inside(self, call: str) -> Any:
        """Call a function of `tests.e2e.inside` on the running installation and return what it returns."""
        script = f"import json; from tests.e2e import inside; print(json.dumps(inside.{call}))"
        return json.loads(self.manage("shell", "--no-imports", "-c", script).splitlines()[-1])

    def child(self, program: str) -> int:
        """The process of one server that this desk started, by what its command line contains."""
        for entry in Path("/proc").iterdir():
            try:
                parent = entry.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
                command = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, IndexError):
                continue
            if parent == str(self.process.pid) and program in command:
                return int(entry.name)
        raise AssertionError(f"the desk runs no {program}")

    @contextmanager
    def without(self, program: str, how: signal.Signals) -> Iterator[None]:
        """End one server and keep it away: the process that would start it again is held until the block ends."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            server = self.child(program)
            os.kill(server, how)
            until(lambda: _is_over(server), f"{program} ended")
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


def _is_over(pid: int) -> bool:
    """Whether a process has ended, whether or not its parent has been told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"the desk did not come up:\n{log.read_text()[-4000:]}")


@contextmanager
def running_desk() -> Iterator[RunningDesk]:
    """Start everything in a temporary folder; end all of it afterwards as Ctrl-C does."""
    folder = Path(tempfile.mkdtemp(prefix="crisisdesk-e2e-"))
    folder.chmod(0o755)
    mailbox, feed = Mailbox(), Feed()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    smtp.start()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
    environment = keep | {
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
        "FETCH_ALLOW_NETWORKS": "127.0.0.1/32",
        "TIME_ZONE": by_day(),
        "PYTHONUNBUFFERED": "1",
    }
    share_dictionaries(folder / "data")
    log = folder / "desk.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "desk"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            _wait_until_ready(address, process, log)
            # Management commands run beside it do not need the second factor the demo does without.
            yield RunningDesk(address, mailbox, feed, folder / "data", environment | {"REQUIRE_MFA": "no"}, process)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            feed.close()
            smtp.stop()
            shutil.rmtree(folder, ignore_errors=True)
