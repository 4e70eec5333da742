"""Plans: what a team does when, as an author writes it, and as events of a log."""

from __future__ import annotations

from typing import Any

from training.engine.times import minutes


def plan_events(steps: list[Any], first: int = 1) -> list[Any]:
    """The steps of a plan as events, in order of time; `seq` counts from `first`."""
    ordered = sorted(steps, key=lambda step: minutes(step["at"]))
    return [
        {"seq": seq, "minute": minutes(step["at"]), "kind": step["do"],
         **{name: value for name, value in step.items() if name not in ("at", "do", "why")}}
        for seq, step in enumerate(ordered, start=first)
    ]  # fmt: skip


def merged(*logs: list[Any]) -> list[Any]:
    """Several logs as one, in order of time and numbered anew."""
    together = sorted((event for log in logs for event in log), key=lambda event: event["minute"])
    return [{**event, "seq": seq} for seq, event in enumerate(together, start=1)]
