"""What only running shows: whether a scenario tells good work from bad, on twenty seeds."""

from __future__ import annotations

from dataclasses import dataclass

from training.engine.effects import Effects
from training.engine.judging import Course, course
from training.engine.plans import plan_events
from training.engine.scenarios import Scenario
from training.engine.scoring import Volumes, score

SEEDS = 20
REFERENCE_LEAST = 90.0
NOTHING_MOST = 35.0
VOLUME_MOST = 0.8


@dataclass(frozen=True)
class Trials:
    """Scores over the seeds: the lowest and highest of each plan, and the highest L*/L₀."""

    reference: tuple[float, float]
    nothing: tuple[float, float]
    clumsy: tuple[float, float] | None
    ratio: float
    # How many of all seeds have the clumsy plan between doing nothing and the reference.
    between: int
    seeds: int


def tried(scenario: Scenario, effects: Effects, scoring: Effects, seeds: int = SEEDS) -> Trials:
    """Run the scenario's plans on seeds 1 … `seeds`."""
    plans = {"reference": plan_events(scenario.data["reference_run"]), "nothing": []}
    if "clumsy_run" in scenario.data:
        plans["clumsy"] = plan_events(scenario.data["clumsy_run"])
    totals: dict[str, list[float]] = {name: [] for name in plans}
    ratios = []
    for seed in range(1, seeds + 1):
        runs: dict[str, Course] = {name: course(scenario, effects, seed, log) for name, log in plans.items()}
        least, most = runs["reference"].volume, runs["nothing"].volume
        ratios.append(least / most if most else 1.0)
        for name, run in runs.items():
            volumes = Volumes(run.volume, most, least)
            totals[name].append(score(scenario, effects, scoring, run.state, volumes).total)
    clumsy = totals.get("clumsy")
    triples = zip(totals["nothing"], clumsy or [], totals["reference"], strict=False)
    return Trials(
        reference=_span(totals["reference"]), nothing=_span(totals["nothing"]),
        clumsy=_span(clumsy) if clumsy else None, ratio=max(ratios),
        between=sum(low < middle < high for low, middle, high in triples), seeds=seeds,
    )  # fmt: skip


def _span(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)
