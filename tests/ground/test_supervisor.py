"""Children are started, restarted with growing patience, and all ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crisisdesk import supervisor as module
from crisisdesk.supervisor import Child, Supervisor

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def child(name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-S", "-c", code], dict(os.environ))


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_dead_child_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACK_OFF", (0.0,))
    said: list[str] = []
    running = Supervisor([child("web", "import time; time.sleep(60)")], said.append)
    running.start()
    try:
        process = running.children[0].process
        assert process is not None
        first = process.pid
        os.kill(first, signal.SIGKILL)

        def started_again() -> bool:
            running.tick()
            return running.children[0].process not in (None, process)

        wait_for(started_again)
        again = running.children[0].process
        assert again is not None
        assert again.pid != first
        assert said == ["web ended (signal 9); starting it again in 0 s."]
    finally:
        running.end()


def test_the_back_off_grows_and_starts_anew_once_a_child_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    running = Supervisor([child("worker", "raise SystemExit(3)")], said.append)
    one = running.children[0]
    for expected in (1, 2, 5, 10, 30, 30):
        one.start()
        assert one.process is not None
        one.process.wait()
        running.tick()
        assert said[-1] == f"worker ended (exit code 3); starting it again in {expected} s."
    monkeypatch.setattr(module, "SETTLED", -1.0)
    one.start()
    assert one.process is not None
    one.process.wait()
    running.tick()
    assert said[-1].endswith("in 1 s.")


def test_the_end_takes_grandchildren_too_and_kills_who_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    deaf = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "p = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)"
    )
    running = Supervisor([child("deaf", deaf)], lambda line: None)
    reading, writing = os.pipe()
    saved = os.dup(1)
    os.dup2(writing, 1)
    try:
        running.start()
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(writing)
    with os.fdopen(reading) as pipe:
        grandchild = int(pipe.readline())
        running.end()
        assert running.children[0].process is not None
        assert running.children[0].process.returncode == -signal.SIGKILL
        wait_for(lambda: gone(grandchild))


def test_a_second_signal_makes_haste() -> None:
    running = Supervisor([], lambda line: None)
    running._on_signal(signal.SIGINT, None)
    assert (running.asked_to_end, running.in_a_hurry) == (True, False)
    running._on_signal(signal.SIGINT, None)
    assert running.in_a_hurry


def test_children_do_not_outlive_a_killed_supervisor() -> None:
    code = (
        "import os, sys, time\n"
        "from crisisdesk.supervisor import Child\n"
        "c = Child('c', [sys.executable, '-S', '-c', 'import time; time.sleep(60)'], dict(os.environ))\n"
        "c.start(); print(c.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=CHECKOUT, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        orphan = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    wait_for(lambda: gone(orphan))
