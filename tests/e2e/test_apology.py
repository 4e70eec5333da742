"""An apology in a wave of criticism (severity 3): written by one, approved by two on their phones, out word for word,
posted by hand, withdrawn by one person and corrected. The author's own approval, prose in a closed field and an edit
after approval are refused with reasons; the course tells the whole story in the reader's language."""

import html
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.e2e import reading, steps
from tests.e2e.conftest import Person
from tests.e2e.running import RunningDesk, plain, until

pytestmark = [pytest.mark.browser, pytest.mark.servers]

TITLE = "Omluva za kvásek z pondělní várky"
FIRST = (
    "Kvásek z pondělní várky páchl a pěnil. Omlouváme se.\n\n"
    "Peníze vrátíme každému, i bez účtenky. „Jak se to stalo“ napíšeme zítra v 11 hodin – tady."
)
FINAL = FIRST.replace("Omlouváme se.", "Neměli jsme ho pustit do prodeje a omlouváme se.")
ENGLISH = ("We are sorry about Monday’s sourdough", "Monday’s sourdough smelled. We are sorry and refund everybody.")
NOTE = "Text obsahoval nepřesnost o vrácení peněz. Opravu zveřejníme do hodiny."
CORRECTION = "Peníze vracíme za kvásek z pondělní i z úterní várky. V první zprávě jsme uvedli jen pondělní."
PROSE = "volejte a my vám všechno vysvětlíme"
READERS = ("novinky@modrydenik.example", "redakce@ctyribody.example")


@dataclass
class Case:
    """The case of a walk: its address and reference."""

    url: str

    @property
    def reference(self) -> str:
        """As people quote it."""
        found = re.search(r"CD-\d{4}-\d{4}", self.url)
        assert found is not None
        return found[0]


@pytest.fixture
def case(person: Any) -> Case:
    """A wave of criticism that stays on our own profiles; the duty officer leads it."""
    duty = person("duty")
    steps.report(duty, "Kvásek z pondělní várky páchne", "Pod našimi příspěvky přibývá stížností.")
    case = Case(steps.take_and_lead(duty, "Vlna kritiky", growing="yes"))
    duty.page.goto(case.url)
    assert "zvýšená · 3" in duty.text("#case-head")
    return case


def test_prose_in_a_closed_field_is_refused_with_the_reason(desk: RunningDesk, person: Any, case: Case) -> None:
    duty = person("duty", "phone")
    duty.page.goto(f"{case.url}first-statement/")
    duty.click("main a:has-text('Obecné první vyjádření')")
    steps.fill_closed_fields(duty)
    duty.page.fill("input[name=phone]", PROSE)
    duty.click("main form .btn.p")
    said = duty.page.locator(".field:has(input[name=phone]) .err")
    assert "Sem patří jen telefon" in said.inner_text()
    assert duty.page.input_value("input[name=phone]") == PROSE
    assert PROSE not in reading.newsroom(desk)
    assert "Zatím jsme se nevyjádřili." in duty_statements(duty, case)


def duty_statements(duty: Person, case: Case) -> str:
    """The card of statements on the case's first page."""
    duty.page.goto(case.url)
    return duty.text()


def test_an_apology_from_the_editor_to_its_correction(desk: RunningDesk, person: Any, case: Case) -> None:
    author = person("community")
    statement = write(author, case)
    send(author, "cs", TITLE, FIRST)
    request = asked(desk, "legal@zrnko.example", case)
    assert asked(desk, "comms.lead@zrnko.example", case) == request

    refused_to_decide(author, request, "V tomto textu jsou vaše slova. Rozhodnout o něm musí někdo jiný.")
    legal, lead = person("legal", "phone"), person("comms_lead", "small")
    legal.been_here_for_hours()
    approve(legal, request, FIRST, taps=2)
    approve(lead, request, FIRST, taps=1)
    assert TITLE not in reading.newsroom(desk)

    newer = edit_after_approval(author, statement, request)
    does_not_carry_over(lead, request, newer)
    for who in (legal, lead):
        approve(who, newer, FINAL, taps=1)
    lead.page.goto(statement)
    lead.click("form[action$='/publish/'] .btn.p")
    first_out = is_out_everywhere(desk)

    in_english(desk, author, lead, person("comms_lead_deputy"), legal, statement, case)
    post_by_hand(person("community_deputy", "phone"), statement)
    withdraw(desk, person("spokesperson", "phone"), statement, first_out)
    correct(desk, author, lead, case, first_out)
    tells_the_story(person("duty"), person("observer"), case)


