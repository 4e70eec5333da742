"""State: JSON at any step, the same future from it, late data as if in time, and never more of it."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.monitoring.detectors import (
    Bucket,
    ComplaintCounts,
    Panel,
    PanelSettings,
    Replay,
    Sensitivity,
    Sighting,
    Silence,
    StateProblem,
    Term,
    TooLate,
    VolumeBurst,
    as_text,
    from_text,
)
from cases.monitoring.detectors.replaying import HORIZON
from tests.monitoring.detectors.streams import DAY, FIRST, MONDAY, buckets, counts, mention, size_of

SETTINGS = PanelSettings(Sensitivity.HIGH, (Term("únik", critical=True), Term("bojkot")))
WALK = settings(max_examples=12, deadline=None)


def crisis(seed: int, days: float, start: float = 3.0, per_bucket: float = 0.3) -> list[Bucket | Sighting]:
    """A brand's buckets and some of its mentions, with a burst of everything on the last half day."""
    items: list[Bucket | Sighting] = []
    source = random.Random(seed)
    hot = int((days - 0.5) * DAY)
    values = counts(days, start, seed=seed, bursts={hot: (36, 8)})
    for index, value in enumerate(values):
        heat = index >= hot
        several = int(source.random() < (0.9 if heat else per_bucket)) * (3 if heat else 1)
        items += [
            mention(
                5 * index + extra,
                id=f"{index}.{extra}",
                author=f"@{source.randrange(40)}",
                reach=source.choice((None, 50, 900, 2_000, 10**6 if heat else 700)),
                negativity=source.random(),
                rating=source.choice((None, None, 1.0, 4.0, 5.0)),
                author_days=source.choice((None, 3, 900)),
                story=source.choice(("", "", "s1" if heat else "s0", f"s{index}")),
                terms=source.choice(((), (), ("bojkot",), ("únik", "bojkot"))) if heat else (),
            )
            for extra in range(several)
        ]
        items.append(Bucket(FIRST + index, value, int(value * (0.7 if heat else 0.1))))
    return items


def through_json(panel: Panel) -> Panel:
    again = Panel(SETTINGS)
    again.restore(from_text(as_text(panel.state())))
    return again


def test_the_crisis_of_these_tests_is_one() -> None:
    """Else the properties below would hold for silence."""
    panel = Panel(SETTINGS)
    outcomes = [panel.take(item) for item in crisis(1, 3)]
    fired = {firing.detector for outcome in outcomes for firing in outcome.firings}
    told = {notice.why for outcome in outcomes for notice in outcome.notices}
    assert {"volume", "negative_share", "reach", "term", "viral"} <= fired
    assert {"new", "worse", "reminder"} <= told


@pytest.mark.slow
@WALK
@given(seed=st.integers(0, 99), cut=st.floats(0, 1))
def test_from_stored_state_the_future_is_the_same(seed: int, cut: float) -> None:
    items = crisis(seed, 3)
    panel = Panel(SETTINGS)
    at = int(cut * len(items))
    for item in items[:at]:
        panel.take(item)
    again = through_json(panel)
    assert as_text(again.state()) == as_text(panel.state())
    for item in items[at:]:
        assert again.take(item) == panel.take(item)
    assert as_text(again.state()) == as_text(panel.state())


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 99), data=st.data())
def test_what_comes_late_leads_to_what_had_come_in_time(seed: int, data: Any) -> None:
    """Some items are held back for up to twenty hours; in the end state and outcomes are those of the order in time."""
    items = crisis(seed, 3)
    first, last = len(items) // 2, len(items) - 1
    held = data.draw(st.lists(st.integers(first, last - 1), max_size=3, unique=True))
    arriving = [item for index, item in enumerate(items) if index not in held]
    for index in held:
        place = next((i for i, one in enumerate(arriving) if one.number > items[index].number + data.draw(
            st.integers(0, 240), label="buckets late")), len(arriving))  # fmt: skip
        arriving.insert(place, items[index])

    straight = Panel(SETTINGS)
    expected = [(item.order, straight.take(item)) for item in items]
    replay: Replay[Any, Any] = Replay(Panel(SETTINGS))
    found = {}
    for item in arriving:
        found.update({one.order: outcome for one, outcome in replay.take(item)})
    assert as_text(replay.machine.state()) == as_text(straight.state())
    assert found == dict(expected)


@given(seed=st.integers(0, 20), shift=st.integers(1, 250), value=st.integers(0, 500))
@settings(max_examples=20, deadline=None)
def test_a_corrected_bucket_is_as_if_it_had_been_right(seed: int, shift: int, value: int) -> None:
    items = buckets(counts(3.2, 5, seed=seed))
    wrong = len(items) - 1 - shift
    right = Bucket(items[wrong].number, value, 0)
    replay: Replay[Any, Any] = Replay(VolumeBurst())
    for item in items:
        replay.take(item)
    replay.take(right)
    straight = VolumeBurst()
    for index, item in enumerate(items):
        straight.take(right if index == wrong else item)
    assert as_text(replay.machine.state()) == as_text(straight.state())


