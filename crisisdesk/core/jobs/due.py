"""Working through a table of due rows."""

import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import close_old_connections

from crisisdesk.core import clock
from crisisdesk.core.models.due import Due

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Due)

# Seconds until the next try after the first, second … failure; the last one repeats.
RETRY_AFTER = (5, 30, 120, 600, 1800)


def next_try(attempts: int, after: tuple[int, ...] = RETRY_AFTER) -> timedelta:
    """How long to wait after the given number of attempts, with a fifth of jitter so that rows do not march in step."""
    seconds = after[min(max(attempts, 1), len(after)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - jitter, no secret


def run(
    model: type[Row],
    handle: Callable[[Row], None],
    *,
    limit: int = 20,
    lease: timedelta = timedelta(seconds=60),
    most: int = 200,
) -> int:
    """Claim due rows and hand each to `handle` until none is left or `most` were handled; returns how many.

    `handle` may finish, retry or bury the row itself. If it returns without doing so the row is finished; if it
    raises, the row is tried again later with the error noted.
    """
    handled = 0
    while handled < most:
        rows = model.claim(limit=limit, lease=lease)
        if not rows:
            break
        for row in rows:
            handled += 1
            try:
                handle(row)
            except Exception as error:
                log.exception("%s %s failed", model._meta.label, row.pk)
                close_old_connections()
                row.retry(row.fence, clock.now() + next_try(row.attempts), f"{type(error).__name__}: {error}")
            else:
                row.finish(row.fence)
    return handled
