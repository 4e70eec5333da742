"""Fixtures of sending."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.comms.sending.build import Mailbox, mail_server, send_through


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server the desk sends through."""
    with mail_server() as box:
        send_through(box, settings)
        yield box
