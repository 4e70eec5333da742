"""What a text holds besides its judgements: the words that change how others are read, and its layout."""

from collections.abc import Sequence

from cases.monitoring.text.layout import Layout
from cases.monitoring.text.lexicon import Found, chosen, terms
from cases.monitoring.text.tokens import Token


class Context:
    """What a text holds besides its judgements: words that change how others are read, by role, and the layout."""

    def __init__(self, text: Sequence[Token], language: str) -> None:
        self.text = text
        self.language = language
        self.layout = Layout(text)
        found = terms(language).found(text, self.layout.sentence)
        self.roles: dict[str, list[Found]] = {}
        judged, named = [], []
        for one in found:
            if one.entry.role:
                if one.agrees:
                    self.roles.setdefault(one.entry.role, []).append(one)
            elif one.entry.row.weight:
                judged.append(one)
            elif one.agrees:
                named.append(one)
        self.subjects = [one.entry.row.label for one in named]
        # A phrase that names a topic or is a courtesy takes its words with it ("dobrý den" praises nothing).
        kept = chosen([*judged, *(one for one in named if len(one.at) > 1)])
        self.matched = [one for one in kept if one.entry.row.weight]
        self.used = {index for one in kept if len(one.at) > 1 for index in one.at}

    def of(self, role: str, sentence: int | None = None) -> list[Found]:
        """The words of a role that are no part of a phrase that says something else, in one sentence or in all."""
        return [
            word
            for word in self.roles.get(role, ())
            if (sentence is None or self.layout.sentence[word.at[0]] == sentence) and self.used.isdisjoint(word.at)
        ]
