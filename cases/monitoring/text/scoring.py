"""From matched words to evidence: what negation, contrast, questions, quotation, news and irony do to a word.

Every rule multiplies or turns a weight and leaves its name with the word it touched, so that a person sees why a text
was read as it was. The factors are judgements, set once from how the languages work; none is fitted to a corpus.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cases.monitoring.text.context import Context
from cases.monitoring.text.evidence import Evidence
from cases.monitoring.text.lexicon import Found, faces
from cases.monitoring.text.structure import lasting, speaks_up, structure
from cases.monitoring.text.tokens import Kind, Token

# Praise turned round says nearly as much as blame ("nejsem spokojená"); blame turned round is faint praise ("not bad").
_PRAISE_NEGATED = -0.95
_BLAME_NEGATED = -0.5
_FAINT_PRAISE_AT_MOST = 0.8
_BEFORE_CONTRAST, _AFTER_CONTRAST, _CONCEDED = 0.6, 1.2, 0.6
_QUOTED = 0.35
_ASKED, _STRONG = 0.6, 1.6
_PRAISE_ASKED = 0.4
_LOUD = 1.2
_LASTING = 1.3
_IRONIC = -0.6
_SIGN_OF_BLAME = 0.4
_SCARE_QUOTED = -0.9
_OF_A_RIVAL = 0.4
_RIVAL_PRAISED = -0.7
_PAST_PRAISE, _PAST_BLAME = -0.3, 0.6
_WISHED = 0.3
_REPORTED_AT_LEAST = 0.15
_SETTLED = 0.5
_NEGATION_REACHES = {"en": 4, "de": 4, "pl": 3}
_NEGATION_REACHES_ELSE = 5
_SHORT_NEGATORS = frozenset({"bez", "without", "no", "ohne", "ne", "ani"})
# A negation does not reach over these; where they join a list, `_list` carries it on.
_JOINING = {
    "cs": frozenset({"a", "takze", "protoze"}),
    "sk": frozenset({"a", "takze", "pretoze"}),
    "en": frozenset({"and", "so", "because"}),
    "de": frozenset({"und", "weil"}),
    "pl": frozenset({"i", "oraz", "bo"}),
}
_IN_LISTS = {
    "cs": frozenset({"a", "i", "ani", "nebo"}),
    "sk": frozenset({"a", "aj", "ani", "alebo"}),
    "en": frozenset({"and", "or", "nor"}),
    "de": frozenset({"und", "oder", "noch"}),
    "pl": frozenset({"i", "ani", "lub"}),
}
_LIMITS = frozenset({"only", "just", "jen", "jenom", "pouze", "nur", "tylko", "iba"})
_COMPARING = frozenset({"nez", "than", "oproti", "unlike", "compared", "rozdil", "ako", "als"})
_ELSEWHERE = frozenset({"konkurence", "konkurencia", "jinde", "elsewhere", "competitor", "competition"})
_RECOMMENDING = (("doporucovat",), ("doporucit",), ("recommend",))
_LASTING_TOPICS = frozenset({"waiting", "outage", "quality", "support", "delivery", "refund"})


def evidence(context: Context) -> list[Evidence]:
    """What the words, faces, ratings and the shape of a text say, in the order of the text."""
    return _Reader(context).read()


class _Reader:
    """One reading of one text."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.text = context.text
        self.layout = context.layout
        self.shouting = _shouting(context.text)

    def read(self) -> list[Evidence]:
        found = [made for one in self.context.matched if not self._only_strengthens(one) and (made := self._word(one))]
        self._list(found)
        self._frame(found)
        found += self._faces()
        found += self._ratings()
        self._irony(found)
        self._settled(found)
        found += structure(self.context, found, self._reported() * self._aside())
        return sorted(found, key=lambda one: one.start)

    # Words

    def _word(self, one: Found) -> Evidence | None:
        row = one.entry.row
        negator = self._negator(one)
        # "nefungovat" and "!work" are found where something is negated, by prefix or by another word.
        negated_outside = negator is not None and any(element.asks for element in one.entry.elements)
        if not (one.agrees or negated_outside) and any(element.negated for element in one.entry.elements):
            return None
        shown = " ".join(self.text[index].text for index in one.at)
        made = Evidence(row.term, shown, row.label, row.weight, row.weight, one.at[0], max(one.at))
        self._negate(made, one, negator)
        self._strengthen(made, one)
        return made

    def _only_strengthens(self, one: Found) -> bool:
        """Whether a word such as "hrozně" stands before another that judges: "hrozně milá"."""
        after = one.at[-1] + 1
        return any(word.at == one.at for word in self.context.roles.get("booster", ())) and any(
            other.at[0] == after for other in self.context.matched
        )

    def _negator(self, one: Found) -> int | None:
        """Where the word stands that negates this one; None if nothing does."""
        first = one.at[0]
        clause = self.layout.clause[first]
        reach = _NEGATION_REACHES.get(self.context.language, _NEGATION_REACHES_ELSE)
        negators = {word.at[-1] for word in self.context.of("negator")}
        contrasts = {word.at[0] for word in self.context.of("contrast")}
        seen = 0
        for index in range(first - 1, -1, -1):
            token = self.text[index]
            if (
                self.layout.clause[index] != clause
                or index in contrasts
                or token.plain in _JOINING[self.context.language]
            ):
                return None
            if token.kind is not Kind.WORD:
                continue
            seen += 1
            if seen > reach:
                return None
            if index in negators:
                if (token.plain in _SHORT_NEGATORS and seen > 2) or self.text[index + 1].plain in _LIMITS:
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

    def _list(self, found: list[Evidence]) -> None:
        """A negation goes on through a list: "nothing was easy, quick or worth it"."""
        for before, made in pairwise(found):
            between = self.text[before.end + 1 : made.start]
            joined = all(
                token.kind is Kind.COMMA or token.plain in _IN_LISTS[self.context.language] for token in between
            )
            if (
                joined
                and between
                and "negated" in before.rules
                and "negated" not in made.rules
                and made.topic == before.topic
            ):
                made.turn(_PRAISE_NEGATED if made.weight < 0 else _BLAME_NEGATED, "negated")

    # Sentences and the whole text

    def _frame(self, found: list[Evidence]) -> None:
        reported = self._reported()
        aside = self._aside()
        for made in found:
            sentence = self.layout.sentence[made.start]
            self._contrast(made, sentence)
            self._elsewhere(made, sentence)
            if any(0 < made.start - word.at[-1] <= 2 for word in self.context.of("wish", sentence)):
                made.turn(_WISHED, "wished for")
            conditions = self.context.of("condition", sentence)
            if made.weight > 0 and made.topic in _LASTING_TOPICS and lasting(self.context, sentence) and not conditions:
                made.turn(_LASTING, "for how long")
            if made.weight > 0 and conditions:
                made.distance(min(word.entry.row.weight for word in conditions), "conditional")
            if sentence in self.layout.asked:
                if made.weight < 0:
                    made.turn(_PRAISE_ASKED, "in a question")
                elif abs(made.tone) < _STRONG and not self._rhetorical(sentence):
                    made.distance(_ASKED, "in a question")
            if self._quoted(made):
                made.distance(_QUOTED, "quoted")
            elif reported < 1 and made.weight > 0 and not speaks_up(self.context, sentence):
                made.distance(reported, "reported")
            if aside < 1 and made.weight > 0:
                made.distance(aside, "about something else")

    def _rhetorical(self, sentence: int) -> bool:
        return any(self.layout.sentence[word.at[0]] == sentence for word in self.context.roles.get("why", ()))

    def _contrast(self, made: Evidence, sentence: int) -> None:
        for at in (word.at[0] for word in self.context.of("contrast", sentence)):
            if made.start < at:
                made.turn(_BEFORE_CONTRAST, "before a contrast")
                break
            if made.start > at and not self._opens_sentence(at, sentence):
                made.turn(_AFTER_CONTRAST, "after a contrast")
                break
        for word in self.context.of("concession", sentence):
            if self.layout.clause[word.at[-1]] == self.layout.clause[made.start] and made.start > word.at[-1]:
                made.turn(_CONCEDED, "conceded")
                break

    def _opens_sentence(self, at: int, sentence: int) -> bool:
        return not any(
            self.text[index].kind is Kind.WORD and self.layout.sentence[index] == sentence for index in range(at)
        )

    def _elsewhere(self, made: Evidence, sentence: int) -> None:
        """Praise and blame of somebody else, and of better times."""
        clause = self.layout.clause[made.start]
        if any(self.layout.clause[word.at[0]] == clause for word in self.context.of("past", sentence)):
            made.turn(_PAST_PRAISE if made.weight < 0 and made.topic == "praise" else _PAST_BLAME, "in the past")
        rivals = self.context.of("rival", sentence)
        compared = any(self.text[index].plain in _COMPARING for index in self.layout.of_sentence(sentence))
        if not rivals or compared:
            return
        if made.weight > 0:
            if self.layout.clause[rivals[0].at[0]] == clause:
                made.distance(_OF_A_RIVAL, "of a rival")
        elif made.topic == "praise" and self._names_a_rival(rivals) and self.layout.clause[rivals[0].at[0]] == clause:
            made.turn(_RIVAL_PRAISED, "praise of a rival")

    def _names_a_rival(self, rivals: Iterable[Found]) -> bool:
        return any(
            key in _ELSEWHERE for word in rivals for key in (self.text[word.at[0]].plain, *self.text[word.at[0]].lemmas)
        )

    def _reported(self) -> float:
        factor = 1.0
        for word in {one.entry.row.term: one for one in self.context.of("report")}.values():
            factor *= word.entry.row.weight
        return max(factor, _REPORTED_AT_LEAST)

    def _aside(self) -> float:
        """How far the text is about something no organisation is to blame for: the weather, a match, one's boss."""
        if any(speaks_up(self.context, sentence, addressing=True) for sentence in self.layout.sentences):
            return 1.0
        return min((word.entry.row.weight for word in self.context.of("aside")), default=1.0)

    def _quoted(self, made: Evidence) -> bool:
        """Inside quotation marks of more than two words, with something outside them."""
        number = self.layout.quoted[made.start]
        return bool(number) and self.layout.words_quoted(number) > 2 and self.layout.words_quoted(0) > 2

    # Faces and ratings

    def _faces(self) -> list[Evidence]:
        seen: dict[str, int] = {}
        made = []
        for index, token in enumerate(self.text):
            face = faces().get(token.text) or faces().get(token.text[:3]) if token.kind is Kind.FACE else None
            if face is None or not face.weight:
                continue
            times = seen.get(token.text, 0)
            seen[token.text] = times + 1
            if times < 3:
                weight = face.weight * 0.6**times
                topic = "general" if weight > 0 else "praise"
                made.append(Evidence(token.text, token.text, topic, weight, weight, index, index, ["face"], face.irony))
        return made

    def _ratings(self) -> list[Evidence]:
        made = []
        for index, token in enumerate(self.text):
            share = rating(token.text) if token.kind is Kind.RATING else None
            if share is not None:
                weight = 2.0 if share <= 0.25 else 1.0 if share <= 0.5 else -1.5 if share >= 0.9 else -0.7
                topic = "general" if weight > 0 else "praise"
                made.append(Evidence(token.text, token.text, topic, weight, weight, index, index, ["rating"]))
        return made

    # Irony and things put right

    def _irony(self, found: list[Evidence]) -> None:
        """Praise among blame that no "but" parts from it is meant the other way round.

        It takes a sign: an ironic word or face, quotation marks around the praise, or praise called out as the first
        word ("Great, third day without internet").
        """
        blame = sum(one.weight for one in found if one.weight > 0 and "face" not in one.rules)
        signs = sum(len(self.context.of(role)) for role in ("duration", "again", "negator"))
        blame += _SIGN_OF_BLAME * min(2, signs)
        ironic_faces = [one for one in found if one.irony]
        eye_rolling = any(one.weight >= 0.4 for one in ironic_faces)
        if any(one.topic == "resolved" and one.weight < 0 for one in found):
            return
        parted = bool(self.context.of("contrast")) or bool(self.context.of("rival"))
        for one in found:
            if one.weight >= 0 or one.topic != "praise" or {"face", "negated"} & set(one.rules):
                continue
            number = self.layout.quoted[one.start]
            cues = self.context.of("irony", self.layout.sentence[one.start])
            sign = (
                bool(ironic_faces)
                or self._called_out(one)
                or self._thanked_for_blame(one, found)
                or any(word.at[0] != one.start for word in cues)
            )
            if number and self.layout.words_quoted(number) <= 2:
                one.turn(_SCARE_QUOTED, "in mocking quotation marks")
            elif eye_rolling or (sign and blame >= 0.6 and not parted):
                one.turn(_IRONIC, "ironic")

    def _called_out(self, one: Evidence) -> bool:
        """Whether praise is among the first two words of its sentence and cut off at once: "Tak super, …"."""
        sentence = self.layout.of_sentence(self.layout.sentence[one.start])
        words = [index for index in sentence if self.text[index].kind is Kind.WORD]
        if one.start not in words[:2] or one.end > one.start + 1 or self.text[one.start].lemmas[:1] in _RECOMMENDING:
            return False
        return one.end + 1 < len(self.text) and self.text[one.end + 1].kind in (Kind.COMMA, Kind.STOP)

    def _thanked_for_blame(self, one: Evidence, found: Sequence[Evidence]) -> bool:
        """Whether thanks or applause is followed by blame in its own clause: "Thanks for the two-hour wait"."""
        if not any(one.start in word.at for word in self.context.roles.get("thanks", ())):
            return False
        clause = self.layout.clause[one.start]
        return any(
            other.weight >= 0.4 and other.start > one.start and self.layout.clause[other.start] == clause
            for other in found
        )

    def _settled(self, found: list[Evidence]) -> None:
        """What was put right afterwards weighs half."""
        last = max((one.start for one in found if one.topic == "resolved" and one.weight <= -0.5), default=-1)
        for one in found:
            if one.weight > 0 and one.start < last:
                one.distance(_SETTLED, "put right")


def rating(text: str) -> float | None:
    """The share a rating gives: "1/5" is 0.2, "★★☆☆☆" 0.4; None if it is none (24/7, 9 z 5)."""
    if text[0] in "★⭐☆":
        return text.count("★") / len(text) if "☆" in text else min(len(text), 5) / 5
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
