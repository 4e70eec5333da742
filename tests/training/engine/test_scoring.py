"""Scores by their published formulas, each with what it was counted from."""

import statistics
from typing import Any

import pytest

from tests.training.engine import build
from tests.training.engine.build import event, scenario, statement, step
from training.engine.judging import judge
from training.engine.plans import plan_events
from training.engine.scoring import Score, Scores, Volumes, on_time, outcome, score

REFERENCE = build.data()["reference_run"]


def scored(*steps: Any, of: Any = None, later: Any = (), until: int | None = None) -> Scores:
    """The scores of a plan, without outcome."""
    found = of or scenario()
    return score(found, build.EFFECTS, build.SCORING, build.run(found, *steps, until=until).state, None, later)


def value(name: str, *steps: Any, **more: Any) -> float | None:
    return scored(*steps, **more).sub[name].value


@pytest.mark.parametrize(
    ("minute", "limit", "expected"),
    [(None, 60, 0), (0, 60, 100), (60, 60, 100), (120, 60, 50), (180, 60, 25), (45, 30, 70.7)],
)  # fmt: skip
def test_on_time(minute: float | None, limit: float, expected: float) -> None:
    assert on_time(minute, limit) == pytest.approx(expected, abs=0.05)


def test_timeliness() -> None:
    steps = [
        statement("+02:00", next_at="+03:00"), statement("+02:30", "update", next_at="+04:00"),
        step("+00:10", "case.severity_set", level=2), step("+01:00", "case.owner_set", role="crisis_lead"),
        step("+00:30", "people.told", who=["staff"]), step("+02:00", "case.escalated", to=["legal"]),
    ]  # fmt: skip
    found = scored(*steps).sub["timeliness"]
    # acknowledged 60 min late at g = 60; owner 30 late at 30; staff in time, legal halved, szpi never; 1 of 3 promises
    assert found.parts == {
        "acknowledged": 50,
        "severity": 50,
        "escalated": 50,
        "promises": pytest.approx(100 / 3, abs=1e-4),
    }
    assert found.value == pytest.approx(0.5 * 50 + 0.2 * 50 + 0.15 * 50 + 0.15 * 100 / 3, abs=1e-3)
    assert found.evidence == ["event:4", "event:1", "event:3", "event:2", "event:5"]


@pytest.mark.parametrize(
    ("times", "promised", "kept"),
    [
        (["+01:00"], ["+03:00"], 0),
        (["+01:00", "+02:59"], ["+03:00", None], 1), (["+01:00", "+03:01"], ["+03:00", None], 0),
        (["+01:00", "+02:00", "+03:00", "+04:00"], ["+02:00", "+03:00", "+04:00", None], 3),
        (["+01:00"] * 5, ["+10:00"] * 5, 4), (["+01:00"], ["+31:00"], 0),
    ],
)  # fmt: skip
def test_promises(times: list[str], promised: list[str | None], kept: int) -> None:
    steps = [
        statement(at, "update", **({"next_at": due} if due else {})) for at, due in zip(times, promised, strict=True)
    ]
    made = sum(due is not None and due != "+31:00" for due in promised)
    assert scored(*steps).sub["timeliness"].parts["promises"] == pytest.approx(100 * kept / max(3, made), abs=1e-3)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], 85),  # the rumour stands
        ([statement("+05:00", denies=["f_children_ill"])], 100),
        ([statement("+03:00", denies=["f_children_ill"])], 80),  # true, but said before anybody knew
        ([statement("+01:00", claims=["f_video_real"])], 85),
        ([statement("+00:40", claims=["f_video_real"])], 65),
        ([statement("+01:00", claims=["f_children_ill"])], 45),
        ([statement("+01:00", denies=["f_video_real"])], 45),
        ([statement("+01:00", unknown=["f_cause_seal"])], 95),
        ([statement("+01:00", unknown=["f_cause_seal"]), statement("+02:00", unknown=["f_cause_seal"])], 95),
        ([statement("+05:00", denies=["f_children_ill"], unknown=["f_cause_seal"])], 100),
        ([statement("+01:00", claims=["f_children_ill"]), statement("+01:10", claims=["f_children_ill"]),
          statement("+01:20", claims=["f_children_ill"])], 0),
    ],
)  # fmt: skip
def test_accuracy(steps: list[Any], expected: float) -> None:
    assert value("accuracy", *steps) == expected


