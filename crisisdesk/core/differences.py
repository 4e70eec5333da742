"""What changed between two texts, word by word. Without Django."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

Part = tuple[Literal["same", "ins", "del"], str]

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Comparing costs up to the product of the two lengths; above this many words whole lines are compared.
_MOST_WORDS = 4000


def words(old: str, new: str) -> Iterator[Part]:
    """The parts of both texts in reading order; long texts are compared by lines instead of words."""
    split = _WORDS if len(old) + len(new) < _MOST_WORDS * 6 else _LINES
    before, after = split.findall(old), split.findall(new)
    for kind, from_, to, from_new, to_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(after[from_new:to_new])
            continue
        if to > from_:
            yield "del", "".join(before[from_:to])
        if to_new > from_new:
            yield "ins", "".join(after[from_new:to_new])


def joined(parts: Iterator[Part]) -> list[Part]:
    """The same parts with a lone blank between two changes drawn into them, so that whole phrases light up."""
    listed = list(parts)
    merged: list[Part] = []
    waiting: dict[str, str] = {"del": "", "ins": ""}

    def flush() -> None:
        for kind in ("del", "ins"):
            if waiting[kind]:
                merged.append((kind, waiting[kind]))  # type: ignore[arg-type]
                waiting[kind] = ""

    for index, (kind, text) in enumerate(listed):
        if kind != "same":
            waiting[kind] += text
        elif text.isspace() and "\n" not in text and _between_changes(listed, index):
            for side in ("del", "ins"):
                waiting[side] += text if waiting[side] else ""
        else:
            flush()
            merged.append((kind, text))
    flush()
    return merged


def _between_changes(parts: list[Part], index: int) -> bool:
    return 0 < index < len(parts) - 1 and parts[index - 1][0] != "same" and parts[index + 1][0] != "same"
