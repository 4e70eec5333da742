"""Looking at feeds: each item once, cursor and rows together, failures told and tried again."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.monitoring import problems
from cases.monitoring.actions import poll_now, polling
from cases.monitoring.actions.polling import look_at, poll, take_in
from cases.monitoring.models import Mention, Source, SourceState
from crisisdesk.core.jobs import due
from crisisdesk.core.models import Event
from tests.conftest import World
from tests.monitoring.conftest import state_of
from tests.monitoring.feed_server import FeedServer, Reply, atom, entry, silent_listener


def turn(source: Source) -> SourceState:
    """One turn of the worker, due or not."""
    SourceState.objects.filter(source=source).update(due_at=timezone.now() - timedelta(seconds=1))
    assert due.run(SourceState, poll, lease=polling.LEASE) == 1
    return state_of(source)


def test_items_are_stored_once(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1, text="Jedna"), entry(2)))
    state = turn(feed)
    assert state.problem == ""
    assert state.last_success_at is not None
    server.serve(atom(entry(2), entry(3)))
    turn(feed)
    assert list(Mention.objects.order_by("external_id").values_list("external_id", flat=True)) == [
        "urn:item:1", "urn:item:2", "urn:item:3",
    ]  # fmt: skip
    assert [event.payload["new"] for event in Event.objects.filter(kind="mentions.received").order_by("pk")] == [2, 1]


def test_the_next_look_is_set_and_the_timer_never_ends(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1)))
    state = turn(feed)
    assert state.done_at is None
    assert state.lease_until is None
    assert timedelta(minutes=4) < state.due_at - timezone.now() <= timedelta(minutes=5)


def test_a_redated_item_is_the_same_mention(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1, when="2026-06-01T10:00:00Z")))
    turn(feed)
    server.serve(atom(entry(1, when="2026-06-02T10:00:00Z")))
    turn(feed)
    mention = Mention.objects.get()
    assert mention.published_at.isoformat() == "2026-06-01T10:00:00+00:00"
    assert mention.changed_at is None


def test_an_edited_item_keeps_its_first_wording_and_says_that_it_changed(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1, text="Kaše obsahuje plíseň")))
    turn(feed)
    server.serve(atom(entry(1, text="Kaše je v pořádku")))
    turn(feed)
    mention = Mention.objects.get()
    assert mention.text == "Kaše obsahuje plíseň"
    assert mention.changed_at is not None
    changed_at = mention.changed_at
    turn(feed)
    mention.refresh_from_db()
    assert mention.changed_at == changed_at


def test_a_date_in_the_future_counts_as_now(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1, when="2036-06-01T10:00:00Z")))
    turn(feed)
    mention = Mention.objects.get()
    assert mention.published_at == mention.fetched_at


def test_what_the_server_said_is_sent_back(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1)), ETag='"v1"')
    turn(feed)
    server.answer = lambda path, headers: Reply(status=304)
    state = turn(feed)
    assert server.asked[-1][1]["if-none-match"] == '"v1"'
    assert state.problem == ""
    assert state.cursor == {"etag": '"v1"', "last_modified": ""}
    assert Mention.objects.count() == 1


def test_a_failure_is_said_and_tried_again_soon(feed: Source, server: FeedServer) -> None:
    server.answer = lambda path, headers: Reply(status=500)
    waits = [(turn(feed).due_at - timezone.now()).total_seconds() for _attempt in range(4)]
    state = state_of(feed)
    assert (state.problem, state.failures) == ("server", 4)
    assert waits == sorted(waits)
    assert waits[0] < 10
    assert waits[-1] < 31 * 60
    assert state.cursor == {}


def test_a_lasting_failure_and_its_end_are_told_once(feed: Source, server: FeedServer) -> None:
    server.answer = lambda path, headers: Reply(status=500)
    for _attempt in range(5):
        turn(feed)
    server.serve(atom(entry(1)))
    state = turn(feed)
    turn(feed)
    assert (state.problem, state.failures) == ("", 0)
    kinds = Event.objects.filter(object_type="monitoring.source").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["source.created", "source.failing", "source.recovered", "mentions.received"]
    assert "server reports a failure" in str(
        problems.sentence(Event.objects.get(kind="source.failing").payload["problem"])
    )


@pytest.mark.parametrize(
    ("body", "problem", "items"),
    [
        (atom(entry(1), entry(2))[:-120], "broken_xml", 2),
        ("<html><body>Hi</body></html>", "no_feed", 0),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + atom(entry(1)), "entities", 0),
        ("", "no_feed", 0),
        (atom(), "", 0),
        (atom(entry(1, text="x" * 1_000_000)), "", 1),
        (atom(entry(1, title="a\x00b", text="&lt;script&gt;alert(1)&lt;/script&gt;&#xD800;")), "", 1),
    ],
    ids=["broken", "page", "entities", "empty", "no items", "megabyte", "markup"],
)  # fmt: skip
def test_bad_documents(feed: Source, server: FeedServer, body: str, problem: str, items: int) -> None:
    server.serve(body)
    state = turn(feed)
    assert state.problem == problem
    assert Mention.objects.count() == items
    assert bool(state.failures) == (problem in {"no_feed", "entities"})


def test_a_feed_that_hangs_is_tried_again(feed: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_listener() as port:
        look = look_at(f"http://127.0.0.1:{port}/", zone="UTC", seconds=0.3)
    take_in(SourceState.claim()[0], look)
    state = state_of(feed)
    assert state.problem == "timeout"
    assert "15 seconds" in str(state.problem_sentence)
    assert state.done_at is None


def test_an_unknown_host_has_a_sentence_in_the_readers_language(feed: Source) -> None:
    Source.objects.filter(pk=feed.pk).update(url="http://no-such-host.invalid/feed")
    state = turn(feed)
    assert state.problem == "unknown_host"
    assert "Check the spelling" in str(state.problem_sentence)


def test_nothing_is_kept_by_a_worker_that_was_overtaken(feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1)))
    slow = SourceState.claim()[0]
    look = look_at(feed.url, zone="UTC")
    SourceState.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = SourceState.claim()[0]
    take_in(quick, look)
    stored = state_of(feed)
    take_in(slow, look)
    assert Mention.objects.count() == 1
    assert state_of(feed).due_at == stored.due_at


def test_a_worker_killed_between_fetch_and_commit_changes_nothing(
    feed: Source, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve(atom(entry(1)), ETag='"v1"')

    class Killed(BaseException):
        pass

    def die(*args: object, **values: object) -> None:
        raise Killed

    claimed = SourceState.claim()[0]
    monkeypatch.setattr(polling, "note_look", die)
    with pytest.raises(Killed):
        poll(claimed)
    assert Mention.objects.count() == 0
    assert state_of(feed).cursor == {}
    monkeypatch.undo()
    assert SourceState.claim() == []
    with time_machine.travel(timezone.now() + polling.LEASE + timedelta(seconds=1), tick=False):
        again = SourceState.claim()
        assert [row.pk for row in again] == [claimed.pk]
        look_again = polling.Look(feed=polling.feeds.read(atom(entry(1)).encode()))
        monkeypatch.setattr(polling, "look_at", lambda *args, **values: look_again)
        poll(again[0])
    assert Mention.objects.count() == 1


def test_what_can_not_be_kept_shows_in_the_health(
    feed: Source, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*args: object, **values: object) -> None:
        raise RuntimeError

    server.serve(atom(entry(1)))
    monkeypatch.setattr(polling, "raise_by_itself", stumble)
    state = turn(feed)
    assert (state.problem, state.failures) == ("unexpected", 1)
    assert "fault on our side" in str(state.problem_sentence)
    assert Mention.objects.count() == 0
    monkeypatch.undo()
    assert turn(feed).problem == ""
    assert Mention.objects.count() == 1


def test_looking_now(world: World, feed: Source, server: FeedServer) -> None:
    server.serve(atom(entry(1)))
    turn(feed)
    assert SourceState.claim() == []
    poll_now(feed, world.principal("community"))
    assert len(SourceState.claim()) == 1