def write(author: Person, case: Case) -> str:
    """Begin the apology; it is to wait for a hand once it is approved. Returns the address of the statement."""
    page = author.page
    page.goto(f"{case.url}statements/new/?purpose=apology")
    assert page.is_checked("input[name=purpose][value=apology]")
    author.click("main form .btn.p")
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/"))
    statement = page.url.split("?")[0]
    page.locator("details.card.more > summary").click()
    page.uncheck("input[name=publish_when_approved]")
    page.locator("form[action$='/settings/'] .btn").click()
    page.wait_for_url(statement)
    return statement


def send(author: Person, language: str, title: str, text: str) -> None:
    """Write the text and send it for approval."""
    author.page.fill(f"input[name={language}-title]", title)
    author.page.fill(f"textarea[name={language}-text]", text)
    author.click(f"button[name=submit][value={language}]")
    author.page.locator(".messages :text('Odesláno ke schválení')").first.wait_for()


def asked(desk: RunningDesk, address: str, case: Case, words: str = "text čeká na vaše rozhodnutí") -> str:
    """The link in the mail that tells somebody of a text to decide about."""
    mail = desk.mailbox.wait_for(address, f"{case.reference}: {words}")
    assert FIRST[:30] not in mail.as_string()
    link = re.search(r"http://\S+/approvals/[0-9a-f-]{36}/", plain(mail))
    assert link is not None
    return link[0]


def refused_to_decide(person: Person, request: str, reason: str) -> None:
    """The page offers no decision and says why; a decision sent all the same is refused with a reason too."""
    person.page.goto(request)
    assert person.page.locator("button[name=verdict]").count() == 0
    assert reason in person.text()
    status, said = send_approval(person, request, hash_shown(person))
    assert status in (403, 409)
    assert reason in said


def hash_shown(person: Person) -> str:
    """The fingerprint among the details of the page."""
    return str(person.page.locator("dl.pairs code").first.text_content())


def send_approval(person: Person, request: str, payload_hash: str) -> tuple[int, str]:
    """Send the form as a program would: the status of the answer and what it says, with plain spaces."""
    token = person.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = person.context.request.post(
        request,
        form={"csrfmiddlewaretoken": str(token), "payload_hash": payload_hash, "verdict": "approve"},
        headers={"Referer": request},
    )
    return answer.status, html.unescape(answer.text()).replace("\u00a0", " ")


def does_not_carry_over(person: Person, request: str, newer: str) -> None:
    """Who approved the older text is asked again; a decision that names the older text is refused."""
    person.page.goto(request)
    assert person.page.locator("button[name=verdict]").count() == 0
    assert "O tomto už je rozhodnuto: schváleno" in person.text()
    older = hash_shown(person)
    person.page.goto(newer)
    assert hash_shown(person) != older
    status, said = send_approval(person, newer, older)
    assert (status, "Text se od otevření stránky změnil." in said) == (412, True), (status, said)


def approve(person: Person, request: str, text: str, *, taps: int) -> None:
    """Open the link, read exactly this text, approve it. Whoever has been here for hours confirms who they are."""
    page = person.page
    page.goto(request)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert shown_text(person) == text
    person.clicks = 0
    button = "button[name=verdict][value=approve]"
    assert page.locator(button).evaluate(
        "button => button.getBoundingClientRect().bottom <= window.innerHeight && "
        "button.getBoundingClientRect().height >= 44"
    )
    person.click(button)
    if taps == 2:
        person.confirm()
        assert shown_text(person) == text
        person.click(button)
    page.locator(".messages :text('Schváleno. Děkujeme')").first.wait_for()
    assert person.clicks == taps


def shown_text(person: Person) -> str:
    """The text on the approval page; where changes are highlighted, the one below "the text alone"."""
    page = person.page
    if page.locator("#text ins, #text del").count():
        return str(page.locator("section:has(#text) details.more .txt").first.text_content())
    return str(page.locator("#text .txt").text_content())


