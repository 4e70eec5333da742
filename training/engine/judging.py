"""A run beside what would have happened: doing nothing and the reference run, with the same seed and the same steering.

The facilitator's commands belong to the weather, not to the team: they are part of all three runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.engine.effects import Effects
from training.engine.events import COMMANDS
from training.engine.plans import merged, plan_events
from training.engine.running import Output, State, advance, begin
from training.engine.scenarios import Scenario
from training.engine.scoring import Scores, Volumes, score


@dataclass(frozen=True)
class Course:
    """One run: where it ended and what came out on the way."""

    state: State
    outputs: list[Output]

    @property
    def volume(self) -> float:
        """The reach-weighted negative volume."""
        return float(self.state["feed"]["volume"])

    def posts_a_minute(self) -> list[int]:
        """The curve: posts of the crowd on all networks, by minute from 0."""
        curve = [0] * (self.state["minute"] + 1)
        for one in self.outputs:
            if one["kind"] == "crowd":
                curve[one["minute"]] = sum(one["counts"].values())
        return curve


@dataclass(frozen=True)
class Judged:
    """A run with its two companions and its scores."""

    run: Course
    nothing: Course
    reference: Course
    scores: Scores


def course(scenario: Scenario, effects: Effects, seed: int, log: list[Any], until: int | None = None) -> Course:
    """One run from its log."""
    last = scenario.length if until is None else until
    return Course(*advance(scenario, effects, begin(scenario, effects, seed), last, log))


def judge(
    scenario: Scenario, effects: Effects, scoring: Effects, seed: int, log: list[Any], *,
    until: int | None = None, later: list[Any] | None = None,
) -> Judged:  # fmt: skip
    """Run the log and its two counterfactuals up to the same minute and score it."""
    steering = [event for event in log if event["kind"] in COMMANDS]
    plan = plan_events(scenario.data["reference_run"])
    run = course(scenario, effects, seed, log, until)
    nothing = course(scenario, effects, seed, merged(steering), until)
    reference = course(scenario, effects, seed, merged(steering, plan), until)
    volumes = Volumes(run.volume, nothing.volume, reference.volume)
    return Judged(run, nothing, reference, score(scenario, effects, scoring, run.state, volumes, later or ()))
