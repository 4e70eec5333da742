"""Late data: go back to a checkpoint and go through what came since once more.

A detector only goes forward. `Replay` keeps the state at intervals and what came after the oldest of them; when a
bucket or a mention turns up late, it takes its place in time and everything from the checkpoint before it is computed
anew. The result is the same as if all had come in order.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import Any, Generic, Protocol, TypeVar

from cases.monitoring.detectors.buckets import PER_DAY, PER_HOUR
from cases.monitoring.detectors.persisting import as_text

# How far back late data are taken, and how often the state is kept meanwhile.
HORIZON = PER_DAY
EVERY = 2 * PER_HOUR


class TooLate(ValueError):
    """Older than anything that can still be computed anew here; recompute from the rollups."""


class Timed(Protocol):
    """What has its place in time: a bucket or a mention. Two with the same order are the same, the later corrects."""

    @property
    def number(self) -> int:
        """The bucket."""

    @property
    def order(self) -> tuple[int, int, str]:
        """The place in time."""


Item = TypeVar("Item", bound=Timed)
Result = TypeVar("Result")
Item_contra = TypeVar("Item_contra", bound=Timed, contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)


class Machine(Protocol[Item_contra, Result_co]):
    """What goes forward and can be put back: a detector or a panel of them."""

    def take(self, item: Item_contra, /) -> Result_co:
        """The next item."""

    def state(self) -> dict[str, Any]:
        """All it remembers, as JSON."""

    def restore(self, data: Any) -> None:
        """Back to a state."""


class Replay(Generic[Item, Result]):
    """A detector that takes late data. Memory: the items of the horizon (a day) and a state every two hours of it."""

    def __init__(self, machine: Machine[Item, Result], horizon: int = HORIZON, every: int = EVERY) -> None:
        self.machine = machine
        self.horizon, self._every = horizon, every
        self._items: list[Item] = []
        # States with the number of items taken before each; texts, so that nothing can change them afterwards.
        self._checkpoints: list[tuple[int, str]] = []
        self._kept: int | None = None  # The bucket in which the last checkpoint was made.
        self._trimmed = False

    @property
    def oldest(self) -> int | None:
        """The bucket of the oldest item that is kept; None before the first."""
        return self._items[0].number if self._items else None

    @property
    def newest(self) -> int | None:
        """The bucket of the newest item; None before the first."""
        return self._items[-1].number if self._items else None

    def take(self, item: Item) -> list[tuple[Item, Result]]:
        """Take one item wherever it belongs. What it and all after it led to; one pair where it came in order."""
        if not self._items or item.order > self._items[-1].order:
            result = self._forward(item)
            self._forget()
            return [(item, result)]
        return self._backward(item)

    def _forward(self, item: Item) -> Result:
        if self._kept is None or item.number >= self._kept + self._every:
            self._checkpoints.append((len(self._items), as_text(self.machine.state())))
            self._kept = item.number
        result = self.machine.take(item)
        self._items.append(item)
        return result

    def _backward(self, item: Item) -> list[tuple[Item, Result]]:
        place = bisect_left(self._items, item.order, key=lambda one: one.order)
        usable = [kept for kept in self._checkpoints if kept[0] <= place]
        if not usable or item.number < self._items[-1].number - self.horizon or (place == 0 and self._trimmed):
            raise TooLate(f"bucket {item.number} is too old; recompute from the rollups")
        count, state = usable[-1]
        again, inside = self._items[count:], place - count
        if self._items[place].order == item.order:
            again[inside] = item
        else:
            again.insert(inside, item)
        self.machine.restore(json.loads(state))
        self._items, self._checkpoints = self._items[:count], usable[:-1]
        self._kept = None
        results = [(one, self._forward(one)) for one in again]
        self._forget()
        return results[inside:]

    def _forget(self) -> None:
        """Drop checkpoints, and the items before the oldest of them, that lie beyond the horizon."""
        oldest = self._items[-1].number - self.horizon
        while len(self._checkpoints) > 1 and self._items[self._checkpoints[1][0]].number <= oldest:
            self._trimmed = True
            self._checkpoints.pop(0)
        if gone := self._checkpoints[0][0]:
            del self._items[:gone]
            self._checkpoints = [(count - gone, state) for count, state in self._checkpoints]
