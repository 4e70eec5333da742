"""Sources, mentions and a feed server for the tests of monitoring."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Signal
from cases.monitoring.actions import create_source, push_mentions
from cases.monitoring.models import Mention, Source, SourceKind
from cases.monitoring.models.sources import SourceState
from tests.conftest import World
from tests.monitoring.feed_server import FeedServer


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A feed server on loopback."""
    running = FeedServer()
    yield running
    running.close()


@pytest.fixture
def reachable(settings: Any) -> None:
    """Let outgoing requests reach loopback, as an installation may allow its intranet."""
    settings.FETCH_ALLOW_NETWORKS = (ip_network("127.0.0.1/32"),)


@pytest.fixture
def feed(world: World, server: FeedServer, reachable: None) -> Source:
    """A feed nobody has looked at yet."""
    return create_source(world.brand, world.principal("manager"), kind=SourceKind.FEED, name="Zprávy", url=server.url())


@pytest.fixture
def inbox(world: World) -> Source:
    """A source that takes pushes."""
    return create_source(world.brand, world.principal("manager"), kind=SourceKind.PUSH, name="Nástroj")


@pytest.fixture
def push(world: World, inbox: Source) -> Callable[..., list[Mention]]:
    """Send mentions with these texts in, published one after the other."""

    def send(*texts: str, source: Source | None = None) -> list[Mention]:
        began = timezone.now() - timedelta(hours=1)
        rows = [
            {
                "external_id": f"id-{text}",
                "title": text,
                "text": f"{text} a víc",
                "published_at": began + timedelta(seconds=at),
            }
            for at, text in enumerate(texts)
        ]
        return push_mentions(source or inbox, world.principal("service", via="api"), mentions=rows).stored

    return send


def state_of(source: Source) -> SourceState:
    """What the desk keeps about the source, read anew."""
    return SourceState.objects.get(source=source)


def signals() -> list[Signal]:
    """All signals, oldest first."""
    return list(Signal.objects.order_by("pk"))
