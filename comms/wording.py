"""The difference between two texts, word by word, for people who decide about them.

Myers' algorithm (An O(ND) Difference Algorithm, 1986) over words, spaces and marks. The work is bounded: past
`MOST_EDITS` single edits the middle of the two texts is shown as one deletion and one insertion, which for texts that
differ so much is also what a reader wants. A megabyte of either text costs no more than reading it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_EDITS = 400

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


class Change(StrEnum):
    """What happened to a run of text."""

    SAME = "same"
    DELETED = "del"
    INSERTED = "ins"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text and what happened to it."""

    change: Change
    text: str


def difference(old: str, new: str) -> list[Segment]:
    """Segments in reading order, a deletion before the insertion that replaces it.

    The same and inserted segments joined are `new`; the same and deleted ones are `old`.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle_before = before[head : len(before) - tail]
    middle_after = after[head : len(after) - tail]
    runs = [
        (Change.SAME, before[:head]),
        *_runs(middle_before, middle_after),
        (Change.SAME, before[len(before) - tail :]),
    ]
    return _segments((change, "".join(tokens)) for change, tokens in runs)


def changed(segments: Sequence[Segment]) -> bool:
    """Whether anything differs."""
    return any(segment.change is not Change.SAME for segment in segments)


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """How many tokens two sequences begin with in common."""
    for count, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return count
    return min(len(before), len(after))


def _runs(before: list[str], after: list[str]) -> list[tuple[Change, list[str]]]:
    """Runs of the middle part, found by Myers' algorithm, or one deletion and one insertion past the bound."""
    if not before or not after or (path := _shortest_edit(before, after)) is None:
        return [(Change.DELETED, before), (Change.INSERTED, after)]
    runs: list[tuple[Change, list[str]]] = []
    x = y = 0
    for end_x, end_y in path:
        if end_x - x > end_y - y:
            runs.append((Change.DELETED, [before[x]]))
            x += 1
        elif end_y - y > end_x - x:
            runs.append((Change.INSERTED, [after[y]]))
            y += 1
        runs.append((Change.SAME, before[x:end_x]))
        x, y = end_x, end_y
    return runs


def _shortest_edit(before: list[str], after: list[str]) -> list[tuple[int, int]] | None:
    """The end of each round's furthest path on the shortest way from old to new; None past the bound.

    Every round makes one single edit and then follows what is equal.
    """
    furthest = {1: 0}
    rounds: list[dict[int, int]] = []
    for edits in range(min(len(before) + len(after), MOST_EDITS) + 1):
        rounds.append(furthest.copy())
        for diagonal in range(-edits, edits + 1, 2):
            x = _start(furthest, diagonal, edits)
            y = x - diagonal
            while x < len(before) and y < len(after) and before[x] == after[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(before) and y >= len(after):
                return _way_back(rounds, len(before), len(after))
    return None


def _start(furthest: dict[int, int], diagonal: int, edits: int) -> int:
    """Where on a diagonal a round begins: one step down or right of the better neighbour."""
    if diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]):
        return furthest[diagonal + 1]
    return furthest[diagonal - 1] + 1


def _way_back(rounds: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The ends of all rounds, first round first."""
    ends: list[tuple[int, int]] = []
    for edits in range(len(rounds) - 1, -1, -1):
        ends.append((x, y))
        furthest, diagonal = rounds[edits], x - y
        down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
        previous = diagonal + 1 if down else diagonal - 1
        x = furthest[previous]
        y = x - previous
    return ends[::-1]


def _segments(runs: Iterator[tuple[Change, str]]) -> list[Segment]:
    """Runs joined for reading: white space between two changes belongs to them, deletions stand before insertions."""
    found = [(change, text) for change, text in runs if text]
    segments: list[Segment] = []
    deleted = inserted = ""

    def flush() -> None:
        nonlocal deleted, inserted
        segments.extend(
            Segment(change, text) for change, text in ((Change.DELETED, deleted), (Change.INSERTED, inserted)) if text
        )
        deleted = inserted = ""

    for place, (change, text) in enumerate(found):
        if change is Change.DELETED:
            deleted += text
        elif change is Change.INSERTED:
            inserted += text
        elif text.isspace() and 0 < place < len(found) - 1 and (deleted or inserted):
            deleted, inserted = deleted + text, inserted + text
        else:
            flush()
            if segments and segments[-1].change is Change.SAME:
                segments[-1] = Segment(Change.SAME, segments[-1].text + text)
            else:
                segments.append(Segment(Change.SAME, text))
    flush()
    return segments
