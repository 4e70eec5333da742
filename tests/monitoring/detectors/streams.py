"""Made-up brands and mentions for the tests of detectors."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.monitoring.detectors import Bucket, Sighting, bucket_of

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FIRST = bucket_of(MONDAY)
DAY = 288


def chance(source: random.Random, mean: float) -> int:
    """A Poisson count."""
    if mean > 50:
        return max(0, round(source.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), source.random(), 0
    while product > limit:
        product *= source.random()
        count += 1
    return count


def counts(
    days: float,
    level: float,
    *,
    seed: int = 1,
    bursts: Mapping[int, tuple[int, float]] | None = None,
    unrest: float = 0.2,
) -> Iterator[float]:
    """Counts of a brand that people write about by day, on working days, with moods that last hours.

    `level` is the mean of a bucket; `bursts` maps a bucket to (how many buckets, times as many).
    """
    source, mood, multiple, left = random.Random(seed), 0.0, 1.0, 0
    for index in range(int(days * DAY)):
        if bursts and index in bursts:
            left, multiple = bursts[index]
        hour = index % DAY / 12
        rhythm = (1 + 0.7 * math.sin((hour - 8) / 24 * 2 * math.pi)) * (0.7 if index // DAY % 7 >= 5 else 1.12)
        mood += -mood / 36 + source.gauss(0, unrest / 6)
        yield chance(source, level * rhythm * math.exp(mood) * (multiple if left > 0 else 1))
        left -= 1


def buckets(values: Any, negative: float = 0.1) -> list[Bucket]:
    """Counts as closed buckets from Monday on, a fixed share of them negative."""
    return [Bucket(FIRST + index, value, math.floor(value * negative)) for index, value in enumerate(values)]


def mention(minute: float = 0, **fields: Any) -> Sighting:
    """A mention so many minutes after Monday began."""
    fields.setdefault("id", f"m{minute}")
    return Sighting(at=MONDAY + timedelta(minutes=minute), **fields)


def size_of(state: Any) -> int:
    """How many values a state holds, however deep."""
    if isinstance(state, dict):
        return sum(size_of(value) for value in state.values())
    return sum(size_of(value) for value in state) if isinstance(state, list) else 1
