"""Counting as each network counts; splitting without losing or adding a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comms.sending.limits import LIMITS, LINK, graphemes, mastodon_length, sms, threads_length, x_weight

FAMILY = "👨‍👩‍👧"


def test_every_limit_names_its_source_and_day() -> None:
    for limit in LIMITS.values():
        assert limit.source.startswith("https://")
        assert limit.checked.year >= 2026


@pytest.mark.parametrize(
    ("text", "counted"),
    [("Žluťoučký kůň", 13), (FAMILY, 1), ("🇨🇿", 1), ("e\u0301", 1), ("č" * 300, 300), ("", 0)],
)
def test_a_grapheme_is_what_a_reader_calls_a_character(text: str, counted: int) -> None:
    assert graphemes(text) == counted


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Žluťoučký kůň", 13),
        (FAMILY, 2),
        ("漢字", 4),
        ("🇨🇿", 2),
        ("©", 1),
        ("1️⃣", 2),
        ("„citace“ – pomlčka…", 20),
        ("https://zrnko.example/velmi/dlouha/adresa/ktera/se/zkrati?a=1", 23),
        ("viz https://a.cz.", 4 + 23 + 1),
        ("napište na zrnko.cz", 11 + 23),
        ("e\u0301", 1),
    ],
)
def test_x_weighs_by_its_published_configuration(text: str, weight: int) -> None:
    assert x_weight(text) == weight


def test_bluesky_counts_graphemes_and_bytes_and_the_tighter_one_decides() -> None:
    bluesky = LIMITS["bluesky"]
    assert bluesky.fits("č" * 300)
    assert not bluesky.fits("č" * 301)
    families = bluesky.count(FAMILY * 200)
    assert (families.unit, families.fits) == ("bytes", False)


def test_mastodon_shortens_links_and_remote_mentions() -> None:
    assert mastodon_length("https://example.com/" + "a" * 100) == 23
    assert mastodon_length("@pepa@mastodon.example") == len("@pepa")


def test_threads_counts_an_emoji_by_its_bytes() -> None:
    assert threads_length("a😀č") == 1 + 4 + 1


@pytest.mark.parametrize(
    ("text", "encoding", "units", "messages"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2),
        ("ě", "UCS-2", 1, 1),
        ("č" * 70, "UCS-2", 70, 1),
        ("ř" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 67, "UCS-2", 134, 3),
        ("", "GSM-7", 0, 1),
    ],
)
def test_sms_by_alphabet(text: str, encoding: str, units: int, messages: int) -> None:
    counted = sms(text)
    assert (counted.encoding, counted.units, counted.messages) == (encoding, units, messages)


def test_links_end_before_the_punctuation_of_the_sentence() -> None:
    text = "Viz www.zrnko.cz, a https://zrnko.cz/a?b=1. Pište na info@zrnko.cz. Konec.Další v 7.30."
    assert LINK.findall(text) == ["www.zrnko.cz", "https://zrnko.cz/a?b=1"]


def test_a_text_is_split_at_paragraphs_then_sentences_then_words() -> None:
    x = LIMITS["x"]
    first, second = "Víme o tom. " * 20, "Zjišťujeme, co se stalo. " * 8
    assert x.split(f"{first.strip()}\n\n{second.strip()}") == [first.strip(), second.strip()]
    parts = x.split("Víme o tom a zjišťujeme to. " * 30)
    assert all(part.rstrip().endswith(".") for part in parts)
    assert [len(part) for part in x.split("a" * 700)] == [280, 280, 140]


@given(st.text(alphabet=st.sampled_from("aě \n.!👍🇨🇿\u200d漢/:ptsh"), max_size=900))
def test_splitting_loses_nothing_but_white_space_at_the_cuts(text: str) -> None:
    for limit in (LIMITS["x"], LIMITS["bluesky"], LIMITS["threads"]):
        parts = limit.split(text)
        assert all(limit.fits(part) for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())
