"""Fixtures of publishing by hand."""

import pytest

from comms.models import StatementVersion
from tests.comms.sending import build
from tests.conftest import World


@pytest.fixture
def version(world: World) -> StatementVersion:
    """A released text that waits for people on every network without an adapter."""
    return build.released(world)
