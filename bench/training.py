"""The exercise engine: 36 scenario hours on three networks, a live minute, a scenario read and checked.

Goals: a whole run ≤ 200 ms, a live minute ≤ 20 ms (it is part of a page). Needs no database.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from training.engine.effects import shipped, shipped_scoring
from training.engine.judging import judge
from training.engine.linting import lint
from training.engine.plans import plan_events
from training.engine.running import advance, replay
from training.engine.scenarios import Scenario

EXAMPLE = Path(__file__).resolve().parents[1] / "tests" / "training" / "engine" / "scenarios" / "porridge.yaml"
HOURS = 36


def cpu_ms(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median milliseconds of processor time and of wall time; a busy machine lengthens only the second."""
    cpu, wall = [], []
    work()
    for _ in range(repeats):
        began, started = time.process_time(), time.perf_counter()
        work()
        cpu.append((time.process_time() - began) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    return statistics.median(cpu), statistics.median(wall)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    source = EXAMPLE.read_bytes()
    data = lint(source, seeds=0).data
    data["clock"]["segments"][-1]["until"] = f"PT{HOURS}H"
    scenario, effects = Scenario.from_data(data), shipped()
    log = plan_events(data["reference_run"])
    middle, _ = replay(scenario, effects, 1, log, 300)
    stored = json.dumps(middle)
    works: dict[str, Callable[[], object]] = {
        f"{HOURS} h x 3 networks, doing nothing": lambda: replay(scenario, effects, 1),
        f"{HOURS} h x 3 networks, reference run": lambda: replay(scenario, effects, 1, log),
        "a run with its two companions and scores": lambda: judge(scenario, effects, shipped_scoring(), 1, log),
        "one live minute from the stored state": lambda: advance(scenario, effects, json.loads(stored), 301, log),
        "read, checked and linted without runs": lambda: lint(source, seeds=0),
    }
    print(f"state after five hours: {len(stored) / 1000:.1f} kB; scenario: {len(source) / 1000:.1f} kB")
    for name, work in works.items():
        cpu, wall = cpu_ms(work, options.repeats)
        print(f"  {name:<44} {cpu:8.1f} ms processor {wall:8.1f} ms wall")


if __name__ == "__main__":
    main()
