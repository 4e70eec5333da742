"""Sentences, clauses and quotations of a text."""

from collections import Counter
from collections.abc import Sequence

from cases.monitoring.text.tokens import Kind, Token


class Layout:
    """For each token the number of its sentence, its clause and its quotation (0: none)."""

    def __init__(self, text: Sequence[Token]) -> None:
        self.sentence: list[int] = []
        self.clause: list[int] = []
        self.quoted: list[int] = []
        self.asked: set[int] = set()
        self.exclaimed: set[int] = set()
        sentence = clause = quotes = 0
        open_quote = False
        for token in text:
            if token.kind is Kind.QUOTE:
                open_quote = not open_quote
                quotes += open_quote
            self.sentence.append(sentence)
            self.clause.append(clause)
            self.quoted.append(quotes if open_quote else 0)
            if token.kind is Kind.STOP:
                if "?" in token.text:
                    self.asked.add(sentence)
                if "!" in token.text:
                    self.exclaimed.add(sentence)
                sentence += 1
                clause += 1
            elif token.kind is Kind.COMMA:
                clause += 1
        if open_quote:
            # An opening mark nobody closed is a mistake of typing, not a quotation to the end of the text.
            self.quoted = [0 if number == quotes else number for number in self.quoted]
        self._of_sentence: dict[int, list[int]] = {}
        for index, number in enumerate(self.sentence):
            self._of_sentence.setdefault(number, []).append(index)
        self._words = Counter(
            number for token, number in zip(text, self.quoted, strict=True) if token.kind is Kind.WORD
        )

    @property
    def sentences(self) -> Sequence[int]:
        """The numbers of the sentences."""
        return list(self._of_sentence)

    def of_sentence(self, sentence: int) -> Sequence[int]:
        """Indexes of the tokens of a sentence."""
        return self._of_sentence.get(sentence, ())

    def words_quoted(self, quotation: int) -> int:
        """How many words a quotation has; of 0: how many stand outside all of them."""
        return self._words[quotation]
