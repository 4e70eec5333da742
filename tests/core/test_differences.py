"""What changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from crisisdesk.core import differences

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
    assert ("del", "10 ") in parts


def test_long_texts_are_compared_by_lines() -> None:
    old = "slovo " * 2000
    parts = list(differences.parts(f"{old}\nkonec", f"{old}\njiný konec"))
    assert parts == [("same", f"{old}\n"), ("del", "konec"), ("ins", "jiný konec")]


def test_very_many_lines_are_shown_one_after_the_other() -> None:
    old, new = "řádek\n" * 4000, "jinak\n" * 4000
    assert list(differences.parts(old, new)) == [("del", old), ("ins", new)]
