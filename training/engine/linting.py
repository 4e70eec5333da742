"""Everything the desk can say about an author's file before anybody trains with it.

Four steps, each only when the one before found nothing: can it be read, has it the shape, do its names lead somewhere,
can something be learned from it; then twenty runs show whether it tells good work from bad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.engine import documents, schemas
from training.engine.documents import Document
from training.engine.effects import shipped, shipped_scoring
from training.engine.faults import Fault, Unreadable, shown
from training.engine.references import plan_faults, reference_faults
from training.engine.rules import rule_faults
from training.engine.scenarios import Scenario
from training.engine.trials import NOTHING_MOST, REFERENCE_LEAST, SEEDS, VOLUME_MOST, Trials, tried


@dataclass(frozen=True)
class Report:
    """What was found; `data` is the scenario when its shape and its names hold, `trials` what the runs gave."""

    faults: list[Fault]
    data: Any = None
    trials: Trials | None = None

    @property
    def usable(self) -> bool:
        """Whether nothing worse than advice was found."""
        return all(fault.warning for fault in self.faults)


def lint(source: bytes | str, *, seeds: int = SEEDS) -> Report:
    """Read and check a scenario; `seeds` 0 leaves the runs out. Whatever is wrong is in the report, nothing raises."""
    try:
        document = documents.read(source)
    except Unreadable as error:
        return Report(error.faults)
    if faults := schemas.shape_faults(document):
        return Report(faults)
    if faults := reference_faults(document):
        return Report(faults)
    faults = rule_faults(document)
    trials = None
    if seeds and all(fault.warning for fault in faults):
        trials = tried(Scenario.from_data(document.data), shipped(), shipped_scoring(), seeds)
        faults = sorted([*faults, *_trial_faults(document, trials)], key=lambda fault: fault.line)
    return Report(faults, document.data, trials)


def lint_plan(source: bytes | str, scenario: Any) -> Report:
    """Read and check a plan for a scenario: a mapping with the list of steps under `plan`."""
    try:
        document = documents.read(source)
    except Unreadable as error:
        return Report(error.faults)
    if faults := schemas.shape_faults(document, "plan"):
        return Report(faults)
    return Report(plan_faults(document, scenario), document.data["plan"])


def _trial_faults(document: Document, trials: Trials) -> list[Fault]:
    found = []

    def fault(code: str, key: str, **values: object) -> None:
        line, column = document.place((key,))
        found.append(Fault(code, line, column, (key,), shown({"seeds": trials.seeds, **values})))

    if trials.reference[0] < REFERENCE_LEAST:
        fault("reference_weak", "reference_run", found=f"{trials.reference[0]:.1f}", least=f"{REFERENCE_LEAST:.0f}")
    if trials.nothing[1] > NOTHING_MOST:
        fault("nothing_strong", "rubric", found=f"{trials.nothing[1]:.1f}", most=f"{NOTHING_MOST:.0f}")
    if trials.ratio > VOLUME_MOST:
        fault("volume_alike", "reference_run", found=f"{trials.ratio:.2f}", most=f"{VOLUME_MOST:.1f}")
    if trials.clumsy is not None and trials.between < trials.seeds:
        low, high = (f"{value:.1f}" for value in trials.clumsy)
        fault("clumsy_outside", "clumsy_run", low=low, high=high)
    return found
