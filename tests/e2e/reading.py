"""What strangers read of a brand: the newsroom's page, its Atom and JSON feeds, and the mails subscribers receive."""

import html
import re
from dataclasses import dataclass
from typing import Any

import feedparser
import httpx

from tests.e2e.running import RunningDesk, until


@dataclass(frozen=True)
class Publication:
    """One text as it is out: headline, text and language from the JSON feed, the address of its page."""

    title: str
    text: str
    language: str
    address: str


def newsroom(desk: RunningDesk, language: str = "cs") -> str:
    """The page of the newsroom in a language."""
    return httpx.get(f"{desk.address}/newsroom/zrnko/{language}/").text


def items(desk: RunningDesk, language: str = "cs") -> list[dict[str, Any]]:
    """The items of the JSON feed, newest first."""
    found: list[dict[str, Any]] = httpx.get(f"{desk.address}/newsroom/zrnko/{language}/posts.json").json()["items"]
    return found


def entries(desk: RunningDesk, language: str = "cs") -> list[Any]:
    """The entries of the Atom feed as a feed reader parses them, newest first."""
    parsed = feedparser.parse(httpx.get(f"{desk.address}/newsroom/zrnko/{language}/atom.xml").content)
    assert not parsed.bozo
    return list(parsed.entries)


def published(desk: RunningDesk, words: str, language: str = "cs", seconds: float = 90) -> Publication:
    """Wait until a text with these words is out; page, post, Atom and JSON must say exactly the same."""
    until(lambda: words in newsroom(desk, language), f"{words!r} came out", seconds)
    item = next(item for item in items(desk, language) if words in item["content_text"])
    entry = next(entry for entry in entries(desk, language) if entry.id == item["id"])
    assert (entry.title, entry.content[0].value) == (item["title"], item["content_text"])
    assert entry.content[0].type == "text/plain"
    page = httpx.get(item["url"]).text
    assert read(page) == item["content_text"]
    assert html.escape(item["title"]) in page
    return Publication(item["title"], item["content_text"], item["language"], item["url"])


def read(page: str) -> str:
    """The text of a post as its page holds it, paragraph by paragraph."""
    article = page[page.index("<article") : page.index("</article>")]
    paragraphs = re.findall(r'<p class="text">(.*?)</p>', article, re.DOTALL)
    return "\n\n".join(html.unescape(re.sub(r"<[^>]+>", "", paragraph)) for paragraph in paragraphs)