def edit_after_approval(author: Person, statement: str, request: str) -> str:
    """An approved text cannot be changed: a new version starts, and its approvals start from nothing."""
    page = author.page
    page.goto(statement)
    assert page.locator("textarea[name=cs-text]").count() == 0
    author.click("form[action$='/revise/'] .btn")
    page.wait_for_url(statement)
    send(author, "cs", TITLE, FINAL)
    assert "Vedoucí komunikace 0/1" in author.text().replace("vedoucí", "Vedoucí")
    page.locator("main a[href*='/approvals/']").first.click()
    page.wait_for_url(re.compile("/approvals/"))
    assert page.url != request
    assert page.locator("#text ins").first.inner_text().strip() in FINAL
    newer = page.url
    page.goto(request)
    assert "Existuje novější text: verze 2" in author.text()
    return newer


def is_out_everywhere(desk: RunningDesk) -> reading.Publication:
    """Newsroom, Atom and JSON hold the approved text, and each Czech reader got it once by mail."""
    out = reading.published(desk, FINAL.splitlines()[0])
    assert (out.title, out.text, out.language) == (TITLE, FINAL, "cs")
    for reader in READERS:
        mail = desk.mailbox.wait_for(reader, TITLE)
        assert plain(mail).startswith(f"{FINAL}\n\n-- \n")
        assert len(desk.mailbox.to(reader, TITLE)) == 1
    return out


def in_english(
    desk: RunningDesk, author: Person, lead: Person, deputy: Person, legal: Person, statement: str, case: Case
) -> None:
    """The communications lead writes the translation, so the deputy decides about it instead."""
    lead.page.goto(statement)
    send(lead, "en", *ENGLISH)
    request = asked(desk, "comms.lead.deputy@zrnko.example", case, "text čeká na vaše rozhodnutí v zastoupení")
    refused_to_decide(lead, request, "V tomto textu jsou vaše slova. Rozhodnout o něm musí někdo jiný.")
    for who in (legal, deputy):
        approve(who, request, ENGLISH[1], taps=1)
    deputy.page.goto(statement)
    deputy.click("form[action$='/publish/'] .btn.p")
    out = reading.published(desk, ENGLISH[1], "en")
    assert (out.title, out.text, out.language) == (*ENGLISH, "en")
    assert plain(desk.mailbox.wait_for("desk@amberwire.example", ENGLISH[0])).startswith(ENGLISH[1])


def post_by_hand(hand: Person, statement: str) -> None:
    """On the phone: the exact text to copy, where to post it, the tick with the address of the post."""
    hand.page.goto(f"{statement}by-hand/")
    row = hand.page.locator("section.sheet").filter(has=hand.page.get_by_role("heading", name="Facebook")).first
    assert row.locator("textarea[readonly]").input_value() == FINAL
    row.locator("details.more summary").click()
    row.locator("input[name=url]").fill("https://www.facebook.com/zrnko/posts/1")
    row.locator("button.wide").click()
    hand.page.locator("a[href='https://www.facebook.com/zrnko/posts/1']").wait_for()
    assert "P. Král" not in hand.text("section:has(a[href$='/posts/1'])")
    assert "J. Hruška" in hand.text("section:has(a[href$='/posts/1'])")


def withdraw(desk: RunningDesk, speaker: Person, statement: str, out: reading.Publication) -> None:
    """One person of communications, at once, with a reason; strangers read the note, hands are told what to delete."""
    page = speaker.page
    page.goto(statement)
    speaker.click("a[href$='/withdraw/']")
    page.fill("textarea[name=reason]", "Chybí úterní várka.")
    page.fill("textarea[name=note_cs]", NOTE)
    page.uncheck("input[name=languages][value=en]")
    speaker.click("main form .btn.p.danger")
    page.wait_for_url(re.compile(r"/deliveries/"))
    until(lambda: NOTE in httpx.get(out.address).text, "the note stands in the newsroom")
    assert FINAL.splitlines()[0] not in httpx.get(out.address).text
    entry = next(entry for entry in reading.entries(desk) if entry.link == out.address)
    assert entry.content[0].value == NOTE
    page.goto(f"{statement}by-hand/")
    assert "Teď tam smažte: Facebook" in speaker.text()


