"""The text as a picture: whole or not at all, well-formed whatever the text holds."""

import re
from xml.etree import ElementTree as ET

import pytest

from comms.sending.cards import FORMATS, SQUARE, TALL, Format, card, lines

TEXT = "Na videu je opravdu náš výrobek a je v něm plíseň. Rodičům se omlouváme.\n\nDalší informace v 11 hodin."
SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str | None) -> ET.Element:
    assert picture is not None
    return ET.fromstring(picture)  # noqa: S314 - our own output


@pytest.mark.parametrize("shape", FORMATS.values())
def test_the_whole_text_is_in_the_picture(shape: Format) -> None:
    drawn = parsed(card(TEXT, "Zrnko", "cs", shape))
    said = " ".join(span.text or "" for span in drawn.iter(f"{SVG}tspan"))
    assert said.split() == TEXT.split()
    assert drawn.get("width") == str(shape.width)


def test_markup_stays_text() -> None:
    drawn = parsed(card("<script>alert(1)</script> & spol.", "A & B", "cs", SQUARE))
    assert [child.tag for child in drawn] == [f"{SVG}rect", f"{SVG}rect", f"{SVG}text", f"{SVG}text"]


def test_a_text_that_does_not_fit_is_refused() -> None:
    assert card(TEXT * 40, "Zrnko", "cs", SQUARE) is None
    assert card(TEXT * 12, "Zrnko", "cs", TALL) is not None


def test_no_line_ends_with_a_one_letter_word() -> None:
    assert not [line for line in lines(TEXT * 6, 18) if re.search(r"(?:^|\s)[a-z]$", line)]


def test_a_word_longer_than_a_line_is_cut() -> None:
    cut = list(lines("a" * 100, 10))
    assert "".join(cut) == "a" * 100
    assert len(cut) > 1
