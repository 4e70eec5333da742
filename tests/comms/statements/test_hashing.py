"""One normal form of a text, one hash over what the public gets."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.hashing import MOST_BYTES, Payload, UnfitText, normalised, text_hash

# A busy machine is no failure.
UNHURRIED = settings(deadline=None)

# What people type: letters, marks, spaces, tabs, all kinds of line ends; nothing that cannot be sent.
TYPED = st.text(
    st.one_of(
        st.sampled_from(" \t\n\r\u00a0áéíšč"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=200,
)


@UNHURRIED
@given(TYPED)
def test_normal_form_is_final(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once
    assert all(line == line.rstrip(" \t") for line in once.split("\n"))


@UNHURRIED
@given(TYPED)
def test_what_a_browser_does_to_line_ends_changes_nothing(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert normalised(plain.replace("\n", "\r\n")) == normalised(plain)


def test_only_the_form_changes() -> None:
    assert normalised("\n  Víme\u00a0o tom.  \r\n\r\nDíky\t") == "  Víme\u00a0o tom.\n\nDíky"
    assert normalised("e\u0301") == "é"


@pytest.mark.parametrize("bad", ["\x00", "\ud800", "\x0b", "\ufffe", "\x1b[2J"])
def test_what_cannot_be_sent_is_refused_with_its_place(bad: str) -> None:
    with pytest.raises(UnfitText) as refused:
        normalised(f"ab{bad}c")
    assert (refused.value.code, refused.value.at) == ("characters", 2)


@pytest.mark.parametrize("text", ["a" * (MOST_BYTES + 1), "č" * (MOST_BYTES // 2 + 1), "\u0344" * (MOST_BYTES // 3)])
def test_what_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(UnfitText) as refused:
        normalised(text)
    assert refused.value.code == "too_long"


def test_the_longest_text_fits() -> None:
    assert len(normalised("a" * MOST_BYTES)) == MOST_BYTES


PAYLOAD = Payload(
    language="cs",
    texts={"master": ("Titulek", "Text")},
    channels=("b", "a"),
    values={"time": "11:00"},
    embargo=datetime(2026, 11, 23, 10, tzinfo=UTC),
    next_update=datetime(2026, 11, 23, 11, tzinfo=UTC),
)


def test_the_same_content_has_the_same_hash() -> None:
    prague = timezone(timedelta(hours=1))
    assert PAYLOAD.embargo is not None
    same = replace(PAYLOAD, channels=("a", "b", "a"), embargo=PAYLOAD.embargo.astimezone(prague))
    assert same.hash() == PAYLOAD.hash()


@pytest.mark.parametrize(
    "change",
    [
        {"language": "en"},
        {"texts": {"master": ("Titulek", "Text.")}},
        {"texts": {"master": ("titulek", "Text")}},
        {"texts": {"master": ("Titulek", "Text"), "x": ("", "Text")}},
        {"channels": ("a",)},
        {"values": {"time": "11:01"}},
        {"media": [("0" * 64, "obrázek")]},
        {"links": ["https://zrnko.example/"]},
        {"embargo": None},
        {"next_update": None},
        {"spokesperson": "Jana Malá"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_anything_a_reader_could_notice_changes_the_hash(change: dict[str, object]) -> None:
    assert replace(PAYLOAD, **change).hash() != PAYLOAD.hash()


@UNHURRIED
@given(TYPED, TYPED)
def test_two_texts_share_a_hash_only_if_they_are_the_same(one: str, other: str) -> None:
    assert (text_hash("", one) == text_hash("", other)) == (normalised(one) == normalised(other))
