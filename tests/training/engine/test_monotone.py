"""Doing better never looks worse: no minute of the curve rises, no score falls. Thousands of examples when asked."""

import itertools
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.engine import build
from tests.training.engine.build import inject, statement, step
from training.engine.judging import Course, course
from training.engine.plans import plan_events
from training.engine.scenarios import Scenario
from training.engine.scoring import Volumes, score
from training.engine.times import minutes, offset

CAMPAIGN = inject("ad", {"at": "+03:00"}, kind="scheduled_campaign", feed={"tag": "promo"})
UNTIL = 540
FEW = settings(max_examples=8, deadline=None)
# Examples of the slow suite, over four thousand; each is two or more runs.
MANY = {"earlier": 1000, "empathy": 500, "fit": 250, "campaign": 500, "score": 2000}


@cache
def scenario() -> Scenario:
    """The example on one network with an advertisement to be held: everything is in it and a run is quick."""
    return build.scenario(CAMPAIGN, feed={"networks": ["facebook"]})


def curve(steps: list[Any], seed: int) -> list[int]:
    return course(scenario(), build.EFFECTS, seed, plan_events(steps), UNTIL).posts_a_minute()


def assert_never_above(better: list[Any], worse: list[Any], seed: int) -> None:
    above = [minute for minute, (one, other) in enumerate(zip(curve(better, seed), curve(worse, seed), strict=True))
             if one > other]  # fmt: skip
    assert above == []


# -- what a team may say, all of it warm, true and without compensation

ELEMENTS = st.lists(st.sampled_from([*build.ELEMENTS, *build.APOLOGY]), max_size=6, unique=True)
PURPOSES = st.sampled_from(["acknowledge", "update", "explain", "apology", "correction"])
STRATEGIES = st.sampled_from([None, "excuse", "justify", "inform", "concern", "apology"])
SEEDS = st.integers(0, 2)
FACTS = {name: minutes(fact["confirmed_at"]) for name, fact in scenario().facts.items()}
TRUE = [name for name, fact in scenario().facts.items() if fact["truth"]]


@st.composite
def statements(draw: Any, latest: int = UNTIL - 2) -> Any:
    """One statement whose claims are confirmed when it is made."""
    claims = draw(st.lists(st.sampled_from(TRUE), max_size=2, unique=True))
    denies = draw(st.lists(st.just("f_children_ill"), max_size=1))
    earliest = max([5, *(FACTS[name] for name in claims + denies)])
    said: dict[str, Any] = {
        "purpose": draw(PURPOSES), "elements": draw(ELEMENTS), "claims": claims, "denies": denies,
        "channels": draw(st.lists(st.sampled_from(["facebook", "instagram", "x", "web"]), max_size=4, unique=True)),
        "key_message": draw(st.booleans()),
    }  # fmt: skip
    strategy = draw(STRATEGIES)
    if strategy:
        said["strategy"] = strategy
    at = draw(st.integers(earliest, max(earliest, latest)))
    if draw(st.booleans()):
        said["next_at"] = offset(at + draw(st.integers(1, 300)))
    return {"at": offset(at), "do": "statement.published", **said}, earliest


@st.composite
def other_deeds(draw: Any) -> Any:
    """One deed beside statements, with the minute from which it can be done."""
    found, earliest = draw(st.sampled_from([
        (step("", "reply.posted", to="i1", elements=["empathy"], private=True), 1),
        (step("", "reply.posted", to="i2", elements=["empathy"]), 46),
        (step("", "reply.posted", to="i4", elements=["empathy"], denies=["f_children_ill"]), 241),
        (step("", "message.answered", to="i3", elements=["empathy"]), 71),
        (step("", "case.severity_set", level=2), 0), (step("", "case.owner_set", role="crisis_lead"), 0),
        (step("", "people.told", who=["staff", "szpi"]), 0), (step("", "case.escalated", to=["legal"]), 0),
        (step("", "campaign.held"), 0), (step("", "evidence.saved", of="i1"), 0),
        (step("", "choice.made", decision="d1", option="disclose"), 481),
    ]))  # fmt: skip
    return {**found, "at": offset(draw(st.integers(earliest, UNTIL - 2)))}, earliest


