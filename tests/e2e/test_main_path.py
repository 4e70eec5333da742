"""From an item in a feed to a first statement that is out: by mouse, by keyboard alone, and without JavaScript."""

import re
from typing import Any

import pytest

from tests.e2e import reading, steps
from tests.e2e.conftest import Person
from tests.e2e.running import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.servers]

GOAL_CLICKS = 12
GENERAL = "Obecné první vyjádření"
SAID = "co se objevilo na sítích"


def listen(manager: Person, desk: RunningDesk) -> str:
    """Set-up, once: the brand listens to the feed, and every item becomes a signal. Returns the source's address."""
    page = manager.page
    page.goto("/sources/new/?kind=feed")
    page.select_option("select[name=brand]", label="Zrnko")
    page.fill("input[name=url]", desk.feed.address)
    page.locator("details.more summary").first.click()
    page.check("input[name=raises_every_item]")
    page.locator("main form .btn.p").click()
    page.wait_for_url(re.compile(r"/sources/(?!new)"))
    return page.url


def look_now(manager: Person, source: str) -> None:
    """Look at the feed without waiting for its interval."""
    manager.page.goto(source)
    manager.page.locator("form[action$='/look/'] button").first.click()
    manager.page.wait_for_load_state()


def test_from_an_item_in_a_feed_to_the_newsroom(desk: RunningDesk, person: Any) -> None:
    manager = person("manager")
    desk.feed.publish("stara", "Starší zpráva", "Nic zvláštního")
    source = listen(manager, desk)
    desk.feed.publish("kvas", "Vlna stížností na kvásek Zrnko", "Lidé píšou, že kvásek pění a páchne.")
    look_now(manager, source)

    duty = person("duty")
    desk.mailbox.wait_for("duty@zrnko.example", "kvásek")
    duty.page.goto("/signals/")
    duty.clicks = 0
    duty.click("text=Vlna stížností na kvásek")
    case_url = steps.take_and_lead(duty, "Vlna kritiky", growing="yes")
    duty.click(".next .btn.p")
    duty.click(f"main a:has-text('{GENERAL}')")
    steps.fill_closed_fields(duty)
    duty.click("main form .btn.p")
    assert duty.clicks <= GOAL_CLICKS, f"{duty.clicks} clicks from the signal to the newsroom"

    out = reading.published(desk, SAID)
    assert reading.plain(desk.mailbox.wait_for("novinky@modrydenik.example", out.title)).startswith(
        f"{out.text}\n\n-- "
    )
    duty.page.goto(f"{case_url}course/")
    course = duty.text()
    for sentence in (
        "Podnět (",
        "Podepsáno podle schválené šablony – první vyjádření (česky): T. Beneš",
        "Odesláno (Tiskové centrum, česky)",
        "Zveřejněno – první vyjádření, verze 1 (česky)",
    ):
        assert sentence in course
