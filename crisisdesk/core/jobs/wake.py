"""Waking workers after a commit. The database holds the work; the broker only saves two seconds until the beat."""

import logging
import time

from celery import current_app
from kombu import Connection, pools

log = logging.getLogger(__name__)

# After a failed wake-up nobody is woken for this long (seconds), so that a dead broker costs one short wait, not one
# for every request.
SILENT_FOR = 10.0
# Seconds a broker has for each step (connecting, taking the message) before it counts as away.
PATIENCE = 0.2
# Seconds after which a wake-up no worker took is dropped: beat has long done the same.
EXPIRES = 30

_silent_until = 0.0


def is_silent() -> bool:
    """Whether the broker was away a moment ago, so that work starts with the next beat only."""
    return time.monotonic() < _silent_until


def wake(task: str) -> bool:
    """Ask a worker to run the task named `task` now; True if the broker took the message. Never raises."""
    global _silent_until
    if is_silent():
        return False
    try:
        with pools.producers[_connection()].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(task, producer=producer, retry=False, ignore_result=True, expires=EXPIRES)
    except Exception as error:
        _silent_until = time.monotonic() + SILENT_FOR
        log.warning("broker away, %s will run with the next beat: %s", task, error)
        return False
    return True


def _connection() -> Connection:
    """A connection that tries once. Workers use the app's own connections, which wait for a broker to come back."""
    options: dict[str, float] = {"max_retries": 0}
    url = str(current_app.conf.broker_url)
    if url.startswith(("redis", "valkey")):
        options |= {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    return current_app.connection_for_write(connect_timeout=PATIENCE, transport_options=options)
