"""The feed model against what was published about it, and against common sense."""

import itertools
import math
import statistics
from typing import Any

import pytest

from tests.training.engine import build
from training.engine.effects import Effects
from training.engine.feed import Feed, Kernel, day_curve, decay
from training.engine.judging import Course
from training.engine.plans import plan_events
from training.engine.running import replay
from training.engine.scenarios import Scenario

HALF_LIVES = build.EFFECTS.data["half_life"]


def kernel_mean(network: str, minutes: int) -> list[float]:
    """φ of one post, minute by minute, by the five sums as the feed keeps them."""
    kernel = Kernel(build.EFFECTS, network)
    sums, found = [1.0] * 5, []
    for _ in range(minutes):
        found.append(sum(give * one for give, one in zip(kernel.gives, sums, strict=True)))
        sums = [one * keep for one, keep in zip(sums, kernel.keeps, strict=True)]
    return found


def called_forth(network: str, minutes: int) -> float:
    """What one post has called forth after so many minutes, at ν = 1: the sums of `kernel_mean` in closed form."""
    kernel = Kernel(build.EFFECTS, network)
    return sum(give * (1 - keep**minutes) / (1 - keep) for give, keep in zip(kernel.gives, kernel.keeps, strict=True))


@pytest.mark.parametrize("network", sorted(HALF_LIVES))
def test_an_isolated_post_has_its_half_life(network: str) -> None:
    assert called_forth(network, 500) == pytest.approx(sum(kernel_mean(network, 500)))
    whole = sum(build.EFFECTS.data["kernel"]["weight"])
    assert called_forth(network, 10**9) == pytest.approx(whole)
    half = next(minute for minute in range(1, 10**6) if called_forth(network, minute) >= whole / 2)
    assert half == pytest.approx(HALF_LIVES[network], rel=0.05)


def test_the_half_life_shows_in_runs_where_answers_call_forth_nothing() -> None:
    """ν → 0: the posts that one wave of posts calls forth, in the feed as it runs, day and night left out."""
    changed = {**build.EFFECTS.data, "day": [1.0] * 24}
    flat = Effects.from_data({**changed, "feed": {**changed["feed"], "fades_minutes": 1e12}})
    data = build.data()
    data["feed"] = {"networks": ["x"], "nu0": 0.2, "mu": {"x": 0}}
    scenario = Scenario.from_data(data)
    state = {"networks": {"x": [1e7] * 5 + [0.0]}, "recent": {"x": []}, "debt": 0.0, "heat": 1.0, "severity": 0.005,
             "volume": 0.0, "posts": 0}  # fmt: skip
    feed = Feed(scenario, flat, 1, state)
    counts = [feed.tick(minute, 1.0, 100).get("x", 0) for minute in range(20_000)]
    half = next(minute for minute in range(1, 20_000) if sum(counts[:minute]) >= sum(counts) / 2)
    assert half == pytest.approx(HALF_LIVES["x"], rel=0.05)


def test_the_fitted_kernel_is_near_the_measured_one() -> None:
    """Zhao et al. 2015: constant until 300 s, then a power law with exponent θ; here within a week."""
    theta, cut, constant = 0.2314843, 300.0, 6.265725e-4

    def measured(seconds: float) -> float:
        if seconds <= cut:
            return constant * seconds
        return constant * cut + constant * cut / theta * (1 - (seconds / cut) ** -theta)

    kernel = build.EFFECTS.data["kernel"]
    week = 7 * 1440
    for minutes in range(1, week):
        fitted = sum(
            weight * (1 - math.exp(-minutes / tau))
            for weight, tau in zip(kernel["weight"], kernel["minutes"], strict=True)
        )
        assert abs(fitted - measured(minutes * 60.0) / measured(week * 60.0)) < 0.038


def test_the_day_is_quieter_at_night() -> None:
    curve = day_curve(build.EFFECTS)
    assert len(curve) == 1440
    assert curve[4 * 60] < curve[8 * 60] < curve[19 * 60]
    assert max(abs(one - other) for one, other in zip(curve, curve[1:] + curve[:1], strict=True)) < 0.01


def test_silence_is_counted_in_slots() -> None:
    scenario = build.scenario()
    feed = Feed(scenario, build.EFFECTS, 1, {"networks": {n: [0.0] * 6 for n in scenario.networks},
                                             "recent": {n: [] for n in scenario.networks}})  # fmt: skip
    assert [feed.slots_due(minute) for minute in (0, 59, 60, 299, 300, 539, 540)] == [0, 0, 1, 1, 2, 2, 3]
    assert [feed.unanswered(300, made) for made in (0, 1, 2, 5)] == [2, 1, 0, 0]


def totals(scenario: Scenario, seeds: range, steps: list[Any] | None = None) -> list[int]:
    log = plan_events(steps or [])
    return [replay(scenario, build.EFFECTS, seed, log)[0]["feed"]["posts"] for seed in seeds]


