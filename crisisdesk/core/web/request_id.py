"""The identifier that ties a response, its log lines and a report of trouble together."""

import logging
import re
import uuid
from contextvars import ContextVar

# What a proxy in front may hand on; anything else is replaced.
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")

current: ContextVar[str] = ContextVar("request_id", default="-")


def accepted(given: str | None) -> str:
    """The identifier given by a proxy when it is a plain one, else a new one."""
    return given if given and _GIVEN.fullmatch(given) else uuid.uuid4().hex


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        record.request_id = current.get()
        return True
