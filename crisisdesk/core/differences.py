"""What changed between two texts, word by word. Without Django."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "ins", "del"]
Part = tuple[Kind, str]

# A word carries the blanks after it, so that neighbouring changes make one phrase.
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing costs up to the product of the lengths, and more where one word stands again and again: above this many
# words, or pairs of equal words, whole lines are compared, above this many lines the texts are shown one after the
# other.
_MOST_WORDS = 3000
_MOST_PAIRS = 60_000
_MOST_LINES = 3000


def parts(old: str, new: str) -> Iterator[Part]:
    """The parts of both texts in reading order: same + del is the old text, same + ins the new one, to the last blank.

    Between two parts that stayed stand at most one that went and one that came, which share no blanks at their ends.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _MOST_WORDS or _pairs(before, after) > _MOST_PAIRS:
        before, after = _LINES.findall(old), _LINES.findall(new)
    if len(before) + len(after) > _MOST_LINES:
        before, after = [old] if old else [], [new] if new else []
    return _joined(_compared(before, after))


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    there = Counter(map(str.rstrip, after))
    return sum(number * there[word] for word, number in Counter(map(str.rstrip, before)).items())


def _compared(before: Sequence[str], after: Sequence[str]) -> Iterator[Part]:
    """Words are the same whatever blanks follow; blanks that differ then went and came by themselves."""
    words = [row.rstrip() for row in before], [row.rstrip() for row in after]
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        if kind != "equal":
            yield "del", "".join(before[from_old:to_old])
            yield "ins", "".join(after[from_new:to_new])
            continue
        for was, now in zip(before[from_old:to_old], after[from_new:to_new], strict=True):
            if was == now:
                yield "same", now
                continue
            word = now.rstrip()
            yield "same", word
            yield "del", was[len(word) :]
            yield "ins", now[len(word) :]


def _joined(found: Iterable[Part]) -> Iterator[Part]:
    """Neighbouring parts of one kind as one, blanks that a change has at both its ends among what stayed."""
    same = went = came = ""
    for kind, text in found:
        if kind == "del":
            went += text
        elif kind == "ins":
            came += text
        elif text:
            blanks = _shared_blanks(went, came)
            went, came = went[: len(went) - len(blanks)], came[: len(came) - len(blanks)]
            if went or came:
                yield from _filled(same, went, came)
                same = went = came = ""
            same += blanks + text
    blanks = _shared_blanks(went, came)
    yield from _filled(same, went[: len(went) - len(blanks)], came[: len(came) - len(blanks)])
    yield from _filled(blanks)


def _filled(same: str, went: str = "", came: str = "") -> Iterator[Part]:
    given: tuple[Part, ...] = (("same", same), ("del", went), ("ins", came))
    return (part for part in given if part[1])


def _shared_blanks(one: str, other: str) -> str:
    """The longest run of blanks with which both end."""
    length = 0
    while one[-1 - length : len(one) - length].isspace() and one[-1 - length :] == other[-1 - length :]:
        length += 1
        if length >= min(len(one), len(other)):
            break
    return one[len(one) - length :]
