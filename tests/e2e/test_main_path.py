"""From an item in a feed to a published statement, and an apology approved by two people."""

import html
import re
import time
from email.message import EmailMessage
from typing import Any

import feedparser
import httpx
import pytest

from tests.e2e.conftest import Person
from tests.e2e.running import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.servers]

GOAL_CLICKS = 12


def listen(manager: Person, desk: RunningDesk) -> None:
    """Set-up, once: the brand listens to the feed, and every item becomes a signal."""
    page = manager.page
    page.goto("/sources/new/?kind=feed")
    page.select_option("select[name=brand]", label="Zrnko")
    page.fill("input[name=url]", desk.feed.address)
    page.locator("details.more summary").first.click()
    page.check("input[name=raises_every_item]")
    page.locator("main form .btn.p").click()
    page.wait_for_url(re.compile(r"/sources/"))


def look_now(manager: Person) -> None:
    """Look at the feed without waiting for its interval."""
    manager.page.goto("/sources/")
    manager.page.get_by_text("Zprávy", exact=True).first.click()
    manager.page.locator("form[action$='/look/'] button").first.click()
    manager.page.wait_for_load_state()


def answer(person: Person, *, harm: str, spreading: str, growing: str) -> None:
    for name, value in (("harm", harm), ("spreading", spreading), ("growing", growing)):
        person.click(f"input[name={name}][value={value}]")


def public(desk: RunningDesk) -> tuple[str, Any, list[dict[str, Any]]]:
    """What a stranger sees: the page, the Atom feed as a reader parses it, the JSON feed's items."""
    page = httpx.get(f"{desk.address}/newsroom/zrnko/").text
    atom = feedparser.parse(httpx.get(f"{desk.address}/newsroom/zrnko/atom.xml").content)
    json_feed = httpx.get(f"{desk.address}/newsroom/zrnko/posts.json").json()
    return page, atom, json_feed["items"]


def as_published(desk: RunningDesk, words: str) -> tuple[str, str]:
    """The exact text and the headline of the newest publication with these words, alike on page, in Atom and JSON."""
    page, atom, items = public(desk)
    item = next(item for item in items if words in item["content_text"])
    entry = next(entry for entry in atom.entries if words in entry.content[0].value)
    assert html.unescape(re.sub(r"<[^>]+>", "", entry.content[0].value)).split() == item["content_text"].split()
    assert all(line in html.unescape(page) for line in item["content_text"].splitlines() if "http" not in line)
    return str(item["content_text"]), str(item["title"])


def plain(mail: EmailMessage) -> str:
    """The text part of a mail with the line ends of a text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def kind_of(person: Person, word: str) -> str:
    """The value of the kind of crisis whose name contains the word."""
    option = person.page.locator(f"select[name=kind] option:has-text('{word}')").first
    return str(option.get_attribute("value"))


def wait_until_public(desk: RunningDesk, words: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if words in httpx.get(f"{desk.address}/newsroom/zrnko/").text:
            return
    raise AssertionError(f"{words!r} did not come out")


def test_from_an_item_in_a_feed_to_the_newsroom(desk: RunningDesk, person: Any) -> None:
    manager = person("manager")
    desk.feed.publish("stara", "Starší zpráva", "Nic zvláštního")
    listen(manager, desk)
    desk.feed.publish("kvas", "Vlna stížností na kvásek Zrnko", "Lidé píšou, že kvásek pění a páchne.")
    look_now(manager)

    duty = person("duty")
    desk.mailbox.wait_for("duty@zrnko.example", "kvásek")
    duty.page.goto("/signals/")
    duty.clicks = 0
    duty.click("text=Vlna stížností na kvásek")
    answer(duty, harm="no", spreading="no", growing="yes")
    duty.choose("select[name=kind]", kind_of(duty, "Vlna kritiky"))
    duty.click("form[action$='/lead/'] .btn.p, .next form .btn.p")
    assert re.search(r"/cases/CD-\d{4}-\d{4}/", duty.page.url)
    case_url = duty.page.url
    duty.click(".next .btn.p")
    duty.click("main a:has-text('Obecné první vyjádření')")
    for field in duty.page.locator("main form select[name]").all():
        duty.clicks += 1
        field.select_option(index=1)
    fill_closed_fields(duty)
    duty.click("main form .btn.p")
    assert duty.clicks <= GOAL_CLICKS, f"{duty.clicks} clicks from the signal to the newsroom"

    wait_until_public(desk, "co se objevilo na sítích")
    exact, title = as_published(desk, "co se objevilo na sítích")
    mail = desk.mailbox.wait_for("@", title)
    assert exact in plain(mail)
    duty.page.goto(f"{case_url}course/")
    assert "T. Beneš" in duty.text()


def fill_closed_fields(person: Person) -> None:
    """Fill what the demo has not filled: a link of our own, a phone."""
    for field in person.page.locator(
        "main form input[type=text], main form input[type=url], main form input[type=tel]"
    ).all():
        if not field.input_value():
            person.clicks += 1
            name = field.get_attribute("name") or ""
            field.fill("800 000 207" if "phone" in name else "https://www.zrnko.example/aktualne")
