"""The data files are well formed, and terms are found as their syntax says."""

from collections import Counter

import pytest

from cases.monitoring.text import lexicon
from cases.monitoring.text.folding import folded
from cases.monitoring.text.layout import Layout
from cases.monitoring.text.lexicon import LANGUAGES, ROLES, TOPICS, Row, Terms, compiled, lexicon_rows, role_rows
from cases.monitoring.text.normal import normalised
from cases.monitoring.text.tokens import tokens

HEAVIEST = 2.5


@pytest.mark.parametrize("language", ["cs", "en"])
def test_there_are_enough_entries(language: str) -> None:
    judging = [row for row in lexicon_rows(language) if row.weight]
    assert len(judging) >= 400
    assert {row.label for row in judging} == TOPICS


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_are_well_formed(language: str) -> None:
    for row in lexicon_rows(language):
        assert row.label in TOPICS, row
        assert abs(row.weight) <= HEAVIEST, row
        assert row.term == " ".join(row.term.split()) == row.term.strip("+ "), row
        assert row.weight <= 0 if row.label in ("praise", "resolved") else row.weight >= 0 or row.label == "quality", (
            row
        )
        assert compiled(row, language).elements


@pytest.mark.parametrize("language", LANGUAGES)
def test_entries_are_unique_without_accents(language: str) -> None:
    entries = [compiled(row, language) for row in lexicon_rows(language)]
    assert [term for term, times in Counter(entry.identity for entry in entries).items() if times > 1] == []
    assert [term for term, times in Counter(folded(entry.row.term) for entry in entries).items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_roles_are_known_and_unique(language: str) -> None:
    rows = role_rows(language)
    assert {row.label for row in rows} <= ROLES
    assert [row for row, times in Counter((folded(row.term), row.label) for row in rows).items() if times > 1] == []
    assert all(0 < row.weight <= 1.5 for row in rows)


def test_every_role_is_used_and_every_face_weighs() -> None:
    assert {row.label for language in LANGUAGES for row in role_rows(language)} == ROLES
    assert len(lexicon.faces()) >= 100
    assert all(-1.5 <= face.weight <= 1.5 for face in lexicon.faces().values())


def found(term: str, text: str, language: str = "cs") -> list[bool]:
    """For each time the term is found, whether it is negated as it says."""
    words = tokens(normalised(text), language)
    terms = Terms([compiled(Row(term, 1.0, "general"), language)])
    return [one.agrees for one in terms.found(words, Layout(words).sentence)]


@pytest.mark.parametrize(
    ("term", "text", "agrees"),
    [
        ("reklamace", "o reklamaci ani slovo", [True]),
        ("reklamace", "O REKLAMACI. Reklamací!", [True, True]),
        ("spokojit", "nespokojil se", [False]),
        ("nefungovat", "nefunguje", [True]),
        ("nefungovat", "funguje", [False]),
        ("vrátit peníze", "vrátili mi všechny peníze", [True]),
        ("vrátit peníze", "vrátili mi po roce celé peníze", []),
        ("vrátit peníze", "peníze mi vrátili", []),
        ("vrátit peníze", "nevrátili peníze", []),
        ("vrátit peníze", "vrátili klíče, peníze ne", []),
        ("lepší než jsem čekal", "lepší, než jsem čekal", [True]),
        ("ztratit + balík", "balík mi po cestě ztratili", [True]),
        ("ztratit + balík", "Ztratili se. Balík mám.", []),
        ("podvod*", "podvodníci a podvůdek", [True]),
        ("=ruším", "ruším účet", [True]),
        ("=ruším", "rusim ucet", [True]),
        ("=ruším", "neruším, rušíte", []),
    ],
)
def test_czech_terms(term: str, text: str, agrees: list[bool]) -> None:
    assert found(term, text) == agrees


def test_a_term_that_asks_for_a_negation_says_so() -> None:
    assert found("!work", "it works", "en") == [False]
    assert found("!fungovat", "nefunguje") == [True]


@pytest.mark.parametrize("term", ["", "+", "jedna.dvě"])
def test_a_term_has_words(term: str) -> None:
    with pytest.raises(ValueError, match="word"):
        compiled(Row(term, 1.0, "general"), "cs")
