"""From matched words to evidence: what negation, contrast, questions, quotation, news and irony do to a word.

Every rule multiplies or turns a weight and leaves its name with the word it touched, so that a person sees why a text
was read as it was. The factors are judgements, set once from how the languages work; none is fitted to a corpus.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cases.monitoring.text.lexicon import Found, Terms, chosen, faces, lexicon, roles, subjects
from cases.monitoring.text.tokens import Kind, Token

# Praise turned round says nearly as much as blame ("nejsem spokojená"); blame turned round is faint praise ("not bad").
_PRAISE_NEGATED = -0.95
_BLAME_NEGATED = -0.5
_FAINT_PRAISE_AT_MOST = 0.8
_BEFORE_CONTRAST, _AFTER_CONTRAST, _CONCEDED = 0.6, 1.2, 0.6
_QUOTED = 0.35
_ASKED, _STRONG = 0.6, 1.4
_PRAISE_ASKED = 0.4
_LOUD = 1.2
_LASTING = 1.3
_IRONIC = -0.6
_SCARE_QUOTED = -0.9
_OF_A_RIVAL = 0.4
_RIVAL_PRAISED = -0.7
_WISHED = 0.3
_REPORTED_AT_LEAST = 0.2
_SETTLED = 0.5
_NEGATION_REACHES = {"en": 3, "de": 4, "pl": 3}
_NEGATION_REACHES_ELSE = 5
_LASTING_TOPICS = frozenset({"waiting", "outage", "quality", "support", "delivery", "refund"})


@dataclass(slots=True)
class Evidence:
    """One matched term: what it says in this text and why.

    `weight` speaks for a complaint above zero, `tone` is the same without what makes it another's complaint (news,
    quotation, a question, a condition): it tells how negative the text is, whoever complains.
    """

    term: str
    found: str
    topic: str
    weight: float
    tone: float
    start: int
    rules: list[str] = field(default_factory=list)

    def turn(self, factor: float, rule: str) -> None:
        """Multiply both weights."""
        self.weight *= factor
        self.tone *= factor
        self.rules.append(rule)

    def distance(self, factor: float, rule: str) -> None:
        """Multiply the weight only: the tone stays, the complaint is somebody else's or none."""
        self.weight *= factor
        self.rules.append(rule)


class Layout:
    """Where sentences, clauses and quotations of a text begin and end."""

    def __init__(self, text: Sequence[Token]) -> None:
        self.sentence: list[int] = []
        self.clause: list[int] = []
        self.quoted: list[int] = []
        self.asked: set[int] = set()
        sentence = clause = quote = quotes = 0
        open_quote = False
        for token in text:
            if token.kind is Kind.QUOTE:
                open_quote = not open_quote
                quotes += open_quote
                quote = quotes if open_quote else 0
                clause += 1
            self.sentence.append(sentence)
            self.clause.append(clause)
            self.quoted.append(quote)
            if token.kind is Kind.STOP:
                if "?" in token.text:
                    self.asked.add(sentence)
                sentence += 1
                clause += 1
            elif token.kind is Kind.COMMA:
                clause += 1
        if open_quote:
            # An opening mark nobody closed is a mistake of typing, not a quotation to the end of the text.
            self.quoted = [0 if number == quotes else number for number in self.quoted]


class Context:
    """The words of a text that change how others are read, by role."""

    def __init__(self, text: Sequence[Token], layout: Layout, terms: Terms) -> None:
        self.text = text
        self.layout = layout
        self.by_role: dict[str, list[Found]] = {}
        for found in terms.found(text, layout.sentence):
            if found.agrees:
                self.by_role.setdefault(found.entry.row.label, []).append(found)

    def of(self, role: str, sentence: int | None = None) -> list[Found]:
        """The words of a role, in one sentence or in all."""
        found = self.by_role.get(role, [])
        if sentence is None:
            return found
        return [one for one in found if self.layout.sentence[one.at[0]] == sentence]


def evidence(text: Sequence[Token], language: str) -> list[Evidence]:
    """What the words, faces and ratings of a text say, in the order of the text."""
    return _Reader(text, language).read()


def topics_of(text: Sequence[Token], language: str, sentences: Sequence[int]) -> list[Found]:
    """Words that name a topic without judging."""
    return subjects(language).found(text, sentences)


