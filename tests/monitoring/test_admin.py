"""The administration: sources are set up through the same verbs, mentions are read."""

from collections.abc import Callable

from django.urls import reverse

from cases.monitoring.models import Mention, Source
from tests.conftest import World
from tests.monitoring.conftest import state_of
from tests.monitoring.feed_server import FeedServer, atom, entry


def test_a_feed_is_added_changed_and_paused(world: World, server: FeedServer, reachable: None) -> None:
    client = world.client("manager")
    add = reverse("admin:monitoring_source_add")
    assert client.get(add).status_code == 200
    values = {"brand": world.brand.pk, "kind": "feed", "name": "Deník", "url": server.url(), "poll_minutes": 5,
              "default_language": "cs", "trigger_terms": "únik dat,bojkot", "severity": 3}  # fmt: skip
    refused = client.post(add, values)
    assert "There is nothing at this address" in refused.content.decode()
    server.serve(atom(entry(1)))
    client.post(add, values)
    source = Source.objects.get()
    assert source.trigger_terms == ["únik dat", "bojkot"]
    assert state_of(source).last_success_at is not None
    change = reverse("admin:monitoring_source_change", args=[source.pk])
    client.post(change, values | {"name": "Jinak"})
    source.refresh_from_db()
    assert source.name == "Jinak"
    client.post(reverse("admin:monitoring_source_verb", args=[source.pk, "pause-source"]), {"reason": "x"})
    source.refresh_from_db()
    assert not source.active
    assert "Jinak" in client.get(reverse("admin:monitoring_source_changelist")).content.decode()


def test_mentions_are_read_only(world: World, push: Callable[..., list[Mention]]) -> None:
    mention = push("Plíseň")[0]
    client = world.client("manager")
    assert "Plíseň" in client.get(reverse("admin:monitoring_mention_changelist")).content.decode()
    page = client.get(reverse("admin:monitoring_mention_change", args=[mention.pk])).content.decode()
    assert "Plíseň" in page
    assert 'name="title"' not in page


def test_report_addresses_are_given_out_on_their_own_page(world: World) -> None:
    client = world.client("manager")
    answer = client.get(reverse("admin:monitoring_reportaddress_add"))
    assert answer.headers["Location"] == reverse("monitoring:report_addresses")
    assert client.get(reverse("admin:monitoring_reportaddress_changelist")).status_code == 200
