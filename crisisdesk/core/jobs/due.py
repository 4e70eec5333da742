"""Working through a table of due rows."""

import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import close_old_connections

from crisisdesk.core import clock
from crisisdesk.core.models.due import LEASE, Due, TakenOver

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Due)

# Seconds until the next try after the first, second … failure; the last one repeats.
RETRY_AFTER = (5, 30, 120, 600, 1800)


def next_try(attempts: int, after: tuple[int, ...] = RETRY_AFTER) -> timedelta:
    """How long to wait after the given number of attempts, with a fifth of jitter so that rows do not march in step."""
    seconds = after[min(max(attempts, 1), len(after)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - jitter, no secret


# Seconds after which a run claims nothing more. Celery kills a task after `CELERY_TASK_TIME_LIMIT` seconds, and a mail
# that is being handed over at that moment would go twice; the slowest single row takes some three minutes.
SECONDS = 60.0


def run(
    model: type[Row],
    handle: Callable[[Row], None],
    *,
    lease: timedelta = LEASE,
    most: int = 200,
    tries: int | None = None,
) -> int:
    """Hand due rows to `handle` until none is left, `most` were handled or the time is up; returns how many.

    Rows are claimed one at a time: a row that waited behind slow ones in the same claim would outlive its lease, and
    another worker would do it too. `handle` calls `row.keep()` between steps that may take long.

    `handle` may finish, retry or bury the row itself. If it returns without doing so the row is finished; if it
    raises, the row is tried again later with the error noted, and given up after so many `tries`, if they are counted.
    """
    handled = 0
    until = time.monotonic() + SECONDS
    while handled < most and time.monotonic() < until:
        rows = model.claim(limit=1, lease=lease)
        if not rows:
            break
        row = rows[0]
        handled += 1
        try:
            handle(row)
        except TakenOver:
            log.info("%s %s was taken over", model._meta.label, row.pk)
        except Exception as error:
            log.exception("%s %s failed", model._meta.label, row.pk)
            close_old_connections()
            _again(row, f"{type(error).__name__}: {error}", tries)
        else:
            row.finish(row.fence)
    return handled


def _again(row: Due, error: str, tries: int | None) -> None:
    if tries is not None and row.attempts >= tries:
        row.bury(row.fence, error)
    else:
        row.retry(row.fence, clock.now() + next_try(row.attempts), error)
