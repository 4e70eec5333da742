"""What detectors are fed with: closed five-minute buckets of counts, and single mentions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

SECONDS = 300
PER_HOUR = 12
PER_DAY = 288
# More than the whole world writes in five minutes. Beyond it a number is a mistake, and its square still fits a float.
MOST = 1_000_000_000
# From this negativity on (0–1) a mention counts as negative.
NEGATIVE = 0.5


class BadCount(ValueError):
    """A count is a number from 0 to 1,000,000,000."""


class OutOfOrder(ValueError):
    """Detectors go forward in time; what comes late is taken by `Replay`."""


def bucket_of(at: datetime) -> int:
    """The number of the five-minute bucket a moment falls into, counted from 1970 in UTC."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return math.floor(at.timestamp() / SECONDS)


def start_of(number: int) -> datetime:
    """When a bucket begins, in UTC."""
    return datetime.fromtimestamp(number * SECONDS, UTC)


def checked(count: float) -> float:
    """The count as a float, if it can be one."""
    if not 0 <= count <= MOST:  # Also false for NaN.
        raise BadCount(f"{count!r} is not a number from 0 to {MOST}")
    return float(count)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A closed bucket: how many mentions there were in it, and how many of them negative."""

    number: int
    mentions: float = 0
    negative: float = 0

    def __post_init__(self) -> None:
        """Refuse what can not have been counted."""
        if checked(self.negative) > checked(self.mentions):
            raise BadCount(f"{self.negative} negative mentions of {self.mentions}")

    @property
    def order(self) -> tuple[int, int, str]:
        """Where it stands in time: after the mentions it counts."""
        return self.number, 1, ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One mention as detectors see it. `id` is unique within the brand.

    `reach` in people; `negativity` 0–1; `rating` 0–5 stars where the mention is a review; `author_days` the age of the
    author's account in days; `story` the near-duplicates it belongs to; `terms` the trigger terms found in it. What is
    not known is None or empty.
    """

    id: str
    at: datetime
    author: str = ""
    reach: int | None = None
    negativity: float = 0.0
    rating: float | None = None
    author_days: int | None = None
    story: str = ""
    terms: tuple[str, ...] = ()
    source: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        """Refuse what can not be true of a mention."""
        if self.at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        if self.reach is not None:
            checked(self.reach)
        if not 0 <= self.negativity <= 1 or not (self.rating is None or 0 <= self.rating <= 5):
            raise ValueError(f"negativity {self.negativity} or rating {self.rating} out of range")

    @property
    def number(self) -> int:
        """The bucket it falls into."""
        return bucket_of(self.at)

    @property
    def order(self) -> tuple[int, int, str]:
        """Where it stands in time: by its moment, within the same moment by its identity."""
        return self.number, 0, f"{self.at.astimezone(UTC).isoformat(timespec='microseconds')} {self.id}"

    @property
    def negative(self) -> bool:
        """Whether it counts as negative."""
        return self.negativity >= NEGATIVE
