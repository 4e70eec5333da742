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
    desk.mailbox.wait_for("novinky@modrydenik.example", out.title, f"{out.text}\n\n-- ")
    duty.page.goto(f"{case_url}course/")
    course = duty.text()
    for sentence in (
        "Podnět (",
        "Podepsáno podle schválené šablony – první vyjádření (česky): T. Beneš",
        "Odesláno (Tiskové centrum, česky)",
        "Zveřejněno – první vyjádření, verze 1 (česky)",
    ):
        assert sentence in course


def test_by_keyboard_alone(desk: RunningDesk, person: Any) -> None:
    duty = person("duty")
    page = duty.page
    steps.report(duty, "Klávesnicí: chléb s pískem", "Tři fotografie pod naším příspěvkem.")
    page.goto("/signals/")
    press(duty, "a:has-text('Klávesnicí: chléb s pískem')")
    page.wait_for_url(re.compile(r"/signals/[0-9a-f-]{36}/"))
    for name, arrows in (("harm", 1), ("spreading", 1), ("growing", 0)):
        tab_to(duty, f"input[name={name}]")
        page.keyboard.press("Space")
        for _ in range(arrows):
            page.keyboard.press("ArrowRight")
    assert page.locator("input[name=growing]:checked").get_attribute("value") == "yes"
    assert page.locator("input[name=harm]:checked").get_attribute("value") == "no"
    tab_to(duty, "select[name=kind]")
    page.keyboard.type("Vlna kritiky")
    press(duty, "form[action$='/lead/'] .btn.p")
    page.wait_for_url(re.compile(r"/cases/CD-\d{4}-\d{4}/"))
    case_url = page.url
    press(duty, ".next .btn.p")
    press(duty, f"main a:has-text('{GENERAL}')")
    tab_to(duty, "main form select[name]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    press(duty, "main form .btn.p")
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/"))
    reading.published(desk, "bezpečnost výrobku")
    page.goto(f"{case_url}course/")
    assert "Podepsáno podle schválené šablony" in duty.text()


def tab_to(person: Person, selector: str) -> None:
    """Press Tab until the focus is on the first match, and see that it is shown where the focus is."""
    wanted = person.page.locator(selector).first
    wanted.wait_for()
    for _ in range(150):
        if wanted.evaluate(
            "element => element === document.activeElement || (element.type === 'radio' && "
            "document.activeElement.name === element.name)"
        ):
            assert person.page.evaluate(SHOWN), f"no focus to be seen on {selector}"
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


# The focused element, the label that stands for it or the row it opens has an outline.
SHOWN = """() => {
    const focused = document.activeElement;
    return [focused, ...(focused.labels || []), focused.closest("li")]
        .some(each => each && getComputedStyle(each).outlineStyle !== "none");
}"""


def press(person: Person, selector: str) -> None:
    """Go to a link or a button by Tab and press Enter on it."""
    tab_to(person, selector)
    person.page.keyboard.press("Enter")
    person.page.wait_for_load_state()
