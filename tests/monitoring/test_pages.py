"""The pages: what they show, what their forms do without JavaScript, and how many queries they take."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Signal
from cases.monitoring.models import Mention, Source, SourceKind
from tests.conftest import World
from tests.monitoring.conftest import state_of
from tests.monitoring.feed_server import FeedServer, Reply, atom, entry

Push = Callable[..., list[Mention]]


def test_the_stream_says_what_to_do_first(world: World) -> None:
    page = world.client("community").get(reverse("monitoring:mentions")).content.decode()
    assert "Nobody is watching yet" in page


def test_the_stream_shows_searches_and_filters(world: World, push: Push, inbox: Source) -> None:
    push("Únik dat zákazníků", "Skvělá kaše")
    client = world.client("community")
    address = reverse("monitoring:mentions")
    assert "Skvělá kaše" in client.get(address).content.decode()
    for query in ("unik", "ÚNIK DAT", "zakaznik"):
        found = client.get(address, {"q": query}).content.decode()
        assert "Únik dat" in found
        assert "Skvělá" not in found
    assert "Nothing fits" in client.get(address, {"q": "nic takového"}).content.decode()
    assert "Skvělá" in client.get(address, {"source": inbox.uuid, "language": "cs", "new": "1"}).content.decode()
    assert "Nothing fits" in client.get(address, {"language": "de"}).content.decode()
    for nonsense in (
        {"source": "x"},
        {"brand": "x"},
        {"before": "x_y"},
        {"before": "1e400_1"},
        {"q": "\x00"},
        {"q": "((|&!:*"},
    ):
        assert client.get(address, nonsense).status_code == 200


def test_other_brands_are_not_seen(world: World, push: Push) -> None:
    mention = push("Únik dat")[0]
    outsider = world.client("outsider")
    assert "Únik dat" not in outsider.get(reverse("monitoring:mentions")).content.decode()
    assert outsider.get(reverse("monitoring:mention", kwargs={"uuid": mention.uuid})).status_code == 404
    assert outsider.post(reverse("monitoring:raise"), {"mentions": [mention.uuid]}).status_code == 404


def test_a_page_of_the_stream_and_the_one_behind_it(world: World, push: Push) -> None:
    push(*(f"Zmínka číslo {number:03}" for number in range(50)))
    client = world.client("community")
    first = client.get(reverse("monitoring:mentions"))
    stream = first.context["stream"]
    second = client.get(reverse("monitoring:mentions") + stream.older_url)
    shown = [*stream.mentions, *second.context["stream"].mentions]
    assert len(shown) == len(set(shown)) == 50
    assert not second.context["stream"].more


def test_the_live_rows_answer_only_when_something_has_changed(world: World, push: Push) -> None:
    push("První")
    client = world.client("community")
    rows = client.get(reverse("monitoring:mentions")).context["stream"].rows_url
    assert client.get(rows).status_code == 204
    push("Druhá")
    renewed = client.get(rows)
    assert renewed.status_code == 200
    assert "Druhá" in renewed.content.decode()


def test_several_mentions_become_one_signal_and_others_join_it(world: World, push: Push) -> None:
    first, second, third = push("První", "Druhá", "Třetí")
    client = world.client("community")
    answer = client.post(reverse("monitoring:raise"), {"mentions": [first.uuid, second.uuid]})
    signal = Signal.objects.get()
    assert answer.headers["Location"] == reverse("cases:signal", kwargs={"uuid": signal.uuid})
    client.post(reverse("monitoring:attach"), {"mentions": [third.uuid], "signal": signal.uuid})
    assert signal.evidence.count() == 3
    nothing = client.post(reverse("monitoring:raise"), follow=True)
    assert "Choose at least one mention" in nothing.content.decode()
    nowhere = client.post(reverse("monitoring:attach"), {"mentions": [third.uuid]}, follow=True)
    assert "Choose the signal" in nowhere.content.decode()


def test_one_button_raises_a_signal_from_one_mention(world: World, push: Push) -> None:
    first, _second = push("První", "Druhá")
    world.client("community").post(reverse("monitoring:raise"), {"only": first.uuid})
    assert [each.mention for each in Signal.objects.get().evidence.all()] == [first]


def test_the_page_of_a_mention(world: World, push: Push) -> None:
    mention = push("<script>alert(1)</script> & spol.")[0]
    page = world.client("community").get(reverse("monitoring:mention", kwargs={"uuid": mention.uuid})).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "Raise a signal" in page
    assert (
        "Raise a signal"
        not in world.client("observer")
        .get(reverse("monitoring:mention", kwargs={"uuid": mention.uuid}))
        .content.decode()
    )


def test_adding_a_feed_shows_what_it_found(world: World, server: FeedServer, reachable: None) -> None:
    server.serve(atom(entry(1, "Plíseň v kaši"), title="Deník"))
    form = {"brand": world.brand.uuid, "url": server.url(), "severity": 3, "poll_minutes": 5, "default_language": "cs"}
    client = world.client("manager")
    tried = client.post(reverse("monitoring:source_new"), form | {"try": "1"}).content.decode()
    assert "Plíseň v kaši" in tried
    assert not Source.objects.exists()
    page = client.post(reverse("monitoring:source_new"), form, follow=True).content.decode()
    source = Source.objects.get()
    assert source.name == "Deník"
    assert "Plíseň v kaši" in page
    assert state_of(source).last_success_at is not None


def test_a_page_that_names_its_feed_is_as_good_as_the_feed(world: World, server: FeedServer, reachable: None) -> None:
    html = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
    feed = atom(entry(1)).encode()
    server.answer = lambda path, headers: Reply(feed if path == "/feed.xml" else html)
    form = {
        "brand": world.brand.uuid,
        "url": server.url("/"),
        "severity": 3,
        "poll_minutes": 5,
        "default_language": "cs",
    }
    world.client("manager").post(reverse("monitoring:source_new"), form)
    assert Source.objects.get().url == server.url("/feed.xml")


def test_a_feed_that_can_not_be_read_is_added_only_all_the_same(
    world: World, server: FeedServer, reachable: None
) -> None:
    form = {"brand": world.brand.uuid, "url": server.url(), "severity": 3, "poll_minutes": 5, "default_language": "cs"}
    client = world.client("manager")
    refused = client.post(reverse("monitoring:source_new"), form)
    assert refused.status_code == 422
    assert "There is nothing at this address" in refused.content.decode()
    assert server.url() in refused.content.decode()
    client.post(reverse("monitoring:source_new"), form | {"anyway": "1"})
    state = state_of(Source.objects.get())
    assert (state.problem, state.failures) == ("gone", 1)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data", "http://localhost/", "nonsense", "http://x y"]
)
def test_addresses_that_are_refused(world: World, url: str) -> None:
    form = {"brand": world.brand.uuid, "url": url, "severity": 3, "poll_minutes": 5, "default_language": "cs"}
    refused = world.client("manager").post(reverse("monitoring:source_new"), form | {"anyway": ""})
    assert refused.status_code in (303, 422)
    assert not Mention.objects.exists()


def test_what_is_wrong_is_said_in_czech_too(world: World, server: FeedServer, feed: Source) -> None:
    state_of(feed)
    page = world.client("community", language="cs").get(reverse("monitoring:sources"))
    assert page.status_code == 200


def test_changing_pausing_and_resuming(world: World, feed: Source) -> None:
    client = world.client("manager")
    edit = reverse("monitoring:source_edit", kwargs={"uuid": feed.uuid})
    assert feed.url in client.get(edit).content.decode()
    values = {"url": feed.url, "name": "Jinak", "severity": 2, "poll_minutes": 10, "default_language": "en",
              "trigger_terms": "únik dat\nbojkot, únik dat\n"}  # fmt: skip
    client.post(edit, values)
    feed.refresh_from_db()
    assert (feed.name, feed.trigger_terms, feed.severity) == ("Jinak", ["únik dat", "bojkot"], 2)
    short = client.post(edit, values | {"trigger_terms": "ab"})
    assert short.status_code == 422
    assert "at least three letters" in short.content.decode()
    client.post(reverse("monitoring:source_pause", kwargs={"uuid": feed.uuid}), {"reason": "stěhuje se"})
    assert "paused" in client.get(reverse("monitoring:sources")).content.decode()
    client.post(reverse("monitoring:source_resume", kwargs={"uuid": feed.uuid}))
    client.post(reverse("monitoring:source_look", kwargs={"uuid": feed.uuid}))
    assert state_of(feed).done_at is None


def test_health_says_what_is_wrong(world: World, feed: Source) -> None:
    state = state_of(feed)
    state.problem, state.failures = "timeout", 3
    state.save()
    page = world.client("community").get(reverse("monitoring:source", kwargs={"uuid": feed.uuid})).content.decode()
    assert "did not answer completely" in page
    assert "3 looks in vain" in page
    assert "cannot be read" in world.client("community").get(reverse("monitoring:sources")).content.decode()


@pytest.mark.parametrize("name", ["monitoring:mentions", "monitoring:mention_rows", "monitoring:sources"])
def test_lists_take_a_constant_number_of_queries(world: World, push: Push, name: str) -> None:
    client = world.client("community")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(reverse(name))
        return len(seen)

    push("Jedna", source=another(world, 0))
    client.get(reverse(name))
    few = queries()
    for number in range(1, 6):
        source = another(world, number)
        mentions = push(*(f"Zmínka {number} {each}" for each in range(6)), source=source)
        world.client("community").post(
            reverse("monitoring:raise"), {"mentions": [mention.uuid for mention in mentions[:2]]}
        )
    assert queries() == few <= 20


def another(world: World, number: int) -> Source:
    """A further source that takes pushes."""
    from cases.monitoring.actions import create_source

    return create_source(world.brand, world.principal("manager"), kind=SourceKind.PUSH, name=f"Nástroj {number}")
