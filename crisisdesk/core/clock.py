"""The desk's own clock, so that a story can be told at the instants at which it happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The present instant, UTC and aware; inside `time_at` the instant being told."""
    return _told.get() or timezone.now()


@contextmanager
def time_at(instant: datetime) -> Iterator[None]:
    """Let everything inside happen at `instant` (aware). For the demo's story and for tests."""
    if timezone.is_naive(instant):
        raise ValueError("time_at needs an aware instant")
    token = _told.set(instant)
    try:
        yield
    finally:
        _told.reset(token)
