"""What the shape of a text says, beside its words.

Most complaints are told without one word of blame: "Píšu vám počtvrté." What they share is somebody spoken to, things
that did not happen, how long it has been, and that it happened again. Each is weak; together, and without praise, they
are a complaint. The weights are judgements and small, so that a single sign never decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cases.monitoring.text.context import Context
from cases.monitoring.text.evidence import Evidence
from cases.monitoring.text.lexicon import Found
from cases.monitoring.text.tokens import Kind, Token

ADDRESSED = 0.3
YOURS = 0.45
NOT_DONE = 0.4
HOW_LONG = 0.35
AGAIN = 0.3
CONTRAST = 0.25
EXCLAIMED = 0.2
WHY = 0.65
MOCKED = 0.3
MOCKED_CLAIM = 0.7
_FURTHER = 0.7
_AT_MOST = 1.3
# Praise, news and asides leave nothing of these signs: they are as common there.
_PRAISED = -0.4
_STILL_REPORTED = 0.7

_SECOND = re.compile(
    r"(?:vy|vam|vas|vami|vas[ei]\w{0,3}|jste|ste|byste|you|your|yours|you're|you've|youre|u|ur|euch|ihr)$"
)
# Czech verbs say who acts in their ending; only endings nothing else has, on words whose base form is an infinitive.
# With the accents they are written with: "stěžuji" is I, "stěžují" they.
_FIRST_ENDING = re.compile(r"(?:[aá]m|[ií]m|uju|uji|eme|[ií]me|[aá]me)$")
_SECOND_ENDING = re.compile(r"(?:ete|[ií]te|[aá]te|[eě]jte|ujte)$")
_INFINITIVE = re.compile(r"\w+(?:[aeiouy]t|[sz]t|ct|ci)$")


_YOURS = re.compile(r"(?:vas[ei]\w{0,3}|vas|your|yours|vase)$")
_DID = re.compile(r"(?:ed|sold|sent|told|took|lost|made|left|broke|said|gave|kept|had|did|put|let)$")
# "do tří dnů", "within 14 days": by when, not for how long. "každý týden": how often.
_BY_WHEN = frozenset(
    {"do", "za", "behem", "kazdy", "kazdou", "within", "in", "under", "every", "each", "per", "pristi", "next"}
)


def lasting(context: Context, sentence: int | None = None) -> list[Found]:
    """The words that say for how long or since when."""
    return [word for word in context.of("duration", sentence) if not _by_when(context.text, word.at[0])]


def _by_when(text: Sequence[Token], start: int) -> bool:
    return any(token.plain in _BY_WHEN for token in text[max(0, start - 2) : start])


def speaks_up(context: Context, sentence: int, *, addressing: bool = False) -> bool:
    """Whether somebody says I, we or you in a sentence; `addressing`: whether somebody says you."""
    for index in context.layout.of_sentence(sentence):
        token = context.text[index]
        if token.kind is Kind.WORD and index not in context.used and _person(token, context.language, addressing):
            return True
    said = (word.at[0] for word in context.roles.get("first", ()))
    return not addressing and any(context.layout.sentence[index] == sentence for index in said)


def _person(token: Token, language: str, addressing: bool) -> bool:
    if _SECOND.match(token.plain) and not (token.plain == "u" and language != "en"):
        return True
    if language not in ("cs", "sk") or not token.lemmas or not _INFINITIVE.match(token.lemmas[0]):
        return False
    if token.plain == token.lemmas[0] or token.lemmas[0] == "byt":
        return False
    small = token.text.lower()
    if _SECOND_ENDING.search(small):
        return True
    return not addressing and bool(_FIRST_ENDING.search(small))


def structure(context: Context, found: Sequence[Evidence], distance: float) -> list[Evidence]:
    """The signs of a text, given what its words said; `distance`: how far news or other subjects take it away."""
    praise = sum(one.tone for one in found if one.weight < 0)
    if praise <= _PRAISED or distance < _STILL_REPORTED or context.of("condition"):
        return []
    signs = _Signs(context, found)
    made = [sign for sign in signs.all() if sign]
    total = sum(one.weight for one in made)
    if total > _AT_MOST:
        for one in made:
            one.turn(_AT_MOST / total, "all signs together")
    if signs.only_asks:
        for one in made:
            one.distance(0.5, "in a question")
    return made


class _Signs:
    """The signs of one text."""

    def __init__(self, context: Context, found: Sequence[Evidence]) -> None:
        self.context = context
        self.text = context.text
        self.layout = context.layout
        self.taken = {index for one in context.matched for index in one.at}
        self.why = context.roles.get("why", [])
        asked = self.layout.asked
        talking = [
            number
            for number in self.layout.sentences
            if any(self.text[index].kind is Kind.WORD for index in self.layout.of_sentence(number))
        ]
        self.only_asks = bool(asked) and all(number in asked for number in talking) and not self.why

    def all(self) -> list[Evidence | None]:
        return [
            self._addressed(),
            self._not_done(),
            self._sign(lasting(self.context), HOW_LONG, "how long"),
            self._sign(self.context.of("again"), AGAIN, "again"),
            self._sign(self.context.of("contrast"), CONTRAST, "contrast"),
            self._asked_why(),
            self._exclaimed(),
            self._mocked(),
        ]

    def _made(self, name: str, at: Sequence[int], weight: float) -> Evidence:
        shown = " … ".join(self.text[index].text for index in at[:3])
        return Evidence(name, shown, "general", weight, weight, at[0], at[0], ["sign"])

    def _addressed(self) -> Evidence | None:
        at = [
            index
            for index, token in enumerate(self.text)
            if token.kind is Kind.WORD
            and index not in self.context.used
            and _person(token, self.context.language, True)
        ]
        if not at:
            return None
        stated = any(self._of_theirs(index) and self.layout.sentence[index] not in self.layout.asked for index in at)
        return self._made("spoken to", at, YOURS if stated else ADDRESSED)

    def _of_theirs(self, index: int) -> bool:
        """Whether a word speaks of what is theirs or what they did: "your driver", "you sold"."""
        after = self.text[index + 1].plain if index + 1 < len(self.text) else ""
        return bool(_YOURS.match(self.text[index].plain)) or (
            self.text[index].plain == "you" and _DID.search(after) is not None
        )

    def _not_done(self) -> Evidence | None:
        negators = {index for word in self.context.of("negator") for index in word.at}
        at = [
            index
            for index, token in enumerate(self.text)
            if index not in self.taken and (token.negated or index in negators)
        ]
        weight = NOT_DONE * sum(_FURTHER**place for place in range(min(len(at), 4)))
        return self._made("not", at, weight) if at else None

    def _sign(self, words: Sequence[Found], weight: float, name: str) -> Evidence | None:
        at = [word.at[0] for word in words if self.taken.isdisjoint(word.at)]
        return self._made(name, sorted(at), weight) if at else None

    def _asked_why(self) -> Evidence | None:
        at = [word.at[0] for word in self.why if self.layout.sentence[word.at[0]] in self.layout.asked]
        return self._made("why", at, WHY) if at else None

    def _exclaimed(self) -> Evidence | None:
        at = [index for index, token in enumerate(self.text) if token.kind is Kind.STOP and "!" in token.text]
        return self._made("!", at, EXCLAIMED) if at else None

    def _mocked(self) -> Evidence | None:
        """A few words in quotation marks inside a sentence: what others call so and the author does not."""
        at = [
            index
            for index, token in enumerate(self.text)
            if token.kind is Kind.WORD
            and self.layout.quoted[index]
            and self.layout.words_quoted(self.layout.quoted[index]) <= 3
            and self.layout.words_quoted(0) >= 2
        ]
        claims = {word.at[0] for word in self.context.roles.get("claim", ())}
        return self._made("so-called", at, MOCKED_CLAIM if claims & set(at) else MOCKED) if at else None
