"""What happens when: order in a tick, triggers, decisions, consequences, and calls cut anywhere."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.engine import build
from tests.training.engine.build import came, event, inject, minutes_of, scenario, statement, step
from training.engine.events import EventRefused
from training.engine.plans import plan_events
from training.engine.running import advance, begin, replay

LOG = plan_events(build.data()["reference_run"])


def test_the_state_is_json_and_the_given_one_stays_as_it_was() -> None:
    porridge = scenario()
    state = begin(porridge, build.EFFECTS, 1)
    before = copy.deepcopy(state)
    after, _ = advance(porridge, build.EFFECTS, state, 300, LOG)
    assert state == before
    assert json.loads(json.dumps(after, allow_nan=False)) == after


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=700), max_size=12))
def test_it_does_not_matter_where_calls_are_cut(cuts: list[int]) -> None:
    porridge = scenario()
    state, whole = begin(porridge, build.EFFECTS, 5), []
    for until in [*sorted(cuts), 700]:
        state, outputs = advance(porridge, build.EFFECTS, json.loads(json.dumps(state)), until, LOG)
        whole += outputs
    assert (state, whole) == replay(porridge, build.EFFECTS, 5, LOG, 700)


def test_running_on_beyond_the_end_changes_nothing() -> None:
    porridge = scenario()
    state, _ = replay(porridge, build.EFFECTS, 1)
    assert advance(porridge, build.EFFECTS, state, 10**6) == (state, [])
    assert advance(porridge, build.EFFECTS, state, 5) == (state, [])


def test_an_event_works_in_the_tick_after_its_minute_and_waits_for_it() -> None:
    porridge = scenario()
    log = [event(1, 20, "case.taken")]
    state, outputs = advance(porridge, build.EFFECTS, begin(porridge, build.EFFECTS, 1), 20, log)
    assert state["log"] == []
    assert not [one for one in outputs if one["kind"] == "deed"]
    state, outputs = advance(porridge, build.EFFECTS, state, 21, log)
    assert [one["minute"] for one in outputs if one["kind"] == "deed"] == [21]
    assert state["seq"] == 1


@pytest.mark.parametrize(
    ("log", "code", "field"),
    [
        ([event(1, 5, "case.exploded")], "unknown_kind", "kind"),
        (["not an event"], "unknown_kind", "kind"),
        ([event(1, -1, "case.taken")], "not_a_number", "minute"),
        ([{"minute": 1, "kind": "case.taken"}], "not_a_number", "seq"),
        ([event(1, 5, "case.taken", level=2)], "unknown_field", "level"),
        ([event(1, 5, "case.severity_set")], "missing_field", "level"),
        ([event(1, 5, "case.severity_set", level=9)], "wrong_value", "level"),
        ([event(1, 5, "case.severity_set", level="2")], "wrong_value", "level"),
        ([event(1, 5, "reply.posted", to="i1", claims="f_video_real")], "wrong_value", "claims"),
        ([event(1, 5, "reply.posted", to="i1", claims=["f_unheard_of"])], "unknown_name", "claims"),
        ([event(1, 5, "statement.published", purpose="gossip")], "unknown_name", "purpose"),
        ([event(1, 5, "statement.published", purpose="update", strategy="shrug")], "unknown_name", "strategy"),
        ([event(1, 5, "statement.published", purpose="update", next_at="noon")], "wrong_value", "next_at"),
        ([event(1, 5, "choice.made", decision="d9", option="x")], "unknown_name", "decision"),
        ([event(1, 5, "choice.made", decision="d1", option="x")], "unknown_name", "option"),
        ([event(1, 5, "inject.fired", inject="i99")], "unknown_name", "inject"),
        ([event(1, 5, "persona.spoke", persona="p_x", text="Hi")], "unknown_name", "persona"),
        ([event(1, 5, "fact.revealed", fact="f_x")], "unknown_name", "fact"),
        ([event(1, 5, "feed.heat", factor=3)], "wrong_value", "factor"),
        ([event(2, 5, "case.taken"), event(1, 5, "case.taken")], "out_of_order", "seq"),
        ([event(1, 9, "case.taken"), event(2, 5, "case.taken")], "in_the_past", "minute"),
    ],
)  # fmt: skip
def test_a_bad_event_is_refused_before_anything_happens(log: list[Any], code: str, field: str) -> None:
    with pytest.raises(EventRefused) as caught:
        build.course(scenario(), build.EFFECTS, 1, log)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_an_event_of_a_minute_that_is_over_is_refused() -> None:
    porridge = scenario()
    state, _ = replay(porridge, build.EFFECTS, 1, [event(1, 3, "case.taken")], 30)
    with pytest.raises(EventRefused, match="in_the_past"):
        advance(porridge, build.EFFECTS, state, 40, [event(1, 3, "case.taken"), event(2, 29, "campaign.held")])
    after, _ = advance(porridge, build.EFFECTS, state, 40, [event(1, 3, "case.taken"), event(2, 30, "campaign.held")])
    assert after["held"]


def test_a_state_of_another_scenario_is_refused() -> None:
    with pytest.raises(ValueError, match="another scenario"):
        advance(scenario(), build.EFFECTS, begin(scenario(inject("more", {"at": "+01:00"})), build.EFFECTS, 1), 10)
    with pytest.raises(ValueError, match="seed"):
        begin(scenario(), build.EFFECTS, 2**64)


# -- triggers


def test_after_when_repeat_window_and_unless() -> None:
    course = build.run(
        scenario(
            inject("a", {"at": "+00:30"}),
            inject("b", {"after": "a", "delay": "PT10M"}),
            inject("c", {"when": {"event": "case.taken"}, "delay": "PT5M"}),
            inject("d", {"at": "+01:00"}, repeat={"every": "PT30M", "times": 3}),
            inject("e", {"at": "+00:20"}, window={"from": "+00:50"}),
            inject("f", {"when": {"event": "case.taken"}}, window={"until": "+00:10"}),
            inject("g", {"at": "+01:00"}, unless={"event": "case.taken"}),
            inject("h", {"at": "+01:00"}, unless={"event": "campaign.held"}),
            inject("m", {"manual": True}),
        ),
        step("+00:15", "case.taken"),
    )
    times = {name: minutes_of(course, name) for name in "abcdefghm"}
    assert times == {
        "a": [30],
        "b": [40],
        "c": [21],
        "d": [60, 90, 120],
        "e": [50],
        "f": [],
        "g": [],
        "h": [60],
        "m": [],
    }
    assert [(one["id"], one["why"]) for one in came(course, "skipped")] == [("f", "window"), ("g", "unless")]


@pytest.mark.slow
def test_one_minute_can_set_off_a_chain() -> None:
    links = [inject("k0", {"at": "+00:10"}), *(inject(f"k{n}", {"after": f"k{n - 1}"}) for n in range(1, 15))]
    assert [minutes_of(build.run(scenario(*links)), f"k{n}") for n in range(15)] == [[10]] * 15


def test_a_chain_that_is_too_long_goes_on_in_the_next_minute() -> None:
    links = [inject("k0", {"at": "+00:10"}), *(inject(f"k{n}", {"after": f"k{n - 1}"}) for n in range(1, 60))]
    # In the order in which the rounds find them last, so that every round moves one link only.
    of = scenario(*reversed(links))
    whole = build.run(of, until=20)
    minutes = [minutes_of(whole, f"k{n}")[0] for n in range(60)]
    assert minutes == [10] * 20 + [11] * 20 + [12] * 20
    state, outputs = begin(of, build.EFFECTS, 1), []
    for until in range(21):
        state, more = advance(of, build.EFFECTS, state, until)
        outputs += more
    assert (state, outputs) == (whole.state, whole.outputs)


def test_a_loop_of_consequences_ends() -> None:
    both = [
        {"id": "c8", "if": {"feed_gt": {"posts": 1, "within": "PT4H"}}, "then": {"fire": "m", "shock": 1}},
        {"id": "c9", "if": {"elapsed_gt": "PT1M"}, "then": {"fire": "m"}},
    ]
    course = build.run(scenario(inject("m", {"manual": True}), consequences=both))
    assert len(minutes_of(course, "m")) == 1
    assert len(came(course, "consequence")) == 2


@pytest.mark.parametrize(
    ("tree", "steps", "minute"),
    [
        ({"elapsed_gt": "PT1H"}, [], 61),
        ({"fact_known": "f_video_real"}, [], 50),
        ({"fact_known": "f_complaints_before"}, [], 480),
        ({"fact_claimed": "f_video_real"}, [statement("+01:00", claims=["f_video_real"])], 61),
        ({"fact_claimed": "f_video_real"}, [statement("+01:00", denies=["f_video_real"])], None),
        ({"decision": "d1", "chose": "conceal"}, [], 660),
        ({"decision": "d1", "chose": ["disclose", "conceal"]},
         [step("+08:30", "choice.made", decision="d1", option="disclose")], 511),
        ({"decision": "d1", "chose": "disclose"},
         [step("+02:00", "choice.made", decision="d1", option="disclose")], 480),
        ({"event": "statement.published", "where": {"purpose": "apology"}}, [statement("+01:00")], None),
        ({"event": "statement.published", "where": {"purpose": "apology"}}, [statement("+01:00", "apology")], 61),
        ({"event": "statement.published", "where": {"elements": {"lt": 2}}}, [statement("+01:00")], 61),
        ({"event": "statement.published", "where": {"elements": {"gt": 1}}}, [statement("+01:00")], None),
        ({"event": "statement.published", "where": {"channels": {"any": ["x", "web"]}}},
         [statement("+01:00", channels=["web"])], 61),
        ({"event": "statement.published", "where": {"channels": {"all": ["x", "web"]}}},
         [statement("+01:00", channels=["web"])], None),
        ({"event": "statement.published", "where": {"channels": {"none": ["x"]}}},
         [statement("+01:00", channels=["web"])], 61),
        ({"event": "statement.published", "where": {"channels": "web"}}, [statement("+01:00", channels=["web"])], 61),
        ({"event": "reply.posted", "where": {"copy_paste": False}}, [step("+01:00", "reply.posted", to="i1")], 61),
        ({"event": "case.severity_set", "where": {"level": {"gt": 2}}},
         [step("+01:00", "case.severity_set", level=3)], 61),
        ({"all": [{"event": "case.taken"}, {"elapsed_gt": "PT2H"}]}, [step("+01:00", "case.taken")], 121),
        ({"any": [{"event": "case.taken"}, {"elapsed_gt": "PT2H"}]}, [step("+01:00", "case.taken")], 61),
        ({"all": [{"not": {"event": "case.taken", "within": "PT30M"}}, {"event": "case.taken"}]},
         [step("+01:00", "case.taken")], 91),
        ({"event": "post.deleted", "without": "statement.published", "within": "PT30M"},
         [step("+01:00", "post.deleted", post="i1")], 90),
        ({"event": "post.deleted", "without": "statement.published", "within": "PT30M"},
         [step("+01:00", "post.deleted", post="i1"), statement("+01:20")], None),
        ({"event": "post.deleted", "without": "statement.published", "within": "PT30M"},
         [statement("+00:50"), step("+01:00", "post.deleted", post="i1")], 90),
        ({"feed_gt": {"posts": 1_000_000, "within": "PT1H"}}, [], None),
    ],
)  # fmt: skip
def test_conditions(tree: Any, steps: list[Any], minute: int | None) -> None:
    course = build.run(scenario(inject("seen", {"when": tree})), *steps, until=700)
    assert minutes_of(course, "seen") == ([] if minute is None else [minute])


def test_feed_gt_counts_what_the_public_posted() -> None:
    tree = {"feed_gt": {"posts": 40, "within": "PT30M", "network": "facebook"}}
    course = build.run(scenario(inject("seen", {"when": tree})))
    (seen,) = minutes_of(course, "seen")
    facebook = {one["minute"]: one["counts"].get("facebook", 0) for one in came(course, "crowd")}

    def window(end: int) -> int:
        return sum(facebook.get(minute, 0) for minute in range(end - 30, end))

    assert window(seen) > 40
    assert all(window(minute) <= 40 for minute in range(seen))


# -- decisions, consequences, facts


def test_a_decision_is_settled_once_by_word_deed_or_silence() -> None:
    word = build.run(scenario(), step("+08:10", "choice.made", decision="d1", option="conceal"),
                     statement("+08:20", claims=["f_complaints_before"]))  # fmt: skip
    deed = build.run(scenario(), statement("+08:20", claims=["f_complaints_before"]),
                     step("+08:30", "choice.made", decision="d1", option="conceal"))  # fmt: skip
    late = build.run(scenario(), step("+11:00", "choice.made", decision="d1", option="disclose"))
    found = [[(one["minute"], one["option"], one["by"]) for one in came(run, "decided")] for run in (word, deed, late)]
    assert found == [[(491, "conceal", "choice")], [(501, "disclose", "deed")], [(660, "conceal", "silence")]]
    assert minutes_of(word, "i10") == [491 + 540]
    assert minutes_of(deed, "i10") == []


def test_consequences_change_the_scenario() -> None:
    effect = {"severity": 1.2, "cluster": "preventable", "reveals": ["f_cause_seal"], "shock": 50, "calm": 0.05,
              "knockout": "fact_concealed"}  # fmt: skip
    given = {"id": "c9", "if": {"event": "case.taken"}, "then": effect}
    plain = build.run(scenario(), step("+00:10", "case.taken"), until=40)
    course = build.run(scenario(consequences=[given]), step("+00:10", "case.taken"), until=40)
    state = course.state
    assert state["feed"]["severity"] == pytest.approx(1.2)
    assert state["cluster"] == "preventable"
    assert state["facts"]["f_cause_seal"] == 11
    assert state["calm"] == pytest.approx(0.95)
    assert [one["code"] for one in state["knockouts"]] == ["fact_concealed"]
    assert sum(course.posts_a_minute()) > sum(plain.posts_a_minute()) + 15


def test_a_held_campaign_stays_at_home_until_it_is_released() -> None:
    campaign = inject("ad", {"at": "+03:00"}, kind="scheduled_campaign", feed={"tag": "promo"})
    freely = build.run(scenario(campaign))
    held = build.run(scenario(campaign), step("+01:00", "campaign.held"))
    released = build.run(scenario(campaign), step("+01:00", "campaign.held"), step("+05:00", "campaign.released"))
    assert [minutes_of(run, "ad") for run in (freely, held, released)] == [[180], [], [301]]
    assert [(one["id"], one["why"]) for one in came(held, "skipped")] == [("ad", "held")]
    assert freely.volume > held.volume


def test_contradictions_are_seen_when_the_truth_comes_out_or_the_word_turns() -> None:
    def minutes(*steps: Any) -> list[int]:
        return [one["minute"] for one in came(build.run(scenario(), *steps, until=500), "contradiction")]

    assert minutes(statement("+01:00", claims=["f_children_ill"])) == [240]
    assert minutes(statement("+05:00", claims=["f_children_ill"])) == [301]
    assert minutes(statement("+01:00", denies=["f_cause_seal"])) == [360]
    assert minutes(statement("+01:00", claims=["f_video_real"])) == []
    turned = statement("+02:00", "update", claims=["f_children_ill"])
    assert minutes(statement("+01:00", denies=["f_children_ill"]), turned) == [121]
    corrected = statement("+02:00", "correction", denies=["f_children_ill"])
    assert minutes(statement("+01:00", claims=["f_children_ill"]), corrected) == []


def test_marks_say_when_a_time_has_passed() -> None:
    kept = [statement("+00:30", next_at="+02:00"), statement("+02:00", "update", next_at="+03:00")]
    found = [(one["minute"], one["code"]) for one in came(build.run(scenario(), *kept, until=300), "mark")]
    assert found == [(181, "promise_broken")]
    silent = build.run(scenario(), until=300)
    assert [(one["minute"], one["code"]) for one in came(silent, "mark")] == [(60, "golden_window_missed")]


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([statement("+01:00", personal_data=True)], "personal_data_published"),
        ([step("+01:00", "reply.posted", to="i1", personal_data=True)], "personal_data_published"),
        ([statement("+01:00", names_employee=True)], "employee_named"),
        ([statement("+01:00", denies=["f_video_real"])], "confirmed_fact_denied"),
        ([statement("+00:30", denies=["f_video_real"])], None),
        ([statement("+05:00", denies=["f_children_ill"])], None),
        ([step("+03:00", "post.deleted", post=post) for post in ("i1", "i2", "i4")], "criticism_mass_deleted"),
        ([step("+03:00", "post.deleted", post="i1"), step("+03:00", "post.deleted", post="i2"),
          step("+03:00", "post.deleted", post="i4", announced=True)], None),
        ([step("+03:00", "post.hidden", post=f"c.x.{n}.0") for n in (90, 91, 92)], "criticism_mass_deleted"),
        ([step("+00:30", "post.hidden", post="c.x.900.0"), step("+00:30", "post.hidden", post="c.mars.1.0")] * 2, None),
    ],
)  # fmt: skip
def test_knockouts_are_noticed(steps: list[Any], code: str | None) -> None:
    course = build.run(scenario(), *steps, until=400)
    assert [one["code"] for one in came(course, "knockout")] == ([code] if code else [])
