"""What a serving process does beside its requests: what it prepares so that nobody waits for it, what it listens to."""

import gc
import threading
from collections.abc import Callable

from django.urls import resolve

_prepared: list[Callable[[], None]] = []
_kept_up: list[Callable[[], None]] = []


def prepare(work: Callable[[], None]) -> None:
    """Have every serving process do `work` once after it has started; called from `apps.py`."""
    _prepared.append(work)


def keep_up(work: Callable[[], None]) -> None:
    """Have every serving process do `work` for as long as it lives, in a thread of its own; called from `apps.py`."""
    _kept_up.append(work)


def begin() -> threading.Thread:
    """Do what was registered, in its order, in a thread of its own; called once by the WSGI module."""
    for work in _kept_up:
        threading.Thread(target=work, name=work.__name__, daemon=True).start()
    thread = threading.Thread(target=_run, name="warming", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    """Prepare, then keep the garbage collector away from what stays for the life of the process.

    Code, addresses and dictionaries are a million objects; looking through them anew took a tenth of a second each
    time, in the middle of somebody's request.
    """
    resolve("/")
    for work in _prepared:
        work()
    gc.collect()
    gc.freeze()