def test_older_than_the_horizon_is_said_to_be_too_late_and_changes_nothing() -> None:
    items = buckets(counts(4, 5))
    replay: Replay[Any, Any] = Replay(VolumeBurst())
    for item in items:
        replay.take(item)
    before = as_text(replay.machine.state())
    for number in (items[-1].number - HORIZON - 1, FIRST, FIRST - 1):
        with pytest.raises(TooLate):
            replay.take(Bucket(number, 3))
    assert as_text(replay.machine.state()) == before
    assert len(replay.take(Bucket(items[-1].number - HORIZON, 3))) == HORIZON + 1


def test_the_very_first_may_come_second() -> None:
    replay: Replay[Any, Any] = Replay(VolumeBurst())
    replay.take(Bucket(FIRST + 1, 3))
    assert [item.number for item, _ in replay.take(Bucket(FIRST, 3))] == [FIRST, FIRST + 1]


@pytest.mark.slow
@pytest.mark.parametrize("total", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_memory_is_the_same_after_a_hundred_thousand_buckets(total: int) -> None:
    panel, source, sizes = Panel(SETTINGS), random.Random(1), []
    bursts = dict.fromkeys(range(1500, total, 3000), (24, 10.0))
    for index, value in enumerate(counts(total / DAY, 4, seed=2, bursts=bursts)):
        if index % 4 == 0:
            fields = {"reach": source.randrange(10**6), "negativity": source.random(), "story": f"s{index // 4}"}
            fields |= {"rating": float(source.randint(0, 5)), "terms": ("bojkot",), "author": f"@{source.random()}"}
            panel.see(mention(5 * index, **fields))
        panel.close(Bucket(FIRST + index, value, int(value * source.random())))
        if index % (total // 10) == total // 10 - 1:
            sizes.append(size_of(panel.state()))
    assert len(sizes) >= 9
    assert max(sizes[2:]) <= 1.1 * max(sizes[:2])


def test_replay_holds_a_day_and_no_more() -> None:
    replay: Replay[Any, Any] = Replay(VolumeBurst())
    kept = []
    for item in buckets(counts(30, 5)):
        replay.take(item)
        kept.append((len(replay._items), len(replay._checkpoints)))
    assert max(items for items, _ in kept) <= HORIZON + 48
    assert max(states for _, states in kept) <= 15


def small() -> list[Any]:
    panel = Panel(SETTINGS)
    for item in crisis(3, 0.6):
        panel.take(item)
    silence, complaints = Silence("zdroj", timedelta(hours=1)), ComplaintCounts("téma")
    silence.hear(MONDAY, MONDAY + timedelta(minutes=3))
    complaints.step(MONDAY.date(), 4)
    parts = [panel.volume, panel.negative_share, panel.reach, panel.terms, panel.stories, panel.reviews, panel.book]
    return [*parts, silence, complaints]


@pytest.mark.parametrize("detector", small(), ids=lambda one: type(one).__name__)
def test_every_state_is_versioned_and_refuses_others(detector: Any) -> None:
    state = json.loads(as_text(detector.state()))
    detector.restore(state)
    assert json.loads(as_text(detector.state())) == state
    wrong: Any
    for wrong in ({**state, "version": 99}, {**state, "kind": "other"}, [], None, "text"):
        with pytest.raises(StateProblem, match="anew from the rollups"):
            detector.restore(wrong)


def test_a_state_with_other_spans_or_infinite_numbers_is_refused() -> None:
    detector = VolumeBurst()
    state = detector.state()
    for wrong in ({"spans": [1.0]}, {"mean": [float("nan")] * 9}, {"mean": [0.0]}, {"weight": float("inf")}):
        with pytest.raises(StateProblem):
            VolumeBurst().restore({**state, **wrong})
    with pytest.raises(StateProblem):
        from_text("{")


def test_a_false_alarm_moves_one_step_down_to_the_end() -> None:
    steps = [PanelSettings(Sensitivity.HIGH)]
    for _ in range(3):
        steps.append(steps[-1].calmer())
    assert [one.sensitivity for one in steps] == ["high", "normal", "low", "low"]


def test_panel_says_how_far_it_has_learned() -> None:
    panel = Panel(SETTINGS)
    assert set(panel.learned.values()) == {0.0}
    for item in crisis(4, 3):
        panel.take(item)
    assert panel.learned["volume"] == 1
