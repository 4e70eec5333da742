"""Base forms without accents, and the trap of the Czech negation."""

import pytest

from cases.monitoring.text import lemmas
from cases.monitoring.text.lemmas import misspelt, read


@pytest.mark.parametrize(
    ("word", "lemma", "negated"),
    [
        ("funguje", "fungovat", False),
        ("nefunguje", "fungovat", True),
        ("nedodali", "dodat", True),
        ("neodepisujete", "odepsat", True),
        ("nejde", "jit", True),
        ("nejsem", "byt", True),
        ("není", "byt", True),
        ("nejhorší", "spatny", False),
        ("nejsi", "byt", True),
        ("neděle", "nedele", False),
        ("nemoc", "nemoc", False),
        ("nechat", "nechat", False),
        ("nespokojená", "nespokojeny", False),
        ("databázích", "databaze", False),
        ("databazich", "databaze", False),
        ("mizernej", "mizerny", False),
        ("zákazníkům", "zakaznik", False),
        ("zmizely", "zmizet", False),
    ],
)
def test_czech(word: str, lemma: str, negated: bool) -> None:
    reading = read(word, "cs")
    assert lemma in reading.lemmas
    assert reading.negated is negated


@pytest.mark.parametrize(
    ("word", "lemma"), [("refunds", "refund"), ("lied", "lie"), ("crashes", "crash"), ("companies", "company")]
)
def test_english(word: str, lemma: str) -> None:
    assert read(word, "en") == ((lemma,), False)


def test_accents_decide_where_the_text_has_them() -> None:
    assert read("drahý", "cs").lemmas == ("drahy",)
    assert read("dráhy", "cs").lemmas == ("draha",)


def test_a_superlative_is_not_negated_and_a_negated_j_word_is() -> None:
    assert not read("nejrychlejší", "cs").negated
    assert read("nejezdí", "cs") == (("jezdit",), True)


@pytest.mark.parametrize(
    ("word", "language", "lemma", "negated"),
    [
        ("nefugnuje", "cs", "fungovat", True),
        ("reklmace", "cs", "reklamace", False),
        ("dissappointed", "en", "disappoint", False),
        ("nonsnse", "en", "nonsense", False),
    ],
)
def test_one_slip(word: str, language: str, lemma: str, negated: bool) -> None:
    reading = misspelt(word, language)
    assert lemma in reading.lemmas
    assert reading.negated is negated


@pytest.mark.parametrize("word", ["", "x" * 5_000, "日本語", "123", "brblt"])
def test_what_is_no_word_has_no_base_form(word: str) -> None:
    assert read(word, "cs").lemmas == ()
    assert misspelt(word, "cs").lemmas == ()


@pytest.mark.slow
def test_dictionaries_are_read_before_they_are_asked_for() -> None:
    lemmas._dictionary.cache_clear()
    lemmas.warm()
    known = lemmas._dictionary.cache_info()
    assert known.currsize == len(lemmas.LANGUAGES)
    lemmas.dictionary("cs")
    assert lemmas._dictionary.cache_info().misses == known.misses
