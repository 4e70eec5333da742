"""Posts made fit for reading."""

import time
import unicodedata

import pytest

from cases.monitoring.text.folding import MAX_MARKS, folded, without_floods
from cases.monitoring.text.normal import MAX_CHARS, normalised


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  dva   řádky \r\n\r\n tady ", "dva řádky\ntady"),
        ("Nefunguje https://example.org/a?b=1#c od rána", "Nefunguje od rána"),
        ("viz www.example.org/x nebo info@example.org", "viz nebo"),
        ("@banka_cz proč?", "proč?"),
        ("#NikdyVíc #O2Fail #FAILČesko #nikdy_vic", "Nikdy Víc O2 Fail FAIL Česko nikdy vic"),
        ("suuuuuper!!!!!!", "suuper!!!"),
        ("𝐡𝐫ů𝐳𝐚 ＡＢＣ", "hrůza ABC"),
        ("hru\u0301za u\u030a", "hrúza ů"),
        ("z\u0334\u0335a\u0336l\u0337go", "zalgo"),
        ("👍🏽 🤷‍♀️ ❤️", "👍 🤷♀ ❤"),
        ("a\x00b\ud800c\u200bd", "abcd"),
        ("htttps://example.org", ""),
        ("", ""),
    ],
)
def test_normalised(written: str, read: str) -> None:
    assert normalised(written) == read
    assert normalised(read) == read


def test_folded_is_small_letters_without_accents() -> None:
    assert folded("ÚNIK  Dat\nŁódź straße") == "unik dat lodz strasse"


def test_long_texts_are_cut() -> None:
    assert len(normalised("slovo " * 400_000)) <= MAX_CHARS
    assert len(normalised("\ufdfa" * 400_000)) <= MAX_CHARS


@pytest.mark.parametrize("marks", ["\u0301", "\u0301\u0327", "\u0327\u0301\u0345"])
def test_floods_of_marks_cost_no_time(marks: str) -> None:
    """Normalising alone would sort them by insertion: 40,000 take five seconds."""
    flood = "a" + marks * 40_000
    began = time.process_time()
    assert set(folded(flood)) <= {"a", "ι"}
    assert len(normalised(flood)) == 1
    assert time.process_time() - began < 0.5


def test_a_few_marks_are_left_alone() -> None:
    written = unicodedata.normalize("NFD", "Việt Nam, příliš žluťoučký")
    assert without_floods(written) == written
    assert len(without_floods("a" + "\u0301" * 99)) == 1 + MAX_MARKS
