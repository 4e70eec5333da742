"""The main path in browsers that run no scripts: every verb is a form."""

import re
from typing import Any

import httpx
import pytest

from tests.e2e import reading, steps
from tests.e2e.running import RunningDesk, until

pytestmark = [pytest.mark.browser, pytest.mark.servers]

TEXT = "Rohlíky ze čtvrtka jsou v pořádku, chyba byla na etiketě. Vyměníme ji do pátku."
NO_SCRIPTS: dict[str, Any] = {"java_script_enabled": False}


def test_every_verb_of_the_main_path(desk: RunningDesk, person: Any) -> None:
    duty = person("duty", **NO_SCRIPTS)
    page = duty.page
    steps.report(duty, "Bez skriptů: rohlíky se špatnou etiketou", "Zákazníci posílají fotografie.")
    case_url = steps.take_and_lead(duty, "Vlna kritiky", growing="yes")

    # Note, decision, fact, task: forms and disclosures of the browser itself.
    page.goto(f"{case_url}course/")
    page.fill("form#note textarea", "Pekárna dohledává etikety.")
    duty.click("button[form=note]")
    duty.click("summary:has-text('Zapsat rozhodnutí')")
    decision = page.locator("form[action$='/decisions/']")
    for field in decision.locator("input[required]:visible, textarea[required]:visible").all():
        field.fill("Vyměnit etikety do pátku")
    decision.locator(".btn.p").click()
    page.locator("ol.tl :text('Rozhodnutí:')").first.wait_for()
    duty.click("form[action$='/finish/'] button, a[href$='/finish/']")
    page.goto(f"{case_url}facts/")
    page.fill("form[action$='/facts/new/'] [name=text]", "Etiketa má jiné datum než výrobek")
    page.locator("form[action$='/facts/new/'] .btn.p").click()
    page.locator("main :text('Etiketa má jiné datum než výrobek')").first.wait_for()

    # The first statement: look at it, then sign it.
    page.goto(f"{case_url}first-statement/")
    duty.click("main a:has-text('Obecné první vyjádření')")
    page.locator("main form select[name=topic]").select_option("orders")
    steps.fill_closed_fields(duty)
    page.locator("main form select[name=topic]").select_option("orders")
    duty.click("main form button[name=preview]")
    assert "vyřizování objednávek" in duty.text("#preview")
    duty.click("main form .btn.p")
    page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/"))
    reading.published(desk, "vyřizování objednávek")

    # An update: written, approved, out by itself, posted by hand, withdrawn.
    author, lead = person("community", **NO_SCRIPTS), person("comms_lead", "phone", **NO_SCRIPTS)
    author.page.goto(f"{case_url}statements/new/?purpose=update")
    author.click("main form .btn.p")
    author.page.wait_for_url(re.compile(r"/statements/[0-9a-f-]{36}/"))
    statement = author.page.url.split("?")[0]
    author.page.fill("textarea[name=cs-text]", TEXT)
    author.click("button[name=submit][value=cs]")
    author.page.locator("main a[href*='/approvals/']").first.click()
    author.page.wait_for_url(re.compile("/approvals/"))
    lead.been_here_for_hours()
    lead.page.goto(author.page.url)
    lead.click("button[name=verdict][value=approve]")
    lead.confirm()
    lead.click("button[name=verdict][value=approve]")
    out = reading.published(desk, TEXT[:30])
    assert out.text == TEXT
    author.page.goto(f"{statement}by-hand/")
    waiting = author.page.locator("form[action$='/tick/']").count()
    author.click("form[action$='/tick/'] button")
    until(lambda: author.page.locator("form[action$='/tick/']").count() == waiting - 1, "one row less to post")
    lead.page.goto(f"{statement}withdraw/")
    lead.page.fill("textarea[name=reason]", "Etiketa byla jiná.")
    lead.click("main form .btn.p.danger")
    lead.page.wait_for_url(re.compile("/deliveries/"))
    until(lambda: TEXT[:30] not in httpx.get(out.address).text, "the text is withdrawn")
