"""Names of languages."""

from django.utils.translation import get_language_info


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
