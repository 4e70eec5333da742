"""What holds for every text: it is read, in bounded time, always the same, and the answer can be sent."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.monitoring.text.classifier import classify
from cases.monitoring.text.language import LANGUAGES, UNDETERMINED
from cases.monitoring.text.lexicon import POLARITY_ONLY, TOPICS
from cases.monitoring.text.normal import MAX_CHARS, normalised
from cases.monitoring.text.tokens import MAX_TOKENS, tokens

# Any code points, lone surrogates among them, and what posts are made of, so that rules meet each other.
ANYTHING = st.text(st.characters(codec=None), max_size=200)
PIECES = st.lists(
    st.sampled_from([
        "není", "nikdy", "ne", "super", "Díky", "hrůza", "ale", "nefunguje", "vrátit", "peníze", "podle", "ČTK",
        "kdyby", "not", "never", "great", "awful", "but", "work", "thanks", "I", "you", "😡", "👍", "🙄", ":(", "1/5",
        "★☆", "?", "!", ",", ".", "„", "“", '"', "\n", "#NikdyVíc", "https://example.org", "@někdo", "\u0301",
        "třetí", "den", "zase",
    ]),
    max_size=40,
).map(" ".join)  # fmt: skip
TEXTS = st.one_of(ANYTHING, PIECES)


@pytest.mark.slow
@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_every_text_is_read(text: str) -> None:
    said = classify(text)
    assert said == classify(text)
    assert said.language in (*LANGUAGES, UNDETERMINED)
    assert 0 <= said.negativity <= 1
    assert set(said.topics) <= TOPICS - POLARITY_ONLY
    assert all(term.found and term.topic in TOPICS for term in said.terms)
    assert json.loads(json.dumps(said.as_dict(), allow_nan=False)) == said.as_dict()


@pytest.mark.slow
@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_the_normal_form_is_its_own(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert once.encode("utf-8").decode("utf-8") == once


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=100, deadline=None)
def test_a_language_that_is_known_is_kept(text: str, language: str) -> None:
    assert classify(text, language=language).language == language


@given(PIECES)
@settings(max_examples=100, deadline=None)
def test_links_and_handles_say_nothing(text: str) -> None:
    assert classify(f"{text} https://example.org/hruza @podvodnici").score == classify(text).score


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "Nefunguje internet a nikdo to neřeší. " * 27_000,
        "a" * 1_000_000,
        "ne" * 500_000,
        "\x00" * 1_000_000,
        "\ud800" * 1_000_000,
        "e" + "\u0301\u0327" * 500_000,
        "😡" * 250_000,
        "„" * 1_000_000,
        "#" * 500_000 + "@" * 500_000,
        "http://" * 150_000,
        "a@" * 500_000,
        "a." * 300_000 + "@" + "b." * 200_000,
        "!? " * 300_000,
        "není nikdy ne bez " * 60_000,
        "nikdo nic nikdo nic " * 50_000,
        "1/5 " * 250_000,
        ":(" * 500_000,
        "\ufdfa" * 300_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_megabyte_takes_no_longer_than_a_page(text: str) -> None:
    classify("teplý začátek")
    began = time.process_time()
    assert len(tokens(normalised(text), "cs")) <= MAX_TOKENS
    assert len(normalised(text)) <= MAX_CHARS
    classify(text)
    assert time.process_time() - began < 3