class _Reader:
    """One reading of one text."""

    def __init__(self, text: Sequence[Token], language: str) -> None:
        self.text = text
        self.language = language
        self.layout = Layout(text)
        self.context = Context(text, self.layout, roles(language))
        # A phrase that names a topic or is a courtesy takes its words with it ("dobrý den" praises nothing).
        named = [one for one in subjects(language).found(text, self.layout.sentence) if len(one.at) > 1 and one.agrees]
        judged = lexicon(language).found(text, self.layout.sentence)
        self.matched = [one for one in chosen([*judged, *named]) if one.entry.row.weight]
        self.used = {index for one in self.matched if len(one.at) > 1 for index in one.at}
        self.shouting = _shouting(text)

    def read(self) -> list[Evidence]:
        found = [made for one in self.matched if (made := self._word(one))]
        self._frame(found)
        found += self._faces()
        found += self._ratings()
        self._irony(found)
        self._settled(found)
        return sorted(found, key=lambda one: one.start)

    # Words

    def _word(self, one: Found) -> Evidence | None:
        row = one.entry.row
        negator = self._negator(one)
        if not one.agrees and any(element.negated for element in one.entry.elements):
            # "nefungovat" and "!work" are found where something is negated, by prefix or by another word.
            if negator is None or not any(element.asks for element in one.entry.elements):
                return None
        shown = " ".join(self.text[index].text for index in one.at)
        made = Evidence(row.term, shown, row.label, row.weight, row.weight, one.at[0])
        self._negate(made, one, negator)
        self._strengthen(made, one)
        return made

    def _negator(self, one: Found) -> int | None:
        """Where the word stands that negates this one; None if nothing does."""
        first = one.at[0]
        clause = self.layout.clause[first]
        reach = _NEGATION_REACHES.get(self.language, _NEGATION_REACHES_ELSE)
        negators = {word.at[0]: word for word in self.context.of("negator")}
        contrasts = {word.at[0] for word in self.context.of("contrast")}
        seen = 0
        for index in range(first - 1, -1, -1):
            token = self.text[index]
            if self.layout.clause[index] != clause or index in contrasts:
                return None
            if token.kind is not Kind.WORD:
                continue
            seen += 1
            if seen > reach:
                return None
            if index in negators and index not in self.used:
                short = token.plain in ("bez", "without", "no", "ohne", "ne")
                after = self.text[index + 1].plain
                if (short and seen > 2) or after in ("only", "just", "jen", "jenom", "pouze"):
                    continue
                return index
        return None

    def _negate(self, made: Evidence, one: Found, negator: int | None) -> None:
        asked = any(element.negated for element in one.entry.elements)
        by_prefix = not one.agrees and self.text[one.at[0]].negated
        if asked or not (by_prefix or negator is not None):
            return
        if made.weight < 0:
            made.turn(_PRAISE_NEGATED, "negated")
        else:
            made.turn(max(_BLAME_NEGATED, -_FAINT_PRAISE_AT_MOST / made.weight), "negated")

    def _strengthen(self, made: Evidence, one: Found) -> None:
        factor = 1.0
        before = range(max(0, one.at[0] - 2), one.at[0])
        for role in ("booster", "dampener"):
            for word in self.context.of(role):
                if word.at[-1] in before and self.layout.clause[word.at[-1]] == self.layout.clause[one.at[0]]:
                    factor *= word.entry.row.weight
        if not self.shouting and any(self.text[index].loud for index in one.at):
            factor *= _LOUD
        if factor != 1.0:
            made.turn(min(max(factor, 0.4), 1.7), "stronger" if factor > 1 else "weaker")

    # Sentences and the whole text

    def _frame(self, found: list[Evidence]) -> None:
        reported = self._reported()
        for made in found:
            sentence = self.layout.sentence[made.start]
            self._contrast(made, sentence)
            self._rival(made, sentence)
            if made.weight < 0 and self.context.of("wish", sentence):
                made.turn(_WISHED, "wished for")
            if made.weight > 0 and made.topic in _LASTING_TOPICS and self._said("duration", sentence):
                made.turn(_LASTING, "for how long")
            conditions = self.context.of("condition", sentence)
            if made.weight > 0 and any(word.at[0] < made.start for word in conditions):
                made.distance(min(word.entry.row.weight for word in conditions), "conditional")
            if sentence in self.layout.asked:
                if made.weight < 0:
                    made.turn(_PRAISE_ASKED, "in a question")
                elif abs(made.tone) < _STRONG:
                    made.distance(_ASKED, "in a question")
            if self._quoted(made):
                made.distance(_QUOTED, "quoted")
            elif reported < 1 and made.weight > 0 and not self.context.of("first", sentence):
                made.distance(reported, "reported")

    def _contrast(self, made: Evidence, sentence: int) -> None:
        contrasts = [word.at[0] for word in self.context.of("contrast", sentence)]
        for at in contrasts:
            opening = all(self.text[index].kind is not Kind.WORD or self.layout.sentence[index] != sentence for index in range(at))
            if made.start < at:
                made.turn(_BEFORE_CONTRAST, "before a contrast")
                break
            if made.start > at and not opening:
                made.turn(_AFTER_CONTRAST, "after a contrast")
                break
        for word in self.context.of("concession", sentence):
            if self.layout.clause[word.at[-1]] == self.layout.clause[made.start] and made.start > word.at[-1]:
                made.turn(_CONCEDED, "conceded")
                break

    def _rival(self, made: Evidence, sentence: int) -> None:
        rivals = self._said("rival", sentence)
        if not rivals:
            return
        compared = any(
            token.plain in ("nez", "than", "oproti", "unlike", "compared", "rozdil", "ako", "als")
            for token, number in zip(self.text, self.layout.sentence, strict=True)
            if number == sentence
        )
        if made.weight > 0:
            if self.layout.clause[rivals[0].at[0]] == self.layout.clause[made.start] and not compared:
                made.distance(_OF_A_RIVAL, "of a rival")
        elif not compared and made.topic == "praise" and self._of_somebody_else(rivals):
            made.turn(_RIVAL_PRAISED, "praise of a rival")

    @staticmethod
    def _of_somebody_else(rivals: Iterable[Found]) -> bool:
        return any(word.entry.row.term in ("konkurence", "konkurencia", "jinde", "elsewhere", "competitor", "competition") for word in rivals)

    def _said(self, role: str, sentence: int) -> list[Found]:
        """The words of a role in a sentence that are no part of a phrase that says something else."""
        return [word for word in self.context.of(role, sentence) if self.used.isdisjoint(word.at)]

    def _reported(self) -> float:
        factor = 1.0
        for word in {one.entry.row.term: one for one in self.context.of("report")}.values():
            factor *= word.entry.row.weight
        return max(factor, _REPORTED_AT_LEAST)

    def _quoted(self, made: Evidence) -> bool:
        """Inside quotation marks of more than two words, with something outside them."""
        number = self.layout.quoted[made.start]
        if not number:
            return False
        inside = sum(token.kind is Kind.WORD for token, quote in zip(self.text, self.layout.quoted, strict=True) if quote == number)
        outside = sum(token.kind is Kind.WORD for token, quote in zip(self.text, self.layout.quoted, strict=True) if not quote)
        return inside > 2 and outside > 2

    # Faces and ratings

    def _faces(self) -> list[Evidence]:
        seen: dict[str, int] = {}
        made = []
        for index, token in enumerate(self.text):
            face = faces().get(token.text) or faces().get(token.text.replace("-", "")[:2]) if token.kind is Kind.FACE else None
            if face is None or not face.weight:
                continue
            times = seen.get(token.text, 0)
            seen[token.text] = times + 1
            if times < 3:
                weight = face.weight * 0.6**times
                made.append(Evidence(token.text, token.text, "general" if weight > 0 else "praise", weight, weight, index, ["face"]))
        return made

    def _ratings(self) -> list[Evidence]:
        made = []
        for index, token in enumerate(self.text):
            share = rating(token.text) if token.kind is Kind.RATING else None
            if share is not None:
                weight = 2.0 if share <= 0.25 else 1.0 if share <= 0.5 else -1.5 if share >= 0.9 else -0.7
                made.append(Evidence(token.text, token.text, "general" if weight > 0 else "praise", weight, weight, index, ["rating"]))
        return made

    # Irony and things put right

    def _irony(self, found: list[Evidence]) -> None:
        """Praise among blame that no "but" parts from it is meant the other way round.

        It takes a sign: an ironic word or face, quotation marks around the praise, or praise called out as the first
        word ("Great, third day without internet").
        """
        blame = sum(one.weight for one in found if one.weight > 0 and one.term not in faces())
        ironic_faces = [one for one in found if one.term in faces() and faces()[one.term].irony]
        eye_rolling = any(one.weight >= 0.4 for one in ironic_faces)
        if any(one.topic == "resolved" and one.weight < 0 for one in found):
            return
        parted = bool(self.context.of("contrast")) or bool(self.context.of("rival"))
        for one in found:
            if one.weight >= 0 or one.topic != "praise" or one.term in faces() or "negated" in one.rules:
                continue
            sentence = self.layout.sentence[one.start]
            number = self.layout.quoted[one.start]
            scare = bool(number) and self.layout.quoted.count(number) <= 3
            sign = (
                bool(ironic_faces)
                or self._opens(one.start)
                or any(word.at[0] != one.start for word in self._said("irony", sentence))
            )
            if scare:
                one.turn(_SCARE_QUOTED, "in mocking quotation marks")
            elif eye_rolling or (sign and blame >= 0.6 and not parted):
                one.turn(_IRONIC, "ironic")

    def _opens(self, start: int) -> bool:
        """Whether praise is called out: first or second word of the text, cut off by a comma, a stop or the rest of it."""
        words = [index for index, token in enumerate(self.text) if token.kind is Kind.WORD]
        return start in words[:2]

    def _settled(self, found: list[Evidence]) -> None:
        """What was put right afterwards weighs half."""
        settled = [one.start for one in found if one.topic == "resolved" and one.weight <= -0.5]
        if not settled:
            return
        last = max(settled)
        for one in found:
            if 0 < one.weight and one.start < last:
                one.distance(_SETTLED, "put right")


def rating(text: str) -> float | None:
    """The share a rating gives: "1/5" is 0.2, "★★☆☆☆" 0.4; None if it is none (24/7, 9 z 5)."""
    if text[0] in "★⭐☆":
        return text.count("☆") and text.count("★") / len(text) or min(len(text), 5) / 5
    for mark in ("/", "out of", "of", "z"):
        given, found, most = text.partition(mark)
        if found:
            share = float(given.strip().replace(",", ".")) / float(most.strip())
            return share if share <= 1 else None
    return None


def _shouting(text: Sequence[Token]) -> bool:
    """Whether all of it is in capitals, so that one word in capitals says nothing."""
    words = [token for token in text if token.kind is Kind.WORD and len(token.text) > 2]
    return bool(words) and sum(token.loud for token in words) > len(words) / 2