@st.composite
def plans(draw: Any, kinds: Any = None) -> Any:
    """A plan, one of its steps, and how early that step could have been done without overtaking another statement."""
    steps = draw(st.lists(st.one_of(statements(), other_deeds()) if kinds is None else kinds, min_size=1, max_size=7))
    index = draw(st.integers(0, len(steps) - 1))
    moved, earliest = steps[index]
    at = minutes(moved["at"])
    if moved["do"] == "statement.published":
        before = [minutes(one["at"]) + 1 for number, (one, _) in enumerate(steps)
                  if one["do"] == "statement.published" and number != index and minutes(one["at"]) <= at]  # fmt: skip
        earliest = max([earliest, *before])
    new = draw(st.integers(min(earliest, at), at))
    plan = [one for one, _ in steps]
    return plan, [*plan[:index], {**moved, "at": offset(new)}, *plan[index + 1 :]]


def earlier_statement_never_raises(pair: Any, seed: int) -> None:
    worse, better = pair
    assert_never_above(better, worse, seed)


def more_empathy_never_raises(steps: Any, index: int, more: list[str], seed: int) -> None:
    worse = [one for one, _ in steps]
    said = worse[index % len(worse)]
    richer = {**said, "elements": sorted({*said["elements"], *more})}
    better = [richer if one is said else one for one in worse]
    assert_never_above(better, worse, seed)


def better_fit_never_raises(steps: Any, index: int, seed: int) -> None:
    """From excuse towards what an accident asks for; the need only rises in this scenario."""
    worse = [one for one, _ in steps]
    said = worse[index % len(worse)]
    variants = [
        [{**one, "strategy": strategy} if one is said else one for one in worse]
        for strategy in ("excuse", "justify", "inform", "concern")
    ]
    for poor, good in itertools.pairwise(variants):
        assert_never_above(good, poor, seed)


def held_campaign_never_raises(pair: Any, at: int, seed: int) -> None:
    worse = [one for one in pair[0] if one["do"] != "campaign.held"]
    assert_never_above([*worse, step(offset(at), "campaign.held")], worse, seed)


@cache
def volumes(seed: int) -> tuple[float, float]:
    """L₀ and L* of a seed."""
    reference = [one for one in build.data()["reference_run"] if minutes(one["at"]) < UNTIL]
    runs = [course(scenario(), build.EFFECTS, seed, plan_events(steps), UNTIL) for steps in ([], reference)]
    return runs[0].volume, runs[1].volume


def sub_scores(steps: list[Any], seed: int) -> dict[str, float]:
    run: Course = course(scenario(), build.EFFECTS, seed, plan_events(steps), UNTIL)
    found = score(scenario(), build.EFFECTS, build.SCORING, run.state, Volumes(run.volume, *volumes(seed)))
    values = {name: one.value for name, one in found.sub.items() if one.value is not None}
    return {**values, "total": found.total}


def being_earlier_never_lowers_a_score(pair: Any, seed: int) -> None:
    late, early = (sub_scores(steps, seed) for steps in pair)
    assert {name: (value, early[name]) for name, value in late.items() if early[name] < value - 1e-9} == {}


CASES = {
    "earlier": (earlier_statement_never_raises, (plans(statements()), SEEDS)),
    "empathy": (more_empathy_never_raises,
                (st.lists(statements(), min_size=1, max_size=4), st.integers(0, 3), ELEMENTS, SEEDS)),
    "fit": (better_fit_never_raises, (st.lists(statements(), min_size=1, max_size=3), st.integers(0, 2), SEEDS)),
    "campaign": (held_campaign_never_raises, (plans(), st.integers(0, 178), SEEDS)),
    "score": (being_earlier_never_lowers_a_score, (plans(), SEEDS)),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_better_never_looks_worse(case: str) -> None:
    holds, given_by = CASES[case]
    FEW(given(*given_by)(holds))()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_better_never_looks_worse_in_thousands_of_plans(case: str) -> None:
    holds, given_by = CASES[case]
    settings(max_examples=MANY[case], deadline=None)(given(*given_by)(holds))()


def test_earlier_acknowledgement_is_better_by_much() -> None:
    """The direction is more than not worse: half a day of silence costs."""
    soon, late = (sum(curve([statement(at, elements=build.ELEMENTS)], 1)) for at in ("+00:20", "+08:00"))
    assert soon < 0.9 * late