def correct(desk: RunningDesk, author: Person, lead: Person, case: Case, out: reading.Publication) -> None:
    """What was withdrawn is never published again; the correction is a text of its own that links to it."""
    page = author.page
    page.goto(f"{case.url}statements/new/?purpose=correction")
    page.locator("select[name=supersedes]").select_option(index=1)
    author.click("main form .btn.p")
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/"))
    send(author, "cs", "Oprava: vracíme i za úterní várku", CORRECTION)
    mails = len(desk.mailbox.to("comms.lead@zrnko.example", "(oprava"))
    request = asked(desk, "comms.lead@zrnko.example", case, "text čeká na vaše rozhodnutí (oprava")
    assert mails <= 1
    approve(lead, request, CORRECTION, taps=1)
    corrected = reading.published(desk, CORRECTION)
    assert corrected.text == CORRECTION
    assert out.address.removeprefix(desk.address) in httpx.get(corrected.address).text


def tells_the_story(czech: Person, english: Person, case: Case) -> None:
    """The course in the order of what happened, newest first, as a Czech and as an English reader see it."""
    in_order(
        course(czech, case),
        "Podnět (nahlášeno člověkem): T. Beneš",
        "Případ otevřen: T. Beneš",
        "Text rozepsán – omluva (česky): P. Král",
        "Odesláno ke schválení – omluva, verze 1 (česky): P. Král",
        "Schváleno (role: právník) – omluva, verze 1 (česky): L. Šťastná",
        "Schváleno (role: vedoucí komunikace) – omluva, verze 1 (česky): E. Horák",
        "Schváleno slovo od slova – omluva, verze 1 (česky): E. Horák",
        "Založena nová verze 2 – omluva (česky): P. Král",
        "Odesláno ke schválení – omluva, verze 2 (česky): P. Král",
        "Schváleno slovo od slova – omluva, verze 2 (česky): E. Horák",
        "Předáno kanálům – omluva, verze 2 (česky): E. Horák",
        "Zveřejněno – omluva, verze 2 (česky): systém",
        "Odesláno ke schválení – omluva, verze 1 (anglicky): E. Horák",
        "Schváleno (role: vedoucí komunikace) – omluva, verze 1 (anglicky): B. Tichá",
        "Zveřejněno ručně (Facebook, česky): J. Hruška",
        "Staženo – omluva, verze 2 (česky): J. Malá",
        "Zveřejněno – oprava, verze 1 (česky): systém",
    )
    english.speak("en")
    in_order(
        course(english, case),
        "Case opened: T. Beneš",
        "Draft started – apology (Czech): P. Král",
        "Sent for approval – apology, version 1 (Czech): P. Král",
        "Approved as legal – apology, version 1 (Czech): L. Šťastná",
        "Approved word for word – apology, version 1 (Czech): E. Horák",
        "New version 2 started – apology (Czech): P. Král",
        "Published – apology, version 2 (Czech): the desk itself",
        "Published by hand (Facebook, Czech): J. Hruška",
        "Withdrawn – apology, version 2 (Czech): J. Malá",
        "Published – correction, version 1 (Czech): the desk itself",
    )
    english.speak("cs")


def course(reader: Person, case: Case) -> list[str]:
    """The sentences of the course from all its pages, oldest first."""
    page, found = reader.page, []
    page.goto(f"{case.url}course/")
    while True:
        found += [text.replace("\u00a0", " ") for text in page.locator("ol.tl > li:not(.day) > div").all_inner_texts()]
        older = page.locator(".pages a[rel=next]")
        if not older.count():
            return found[::-1]
        page.goto(f"{case.url}course/{older.get_attribute('href')}")


def in_order(told: list[str], *sentences: str) -> None:
    """Each sentence stands in the course, one after the other."""
    place = 0
    for sentence in sentences:
        places = [place_ for place_, said in enumerate(told) if said.startswith(sentence)]
        later = [found for found in places if found >= place]
        assert later, f"{sentence!r} does not follow {told[place]!r} in:\n" + "\n".join(told)
        place = later[0]
