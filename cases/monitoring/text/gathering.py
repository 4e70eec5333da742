"""Gathers a dictionary from simplemma's and from our lexicon; takes seconds and up to 160 MB.

`python -m cases.monitoring.text.gathering cs` writes it to standard output, packed.
"""

import sys
from collections.abc import Iterable
from importlib.resources import files

from cases.monitoring.text.folding import folded
from cases.monitoring.text.morphology import Dictionary
from cases.monitoring.text.packing import EXACT, packed


def gathered(language: str) -> dict[str, str]:
    """All forms of a language, as `Forms` describes them."""
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory

    forms = _without_accents(DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language).items())
    _learn(forms, language)
    return forms


def _without_accents(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    forms: dict[str, str] = {}
    bases: dict[str, str] = {}
    spelled: dict[str, str] = {}
    names: dict[str, str] = {}
    contested: dict[str, dict[str, str]] = {}
    for form, lemma in pairs:
        plain, base = folded(form), folded(lemma)
        base = bases.setdefault(base, base)
        if form[:1].isupper():
            names.setdefault(plain, base)
            continue
        known = forms.setdefault(plain, base)
        first = spelled.setdefault(plain, form)
        if known != base:
            contested.setdefault(plain, {first: known})[form] = base
    for plain, base in names.items():
        forms.setdefault(plain, base)
    for plain, written in contested.items():
        forms[plain] = "\n".join(dict.fromkeys(written.values()))
        forms.update((EXACT + form, base) for form, base in written.items())
    return forms


def _learn(forms: dict[str, str], language: str) -> None:
    """Words of our lexicon that are missing, as their own base forms, so that their other forms are recognised."""
    dictionary = Dictionary(language, forms)
    with files(__package__).joinpath(f"data/lexicon.{language}.csv").open(encoding="utf-8") as file:
        for line in file:
            plain = folded(line.partition(",")[0])
            # One that is known by another form, or as what it negates, stays with it.
            if plain.isalpha() and plain not in forms and not dictionary.read(plain, plain).lemmas:
                forms[plain] = plain


if __name__ == "__main__":
    sys.stdout.buffer.write(packed(gathered(sys.argv[1])))
