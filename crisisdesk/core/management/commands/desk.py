"""``make run``: everything of one installation in one terminal."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from crisisdesk import catalogue, embedded
from crisisdesk.core.web import health
from crisisdesk.supervisor import TICK, Child, Supervisor

READY_SECONDS = 60.0
SERVERS_LOOK_SECONDS = 2.0


class Command(BaseCommand):
    help = "Serves CrisisDesk here: servers, migrations, demo, web, worker and beat, until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        with ExitStack() as stack:
            stack.enter_context(self._only_one())
            self._check_port()
            self._prepare()
            connections.close_all()
            self._serve(started)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _only_one(self) -> IO[str]:
        """Hold the data folder: two installations in one folder would fight over everything in it."""
        lock = (embedded.make_folder(settings.DATA_DIR) / "desk.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise CommandError(
                f"{settings.DATA_DIR} is in use by another run (process {holder}). "
                "Stop it, or choose another folder with DATA_DIR=…"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in settings.LISTEN else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.LISTEN, settings.PORT))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    reason = f"port {settings.PORT} is in use by another program. Choose another one with PORT=…"
                else:
                    reason = f"{settings.LISTEN}:{settings.PORT} cannot be used ({error.strerror})."
                raise CommandError(reason) from error

    def _prepare(self) -> None:
        catalogue.compile_all(Path(settings.LOCALE_PATHS[0]))
        if health.pending_migrations():
            self.say("Setting up the database …")
            # A process of its own, as the owner of the database.
            code = subprocess.call([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=settings.BASE_DIR)
            if code:
                raise CommandError("the database could not be set up; the reason is above.")
        self._collect_static()
        if settings.DEMO:
            self._install("bootstrap", "Installing what practice knows …")
            self._install("demo", "Installing the demo …")

    def _collect_static(self) -> None:
        """Collect the static files when one of them is newer than the last collection."""
        if settings.DEBUG:
            return
        digest = hashlib.sha256()
        for finder in get_finders():
            for name, storage in finder.list([]):
                stat = Path(storage.path(name)).stat()
                digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        self.say("Collecting the static files …")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())

    def _install(self, command: str, line: str) -> None:
        """Run an installing command once for this data folder; killed half-way it runs again."""
        stamp = settings.DATA_DIR / f"{command}.done"
        if stamp.exists() or command not in get_commands():
            return
        self.say(line)
        call_command(command, stdout=self.stdout)
        stamp.touch()

    def _serve(self, started: float) -> None:
        supervisor = Supervisor(self._children(), self.say)
        supervisor.handle_signals()
        try:
            supervisor.start()
            if self._wait_until_ready(supervisor):
                self._welcome(time.monotonic() - started)
            self._watch(supervisor)
        finally:
            self.say("Stopping …")
            supervisor.end()
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the servers stop last, undisturbed

    def _children(self) -> list[Child]:
        # Nothing that serves requests knows how to become the owner of the database.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_OWNER_URL")}
        if settings.DEMO:
            environment.setdefault("REQUIRE_MFA", "no")
        python = [sys.executable, "-W", "ignore", "-m"]
        threads = min(8, 2 * (os.cpu_count() or 1) + 1)
        celery = [*python, "celery", "--app", "crisisdesk", "--quiet"]
        return [
            Child(
                "web",
                [
                    *python, "granian", "--interface", "wsgi", "--host", settings.LISTEN, "--port", str(settings.PORT),
                    "--workers", "1", "--blocking-threads", str(threads), "--backpressure", "64", "--no-ws",
                    "--log-level", "warning", "--respawn-failed-workers", "--workers-kill-timeout", "5",
                    "crisisdesk.wsgi:application",
                ],
                environment,
                settings.BASE_DIR,
            ),
            Child("beat", [*celery, "beat", "--loglevel", "WARNING"], environment, settings.BASE_DIR),
            Child(
                "worker",
                [
                    *celery, "worker", "--concurrency", "2", "--loglevel", "WARNING",
                    "--without-gossip", "--without-mingle",
                ],
                environment,
                settings.BASE_DIR,
            ),
        ]  # fmt: skip

    def _wait_until_ready(self, supervisor: Supervisor) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        answer = ""
        while time.monotonic() < deadline and not supervisor.asked_to_end:
            supervisor.tick()
            ready, answer = self._ask_ready()
            if ready:
                return True
            time.sleep(0.1)
        if not supervisor.asked_to_end:
            self.say(f"CrisisDesk is not ready yet: {answer}")
        return False

    def _ask_ready(self) -> tuple[bool, str]:
        connection = http.client.HTTPConnection(settings.LISTEN, settings.PORT, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")})
            answer = connection.getresponse()
            return answer.status < 400, answer.read(300).decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return False, "the web server does not answer."
        finally:
            connection.close()

    def _welcome(self, seconds: float) -> None:
        if settings.DEMO and "demo" in get_commands():
            self.say("")
            call_command("demo", users=True, stdout=self.stdout)
            connections.close_all()
        self.say(f"\nCrisisDesk is ready at {settings.BASE_URL} (started in {seconds:.1f} s; Ctrl-C stops it)")

    def _watch(self, supervisor: Supervisor) -> None:
        next_look = time.monotonic() + SERVERS_LOOK_SECONDS
        while not supervisor.asked_to_end:
            time.sleep(TICK)
            supervisor.tick()
            if time.monotonic() >= next_look:
                for name in embedded.revive():
                    self.say(f"The embedded {name} server had ended and was started again.")
                next_look = time.monotonic() + SERVERS_LOOK_SECONDS
