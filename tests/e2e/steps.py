"""Steps on the way from a signal to a published text that several walks share."""

import re

from tests.e2e.conftest import Person


def report(person: Person, title: str, text: str) -> str:
    """Report a signal by the form; returns the address of its page."""
    page = person.page
    page.goto("/signals/new/")
    page.fill("input[name=title]", title)
    page.fill("textarea[name=text]", text)
    page.locator("main form .btn.p").click()
    page.wait_for_url(re.compile(r"/signals/[0-9a-f-]{36}/"))
    return page.url


def assess(person: Person, *, harm: str = "no", spreading: str = "no", growing: str = "no") -> None:
    """Answer the three questions of the quick severity."""
    for name, value in (("harm", harm), ("spreading", spreading), ("growing", growing)):
        person.click(f"input[name={name}][value={value}]")


def kind_named(person: Person, word: str) -> str:
    """The value of the kind of crisis whose name contains the word."""
    option = person.page.locator(f"select[name=kind] option:has-text('{word}')").first
    return str(option.get_attribute("value"))


def take_and_lead(person: Person, kind: str, **answers: str) -> str:
    """On the page of a signal: answer, name the kind, lead; returns the address of the case."""
    assess(person, **answers)
    person.choose("select[name=kind]", kind_named(person, kind))
    person.click("form[action$='/lead/'] .btn.p")
    person.page.wait_for_url(re.compile(r"/cases/CD-\d{4}-\d{4}/"))
    return person.page.url.split("?")[0]


def fill_closed_fields(person: Person) -> None:
    """Fill what the demo has not filled: the first of each list, a link of our own, a phone."""
    for field in person.page.locator("main form select[name]").all():
        person.clicks += 1
        field.select_option(index=1)
    for field in person.page.locator("main form input[type=text], main form input[type=tel]").all():
        if not field.input_value():
            person.clicks += 1
            name = field.get_attribute("name") or ""
            field.fill("800 000 207" if "phone" in name else "https://www.zrnko.example/aktualne")
