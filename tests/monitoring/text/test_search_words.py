"""One tokeniser for the index and the query."""

import pytest

from cases.monitoring.text.tokens import MAX_SEARCH_CHARS, search_terms, search_words


def finds(query: str, text: str) -> bool:
    """Whether each word of the query has a term in common with the text, as the index decides it."""
    index = set(search_terms(text))
    return all(not index.isdisjoint(terms) for terms in search_words(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("databaze", "únik z databázích zákazníků"),
        ("DATABÁZÍ", "databaze"),
        ("reklamace", "zamítli mi reklamaci"),
        ("fungovat", "nefunguje"),
        ("refund", "no refunds"),
        ("company complaint", "complaints about companies"),
        ("nikdy víc", "#NikdyVíc"),
        ("#nikdyvíc", "#NikdyVíc"),
        ("#NikdyVíc", "#nikdyvic"),
        ("jana", "@jana_nova"),
        ("example.org", "viz https://example.org/zprava"),
        ("pri\u0301lis\u030c", "příliš"),
        ("", "cokoli"),
    ],
)
def test_found(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"), [("databáze", "data"), ("reklamace", "reklama"), ("únik dat", "únik plynu")]
)
def test_not_found(query: str, text: str) -> None:
    assert not finds(query, text)


def test_terms_are_plain_bounded_and_unique() -> None:
    terms = list(search_terms("Žluťoučký kůň " * 3 + "x" * 500 + " a_b 日本語"))
    assert len(terms) == len(set(terms))
    assert all(term.isalnum() and len(term) <= MAX_SEARCH_CHARS for term in terms)
    assert {"zlutoucky", "kun", "a", "b", "日本語"} <= set(terms)
