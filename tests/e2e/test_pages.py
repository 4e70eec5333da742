"""Every page people can reach: in both languages, light and dark, on a desk and on a phone.

A page answers, fits its width, leaves the console quiet, and holds nothing axe calls serious or critical.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Response

from tests.e2e.conftest import SIZES, Person
from tests.e2e.running import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.servers]

# What to look at: an identifier, whose eyes see it, and the address; {names} stand for rows of the demo.
PAGES = (
    ("home", "duty", "/"),
    ("signals", "duty", "/signals/"),
    ("signals-all", "duty", "/signals/?state=all"),
    ("signal-new", "duty", "/signals/{signal}/"),
    ("signal-report", "duty", "/signals/new/"),
    ("signal-lead", "duty", "/signals/{signal}/lead/"),
    ("signal-open", "duty", "/signals/{signal}/open/"),
    ("signal-attach", "duty", "/signals/{signal}/attach/"),
    ("signal-dismiss", "duty", "/signals/{signal}/dismiss/"),
    ("cases", "crisis_lead", "/cases/"),
    ("cases-all", "crisis_lead", "/cases/?state=all"),
    ("case", "crisis_lead", "/cases/{case}/"),
    ("case-course", "crisis_lead", "/cases/{case}/course/"),
    ("case-facts", "crisis_lead", "/cases/{case}/facts/"),
    ("case-statements", "crisis_lead", "/cases/{case}/statements/"),
    ("case-people", "crisis_lead", "/cases/{case}/people/"),
    ("case-severity", "crisis_lead", "/cases/{case}/severity/"),
    ("case-state", "crisis_lead", "/cases/{case}/state/"),
    ("case-change", "crisis_lead", "/cases/{case}/change/"),
    ("case-merge", "crisis_lead", "/cases/{case}/merge/"),
    ("case-confidential", "crisis_lead", "/cases/{case}/confidential/"),
    ("clock-done", "crisis_lead", "/clocks/{clock}/done/"),
    ("task-finish", "crisis_lead", "/tasks/{task}/finish/"),
    ("fact-change", "crisis_lead", "/facts/{fact}/change/"),
    ("fact-confirm", "crisis_lead", "/facts/{fact}/confirm/"),
    ("role-offered", "scribe", "/roles/{offer}/"),
    ("closed-case", "manager", "/cases/{closed}/"),
    ("closed-case-course", "manager", "/cases/{closed}/course/"),
    ("closed-case-people", "manager", "/cases/{closed}/people/"),
    ("closed-case-statements", "manager", "/cases/{closed}/statements/"),
    ("statements", "comms_lead", "/statements/"),
    ("statement-new", "comms_lead", "/cases/{case}/statements/new/"),
    ("statement-sent", "comms_lead", "/statements/{released}/"),
    ("statement-draft", "comms_lead", "/statements/{waiting}/"),
    ("by-hand", "comms_lead", "/statements/{released}/by-hand/"),
    ("deliveries", "comms_lead", "/statements/{released}/deliveries/"),
    ("withdraw", "comms_lead", "/statements/{released}/withdraw/"),
    ("first-statement", "duty", "/cases/{case}/first-statement/"),
    ("release", "duty", "/cases/{case}/first-statement/{template}/"),
    ("approvals", "legal_deputy", "/approvals/"),
    ("approvals-all", "legal_deputy", "/approvals/?who=all"),
    ("approval", "legal_deputy", "/approvals/{request}/"),
    ("templates", "comms_lead", "/templates/"),
    ("template", "comms_lead", "/templates/{template_version}/"),
    ("protocols", "crisis_lead", "/protocols/"),
    ("mentions", "community", "/mentions/"),
    ("mention", "community", "/mentions/{mention}/"),
    ("sources", "manager", "/sources/"),
    ("source", "manager", "/sources/{source}/"),
    ("source-kind", "manager", "/sources/new/"),
    ("source-feed", "manager", "/sources/new/?kind=feed"),
    ("source-push", "manager", "/sources/new/?kind=push"),
    ("source-edit", "manager", "/sources/{source}/edit/"),
    ("report-addresses", "manager", "/report/addresses/"),
    ("report-address-new", "manager", "/report/addresses/new/"),
    ("report", "", "/report/{secret}/"),
    ("report-sent", "", "/report/{secret}/sent/"),
    ("newsroom", "", "/newsroom/zrnko/{language}/"),
    ("newsroom-other", "", "/newsroom/sklenenka/{language}/"),
    ("newsroom-post", "", "/newsroom/zrnko/{post}/"),
    ("profile", "observer", "/profile/"),
    ("tokens", "observer", "/profile/tokens/"),
    ("token-new", "observer", "/profile/tokens/new/"),
    ("mfa", "observer", "/accounts/2fa/"),
    ("confirm", "observer", "/accounts/reauthenticate/"),
    ("mfa-totp", "observer", "/accounts/2fa/totp/activate/"),
    ("mfa-keys", "observer", "/accounts/2fa/webauthn/"),
    ("mfa-key-new", "observer", "/accounts/2fa/webauthn/add/"),
    ("password-change", "observer", "/accounts/password/change/"),
    ("devices", "observer", "/accounts/sessions/"),
    ("logout", "observer", "/accounts/logout/"),
    ("login", "", "/accounts/login/"),
    ("password-reset", "", "/accounts/password/reset/"),
    ("password-reset-sent", "", "/accounts/password/reset/done/"),
    ("missing", "", "/nowhere/"),
    ("missing-signed-in", "duty", "/cases/CD-1999-0001/"),
    ("admin", "superuser", "/admin/"),
    ("admin-list", "superuser", "/admin/core/user/"),
    ("admin-change", "superuser", "/admin/core/brand/{brand}/change/"),
    ("admin-history", "superuser", "/admin/core/brand/{brand}/history/"),
    ("api-docs", "superuser", "/api/v1/docs"),
)

# Runs beside the desk and prints the demo's rows by name; the report address is a new one, for nobody knows the old.
ROWS = """
import json, uuid
from cases.models import Case, Signal
from cases.monitoring.actions import create_report_address
from cases.monitoring.models import Mention, Source
from comms.models import ApprovalRequest, NewsroomPost, StatementTemplate
from crisisdesk.core import clock
from crisisdesk.core.principals import Principal
from crisisdesk.desk.demo.people import user_of

