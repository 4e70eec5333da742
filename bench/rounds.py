"""Alternating rounds and medians: two things measured in turn, so that a busy machine slows both."""

import statistics
import time
from collections.abc import Callable, Mapping


def median_ms(work: Callable[[], object], repeats: int) -> float:
    """The median time of one call in milliseconds."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def alternate(works: Mapping[str, Callable[[], object]], *, rounds: int = 5, repeats: int = 20) -> dict[str, float]:
    """Median milliseconds of each piece of work over alternating rounds."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()  # fills caches and plans, not measured
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(median_ms(work, repeats))
    return {name: statistics.median(values) for name, values in found.items()}


def table(title: str, figures: Mapping[str, float], base: str) -> None:
    """Print the figures with their ratio to `base`."""
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:<48} {value:9.2f} ms   {value / figures[base]:7.2f} x")
