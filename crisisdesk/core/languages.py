"""Languages in which an organisation speaks to the public: any of them, unlike the two of the desk itself."""

from collections.abc import Iterable

from django.utils.translation import get_language_info

# In what a new brand speaks until somebody says otherwise.
SHIPPED = ("cs", "en")
# What forms offer to choose from; a brand or a case may speak others.
OFFERED = ("cs", "en", "sk", "de", "pl", "uk", "hu", "fr", "es", "it")


def shipped() -> list[str]:
    """The languages of a new brand."""
    return list(SHIPPED)


def in_order(first: str, others: Iterable[str]) -> list[str]:
    """Each language once, the one that goes first at the head."""
    return list(dict.fromkeys([first, *others]))


def choices(*known: Iterable[str]) -> list[tuple[str, str]]:
    """Languages to choose from with their own names: those known to somebody first, then what is offered to all."""
    codes = dict.fromkeys(code for codes in (*known, OFFERED) for code in codes)
    return [(code, language_name(code)) for code in codes]


def language_name(code: str) -> str:
    """The name of a language in that language: `English`, `Česky`."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


def language_word(code: str) -> str:
    """The name of a language in the reader's language, as it stands inside a sentence: `English`, `anglicky`."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
