"""What a serving process prepares beside its first requests, so that nobody waits for it later."""

import threading
from collections.abc import Callable

_prepared: list[Callable[[], None]] = []


def prepare(work: Callable[[], None]) -> None:
    """Have every serving process do `work` once after it has started; called from `apps.py`."""
    _prepared.append(work)


def begin() -> threading.Thread:
    """Do what was registered, in its order, in a thread of its own; called once by the WSGI module."""
    thread = threading.Thread(target=_run, name="warming", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    for work in _prepared:
        work()
