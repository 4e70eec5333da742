"""Wall time and scenario time: a planned rate that changes along the way, with pause, speed and jump on top.

The state of a clock is where it was last touched (`wall` seconds since the exercise began, scenario `minute`), the
`factor` on the planned rates and whether it is `running`. Every command only touches it anew, so they compose.
"""

from __future__ import annotations

from typing import Any

Rates = list[tuple[int, float]]


def fresh() -> dict[str, Any]:
    """A clock at the beginning, running as planned."""
    return {"wall": 0.0, "minute": 0.0, "factor": 1.0, "running": True}


def minute_at(rates: Rates, clock: Any, wall: float) -> float:
    """The scenario minute at `wall` seconds; never beyond the end of the scenario, never before the last touch."""
    minute, left = clock["minute"], max(0.0, wall - clock["wall"])
    if not clock["running"]:
        return float(minute)
    for until, rate in rates:
        if minute < until:
            pace = rate * clock["factor"] / 60.0
            if minute + left * pace <= until:
                return float(minute + left * pace)
            left -= (until - minute) / pace
            minute = until
    return float(minute)


def wall_at(rates: Rates, clock: Any, minute: float) -> float | None:
    """The wall second at which the scenario gets to `minute`; None while paused, the last touch for the past."""
    if minute <= clock["minute"]:
        return float(clock["wall"])
    if not clock["running"]:
        return None
    wall, now = clock["wall"], clock["minute"]
    for until, rate in rates:
        if now < until:
            target = min(float(until), minute)
            wall += (target - now) / (rate * clock["factor"] / 60.0)
            now = target
        if now >= minute:
            return float(wall)
    return None


def touched(rates: Rates, clock: Any, event: Any) -> dict[str, Any]:
    """The clock after a command."""
    wall = max(clock["wall"], float(event["wall"]))
    after = {**clock, "wall": wall, "minute": minute_at(rates, clock, wall)}
    match event["kind"]:
        case "clock.paused" | "clock.frozen":
            after["running"] = False
        case "clock.resumed":
            after["running"] = True
        case "clock.speed":
            after["factor"] = float(event["factor"])
        case "clock.jumped":
            after["minute"] = max(after["minute"], min(float(event["to_minute"]), float(rates[-1][0])))
    return after
