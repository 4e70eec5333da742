"""Trigger terms: accents, endings and punctuation do not matter, the middle of a word does."""

import pytest

from cases.monitoring.terms import TermList

TERMS = TermList(["únik dat", "stáh", "bojkot", "C++", "…"])


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("O ÚNIKU DAT zákazníků", "únik dat"),
        ("unik\n-- datových souborů", "únik dat"),
        ("únik vody i dat", ""),
        ("Stahujeme šarži", "stáh"),
        ("výzva k BOJKOTU", "bojkot"),
        ("nebojkotovat", ""),
        ("Nejdřív bojkot, potom únik dat", "bojkot"),
        ("", ""),
    ],
)
def test_first_term(text: str, term: str) -> None:
    assert TERMS.first_in(text) == term


def test_no_terms_fire_on_nothing() -> None:
    assert TermList([]).first_in("únik dat") == ""
    assert TermList(["", "…"]).first_in("únik dat") == ""
