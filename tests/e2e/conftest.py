"""A running desk and people with browsers."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from crisisdesk.desk.demo import people
from tests.e2e.running import RunningDesk, running_desk

# As .ci/run looks for them. The shell has no windows to draw and needs half the processor time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
SIZES = {
    "desktop": {"width": 1440, "height": 960},
    "phone": {"width": 390, "height": 844},
    "small": {"width": 360, "height": 740},
}
PATIENCE = 60_000  # milliseconds for a page or an element, on a machine that has other things to do


@pytest.fixture(scope="session")
def desk() -> Iterator[RunningDesk]:
    """One running desk for all walks; each walk opens cases of its own."""
    with running_desk() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium without a window."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail("There is no Chromium on the path; install the package chromium-headless-shell.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield opened
        opened.close()


class Person:
    """Somebody at a browser. Counts clicks, and notes what the console complains about."""

    def __init__(self, browser: Browser, desk: RunningDesk, code: str, size: str, **options: Any) -> None:
        self.desk = desk
        self.email = f"{code.replace('_', '.')}@{people.DOMAIN}"
        self.clicks = 0
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(viewport=SIZES[size], base_url=desk.address, **options)
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.sign_in()

    def _console(self, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self) -> None:
        """Type the password, as at the start of a day."""
        self.page.goto("/accounts/login/")
        self.page.fill("input[name=login]", self.email)
        self.page.fill("input[name=password]", people.PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda address: "/accounts/login" not in address)

    def confirm(self) -> None:
        """Type the password again where the desk asks who it is."""
        self.page.wait_for_url("**/accounts/reauthenticate/**")
        self.page.fill("input[name=password]", people.PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda address: "/reauthenticate" not in address)

    def been_here_for_hours(self) -> None:
        """Let the sign-in grow so old that the desk asks again before anything is decided."""
        (cookie,) = (cookie for cookie in self.context.cookies() if "session" in cookie["name"])
        self.desk.inside(f"age_session({cookie['value']!r})")

    def speak(self, language: str) -> None:
        """Switch the account's language by the button every page has."""
        self.page.goto("/profile/")
        if self.page.locator("html").get_attribute("lang") != language:
            with self.page.expect_navigation():
                button = self.page.locator(f"button[name=language][value={language}]").first
                button.evaluate("button => button.form.requestSubmit(button)")

    def click(self, selector: str, **options: Any) -> None:
        """One click or tap, counted."""
        self.clicks += 1
        self.page.locator(selector).first.click(**options)
        self.page.wait_for_load_state()

    def choose(self, selector: str, value: str) -> None:
        """One choice from a list or one filled field, counted like a click."""
        self.clicks += 1
        field = self.page.locator(selector)
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def text(self, selector: str = "main") -> str:
        """What stands there to read, with plain spaces."""
        return self.page.locator(selector).first.inner_text().replace("\u00a0", " ")


@pytest.fixture
def person(browser: Browser, desk: RunningDesk) -> Iterator[Any]:
    """`person("legal", "phone")`: somebody signed in; what the console complained about fails the test."""
    people_here: list[Person] = []

    def sit_down(code: str, size: str = "desktop", **options: Any) -> Person:
        people_here.append(Person(browser, desk, code, size, **options))
        return people_here[-1]

    yield sit_down
    for each in people_here:
        each.context.close()
    assert [complaint for each in people_here for complaint in each.complaints] == []