def small() -> Scenario:
    """Without the shocks that make every run alike: the hardest case for heavy tails."""
    quiet = [{**one, "feed": {"shock": 5}} for one in build.data()["injects"] if one["id"] == "i1"]
    return build.scenario(*quiet, without=tuple(one["id"] for one in build.data()["injects"]), decisions=[],
                          consequences=[])  # fmt: skip


@pytest.mark.slow
def test_no_run_explodes() -> None:
    found = totals(small(), range(16))
    assert max(found) < 20 * statistics.median(found)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [small(), build.scenario()], ids=["quiet", "whole"])
def test_of_five_hundred_runs_none_explodes(scenario: Scenario) -> None:
    found = sorted(totals(scenario, range(500)))
    limit = 20 * statistics.median(found)
    assert sum(one < limit for one in found) >= 0.999 * len(found)


def plans() -> tuple[Scenario, dict[str, list[Any]]]:
    """Five plans from good to bad, in a scenario that leaves the answer to a deletion to the engine."""
    late = build.statement("+10:00", "update")
    return build.scenario(without=("i8",)), {
        "reference": build.data()["reference_run"],
        "update late": [late],
        "nothing": [],
        "promo": [build.step("+03:00", "campaign.released")],
        "delete": [build.step("+03:00", "post.deleted", post="i1")],
    }


def volume(scenario: Scenario, seed: int, log: list[Any]) -> float:
    return Course(*replay(scenario, build.EFFECTS, seed, log)).volume


def in_order(seeds: range) -> float:
    """On which share of the seeds the five plans come in the order of their merit."""
    scenario, found = plans()
    logs = [plan_events(steps) for steps in found.values()]
    good = 0
    for seed in seeds:
        volumes = [volume(scenario, seed, log) for log in logs]
        good += all(low < high for low, high in itertools.pairwise(volumes))
    return good / len(seeds)


@pytest.mark.slow
def test_plans_come_in_the_order_of_their_merit() -> None:
    assert in_order(range(1, 4)) == 1.0


@pytest.mark.slow
def test_plans_come_in_the_order_of_their_merit_on_many_seeds() -> None:
    assert in_order(range(200)) >= 0.95


WATCHED = 900


def recovered(seed: int) -> float:
    """ν₀ of a run by maximum likelihood: from its posts alone, the past summed up post by post instead of by sums."""
    effects, scenario = build.EFFECTS, build.scenario(without=("i2", "i4", "i7"))
    course = Course(*replay(scenario, effects, seed, until=WATCHED))
    crowd = {name: [0] * (WATCHED + 1) for name in scenario.networks}
    named = {name: [0] * (WATCHED + 1) for name in scenario.networks}
    shock = {name: [0.0] * (WATCHED + 1) for name in scenario.networks}
    keep = decay(effects.data["feed"]["shock_minutes"])
    for one in course.outputs:
        if one["kind"] == "crowd":
            for name, number in one["counts"].items():
                crowd[name][one["minute"]] = number
        elif one.get("network") in named and one["kind"] in ("inject", "post"):
            named[one["network"]][one["minute"]] += 1
            size = 25 if one["kind"] == "inject" else effects.data["personas"]["shock"][one["how"]]
            for later in range(one["minute"], WATCHED + 1):
                shock[one["network"]][later] += size * (1 - keep) * keep ** (later - one["minute"])
    exogenous, endogenous, seen = [], [], []
    debt, day = 0.0, day_curve(effects)
    kernels = {name: kernel_mean(name, WATCHED + 1) for name in scenario.networks}
    for minute in range(WATCHED + 1):
        debt = debt * math.exp(-1 / 720) + (0 if minute < 60 else 1 + (minute - 60) // 240)
        voice = 1 + 0.8 * (1 - math.exp(-debt / 180))
        awake = day[(scenario.start + minute) % 1440]
        for name, kernel in kernels.items():
            # A person's post stands at the beginning of its minute, the crowd's at the end.
            past = sum(number * kernel[minute - at] for at, number in enumerate(named[name][: minute + 1]) if number)
            past += sum(number * kernel[minute - at - 1] for at, number in enumerate(crowd[name][:minute]) if number)
            mu = effects.data["feed"]["mu"][name]
            exogenous.append(mu * voice * math.exp(-minute / 360) * awake + shock[name][minute])
            endogenous.append(math.exp(-minute / 540) * voice**0.25 * awake * past)
            seen.append(crowd[name][minute])

    def slope(nu: float) -> float:
        return sum(
            n * b / (a + nu * b) - b for a, b, n in zip(exogenous, endogenous, seen, strict=True) if a + nu * b > 0
        )

    low, high = 0.1, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return low


@pytest.mark.slow
def test_nu_can_be_recovered_from_what_the_public_did() -> None:
    found = statistics.mean(recovered(seed) for seed in range(1, 4))
    assert found == pytest.approx(1.42, rel=0.1)
