"""Every page people can reach: in both languages, light and dark, on a desk and on a phone.

A page answers, fits its width, leaves the console quiet, and holds nothing axe calls serious or critical.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Response

from tests.e2e.conftest import SIZES, Person
from tests.e2e.pages import FAILURES, PAGES
from tests.e2e.running import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.servers]

# In one language the desk is light and the phone dark, in the other it is the other way round.
LOOKS: dict[str, dict[str, Any]] = {
    "cs": {"desktop": "light", "phone": "dark"},
    "en": {"desktop": "dark", "phone": "light"},
}
WALKS = [
    pytest.param(language, name, who, address, id=f"{language}-{name}")
    for language in LOOKS
    for name, who, address in PAGES
    if name[-3:] not in {"-cs", "-en"} - {f"-{language}"}
]
# The reader of the API description comes from elsewhere.
NOT_OURS = {"exclude": [["#swagger-ui"]]}
FAULTS_ONLY = {"resultTypes": ["violations"]}
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
# What sticks out, for whoever has to find it.
WIDEST = """[...document.querySelectorAll("body *")]
    .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
    .map(each => each.tagName.toLowerCase() + "." + each.className).slice(0, 6)"""


class Visitor(Person):
    """Somebody, or nobody in particular, who looks at many pages one after another in one window.

    `codes` are the recovery codes of those who have a second factor; each serves once.
    """

    def __init__(self, browser: Browser, desk: RunningDesk, code: str, language: str, codes: list[str]) -> None:
        self.missing: list[str] = []
        self.is_stranger = not code
        self.codes = codes
        super().__init__(browser, desk, code or "duty", "desktop", locale=language)
        self.page.on("response", self._response)
        self.speak(language)

    def sign_in(self) -> None:
        """Strangers stay outside."""
        if self.is_stranger:
            return
        super().sign_in()
        if "/2fa/authenticate/" in self.page.url:
            self.page.fill("input[name=code]", self.codes.pop())
            self.page.press("input[name=code]", "Enter")
            self.page.wait_for_url(lambda address: "/2fa/" not in address)

    def speak(self, language: str) -> None:
        """Strangers' browsers say it already."""
        if not self.is_stranger:
            super().speak(language)

    def visit(self, address: str) -> Response:
        """Open a page; before those that change how one signs in, confirm who it is."""
        answer = self.page.goto(address)
        assert answer is not None
        if "/reauthenticate/?next=" in self.page.url:
            self.confirm()
        return answer

    def said(self) -> list[str]:
        """What the console complained about since last asked, and what the page could not load."""
        complaints = [*self.complaints, *self.missing]
        self.complaints.clear()
        self.missing.clear()
        return complaints

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.missing.append(f"{response.status} {response.url}")


@pytest.fixture(scope="module")
def rows(desk: RunningDesk) -> dict[str, str]:
    """The names in the addresses."""
    found: dict[str, str] = desk.inside("rows()")
    return found


@pytest.fixture(scope="module")
def failures(desk: RunningDesk) -> dict[str, dict[str, tuple[int, str]]]:
    """By language and code: the status and the page of each refusal and failure."""
    found: dict[str, Any] = desk.inside("failures()")
    return found


Come = Callable[[str, str], Visitor]


@pytest.fixture(scope="module")
def visitor(browser: Browser, desk: RunningDesk, rows: dict[str, str]) -> Iterator[Come]:
    """`visitor("legal", "cs")`: one window for each person and language; the accounts keep their language."""
    seated: dict[tuple[str, str], Visitor] = {}
    codes = rows["recovery_codes"].split()

    def come(code: str, language: str) -> Visitor:
        if (code, language) not in seated:
            seated[code, language] = Visitor(browser, desk, code, language, codes)
        return seated[code, language]

    yield come
    for each in seated.values():
        each.speak("cs")
        each.context.close()


@pytest.mark.parametrize(("language", "name", "who", "address"), WALKS)
def test_page(language: str, name: str, who: str, address: str, rows: dict[str, str], visitor: Come) -> None:
    guest = visitor(who, language)
    own = {key.removesuffix(f"_{language}"): value for key, value in rows.items() if key.endswith(f"_{language}")}
    found = faults(guest, language, address.format(language=language, **rows | own), 404 if "missing" in name else 200)
    assert found == []


@pytest.mark.parametrize("code", FAILURES)
@pytest.mark.parametrize("language", LOOKS)
def test_failure(language: str, code: str, failures: dict[str, Any], visitor: Come, desk: RunningDesk) -> None:
    status, body = failures[language][code]
    assert "Traceback" not in body
    guest = visitor("", language)
    address = f"{desk.address}/failed/{code}/"
    guest.page.route(address, lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    assert faults(guest, language, address, status) == []


def faults(guest: Visitor, language: str, address: str, status: int) -> list[str]:
    """Open a page, look at it in every size, and say what is wrong with it."""
    page = guest.page
    guest.said()
    found: list[str] = []
    for size, scheme in LOOKS[language].items():
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours change at once
        if size == "desktop":
            assert guest.visit(address).status == status
            assert page.locator("html").get_attribute("lang") == language
            found += [said for said in guest.said() if f"status of {status}" not in said]
        found += too_wide(guest, size)
        found += [
            f"{size}, {scheme}: {each['id']}: {node['target']} {node['html'][:200]}"
            for each in Axe().run(page, NOT_OURS, FAULTS_ONLY).response["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:4]
        ]
    page.set_viewport_size(SIZES["small"])
    found += too_wide(guest, "small")
    guest.said()  # axe itself breaks the policy against styles in line
    return found


def too_wide(guest: Visitor, size: str) -> list[str]:
    """A sentence if the page has to be moved sideways."""
    if guest.page.evaluate(TOO_WIDE) <= 0:
        return []
    return [f"{size}: too wide, {guest.page.evaluate(WIDEST)}"]
