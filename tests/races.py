"""Two transactions that overlap in one certain way: real threads, real commits. Tests ask for `committed_db`."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, connections, transaction

# Seconds after which a thread that neither ends nor waits for a lock fails the test.
PATIENCE = 20

_BLOCKED = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def overtaken(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[bool, Any]:
    """Let `second` run to its end, or until it waits for a lock, between the work of `first` and its commit.

    Returns whether it had to wait, and its result; an exception of `second` is its result too.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            running = pool.submit(_alone, second)
            waited = _waits_for_this_transaction(running)
        return waited, running.result(PATIENCE)


def _alone(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:
        return error
    finally:
        connections.close_all()


def _waits_for_this_transaction(running: "Future[Any]") -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if running.done():
            return False
        with connection.cursor() as cursor:
            cursor.execute(_BLOCKED)
            row = cursor.fetchone()
        if row and row[0]:
            return True
    raise AssertionError("the second transaction neither ended nor waited for a lock")
