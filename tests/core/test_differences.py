"""What changed between two texts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisisdesk.core import differences
from crisisdesk.core.templatetags.desk import diff

TEXTS = st.text(alphabet="ab č,.\n ", max_size=60)


def side(parts: list[differences.Part], kind: str) -> str:
    return "".join(text for part, text in parts if part in ("same", kind))


@given(TEXTS, TEXTS)
def test_both_texts_are_all_there(old: str, new: str) -> None:
    parts = list(differences.parts(old, new))
    assert side(parts, "del") == old
    assert side(parts, "ins") == new


def test_neighbouring_words_make_one_phrase() -> None:
    parts = list(differences.parts("Omlouváme se. Víc v 10 hodin.", "Omlouváme se. Stahujeme šarži. Víc v 11 hodin."))
    assert ("ins", "Stahujeme šarži. ") in parts
    assert ("del", "10") in parts
    assert ("ins", "11") in parts
    parts = list(differences.parts("Víme o tom všechno.", "Víme to jistě, všechno."))
    assert [part for part in parts if part[0] != "same"] == [("del", "o tom"), ("ins", "to jistě,")]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("v 10 hodin", "v 11 hodin", "v <del>10</del><ins>11</ins> hodin"),
        ("Víme o tom všechno.", "Víme o tom.", "Víme o tom<del> všechno</del>."),
        ("Velmi se omlouváme", "Se omlouváme", "<del>Velmi se</del><ins>Se</ins> omlouváme"),
        ("Stahujeme šarži.", "Stahujeme celou šarži.", "Stahujeme <ins>celou </ins>šarži."),
        ("Jedna.\n\nDvě.", "Jedna.", "Jedna.<del>\n\nDvě.</del>"),
        ("<b>ne</b>", "ano", "<del>&lt;b&gt;ne&lt;/b&gt;</del><ins>ano</ins>"),
        ("", "Nový text", "<ins>Nový text</ins>"),
    ],
)
def test_blanks_stand_inside_the_marks(old: str, new: str, shown: str) -> None:
    assert diff(old, new) == shown


@given(TEXTS, TEXTS)
def test_without_what_is_removed_a_reader_has_the_new_text_and_the_other_way_round(old: str, new: str) -> None:
    shown = diff(old, new)
    assert re.sub(r"<del>.*?</del>|</?ins>", "", shown, flags=re.DOTALL) == new
    assert re.sub(r"<ins>.*?</ins>|</?del>", "", shown, flags=re.DOTALL) == old


@given(TEXTS)
def test_the_same_text_has_no_marks(text: str) -> None:
    assert diff(text, text) == text


def test_long_texts_are_compared_by_lines() -> None:
    old = "slovo " * 2000
    parts = list(differences.parts(f"{old}\nkonec", f"{old}\njiný konec"))
    assert parts == [("same", f"{old}\n"), ("del", "konec"), ("ins", "jiný konec")]


def test_very_many_lines_are_shown_one_after_the_other() -> None:
    old, new = "řádek\n" * 4000, "jinak\n" * 4000
    assert list(differences.parts(old, new)) == [("del", old[:-1]), ("ins", new[:-1]), ("same", "\n")]


def test_one_word_again_and_again_is_compared_by_lines() -> None:
    old, new = "slovo, " * 300, "jiné slovo, " * 300
    assert list(differences.parts(old, new)) == [("del", old[:-1]), ("ins", new[:-1]), ("same", " ")]
