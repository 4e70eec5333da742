"""Keeps the processes of one installation running: starts them, restarts what dies, ends all of them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crisisdesk.processes import end_with_parent

BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before the first, second, … restart; the last one repeats
SETTLED = 60.0  # seconds after which a process counts as healthy and its back-off starts anew
PATIENCE = 15.0  # seconds a process has to end before it is killed
TICK = 0.25  # seconds


@dataclass
class Child:
    """One process, in a session of its own so that Ctrl-C in the terminal reaches only the supervisor."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    next_start: float = field(default=0.0)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one prctl call
        )

    def signal(self, number: int) -> None:
        """To the whole session: a worker's own children end with it."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


class Supervisor:
    """Runs children until asked to end. ``say`` takes one line for the people at the terminal."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = list(children)
        self.say = say
        self.asked_to_end = False
        self.in_a_hurry = False

    def start(self) -> None:
        for child in self.children:
            child.start()

    def handle_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: object) -> None:
        self.in_a_hurry = self.asked_to_end
        self.asked_to_end = True

    def tick(self) -> None:
        """Look after every child once: note who died, start again whose time has come."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None:
                code = child.process.poll()
                if code is None:
                    continue
                child.signal(signal.SIGKILL)
                child.process = None
                child.failures = 0 if now - child.started_at > SETTLED else child.failures + 1
                wait = BACK_OFF[min(max(child.failures, 1), len(BACK_OFF)) - 1]
                child.next_start = now + wait
                self.say(f"{child.name} ended ({_ending(code)}); starting it again in {wait:.0f} s.")
            elif now >= child.next_start:
                child.start()

    def end(self) -> None:
        """Ask every child to end, in order, and kill who does not."""
        for child in self.children:
            child.ask_to_end()
        deadline = time.monotonic() + PATIENCE
        while any(child.process is not None and child.process.poll() is None for child in self.children):
            if self.in_a_hurry or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
