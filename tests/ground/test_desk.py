"""``manage.py desk`` as people run it: it serves, survives its children, refuses clearly and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisisdesk.embedded import free_port
from crisisdesk.settings import env

CHECKOUT = Path(__file__).resolve().parent.parent.parent

pytestmark = [pytest.mark.servers, pytest.mark.slow]


class Desk:
    """One run of the command in a folder of its own, on embedded servers of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.log = folder / "run.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if name not in env.variables}
        return plain | {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port), "DEMO": "no"}

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            command = [sys.executable, "manage.py", "desk"]
            self.process = subprocess.Popen(
                command, cwd=CHECKOUT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        return self.process

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str, seconds: float = 300.0) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert self.process is not None
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return bool(json.loads(connection.getresponse().read()) == {"status": "ok"})
        except (OSError, ValueError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def children(self) -> dict[str, int]:
        assert self.process is not None
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                parent = entry.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
                command = entry.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, IndexError):
                continue
            for name in ("granian", " beat ", " worker ", "valkey-server", "bin/postgres"):
                if parent == str(self.process.pid) and name in command:
                    found[name.strip()] = int(entry.name)
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def desk() -> Iterator[Desk]:
    folder = Path(tempfile.mkdtemp(prefix="crisisdesk-desk-"))
    folder.chmod(0o755)
    desk = Desk(folder, free_port())
    try:
        yield desk
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.stop()
        shutil.rmtree(folder)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_serves_survives_and_ends(desk: Desk) -> None:
    desk.start()
    desk.wait_for("CrisisDesk is ready")
    assert desk.ready()
    children = desk.children()
    assert set(children) == {"granian", "beat", "worker", "valkey-server", "bin/postgres"}

    # The role it works as can make nothing.
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default"],
        cwd=CHECKOUT,
        env=desk.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr

    # A second run in the same folder, and one on the same port, are refused in one line.
    for changed, complaint in (
        ({"PORT": str(free_port())}, "is in use by another run (process"),
        ({"DATA_DIR": str(desk.folder / "other")}, f"port {desk.port} is in use by another program"),
    ):
        second = subprocess.run(
            [sys.executable, "manage.py", "desk"],
            cwd=CHECKOUT,
            env=desk.environment | changed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert complaint in second.stderr
        assert "Traceback" not in second.stderr

    # Whoever dies comes back.
    for name in children:
        os.kill(desk.children()[name], signal.SIGKILL)
        deadline = time.monotonic() + 60
        while desk.children().get(name, children[name]) == children[name] or not desk.ready():
            assert time.monotonic() < deadline, (name, desk.said())
            time.sleep(0.2)

    port = json.loads((desk.folder / "data" / "embedded.json").read_text())["postgresql_port"]
    left = desk.children()
    assert desk.stop(signal.SIGINT) == 0
    assert is_free(desk.port)
    assert is_free(port)
    assert not [name for name, pid in left.items() if Path(f"/proc/{pid}").exists()]

    # The second start is quick and keeps what there was.
    started = time.monotonic()
    desk.start()
    desk.wait_for("CrisisDesk is ready")
    assert time.monotonic() - started < 30  # seconds; a few on a machine of its own
    assert "Setting up" not in desk.said()
    assert desk.stop() == 0


def test_what_a_killed_run_leaves_does_not_hinder_the_next(desk: Desk) -> None:
    process = desk.start()
    desk.wait_for("CrisisDesk is ready")
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while not is_free(desk.port):
        assert time.monotonic() < deadline, "the web server outlived its supervisor"
        time.sleep(0.1)
    desk.start()
    desk.wait_for("CrisisDesk is ready")
    assert desk.ready()
    assert desk.stop() == 0
