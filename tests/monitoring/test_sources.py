"""Verbs on sources, and silence."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.monitoring.actions import (
    create_source,
    edit_source,
    pause_source,
    poll_now,
    push_mentions,
    resume_source,
)
from cases.monitoring.actions.polling import LEASE, Look, poll
from cases.monitoring.models import Source, SourceKind, SourceState
from crisisdesk.core.errors import Denied, Invalid, NotNow
from crisisdesk.core.jobs import due
from crisisdesk.core.models import Event
from tests.conftest import World
from tests.monitoring.conftest import state_of
from tests.monitoring.feed_server import FeedServer


def test_a_feed_is_due_at_once_and_others_never(world: World, feed: Source, inbox: Source) -> None:
    assert [row.source for row in SourceState.claim()] == [feed]
    assert state_of(inbox).done_at is not None


def test_only_administrators_of_the_brand_add_sources(world: World) -> None:
    for persona in ("community", "crisis_lead", "service"):
        with pytest.raises(Denied):
            create_source(world.brand, world.principal(persona), kind=SourceKind.PUSH, name="X")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"url": "nonsense"}, "url"),
        ({"url": "https://user:secret@feed.example/"}, "url"),
        ({"url": "https://feed.example/", "name": "x" * 121}, "name"),
        ({"url": "https://feed.example/", "poll_minutes": 0}, "poll_minutes"),
        ({"url": "https://feed.example/", "trigger_terms": ["ab"]}, "trigger_terms"),
        ({"url": "https://feed.example/", "default_language": "česky"}, "default_language"),
    ],
)
def test_values_that_make_no_sense(world: World, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_source(world.brand, world.principal("manager"), kind=SourceKind.FEED, **values)
    assert field in refused.value.errors


def test_a_feed_is_read_once_a_brand(world: World, feed: Source) -> None:
    manager = world.principal("manager")
    with pytest.raises(NotNow, match="reads this feed already"):
        create_source(world.brand, manager, kind=SourceKind.FEED, name="Znovu", url=feed.url)
    create_source(world.other_brand, manager, kind=SourceKind.FEED, name="Jinde", url=feed.url)


def test_a_feed_without_address_and_a_push_with_one(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        create_source(world.brand, world.principal("manager"), kind=SourceKind.FEED, name="X")
    assert set(refused.value.errors) == {"url"}
    with pytest.raises(NotNow, match="other sources have none"):
        create_source(world.brand, world.principal("manager"), kind=SourceKind.PUSH, name="X", url="https://x.example/")


def test_a_feed_in_vain_needs_a_word(world: World) -> None:
    values = {"kind": SourceKind.FEED, "name": "X", "url": "https://x.example/", "look": Look(problem="timeout")}
    with pytest.raises(Invalid, match="15 seconds"):
        create_source(world.brand, world.principal("manager"), **values)
    source = create_source(world.brand, world.principal("manager"), anyway=True, **values)
    assert state_of(source).problem == "timeout"


def test_a_new_address_is_looked_at_from_the_beginning(world: World, feed: Source) -> None:
    SourceState.objects.update(cursor={"etag": "x", "last_modified": ""}, due_at=timezone.now() + timedelta(hours=1))
    edit_source(feed, world.principal("manager"), url="https://other.example/feed")
    state = state_of(feed)
    assert state.cursor == {}
    assert state.due_at <= timezone.now()


def test_pausing_and_resuming(world: World, feed: Source) -> None:
    manager = world.principal("manager")
    pause_source(feed, manager, reason="stěhuje se")
    pause_source(feed, manager)
    assert SourceState.claim() == []
    with pytest.raises(NotNow, match="paused"):
        poll_now(feed, manager)
    resume_source(feed, manager)
    resume_source(feed, manager)
    assert len(SourceState.claim()) == 1
    kinds = Event.objects.filter(object_id=feed.uuid).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["source.created", "source.paused", "source.resumed"]
    assert Event.objects.get(kind="source.paused").entry.text == "stěhuje se"
    assert [row.active for row in feed.history.order_by("history_id")] == [True, False, True]


def test_nothing_to_look_at(world: World, inbox: Source) -> None:
    with pytest.raises(NotNow, match="by themselves"):
        poll_now(inbox, world.principal("community"))


def test_silence_is_flagged_once_it_is_longer_than_normal(world: World) -> None:
    source = create_source(
        world.brand, world.principal("manager"), kind=SourceKind.PUSH, name="Nástroj", expected_minutes=60
    )
    assert state_of(source).silent_since is None
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        state = state_of(source)
        assert state.silent_since == source.created_at
        pause_source(source, world.principal("manager"))
        assert state_of(source).silent_since is None


def test_a_brand_that_was_put_away_is_not_watched(
    world: World, feed: Source, inbox: Source, server: FeedServer
) -> None:
    type(world.brand).objects.filter(pk=world.brand.pk).update(active=False)
    due.run(SourceState, poll, lease=LEASE)
    assert server.asked == []
    assert state_of(feed).due_at > timezone.now() + timedelta(minutes=50)
    inbox.refresh_from_db()
    with pytest.raises(NotNow, match="not active"):
        push_mentions(inbox, world.principal("service"), mentions=[{"title": "A"}])
    with pytest.raises(NotNow, match="not active"):
        create_source(world.brand, world.principal("manager"), kind=SourceKind.PUSH, name="X")
