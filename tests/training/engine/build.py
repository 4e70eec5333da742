"""The small scenario the engine is tried on, variations of it, and plans."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

from training.engine import documents
from training.engine.effects import shipped, shipped_scoring
from training.engine.judging import Course, course
from training.engine.plans import plan_events
from training.engine.running import Output
from training.engine.scenarios import Scenario

PORRIDGE = Path(__file__).parent / "scenarios" / "porridge.yaml"
EFFECTS, SCORING = shipped(), shipped_scoring()
ELEMENTS = ["empathy", "action", "known", "open_questions", "commitment", "referral"]
APOLOGY = ["responsibility", "repair", "regret", "explanation", "repentance", "forgiveness"]


def source() -> str:
    """The scenario as its author wrote it."""
    return PORRIDGE.read_text(encoding="utf-8")


@cache
def _porridge() -> Any:
    return documents.read(source()).data


def data() -> Any:
    """The scenario's data, to be changed at will."""
    return copy.deepcopy(_porridge())


def inject(name: str, trigger: Any, **more: Any) -> Any:
    """One more inject, a message to the team unless said otherwise."""
    return {"id": name, "trigger": trigger, "kind": "message", "text": {"cs": name, "en": name}, **more}


def scenario(*injects: Any, without: tuple[str, ...] = (), **changes: Any) -> Scenario:
    """The scenario with more injects, without some, and with other top-level keys."""
    found = data()
    found["injects"] = [one for one in found["injects"] if one["id"] not in without] + list(injects)
    return Scenario.from_data({**found, **changes})


def step(at: str, do: str, **fields: Any) -> Any:
    """One step of a plan."""
    return {"at": at, "do": do, **fields}


def statement(at: str, purpose: str = "acknowledge", **fields: Any) -> Any:
    """A published statement, warm unless said otherwise."""
    return step(at, "statement.published", purpose=purpose, **{"elements": ["empathy"], **fields})


def run(of: Scenario, *steps: Any, seed: int = 1, until: int | None = None) -> Course:
    """Run steps of a plan."""
    return course(of, EFFECTS, seed, plan_events(list(steps)), until)


def event(seq: int, minute: int, kind: str, **fields: Any) -> Any:
    """One event of a log."""
    return {"seq": seq, "minute": minute, "kind": kind, **fields}


def came(of: Course, kind: str, **fields: Any) -> list[Output]:
    """The outputs of a kind whose fields have these values."""
    return [
        one for one in of.outputs if one["kind"] == kind and all(one.get(key) == value for key, value in fields.items())
    ]


def minutes_of(of: Course, name: str) -> list[int]:
    """When an inject appeared."""
    return [one["minute"] for one in came(of, "inject", id=name)]
