"""The simulated public: a self-exciting process with ageing and a day–night curve, one minute after the other.

    λ_k(t) = [μ_k·V(t)·e^(−t/τ_μ) + ν(t)·Σ_j φ_k(t − t_j)]·d(t) + S_k(t)          N_k = PoissonInv(λ_k, u)
    ν(t)   = min(1.6, ν₀·severity·e^(−t/τ_m)·M(t)·V^¼)                 V = 1 + 0.8·(1 − e^(−D/180))
    D      ← D·e^(−1/720) + open(t),   open(t) = information slots due − statements made, never below 0

φ_k is a sum of five exponentials, so five decaying sums per network carry the whole past. A minute of the kernel is its
mean over that minute: no mass is lost, however short the time constant. λ is rounded to 1e−9 before drawing, since
exponentials differ in their last digit between machines. Times in minutes, intensities in posts a minute.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from training.engine.chance import poisson, uniforms
from training.engine.effects import Effects
from training.engine.scenarios import Scenario
from training.engine.times import MINUTES_OF_DAY

DIGITS = 9
# `feed_gt` looks back at most four hours.
REMEMBERED = 240


def decay(minutes: float) -> float:
    """What is left after one minute of something that fades with this time constant."""
    return math.exp(-1.0 / minutes)


class Kernel:
    """φ_k of one network as constants of the five sums."""

    def __init__(self, effects: Effects, network: str) -> None:
        kernel = effects.data["kernel"]
        stretch = effects.data["half_life"][network] / kernel["of_half_life"]
        self.keeps = tuple(decay(tau * stretch) for tau in kernel["minutes"])
        # The integral of w/τ·e^(−s/τ) over one minute, for a post made at its beginning.
        self.gives = tuple(weight * (1.0 - keep) for weight, keep in zip(kernel["weight"], self.keeps, strict=True))


@lru_cache(maxsize=8)
def day_curve(effects: Effects) -> list[float]:
    """Activity in each minute of the day, linear between the hours."""
    hours = effects.data["day"]
    curve = []
    for minute in range(MINUTES_OF_DAY):
        hour, part = divmod(minute, 60)
        curve.append(hours[hour] + (hours[(hour + 1) % 24] - hours[hour]) * part / 60)
    return curve


def first_state(scenario: Scenario) -> dict[str, Any]:
    """The feed before anything happened. A network's row: its five sums and the shock still to come."""
    return {
        "networks": {name: [0.0] * 6 for name in scenario.networks},
        "recent": {name: [] for name in scenario.networks},
        "debt": 0.0,
        "heat": 1.0,
        "severity": float(scenario.data["feed"].get("severity", 1.0)),
        "volume": 0.0,
        "posts": 0,
    }


class Feed:
    """One stretch of minutes of one run. It works on the `state` it was given, a JSON value."""

    def __init__(self, scenario: Scenario, effects: Effects, seed: int, state: dict[str, Any]) -> None:
        self.state = state
        data, feed = effects.data, effects.data["feed"]
        given = scenario.data["feed"]
        self.start = scenario.start
        self.nu0 = given.get("nu0", feed["nu0"])
        self.nu_most = feed["nu_most"]
        self.fades, self.mu_fades = feed["fades_minutes"], feed["mu_fades_minutes"]
        self.most = feed["most_a_minute"]
        self.shock_keeps = decay(feed["shock_minutes"])
        self.silence = data["silence"]
        self.debt_keeps = decay(self.silence["fades_minutes"])
        self.golden = scenario.data["rubric"]["golden_minutes"]
        self.negative = data["negative"]
        self.day = day_curve(effects)
        mu = {**feed["mu"], **given.get("mu", {})}
        self.parts = [
            (name, state["networks"][name], Kernel(effects, name), mu[name], uniforms(seed, f"feed:{name}"),
             state["recent"][name], data["reach"]["networks"][name])
            for name in scenario.networks
        ]  # fmt: skip

    def slots_due(self, minute: int) -> int:
        """How many times people should have heard from us by now."""
        if minute < self.golden:
            return 0
        return 1 + int((minute - self.golden) // self.silence["slot_every_minutes"])

    def unanswered(self, minute: int, statements: int) -> int:
        """open(t): slots due less statements made."""
        return max(0, self.slots_due(minute) - statements)

    def tick(self, minute: int, mood: float, statements: int) -> dict[str, int]:
        """One minute: how many people posted where. `mood` is M, `statements` how many were made so far."""
        state, silence = self.state, self.silence
        state["debt"] = debt = state["debt"] * self.debt_keeps + self.unanswered(minute, statements)
        voice = 1.0 + silence["rise"] * (1.0 - math.exp(-debt / silence["scale_minutes"]))
        heat = state["heat"]
        nu = min(
            self.nu_most,
            self.nu0 * state["severity"] * heat * math.exp(-minute / self.fades) * mood * math.sqrt(math.sqrt(voice)),
        )
        fresh = heat * voice * math.exp(-minute / self.mu_fades)
        awake = self.day[(self.start + minute) % MINUTES_OF_DAY]
        shock_gives = 1.0 - self.shock_keeps
        negative = self.negative
        share = min(1.0, negative["share"] * (negative["floor"] + (1.0 - negative["floor"]) * mood))
        counts: dict[str, int] = {}
        for name, sums, kernel, mu, chance, recent, reach in self.parts:
            a, b, c, d, e, shock = sums
            g, k = kernel.gives, kernel.keeps
            excited = g[0] * a + g[1] * b + g[2] * c + g[3] * d + g[4] * e
            mean = (mu * fresh + nu * excited) * awake + shock * shock_gives
            mean = min(round(mean, DIGITS), self.most)
            number = poisson(mean, chance(minute)) if mean > 0.0 else 0
            sums[:] = (
                a * k[0] + number, b * k[1] + number, c * k[2] + number, d * k[3] + number, e * k[4] + number,
                shock * self.shock_keeps,
            )  # fmt: skip
            recent.append(number)
            if number:
                counts[name] = number
                state["posts"] += number
                state["volume"] += number * share * reach
        if len(self.parts[0][5]) > 2 * REMEMBERED:
            for part in self.parts:
                del part[5][:-REMEMBERED]
        return counts

    def shock(self, size: float, network: str | None = None) -> None:
        """Something calls forth `size` posts in the minutes to come: on one network, or spread over all."""
        on = [network] if network in self.state["networks"] else list(self.state["networks"])
        for name in on:
            self.state["networks"][name][5] += size * self.state["heat"] / len(on)

    def post(self, network: str, weight: float, sentiment: float) -> None:
        """One post of a named persona: others answer it, and if it is hostile it counts by its reach."""
        if network in self.state["networks"] and sentiment <= 0:
            sums = self.state["networks"][network]
            for index in range(5):
                sums[index] += 1.0
            self.state["posts"] += 1
            self.state["volume"] += weight

    def posted(self, last: int, network: str | None) -> int:
        """Posts of the crowd during the last minutes, at most `REMEMBERED` of them."""
        return sum(
            sum(recent[-min(last, REMEMBERED) :]) for name, recent in self.state["recent"].items()
            if network in (None, name)
        )  # fmt: skip