case = Case.objects.get(state="active", protocol_version__isnull=False, title__contains="L2207")
brand = case.brand
first, update = case.statements.get(purpose="first"), case.statements.get(purpose="update")
general = StatementTemplate.objects.get(brand=brand, code="general")
manager = Principal.for_user(user_of("manager"), authenticated_at=clock.now())
rows = {
    "case": case.reference,
    "closed": Case.objects.get(state="closed").reference,
    "signal": Signal.objects.filter(brand=brand, state="new").earliest("detected_at").uuid,
    "clock": case.clocks.running().get(code="report").uuid,
    "task": case.tasks.filter(state="todo").earliest("pk").uuid,
    "fact": case.facts.filter(state="open").earliest("pk").uuid,
    "offer": case.roles.filter(role="scribe").latest("created_at").uuid,
    "released": first.uuid,
    "waiting": update.uuid,
    "request": ApprovalRequest.objects.get(version__statement=update, state="open").uuid,
    "template": general.uuid,
    "template_version": general.versions.get(language="cs").uuid,
    "mention": Mention.objects.filter(source__brand=brand).latest("created_at").uuid,
    "source": Source.objects.get(brand=brand, kind="push").uuid,
    "post_cs": NewsroomPost.objects.filter(brand=brand, language="cs").earliest("created_at").uuid,
    "post_en": NewsroomPost.objects.filter(brand=brand, language="en").earliest("created_at").uuid,
    "brand": brand.pk,
    "secret": create_report_address(brand, manager, name=str(uuid.uuid4())).secret,
}
print(json.dumps({name: str(value) for name, value in rows.items()}))
"""

# In one language the desk is light and the phone dark, in the other it is the other way round.
LOOKS: dict[str, dict[str, Any]] = {
    "cs": {"desktop": "light", "phone": "dark"},
    "en": {"desktop": "dark", "phone": "light"},
}
WALKS = [
    pytest.param(language, name, who, address, id=f"{language}-{name}")
    for language in LOOKS
    for name, who, address in PAGES
]
# The reader of the API description comes from elsewhere.
NOT_OURS = {"exclude": [["#swagger-ui"]]}
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
# What sticks out, for whoever has to find it.
WIDEST = """[...document.querySelectorAll("body *")]
    .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
    .map(each => each.tagName.toLowerCase() + "." + each.className).slice(0, 6)"""


class Visitor(Person):
    """Somebody, or nobody in particular, who looks at many pages one after another in one window."""

    def __init__(self, browser: Browser, desk: RunningDesk, code: str, language: str) -> None:
        self.missing: list[str] = []
        self.is_stranger = not code
        super().__init__(browser, desk, code or "duty", "desktop", locale=language)
        self.page.on("response", self._response)
        self.speak(language)

    def sign_in(self) -> None:
        """Strangers stay outside."""
        if not self.is_stranger:
            super().sign_in()

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
    printed: dict[str, str] = json.loads(desk.manage("shell", "--no-imports", "-c", ROWS).splitlines()[-1])
    return printed


@pytest.fixture(scope="module")
def visitor(browser: Browser, desk: RunningDesk) -> Iterator[Callable[[str, str], Visitor]]:
    """`visitor("legal", "cs")`: one window for each person and language; the accounts keep their language."""
    seated: dict[tuple[str, str], Visitor] = {}

    def come(code: str, language: str) -> Visitor:
        if (code, language) not in seated:
            seated[code, language] = Visitor(browser, desk, code, language)
        return seated[code, language]

    yield come
    for each in seated.values():
        each.speak("cs")
        each.context.close()


@pytest.mark.parametrize(("language", "name", "who", "address"), WALKS)
def test_page(
    language: str, name: str, who: str, address: str, rows: dict[str, str], visitor: Callable[[str, str], Visitor]
) -> None:
    guest = visitor(who, language)
    page = guest.page
    guest.said()
    found: list[str] = []
    for size, scheme in LOOKS[language].items():
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours change at once
        if size == "desktop":
            answer = guest.visit(address.format(language=language, post=rows[f"post_{language}"], **rows))
            assert answer.status == 404 if name.startswith("missing") else answer.status < 400
            assert page.locator("html").get_attribute("lang") == language
            found += guest.said()
        if page.evaluate(TOO_WIDE) > 0:
            found.append(f"{size}: too wide, {page.evaluate(WIDEST)}")
        found += [
            f"{size}, {scheme}: {each['id']}: {node['target']} {node['html'][:200]}"
            for each in Axe().run(page, NOT_OURS).response["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:4]
        ]
    guest.said()  # axe itself breaks the policy against styles in line
    assert found == []