def test_accuracy_names_the_rumour_and_the_sentence() -> None:
    found = scored(statement("+00:40", claims=["f_video_real"])).sub["accuracy"]
    assert found.evidence == ["event:1", "inject:i4"]
    assert found.parts == {"false_claims": 0, "premature": 1, "rumours": 1, "honest": 0}


def test_empathy_counts_elements_by_the_scenarios_list_and_a_persons_word() -> None:
    said = [
        statement("+01:00", "apology", elements=["regret", "repair"]),
        statement("+02:00", elements=["regret", "empathy"]),
    ]
    assert value("empathy", *said) == pytest.approx(36)
    rubric = {**build.data()["rubric"], "empathy": "first_message"}
    assert value("empathy", *said, of=scenario(rubric=rubric)) == pytest.approx(30)
    confirmed = [event(1, 1800, "elements.confirmed", anchor=1, elements=["responsibility"])]
    assert value("empathy", *said, later=confirmed) == pytest.approx(44)


@pytest.mark.parametrize(
    ("steps", "of", "expected"),
    [
        ([], {}, 0),
        ([statement("+01:00")], {}, 95),  # concern .5 for a need of .55
        ([statement("+01:00"), statement("+02:00", "apology")], {}, 90),  # .95 is .4 more than asked for
        ([statement("+01:00", strategy="deny")], {}, 50),
        ([statement("+01:00", strategy="deny"), statement("+02:00", "apology")], {}, 70),
        ([statement("+01:00", "apology")], {"cluster": "victim"}, 82.5),
        ([statement("+01:00", "apology")], {"history": True}, 98.75),
        ([statement("+01:00", "apology")], {"cluster": "preventable"}, 98.75),
        ([statement("+01:00", strategy="attack")], {"cluster": "preventable"}, 10),
    ],
)
def test_strategy(steps: list[Any], of: Any, expected: float) -> None:
    assert value("strategy", *steps, of=scenario(consequences=[], **of)) == pytest.approx(expected)


def test_consistency() -> None:
    everywhere = statement("+01:00", channels=["facebook", "instagram", "x", "web"], key_message=True)
    told = step("+00:10", "people.told", who=["staff"])
    assert value("consistency") == 50
    assert value("consistency", everywhere, told) == 100
    assert value("consistency", {**everywhere, "key_message": False}, told) == 60
    assert value("consistency", everywhere, told, statement("+02:00", claims=["f_children_ill"])) == 75


def test_process_counts_the_procedure_and_the_worth_of_decisions() -> None:
    assert value("process") == 0
    assert value("process", step("+00:10", "evidence.saved", of="i1")) == 50
    assert value("process", step("+00:10", "task.done", task="copy")) == 50
    assert value("process", step("+09:00", "choice.made", decision="d1", option="disclose")) == 50
    assert value("process", step("+00:10", "evidence.saved", of="i1"), until=400) == 100  # d1 was not asked yet


def test_values_are_rated_or_left_out() -> None:
    def rated(*ratings: tuple[str, bool, str]) -> list[Any]:
        return [event(n, 1800, "value.rated", value=one, kept=kept, by=by) for n, (one, kept, by) in enumerate(ratings)]

    assert value("values") is None
    assert value("values", later=rated(("children", True, "self"), ("honest", False, "self"))) == 50
    assert value("values", later=rated(("children", False, "evaluator"), ("children", True, "self"))) == 0
    assert value("values", later=rated(("children", True, "self"), ("children", False, "peer"))) == 0
    without, whole = scored(*REFERENCE), scored(*REFERENCE, later=rated(("children", False, "evaluator")))
    assert without.total > whole.total


