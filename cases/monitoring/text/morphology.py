"""Which base forms a form can have, by a dictionary of forms without accents and by rules for what it lacks.

Negation is read beside them: Czech writes it as a prefix, which dictionaries drop.
"""

import re
from itertools import chain
from typing import NamedTuple

from cases.monitoring.text.packing import EXACT, Forms

_LONGEST = 40
"""Letters. Nothing longer is a word of these languages; links and noise are."""

# A Czech superlative begins with "nej" and is not negated: "nejhorší", "nejrychleji", "nejvíc".
_SUPERLATIVE = re.compile(
    r"nej(?!si$)\w*(?:si\w{0,3}|eji?|ejc|vic|mene|min|hur|hure|lip|lepe|driv|drive|dele|bliz|vys|nize)$"
)
# Endings of spoken Czech and what they are in writing: "hroznej", "v tý hroznejch", "velkym".
_SPOKEN = (
    (re.compile(r"ejch$"), "ych"),
    (re.compile(r"ejma?$"), "ym"),
    (re.compile(r"ejho$"), "eho"),
    (re.compile(r"ej$"), "y"),
)
_PAST = re.compile(r"l[aioy]?$")
_TWICE = re.compile(r"(.)\1")
_SHORTEST_STEM = 3
_SHORTEST_MISSPELT, _LONGEST_MISSPELT = 7, 20
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# Endings of forms the dictionary may lack, and those of the relative it is likelier to have.
_ENDINGS = {
    **dict.fromkeys(("ich", "emi", "imi", "im"), ("e", "i", "")),
    **dict.fromkeys(("ech", "um", "u", "ovi", "ove", "em"), ("", "o", "a")),
    **dict.fromkeys(("ach", "ami", "am", "ou", "y"), ("a", "", "o")),
    **dict.fromkeys(("eho", "emu", "ym", "ych", "ymi", "yma", "ej"), ("y", "i")),
    **dict.fromkeys(("a", "o"), ("", "y")),
    **dict.fromkeys(("e", "i"), ("", "y", "e", "a")),
    **dict.fromkeys(("al", "ala", "ali", "alo", "aly", "ame", "ate", "aji", "aj", "as"), ("at",)),
    **dict.fromkeys(("an", "ana", "ano", "any"), ("at",)),
    **dict.fromkeys(("il", "ila", "ili", "ilo", "ily", "ime", "ite", "is", "en", "ena", "eno", "eny"), ("it", "et")),
    **dict.fromkeys(("el", "ela", "eli", "elo", "ely", "eji", "ej"), ("et", "it")),
    **dict.fromkeys(("uje", "uji", "uju", "ujes", "ujeme", "ujete", "ujou"), ("ovat",)),
    **dict.fromkeys(("oval", "ovala", "ovali", "ovan"), ("ovat",)),
    **dict.fromkeys(("nul", "nula", "nuli", "nulo", "nout"), ("nout",)),
}  # fmt: skip


class Reading(NamedTuple):
    """What a word may be: its base forms (the likeliest first; none where it is unknown) and whether it is negated."""

    lemmas: tuple[str, ...]
    negated: bool


