"""The volume detector on labelled mention counts: `python -m bench detection FOLDER [--robustness]`.

FOLDER holds `timestamp,value` files of five-minute counts and `windows.json`, the labelled windows of each (realTweets
of the Numenta Anomaly Benchmark). Everything is measured at the shipped threshold, beside two rules that open-source
tools ship, as they are and with our cool-down. `--robustness` turns each parameter by a quarter both ways and chooses
the threshold for each brand from the others (leave one brand out).

Goals (domain note on monitoring), on brands not tuned on: NAB standard ≥ 75 (floor 68), at most one window missed, at
most one false alarm a brand and week (alarms less than 6 h apart are one), < 50 µs a bucket.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import nab
from cases.monitoring.detectors import Verdict, VolumeBurst, VolumeSettings, bucket_of
from cases.monitoring.detectors.cooldown import QUIET_BUCKETS, WORSE
from cases.monitoring.detectors.volume import LEARNING, WINDOW

WEEK = 7 * 288
EPISODE = 6 * 12
THRESHOLDS = [round(2.4 * 1.06**step, 3) for step in range(14)]


@dataclass(frozen=True, slots=True)
class Brand:
    """The counts of one file and the rows of its windows."""

    name: str
    buckets: list[int]
    counts: list[float]
    windows: list[tuple[int, int]]


def brands_in(folder: Path) -> list[Brand]:
    """All labelled files of a folder."""
    found = []
    for name, windows in sorted(json.loads((folder / "windows.json").read_text()).items()):
        with (folder / name).open(newline="") as file:
            rows = list(csv.DictReader(file))
        moments = [row["timestamp"] for row in rows]
        edges = [(moments.index(first[:19]), moments.index(last[:19])) for first, last in windows]
        buckets = [bucket_of(datetime.fromisoformat(moment + "+00:00")) for moment in moments]
        found.append(Brand(Path(name).stem, buckets, [float(row["value"]) for row in rows], edges))
    return found


def shipped(brand: Brand) -> list[int]:
    """The rows with an alarm, by exactly what the product runs."""
    detector = VolumeBurst()
    steps = zip(brand.buckets, brand.counts, strict=True)
    return [row for row, (number, count) in enumerate(steps) if detector.step(number, count).verdict is Verdict.FIRED]


def three_deviations(brand: Brand) -> list[int]:
    """The rule "more than the mean and three standard deviations of all that was before"."""
    alarms, mean, squares = [], 0.0, 0.0
    for row, count in enumerate(brand.counts):
        if row >= 2 and count > mean + 3 * math.sqrt(squares / row):
            alarms.append(row)
        away = count - mean
        mean += away / (row + 1)
        squares += away * (count - mean)
    return alarms


def thrice_the_day(brand: Brand) -> list[int]:
    """The rule "more than three times the mean of the last 24 hours"."""
    total, alarms = 0.0, []
    for row, count in enumerate(brand.counts):
        if row >= 288:
            if count > 3 * total / 288:
                alarms.append(row)
            total -= brand.counts[row - 288]
        total += count
    return alarms


def held(rule: Callable[[Brand], list[int]]) -> Callable[[Brand], list[int]]:
    """A rule with our cool-down, so that not only its repetitions are compared. Its evidence is the count itself."""

    def alarms(brand: Brand) -> list[int]:
        return passing([(row, brand.counts[row]) for row in rule(brand) if row >= LEARNING])

    return alarms


def passing(above: Iterable[tuple[int, float]], quiet: float = QUIET_BUCKETS, worse: float = WORSE) -> list[int]:
    """The rows that pass an escalation-only cool-down, of (row, evidence) above the threshold."""
    alarms: list[int] = []
    strongest = 0.0
    for row, evidence in above:
        if not alarms or row - alarms[-1] > quiet or evidence >= worse * strongest:
            alarms.append(row)
            strongest = evidence
    return alarms


def episodes(rows: Sequence[int]) -> int:
    """Alarms less than six hours apart are one."""
    return sum(1 for index, row in enumerate(rows) if not index or row - rows[index - 1] >= EPISODE)


def measure(name: str, rule: Callable[[Brand], list[int]], brands: Sequence[Brand]) -> list[nab.Scored]:
    """Print one line of figures."""
    scored, taken, rows, delays = [], 0.0, 0, []
    for brand in brands:
        start = time.process_time()
        alarms = rule(brand)
        taken += time.process_time() - start
        rows += len(brand.counts)
        one = nab.score(len(brand.counts), alarms, brand.windows)
        scored.append(one)
        delays += [
            hit - peak(brand, window) for hit, window in zip(one.hits, brand.windows, strict=True) if hit is not None
        ]
    weeks = sum(len(brand.counts) - nab.probation(len(brand.counts)) for brand in brands) / WEEK
    hits, windows = sum(hit is not None for one in scored for hit in one.hits), sum(one.windows for one in scored)
    false = sum(episodes(one.false_alarms) for one in scored)
    delay = f"{5 * statistics.median(delays):+6.0f} min" if delays else "         –"
    print(
        f"  {name:<42} {nab.normalised(scored):6.1f}   {hits:3d}/{windows}   {false / weeks:6.2f}   {delay}   "
        f"{taken / rows * 1e6:6.1f} µs"
    )
    return scored


def peak(brand: Brand, window: tuple[int, int]) -> int:
    """The row of the largest count in a window: what delays are measured from."""
    first, last = window
    return max(range(first, last + 1), key=lambda row: brand.counts[row])


class Readings:
    """The evidence of all brands under some settings, to be judged at many thresholds without being computed again."""

    def __init__(self, brands: Sequence[Brand], settings: VolumeSettings) -> None:
        self.brands = brands
        self.above = []
        for brand in brands:
            detector = VolumeBurst(replace(settings, threshold=math.inf))
            evidence = []
            for row, (number, count) in enumerate(zip(brand.buckets, brand.counts, strict=True)):
                reading = detector.step(number, count)
                usual = settings.multiple * reading.expected
                enough = reading.seen >= settings.fewest and max(reading.seen, WINDOW * count) >= usual
                if reading.evidence >= THRESHOLDS[0] * 0.7 and enough:
                    evidence.append((row, reading.evidence))
            self.above.append(evidence)

    def scores(self, threshold: float, quiet: float = QUIET_BUCKETS, worse: float = WORSE) -> list[nab.Scored]:
        """One score a brand at this threshold."""
        return [
            nab.score(
                len(brand.counts), passing([one for one in above if one[1] >= threshold], quiet, worse), brand.windows
            )
            for brand, above in zip(self.brands, self.above, strict=True)
        ]

    def left_out(self, quiet: float = QUIET_BUCKETS, worse: float = WORSE) -> float:
        """The mean score of brands whose threshold was the middle of the best plateau of the other brands."""
        by_threshold = [
            [nab.normalised([one]) for one in self.scores(threshold, quiet, worse)] for threshold in THRESHOLDS
        ]
        found = []
        for brand in range(len(self.brands)):
            others = [statistics.mean(x for i, x in enumerate(row) if i != brand) for row in by_threshold]
            plateaus = {i: statistics.mean(others[i - 2 : i + 3]) for i in range(2, len(others) - 2)}
            found.append(by_threshold[max(plateaus, key=plateaus.__getitem__)][brand])
        return statistics.mean(found)


def robustness(brands: Sequence[Brand]) -> None:
    """Print what becomes of the score when a parameter is not what it is."""
    settings = VolumeSettings()
    base = Readings(brands, settings)
    # What is judged here again has to be what the product runs.
    assert base.scores(settings.threshold) == [nab.score(len(b.counts), shipped(b), b.windows) for b in brands]
    print("\n  threshold     NAB   windows   false alarms a brand-week")
    for threshold in THRESHOLDS:
        line(f"{threshold:.2f}", base.scores(threshold), brands)
    print(
        "\n  parameter                  at the shipped threshold: NAB, windows, false alarms   threshold left out: NAB"
    )
    line("as shipped", base.scores(settings.threshold), brands, base.left_out())
    for factor in (0.75, 1.25):
        line(f"threshold × {factor}", base.scores(settings.threshold * factor), brands)
        line(f"cool-down × {factor}", base.scores(settings.threshold, quiet=QUIET_BUCKETS * factor), brands,
             base.left_out(quiet=QUIET_BUCKETS * factor))  # fmt: skip
        line(f"worse × {factor}", base.scores(settings.threshold, worse=WORSE * factor), brands,
             base.left_out(worse=WORSE * factor))  # fmt: skip
    for field in fields(settings):
        value = getattr(settings, field.name)
        for factor in (0.75, 1.25):
            if field.name == "threshold":
                continue
            turned = tuple(span * factor for span in value) if isinstance(value, tuple) else value * factor
            changed: dict[str, Any] = {field.name: turned}
            readings = Readings(brands, replace(settings, **changed))
            name = f"{field.name} × {factor}"
            line(name, readings.scores(settings.threshold), brands, readings.left_out())


def line(name: str, scored: Sequence[nab.Scored], brands: Sequence[Brand], left_out: float | None = None) -> None:
    """One line of the tables of robustness."""
    weeks = sum(len(brand.counts) - nab.probation(len(brand.counts)) for brand in brands) / WEEK
    hits, windows = sum(hit is not None for one in scored for hit in one.hits), sum(one.windows for one in scored)
    false = sum(episodes(one.false_alarms) for one in scored) / weeks
    last = "" if left_out is None else f"   {left_out:6.1f}"
    print(f"  {name:<24} {nab.normalised(scored):6.1f}   {hits:3d}/{windows}   {false:6.2f}{last}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="the folder with the files and windows.json")
    parser.add_argument("--robustness", action="store_true", help="turn every parameter; takes a minute or two")
    options = parser.parse_args()
    if options.folder is None:
        print("detection needs the folder with the labelled counts as its argument; nothing was measured")
        return
    brands = brands_in(options.folder)
    print(f"\n  {len(brands)} brands{'':<34} NAB std   windows   false/week   delay from peak   a bucket (CPU)")
    scored = measure("the shipped detector", shipped, brands)
    for name, rule in (("mean + 3 sd", three_deviations), ("3 × daily mean", thrice_the_day)):
        measure(name, rule, brands)
        measure(f"{name}, with our cool-down", held(rule), brands)
    print()
    for brand, one in zip(brands, scored, strict=True):
        line(brand.name, [one], [brand])
    if options.robustness:
        robustness(brands)


if __name__ == "__main__":
    main()