def test_engagement() -> None:
    soon, late = (step(at, "reply.posted", to="i1", private=True) for at in ("+00:30", "+02:00"))
    answered = step("+02:30", "message.answered", to="i3")
    assert value("engagement") == pytest.approx(20)
    assert value("engagement", soon) == pytest.approx(70)
    assert value("engagement", soon, answered) == pytest.approx(100)
    assert value("engagement", late, answered) == pytest.approx(70)
    assert value("engagement", {**soon, "private": False}, answered) == pytest.approx(80)
    assert value("engagement", soon, answered, step("+03:00", "post.deleted", post="i2")) == pytest.approx(80)
    assert value(
        "engagement", soon, answered, step("+03:00", "post.hidden", post="i4", announced=True)
    ) == pytest.approx(100)


@pytest.mark.parametrize(
    ("run", "nothing", "reference", "expected"),
    [
        (100, 200, 100, 100),
        (200, 200, 100, 0),
        (150, 200, 100, 50),
        (300, 200, 100, 0),
        (50, 200, 100, 100),
        (9, 9, 9, None),
    ],
)
def test_outcome(run: float, nothing: float, reference: float, expected: float | None) -> None:
    assert outcome(Volumes(run, nothing, reference)).value == expected
    assert outcome(None) == Score(None)


def test_a_knockout_caps_and_fails() -> None:
    good, bad = scored(*REFERENCE), scored(*REFERENCE, statement("+10:00", "update", personal_data=True))
    assert good.passed
    assert good.total > 90
    assert not bad.passed
    assert bad.total == 49
    assert bad.knockouts[0]["evidence"] == ["event:13"]


def test_weights_of_what_cannot_be_counted_go_to_the_others() -> None:
    found = scored(*REFERENCE)
    weights = build.data()["rubric"]["weights"]
    there = {name: one.value for name, one in found.sub.items() if one.value is not None}
    assert set(weights) - set(there) == {"values", "outcome"}
    mean = sum(weights[name] * one for name, one in there.items()) / sum(weights[name] for name in there)
    assert found.total == pytest.approx(mean, abs=0.001)


def test_words_come_first() -> None:
    log = plan_events(REFERENCE)
    good = judge(scenario(), build.EFFECTS, build.SCORING, 1, log).scores
    assert set(good.bands) == {"speed", "truth", "tone", "values", "process", "outcome"}
    assert set(good.bands.values()) == {"strong"}
    silent = judge(scenario(), build.EFFECTS, build.SCORING, 1, []).scores.bands
    assert set(silent.values()) == {"weak"}
    assert "truth" not in silent, "who said nothing is not praised for saying nothing untrue"


def test_counting_again_gives_the_same_and_names_the_formulas() -> None:
    log = plan_events(build.data()["clumsy_run"])
    first, second = (judge(scenario(), build.EFFECTS, build.SCORING, 4, log).scores.as_json() for _ in range(2))
    assert first == second
    assert first["formula"] == f"{build.SCORING.name} {build.EFFECTS.name}"
    known = {f"event:{number}" for number in range(1, len(log) + 1)}
    known |= {f"inject:{one['id']}" for one in build.data()["injects"]}
    assert {one for sub in first["sub"].values() for one in sub["evidence"]} <= known


def spread(seeds: range) -> float:
    """How much the outcome of a middling plan depends on luck."""
    log = plan_events(build.data()["clumsy_run"])
    found = [judge(scenario(), build.EFFECTS, build.SCORING, seed, log).scores.sub["outcome"].value for seed in seeds]
    return statistics.stdev(one for one in found if one is not None)


def test_luck_decides_little() -> None:
    assert spread(range(5)) <= 6


@pytest.mark.slow
def test_luck_decides_little_on_many_seeds() -> None:
    assert spread(range(150)) <= 6
