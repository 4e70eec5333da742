"""Mentions sent in: all or none, each once, whatever they hold."""

import pytest

from cases.monitoring import feeds
from cases.monitoring.actions import pause_source, push_mentions
from cases.monitoring.actions.storing import NewMention
from cases.monitoring.models import Mention, Source
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from crisisdesk.core.models import Event
from tests.conftest import World
from tests.monitoring.conftest import state_of


def test_a_batch_is_stored_once(world: World, inbox: Source) -> None:
    service = world.principal("service", via="api")
    rows = [{"external_id": "a", "title": "A"}, {"external_id": "b", "text": "B"}, {"external_id": "a", "title": "A"}]
    first = push_mentions(inbox, service, mentions=rows)
    assert (len(first.stored), first.known) == (2, 1)
    events = Event.objects.count()
    again = push_mentions(inbox, service, mentions=rows)
    assert (again.stored, again.known) == ([], 3)
    assert Event.objects.count() == events
    more = push_mentions(inbox, service, mentions=[*rows, {"external_id": "c", "title": "C"}])
    assert [mention.external_id for mention in more.stored] == ["c"]
    state = state_of(inbox)
    assert state.last_success_at is not None
    assert state.last_item_at is not None


def test_an_edited_mention_is_noted(world: World, inbox: Source) -> None:
    service = world.principal("service", via="api")
    push_mentions(inbox, service, mentions=[{"external_id": "a", "title": "A"}])
    changed = push_mentions(inbox, service, mentions=[{"external_id": "a", "title": "B"}])
    assert (changed.stored, changed.known) == ([], 1)
    mention = Mention.objects.get()
    assert mention.title == "A"
    assert mention.changed_at is not None


def test_without_an_identifier_the_address_or_the_words_identify(world: World, inbox: Source) -> None:
    service = world.principal("service", via="api")
    rows = [
        {"title": "A", "url": "https://x.example/1?utm_source=a"},
        {"title": "A", "url": "https://x.example/1#top"},
        {"title": "A"},
        {"title": "A", "author": "jiný"},
    ]
    assert len(push_mentions(inbox, service, mentions=rows).stored) == 2


def test_one_bad_row_refuses_all_and_says_where(world: World, inbox: Source) -> None:
    rows = [{"title": "A"}, {"title": "  "}, {"title": "C", "url": "javascript:alert(1)"}]
    with pytest.raises(Invalid) as refused:
        push_mentions(inbox, world.principal("service", via="api"), mentions=rows)
    assert set(refused.value.errors) == {"mentions.1.text", "mentions.2.url"}
    assert not Mention.objects.exists()


@pytest.mark.parametrize("count", [0, 1001])
def test_batches_of_the_wrong_size(world: World, inbox: Source, count: int) -> None:
    with pytest.raises(Invalid):
        push_mentions(inbox, world.principal("service", via="api"), mentions=[{"title": "A"}] * count)


def test_whatever_texts_of_feeds_hold() -> None:
    nasty = {
        "title": "a\x00b\ud800\u202ec" * 200,
        "text": "<script>alert(1)</script>\n" * 50_000,
        "author": "\x07" + "x" * 999,
    }
    mention = NewMention.of_values(nasty)
    assert len(mention.title) <= feeds.MAX_TITLE_CHARS
    assert len(mention.text) <= feeds.MAX_TEXT_CHARS
    assert len(mention.author) <= feeds.MAX_NAME_CHARS
    assert "<script>" in mention.text


def test_who_may_push(world: World, inbox: Source, feed: Source) -> None:
    rows = [{"title": "A"}]
    with pytest.raises(Denied):
        push_mentions(inbox, world.principal("observer"), mentions=rows)
    with pytest.raises(Missing):
        push_mentions(inbox, world.principal("outsider"), mentions=rows)
    with pytest.raises(Denied, match="scope"):
        push_mentions(inbox, world.principal("service", scopes=["read"]), mentions=rows)
    with pytest.raises(NotNow, match="REST API"):
        push_mentions(feed, world.principal("service"), mentions=rows)
    pause_source(inbox, world.principal("manager"))
    with pytest.raises(NotNow, match="paused"):
        push_mentions(inbox, world.principal("service"), mentions=rows)
