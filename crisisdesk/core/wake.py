"""Waking workers after a commit.

The database holds the work; the broker only saves the two seconds until the next beat.
"""

import logging
import time

from celery import current_app

log = logging.getLogger(__name__)

# After a failed wake-up nobody is woken for this long (seconds), so that a dead broker costs one short wait, not one
# for every request.
SILENT_FOR = 10.0

_silent_until = 0.0


def wake(task: str) -> bool:
    """Ask a worker to run the task named `task` now; True if the broker took the message. Never raises."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except Exception as error:
        _silent_until = time.monotonic() + SILENT_FOR
        log.warning("broker away, %s will run with the next beat: %s", task, error)
        return False
    return True
