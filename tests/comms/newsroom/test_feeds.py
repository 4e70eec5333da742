"""Atom as feedparser reads it, and JSON Feed: the exact text, the same identity for good."""

import json
from xml.etree import ElementTree as ET

import feedparser
import pytest
from django.test import Client
from django.urls import reverse

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import NewsroomPost
from tests.comms.sending import build
from tests.conftest import World

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def out(world: World) -> StatementVersion:
    """A text that is on the newsroom."""
    version = build.released(world)
    sending.send_due()
    return version


def feed(world: World, name: str = "atom") -> bytes:
    answer = Client().get(reverse(f"newsroom:{name}", kwargs={"slug": world.brand.slug}))
    assert answer.status_code == 200
    content: bytes = answer.content
    return content


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own output


def test_feedparser_reads_the_exact_text(world: World, out: StatementVersion) -> None:
    read = feedparser.parse(feed(world))
    assert not read.bozo
    assert read.version == "atom10"
    entry = read.entries[0]
    assert entry.title == build.TITLE
    assert entry.content[0].type == "text/plain"
    assert entry.content[0].value == build.TEXT
    assert entry.link.endswith(reverse("newsroom:post", args=[world.brand.slug, NewsroomPost.objects.get().uuid]))


def test_the_bytes_of_the_feed_hold_the_bytes_of_the_text(world: World, out: StatementVersion) -> None:
    content = parsed(feed(world)).find(f"{ATOM}entry/{ATOM}content")
    assert content is not None
    assert content.text == build.TEXT == out.master.text


def test_everything_rfc_4287_asks_for(world: World, out: StatementVersion) -> None:
    root = parsed(feed(world))
    for name in ("id", "title", "updated", "author", "link"):
        assert root.find(f"{ATOM}{name}") is not None
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} == {"self", "alternate"}
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    for name in ("id", "title", "updated", "published", "link", "content"):
        assert entry.find(f"{ATOM}{name}") is not None


def test_json_feed(world: World, out: StatementVersion) -> None:
    read = json.loads(feed(world, "json"))
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    item = read["items"][0]
    assert (item["title"], item["content_text"]) == (build.TITLE, build.TEXT)
    assert item["_crisisdesk"]["withdrawn"] is False
    assert item["id"] == NewsroomPost.objects.get().uuid.urn


def test_a_withdrawn_entry_keeps_its_identity(world: World, out: StatementVersion) -> None:
    before = feedparser.parse(feed(world)).entries[0]
    withdraw_statement(out.statement, world.principal("spokesperson"), reason="x")
    after = feedparser.parse(feed(world)).entries[0]
    assert after.id == before.id
    assert after.updated != before.updated
    assert "výrobek" not in after.content[0].value
    assert json.loads(feed(world, "json"))["items"][0]["_crisisdesk"]["withdrawn"] is True


def test_a_text_without_a_headline_still_has_a_title(world: World) -> None:
    version = build.released(world, title="")
    if not NewsroomPost.objects.exists():
        sending.send_due()
    assert version.master.title == ""
    assert feedparser.parse(feed(world)).entries[0].title == build.TEXT.split("\n")[0]
