"""The score of the Numenta Anomaly Benchmark, standard profile, by its published formula.

Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", 2015; weights of the standard profile. Everything
is counted in rows. The first 15 %, at most 750 rows, is probation and not scored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

HIT, FALSE_ALARM, MISSED = 1.0, 0.11, 1.0
PROBATION, MOST_PROBATION = 0.15, 750


def scaled_sigmoid(position: float) -> float:
    """1 far before the right edge of a window (position 0), 0 at it, −1 from three window widths behind it on."""
    return -1.0 if position >= 3 else 2 / (1 + math.exp(5 * position)) - 1


BEST_HIT = scaled_sigmoid(-1.0)


def probation(rows: int) -> int:
    """How many rows at the beginning are not scored."""
    return min(math.floor(PROBATION * rows), MOST_PROBATION)


@dataclass(slots=True)
class Scored:
    """One file: raw points, the row of the hit of each window (None where missed), the rows of false alarms."""

    raw: float
    hits: list[int | None]
    false_alarms: list[int] = field(default_factory=list)

    @property
    def windows(self) -> int:
        """How many windows there are."""
        return len(self.hits)


def score(rows: int, alarms: Sequence[int], windows: Sequence[tuple[int, int]]) -> Scored:
    """Score the rows with an alarm against windows (first row, last row), which do not overlap and are in order.

    Of a window the earliest alarm counts, the more the earlier it is. Each alarm outside costs 0.11, less shortly
    behind a window. A window without alarm costs 1.
    """
    hits: list[int | None] = [None] * len(windows)
    false_alarms, raw = [], 0.0
    for row in sorted(alarms):
        if row < probation(rows):
            continue
        inside = next((index for index, (first, last) in enumerate(windows) if first <= row <= last), None)
        if inside is not None:
            hits[inside] = row if hits[inside] is None else hits[inside]
            continue
        false_alarms.append(row)
        behind = [(first, last) for first, last in windows if last < row]
        position = (row - behind[-1][1]) / (behind[-1][1] - behind[-1][0]) if behind else 3.0
        raw += FALSE_ALARM * scaled_sigmoid(position)
    for hit, (first, last) in zip(hits, windows, strict=True):
        if hit is None:
            raw -= MISSED
        else:
            raw += HIT * scaled_sigmoid(-(last - hit + 1) / (last - first + 1)) / BEST_HIT
    return Scored(raw, hits, false_alarms)


def normalised(scored: Sequence[Scored]) -> float:
    """0 for a detector that never fires, 100 for one that hits every window in its first row and nothing else."""
    windows = sum(one.windows for one in scored)
    return 100 * (sum(one.raw for one in scored) + MISSED * windows) / ((HIT + MISSED) * windows)
