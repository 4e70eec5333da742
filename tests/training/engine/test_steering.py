"""The facilitator's commands are events: what they do, and that a steered run replays."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.engine import build
from tests.training.engine.build import came, event, inject, minutes_of, scenario
from training.engine import clock
from training.engine.canonical import canonical_json
from training.engine.commands import next_inject
from training.engine.judging import course, judge
from training.engine.running import advance, begin, fork, replay

PORRIDGE = scenario()


def steered(*log: Any, until: int = 400, of: Any = None) -> Any:
    """Run a log of commands."""
    return course(of or PORRIDGE, build.EFFECTS, 1, list(log), until)


def test_fire_skip_and_edit() -> None:
    found = steered(
        event(1, 5, "inject.fired", inject="i4"),
        event(2, 6, "inject.skipped", inject="i2"),
        event(3, 7, "inject.edited", inject="i3", text={"cs": "Jinak.", "en": "Otherwise."}, shock=30),
        event(4, 8, "inject.fired", inject="i10"),
        event(5, 9, "inject.fired", inject="i1"),
        event(6, 200, "inject.edited", inject="i3", text="Too late."),
    )
    assert [minutes_of(found, name) for name in ("i1", "i2", "i3", "i4", "i10")] == [[0], [], [70], [6], [9]]
    assert came(found, "inject", id="i3")[0]["text"] == {"cs": "Jinak.", "en": "Otherwise."}
    assert came(found, "skipped", id="i2")[0]["why"] == "facilitator"


@pytest.mark.parametrize("text", ["Ahoj", {"cs": "Ahoj"}, {"cs": "Ahoj", "en": "Ahoj"}])
def test_what_is_typed_in_one_language_stands_in_both(text: Any) -> None:
    found = steered(event(1, 10, "persona.spoke", persona="p_parent", text=text), until=20)
    assert came(found, "post")[0]["text"] == {"cs": "Ahoj", "en": "Ahoj"}


def test_fire_overrides_reasons_not_to() -> None:
    of = scenario(inject("x", {"at": "+01:00"}, unless={"elapsed_gt": "PT1M"}, window={"until": "+01:30"}))
    assert minutes_of(steered(of=of), "x") == []
    assert minutes_of(steered(event(1, 120, "inject.fired", inject="x"), of=of), "x") == [121]


def test_what_is_late_comes_and_says_so() -> None:
    """A condition that came true at minute 10 for an inject of delay 0 whose window opens at 60, fired at 20."""
    of = scenario(inject("x", {"at": "+01:00"}))
    state, _ = replay(of, build.EFFECTS, 1, until=50)
    state["injects"]["x"]["due"] = 30  # as after an edit of the stored plan: due in a minute that is over
    _, outputs = advance(of, build.EFFECTS, state, 52)
    (x,) = [one for one in outputs if one["kind"] == "inject" and one["id"] == "x"]
    assert (x["minute"], x["late"]) == (51, 21)


def test_speaking_as_a_persona_stirs_people_up_and_can_be_answered() -> None:
    spoke = event(1, 100, "persona.spoke", persona="p_influencer", text="Kde jste?", shock=40)
    reply = event(2, 110, "reply.posted", to="f1", elements=["empathy"])
    plain, loud = steered(), steered(spoke, reply)
    (post,) = came(loud, "post", how="facilitator")
    assert (post["id"], post["minute"], post["network"], post["text"]["en"]) == ("f1", 101, "instagram", "Kde jste?")
    assert loud.state["posts"]["f1"]["answered"]["warm"]
    assert came(loud, "post", persona="p_influencer", how="answered")
    assert sum(loud.posts_a_minute()) > sum(plain.posts_a_minute()) + 10


@settings(max_examples=10, deadline=None)
@given(st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_heat_never_works_backwards(first: float, second: float) -> None:
    low, high = sorted((first, second))
    cool, hot = (
        steered(event(1, 20, "feed.heat", factor=factor), until=200).posts_a_minute() for factor in (low, high)
    )
    assert all(one <= other for one, other in zip(cool, hot, strict=True))


def test_a_revealed_fact_is_known_and_may_be_said() -> None:
    found = steered(
        event(1, 10, "fact.revealed", fact="f_cause_seal"),
        event(2, 20, "statement.published", purpose="explain", claims=["f_cause_seal"]),
    )
    assert came(found, "fact", id="f_cause_seal") == [
        {"minute": 11, "kind": "fact", "id": "f_cause_seal", "how": "revealed"}
    ]
    assert found.state["said"][0]["known"]


def test_notes_and_ratings_change_nothing_but_the_log() -> None:
    log = [event(1, 10, "note.made", text="Dobrý tón."), event(2, 11, "objective.rated", objective="o1", rating=4)]
    noted, plain = steered(*log), steered()
    assert [one for one in noted.outputs if one["kind"] != "command"] == plain.outputs
    assert noted.state["log"] == log


# -- the clock


RATES = PORRIDGE.rates


def test_the_planned_clock_is_slow_first_and_fast_later() -> None:
    now = clock.fresh()
    assert [clock.minute_at(RATES, now, wall) for wall in (0, 60, 600, 1200, 2100)] == [0, 6, 60, 120, 480]
    assert clock.minute_at(RATES, now, 10**6) == 1800
    assert clock.wall_at(RATES, now, 480) == pytest.approx(2100)


def test_pause_speed_and_jump_compose() -> None:
    now = clock.fresh()
    for command in (
        event(1, 6, "clock.paused", wall=60), event(2, 6, "clock.speed", wall=100, factor=2),
        event(3, 6, "clock.resumed", wall=120), event(4, 12, "clock.jumped", wall=150, to_minute=100),
        event(5, 100, "clock.frozen", wall=160, topic="first statement"),
    ):  # fmt: skip
        now = clock.touched(RATES, now, command)
    # 6 minutes, a pause, 30 s at 12 a minute, a jump to 100, 10 s at 12 a minute, frozen
    assert now == {"wall": 160.0, "minute": 102.0, "factor": 2.0, "running": False}
    assert clock.minute_at(RATES, now, 9999) == 102
    assert clock.wall_at(RATES, now, 103) is None
    assert clock.wall_at(RATES, now, 50) == 160


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["clock.paused", "clock.resumed", "clock.speed", "clock.jumped"]),
                       st.floats(0, 3000), st.floats(0.05, 20), st.integers(0, 3000)), max_size=8),
    st.floats(0, 5000), st.floats(0, 5000),
)  # fmt: skip
def test_the_clock_never_goes_back(commands: list[Any], first: float, second: float) -> None:
    now, wall, minute = clock.fresh(), 0.0, 0.0
    for kind, pause, factor, target in commands:
        wall += pause
        now = clock.touched(RATES, now, {"kind": kind, "wall": wall, "factor": factor, "to_minute": target})
        assert minute <= now["minute"] <= 1800
        minute = now["minute"]
    low, high = sorted((wall + first, wall + second))
    assert minute <= clock.minute_at(RATES, now, low) <= clock.minute_at(RATES, now, high) <= 1800
    due = clock.wall_at(RATES, now, minute + 1)
    if due is not None:
        assert clock.minute_at(RATES, now, due) == pytest.approx(minute + 1)


def test_a_jump_leads_to_the_next_inject_and_nothing_on_the_way_is_lost() -> None:
    state, _ = replay(PORRIDGE, build.EFFECTS, 1, until=10)
    target = next_inject(PORRIDGE, state)
    assert target == 45
    log = [event(1, 10, "clock.jumped", wall=100, to_minute=target)]
    jumped, outputs = advance(PORRIDGE, build.EFFECTS, state, 46, log)
    assert jumped["clock"]["minute"] == 45
    assert sorted({one["minute"] for one in outputs if one["kind"] == "crowd"})[0] <= 13
    ended, _ = replay(PORRIDGE, build.EFFECTS, 1)
    assert next_inject(PORRIDGE, ended) is None


# -- replay


COMMANDS = [
    event(1, 3, "clock.paused", wall=30), event(2, 3, "clock.resumed", wall=300),
    event(3, 12, "statement.published", purpose="acknowledge", elements=["empathy"], channels=["x"], key_message=True),
    event(4, 20, "feed.heat", factor=1.5), event(5, 30, "inject.fired", inject="i4"),
    event(6, 33, "reply.posted", to="i4", unknown=["f_children_ill"], elements=["empathy"]),
    event(7, 33, "persona.spoke", persona="p_parent", text="A dál?"), event(8, 40, "clock.speed", wall=700, factor=2),
    event(9, 44, "inject.edited", inject="i3", text="Ptám se znovu."), event(10, 60, "inject.skipped", inject="i5"),
    event(11, 70, "fact.revealed", fact="f_cause_seal"), event(12, 90, "clock.jumped", wall=900, to_minute=240),
    event(13, 250, "clock.frozen", wall=1000, topic="rumour"), event(14, 250, "note.made", text="Ticho."),
    event(15, 260, "statement.published", purpose="apology", elements=["regret"], claims=["f_cause_seal"]),
]  # fmt: skip


def test_a_steered_run_replays_byte_by_byte() -> None:
    live, outputs = begin(PORRIDGE, build.EFFECTS, 9), []
    for until in range(0, 1801, 7):  # as the beat would: a few minutes at a time, knowing only what has happened
        known = [one for one in COMMANDS if one["minute"] <= until]
        live, more = advance(PORRIDGE, build.EFFECTS, live, until, known)
        outputs += more
    live, more = advance(PORRIDGE, build.EFFECTS, live, 1800, COMMANDS)
    again = replay(PORRIDGE, build.EFFECTS, 9, json.loads(json.dumps(live["log"])))
    assert canonical_json([live, outputs + more]) == canonical_json(list(again))


def test_a_fork_shares_the_past_and_goes_its_own_way() -> None:
    state, log = fork(PORRIDGE, build.EFFECTS, 9, COMMANDS, 100)
    assert state == replay(PORRIDGE, build.EFFECTS, 9, COMMANDS, 100)[0]
    mine = [*log, event(13, 100, "run.forked", at=100, of="exercise 4"), event(14, 101, "post.deleted", post="i1")]
    other, outputs = advance(PORRIDGE, build.EFFECTS, state, 1800, mine)
    whole, all_outputs = replay(PORRIDGE, build.EFFECTS, 9, mine)
    assert other == whole
    assert outputs == [one for one in all_outputs if one["minute"] > 100]
    assert other["feed"] != replay(PORRIDGE, build.EFFECTS, 9, COMMANDS)[0]["feed"]


def test_steering_is_weather_for_all_three_runs() -> None:
    found = judge(PORRIDGE, build.EFFECTS, build.SCORING, 9, COMMANDS, until=600)
    for one in (found.run, found.nothing, found.reference):
        assert minutes_of(one, "i4") == [31]
        assert one.state["feed"]["heat"] == 1.5
    assert found.nothing.state["statements"] == 0
    assert found.reference.volume < found.nothing.volume
