"""M(t): how far what was said calms people, or stirs them up.

Each statement calms by a share: its purpose's size × (.5 + .5·empathy) × fit × .6^rank. Two things are asked anew
whenever they change, so that saying the same earlier can never do less: the fit, against what people expect *now*, and
the rank, by which the strongest text of a kind counts in full whatever the order.
"""

from __future__ import annotations

import math
from typing import Any

from training.engine.effects import Effects
from training.engine.events import STRATEGY_OF_PURPOSE
from training.engine.scenarios import CLUSTERS

OFFENSIVE = frozenset({"attack", "deny"})


def need(effects: Effects, cluster: str, *, history: bool) -> float:
    """What people expect of us, r: by cluster, one further when they remember the last time."""
    index = CLUSTERS.index(cluster) + (1 if history else 0)
    return float(effects.data["need"][CLUSTERS[min(index, len(CLUSTERS) - 1)]])


def fit(effects: Effects, strategy: str, needed: float) -> float:
    """How well a stance meets what people expect: 1 − (r − a)⁺ − .25·(a − r)⁺."""
    taken = effects.data["strategies"][strategy]
    rule = effects.data["fit"]
    return float(1 - rule["too_little"] * max(0.0, needed - taken) - rule["too_much"] * max(0.0, taken - needed))


def strategy_of(said: Any) -> str:
    """The stance of a text: the one it names, or its purpose's."""
    return str(said.get("strategy") or STRATEGY_OF_PURPOSE.get(said.get("purpose", "acknowledge"), "concern"))


def empathy(effects: Effects, said: Any) -> float:
    """0–1: the elements a text holds, an apology by the one list, everything else by the other."""
    weights = effects.data["elements"]["apology" if said.get("purpose") == "apology" else "first_message"]
    return min(1.0, sum(weights.get(element, 0.0) for element in set(said.get("elements", []))))


def is_warm(said: Any, refuted: bool) -> bool:
    """Whether a reply reaches a person: it shows feeling or takes responsibility, and neither attacks, nor denies what
    is not refuted, nor was copied."""
    feeling = {"empathy", "regret", "responsibility"} & set(said.get("elements", []))
    cold = said.get("copy_paste") or strategy_of(said) in OFFENSIVE or (said.get("denies") and not refuted)
    return bool(feeling) and not cold


def mood(effects: Effects, spoken: list[Any], needed: float, calm: float) -> float:
    """M for what was said so far; `calm` is the share that friendly voices leave."""
    data = effects.data
    shares: dict[str, list[float]] = {}
    denials = 0
    compensated = False
    for said in spoken:
        kind = said["kind"]
        share = data["statements"][kind]
        share *= data["empathy_floor"] + (1 - data["empathy_floor"]) * said["empathy"]
        share *= max(0.0, fit(effects, said["strategy"], needed))
        if kind == "acknowledge":
            fades = data["acknowledge_fades"]
            share *= _late(said["minute"] - fades["after_minutes"], fades["minutes"])
        shares.setdefault(kind, []).append(share)
        denials += kind != "reply" and said["strategy"] in OFFENSIVE
        early = said["minute"] < data["early_compensation"]["before_minutes"]
        compensated = compensated or (said["compensation"] and early)
    result = calm
    for found in shares.values():
        for rank, share in enumerate(sorted(found, reverse=True)):
            result *= 1 - share * data["repeat"] ** rank
    for rank in range(denials):
        result *= 1 + data["denial"] * needed * data["repeat"] ** rank
    if compensated:
        result *= 1 + data["early_compensation"]["raises"]
    return float(result)


def _late(minutes: float, fades: float) -> float:
    return math.exp(-max(0.0, minutes) / fades)