class Dictionary:
    """Forms of one language and their base forms, without accents."""

    def __init__(self, language: str, forms: Forms) -> None:
        self.language = language
        self._forms = forms

    def __contains__(self, plain: str) -> bool:
        return plain in self._forms

    def lookup(self, word: str, plain: str) -> tuple[str, ...]:
        """Base forms of a form; `word` in small letters as written, `plain` without accents."""
        found = self._forms.get(plain)
        if found is None:
            return ()
        if "\n" not in found:
            return (found,)
        if word != plain and (exact := self._forms.get(EXACT + word)) is not None:
            return (exact,)
        # A word that is a base form as it stands is likelier that than a form of another ("porad" is "pořád").
        bases = tuple(found.split("\n"))
        return (plain,) if plain in bases else bases

    def _participle(self, word: str, plain: str) -> tuple[str, ...]:
        """The infinitive of a Czech past form that the dictionary takes for an adjective only ("zmizely")."""
        match = _PAST.search(word)
        if match and match.start() >= _SHORTEST_STEM and len(word) == len(plain):
            for infinitive in (plain[: match.start()] + "t", plain[: match.start()] + "nout"):
                if self._forms.get(infinitive) == infinitive:
                    return (infinitive,)
        return ()

    def _adverb(self, plain: str) -> tuple[str, ...]:
        """The adjective of a Czech adverb: whoever is served "hrozně" says what "hrozný" says."""
        adjective = plain[:-1] + "y"
        return (adjective,) if plain.endswith("e") and self._forms.get(adjective) == adjective else ()

    def read(self, word: str, plain: str) -> Reading:
        """Base forms and negation; the prefix is looked at first, for the dictionary drops it ("nefunguje")."""
        if len(plain) > _LONGEST:
            return Reading((), negated=False)
        if self.language == "cs" and plain.startswith("ne") and len(plain) > 3:
            return self._read_ne(word, plain)
        return Reading(self._guess(word, plain), negated=False)

    def _read_ne(self, word: str, plain: str) -> Reading:
        lemmas = self.lookup(word, plain)
        if _SUPERLATIVE.match(plain):
            return Reading(lemmas or self._guess(word[3:], plain[3:]), negated=False)
        if lemmas:
            # "nespokojený" is in the dictionary as a word of its own; whether it counts as "spokojený" negated, the
            # lexicon says.
            stripped = all(not lemma.startswith("ne") for lemma in lemmas)
            return Reading(lemmas, negated=stripped)
        rest = self._guess(word[2:], plain[2:])
        return Reading(rest, negated=bool(rest))

    def _guess(self, word: str, plain: str) -> tuple[str, ...]:
        """Base forms, also of spoken endings, of "vo-" for "o-", of letters written twice and of regular endings."""
        if lemmas := self.lookup(word, plain):
            if self.language == "cs":
                return tuple(dict.fromkeys((*lemmas, *self._participle(word, plain), *self._adverb(plain))))
            return lemmas
        if self.language == "cs":
            for ending, written in _SPOKEN:
                if (changed := ending.sub(written, plain)) != plain:
                    if lemmas := self.lookup(changed, changed):
                        return lemmas
                    plain = changed
                    break
            if plain.startswith("vo") and (lemmas := self.lookup(plain[1:], plain[1:])):
                return lemmas
        single = _TWICE.sub(r"\1", plain)
        if single != plain and (lemmas := self.lookup(single, single)):
            return lemmas
        return self._by_ending(plain) if self.language == "cs" else ()

    def _by_ending(self, plain: str) -> tuple[str, ...]:
        """Base forms of a form the dictionary lacks but whose relatives it has: "databazich" by "databaze"."""
        for length in range(min(5, len(plain) - _SHORTEST_STEM), 0, -1):
            for other in _ENDINGS.get(plain[-length:], ()):
                if lemmas := self.lookup(related := plain[:-length] + other, related):
                    return lemmas
        return ()

    def misspelt(self, plain: str) -> Reading:
        """Base forms of words one slip away; none if there are none.

        A slip is two letters swapped, one too many, one missing or one wrong. The first letter is taken as right, and
        short words are left alone: they are one slip from each other.
        """
        if not _SHORTEST_MISSPELT <= len(plain) <= _LONGEST_MISSPELT:
            return Reading((), negated=False)
        if self.language == "cs" and plain.startswith("ne") and (lemmas := self._nearby(plain[2:])):
            return Reading(lemmas, negated=True)
        return Reading(self._nearby(plain), negated=False)

    def _nearby(self, plain: str) -> tuple[str, ...]:
        places = range(1, len(plain))
        swapped = (plain[: i - 1] + plain[i] + plain[i - 1] + plain[i + 1 :] for i in range(2, len(plain)))
        longer = (plain[:i] + plain[i + 1 :] for i in places)
        others = (
            plain[:i] + letter + plain[i + rest :]
            for i in (*places, len(plain))
            for letter in _ALPHABET
            for rest in (0, 1)
        )
        known = (word for word in chain(swapped, longer, others) if word in self._forms)
        return tuple(dict.fromkeys(lemma for word in known for lemma in self.lookup(word, word)))
