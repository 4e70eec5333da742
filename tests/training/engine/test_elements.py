"""What a text seems to hold: an apology that is one, one that only looks like it, a first message."""

import time

import pytest

from tests.training.engine import build
from training.engine import documents
from training.engine.elements import _FILE, proposed

APOLOGY_CS = (
    "Je to naše chyba a omlouváme se. Kaši vyměníme. Příčinou je vadný svar; zavádíme druhou kontrolu, "
    "aby se to neopakovalo. Odpusťte."
)
FIRST_CS = (
    "Chápeme, že máte strach. Kaši této šarže nepoužívejte. Zatím nevíme, jak k tomu došlo, prověřujeme "
    "to. Další informace v 11 hodin. Dotazy: linka 800 100 200."
)
APOLOGY_EN = (
    "This was our mistake and we are sorry. We will refund every pack. The cause was a faulty seal. We "
    "are changing the line so that it will not happen again. Please forgive us."
)
FIRST_EN = (
    "We understand that you are worried. Do not use this batch. We do not know yet how it happened. Next "
    "update at 11. Questions: hotline 800 100 200."
)


@pytest.mark.parametrize(
    ("language", "text", "there", "absent"),
    [
        ("cs", APOLOGY_CS,
         {"responsibility", "regret", "repair", "explanation", "repentance", "forgiveness"}, set()),
        ("cs", "Neomlouváme se a nic měnit nebudeme.", set(), {"regret", "repentance", "responsibility"}),
        ("cs", "Moc nás to všechny mrzí.", {"regret"}, {"responsibility", "repair"}),
        ("cs", "MRZI NAS, co se stalo, a bereme za to plnou odpovednost.", {"regret", "responsibility"}, set()),
        ("cs", FIRST_CS,
         {"empathy", "action", "open_questions", "commitment", "referral"}, {"regret", "responsibility", "repair"}),
        ("cs", "Potvrzujeme, že soubor je náš a týká se asi 700 000 účtů.", {"known"}, {"regret"}),
        ("cs", "Bez komentáře.", set(), {*build.APOLOGY, *build.ELEMENTS}),
        ("en", APOLOGY_EN,
         {"responsibility", "regret", "repair", "explanation", "repentance", "forgiveness"}, set()),
        ("en", "We will not apologise for this.", set(), {"regret"}),
        ("en", FIRST_EN,
         {"empathy", "action", "open_questions", "commitment", "referral"}, {"regret", "responsibility"}),
        ("en", "No comment.", set(), {*build.APOLOGY, *build.ELEMENTS}),
        ("de", "Es tut uns leid.", set(), {*build.APOLOGY, *build.ELEMENTS}),
        ("en", "", set(), {*build.APOLOGY, *build.ELEMENTS}),
    ],
)  # fmt: skip
def test_proposed(language: str, text: str, there: set[str], absent: set[str]) -> None:
    found = set(proposed(text, language))
    assert there <= found
    assert not found & absent


def test_both_languages_know_every_element() -> None:
    data = documents.read(_FILE.read_bytes()).data
    wanted = {name for weights in build.EFFECTS.data["elements"].values() for name in weights}
    assert set(data["cs"]) == set(data["en"]) == wanted


def test_a_long_text_costs_little() -> None:
    began = time.process_time()
    proposed("neseme plnou " * 100_000, "cs")
    proposed("a\u0301" * 500_000 + "\0\ud800", "en")
    assert time.process_time() - began < 3
