"""What changed between two texts, word by word. Without Django."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

Part = tuple[Literal["same", "ins", "del"], str]

# A word carries the blanks after it, so that neighbouring changes make one phrase.
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing costs up to the product of the lengths: above this many words whole lines are compared, above this many
# lines the texts are shown one after the other.
_MOST_WORDS = 3000
_MOST_LINES = 3000


def parts(old: str, new: str) -> Iterator[Part]:
    """The parts of both texts in reading order: same + del is the old text, same + ins the new one."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _MOST_WORDS:
        before, after = _LINES.findall(old), _LINES.findall(new)
    if len(before) + len(after) > _MOST_LINES:
        before, after = [old] if old else [], [new] if new else []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(after[from_new:to_new])
            continue
        if to_old > from_old:
            yield "del", "".join(before[from_old:to_old])
        if to_new > from_new:
            yield "ins", "".join(after[from_new:to_new])
