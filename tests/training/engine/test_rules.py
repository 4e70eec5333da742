"""Every rule of the linter refuses what it is there for, at the right line, in both languages."""

import json
import re
from typing import Any

import pytest

from tests.training.engine import build
from training.engine.linting import lint, lint_plan
from training.engine.wording import fault_sentence

I9 = '{id: i9, trigger: {at: "+08:00"}'


def line_of(text: str) -> int:
    """The line of the example on which a text stands first."""
    return build.source().split("\n").index(next(line for line in build.source().split("\n") if text in line)) + 1


CASES = [
    # names
    ("persona: p_journalist, kind: email", "persona: p_nobody, kind: email", "unknown_name", "id: i3"),
    ("reveals: [f_complaints_before]", "reveals: [f_nothing]", "unknown_name", "id: i9"),
    ("chose: conceal", "chose: hide", "unknown_name", "id: c1"),
    ("silence: conceal", "silence: hush", "unknown_name", "silence: conceal"),
    ("fire: i10", "fire: i99", "unknown_name", "id: c1"),
    ("do: case.owner_set, role: crisis_lead", "do: case.owner_set, role: scribe", "unknown_name", "owner_set"),
    ("id: f_cause_seal, truth", "id: f_video_real, truth", "id_twice", "id: f_cause_seal"),
    ("do: case.severity_set, level: 2", "do: case.severity_set", "field_of_deed_missing", "level: 2"),
    ("do: evidence.saved, of: i1", "do: evidence.saved, of: i1, level: 2", "field_not_of_deed", "evidence.saved, of"),
    ("{event: evidence.saved}", "{event: evidence.kept}", "unknown_event", "id: copy"),
    ("{event: evidence.saved}", "{event: evidence.saved, where: {colour: red}}", "field_not_of_deed", "id: copy"),
    ("{event: evidence.saved}", "{event: evidence.saved, elapsed_gt: PT1H}", "tree_mixed", "id: copy"),
    ("{event: evidence.saved}", "{within: PT1H}", "tree_mixed", "id: copy"),
    ("{event: evidence.saved}", "{event: evidence.saved, without: post.deleted}", "tree_needs", "id: copy"),
    ("{decision: d1, chose: conceal}", "{decision: d1}", "tree_needs", "id: c1"),
    ("{event: post.deleted}, delay: PT20M", '{event: post.deleted}, at: "+01:00"', "trigger_mixed", "id: i8"),
    ('id: i2, trigger: {at: "+00:45"}', 'id: i2, trigger: {at: "+00:45", delay: PT1H}', "trigger_mixed", "id: i2"),
    # clock, rubric, opening
    ("{until: PT8H, rate: 24}", "{until: PT1H, rate: 24}", "segments_fall", "until: PT8H"),
    ("golden_minutes: 60", "golden_minutes: 1440\n  # end", None, "golden_minutes"),
    ("{until: PT2H, rate: 6}", "{until: PT2H, rate: 30}", "golden_too_short", "golden_minutes"),
    ("timeliness: 15, accuracy: 15, empathy", "timeliness: 15, accuracy: 16, empathy", "weights", "weights:"),
    ("opens_case: true, ", "", "opening_count", "injects:"),
    ('id: i1, trigger: {at: "+00:00"}', 'id: i1, trigger: {at: "+00:05"}', "opening_time", "id: i1"),
    # people
    ("id: staff,", "id: people,", "unknown_name", "do: people.told"),
    ('objects: {cs: "Tohle ověřené nemáme: {fact}"', 'objects: {cs: "Ne."', "objection_without_fact", "objects:"),
    ("role: legal\n", "role: comms_lead\n", "colleague_plays_trainee", "role: legal"),
    ('      ignored: {cs: "Pořád mlčí.", en: "Still silent."}\n', "", "persona_silent", "id: p_influencer"),
    ("persona: p_influencer, kind: share", "persona: p_ceo, kind: share", "public_without_network", "id: i2"),
    # truth
    ("id: f_cause_seal, truth: true", "id: f_cause_seal, truth: null", "truth_and_time", "id: f_cause_seal"),
    ('confirmed_at: "+06:00"', 'confirmed_at: "+40:00"', "confirmed_after_end", "id: f_cause_seal"),
    (", denies: [f_children_ill]", "", "rumour_not_refuted", "id: f_children_ill"),
    ('confirmed_at: "+04:00"', 'confirmed_at: "+05:00"', "rumour_not_refuted", "id: f_children_ill"),
    ("red_herring: true, ", "", "no_red_herring", "injects:"),
    ("disclosable: true, ", "", "no_disclosure", "facts:"),
    ("rubric: [timeliness]}", "rubric: []}", "objective_unlinked", "id: o1"),
    ("rubric: [timeliness]}\n", "}\n", "objective_unlinked", "id: o1"),
    ("{id: c1, if: {decision: d1, chose: conceal}", "{id: c1, if: {elapsed_gt: PT9H}", "decision_idle", "id: d1"),
    # time
    ('{at: "+24:00", do', '{at: "+30:00", do', "step_after_end", 'at: "+24:00", do'),
    ('next_at: "+01:30"', 'next_at: "+00:15"', "promise_past", 'next_at: "+01:30"'),
    (I9, '{id: i9, trigger: {at: "+31:00"}', "inject_unreachable", "id: i9"),
    (I9, '{id: i9, window: {until: "+07:00"}, trigger: {at: "+08:00"}', "inject_unreachable", "id: i9"),
    ("{elapsed_gt: PT4H}", "{elapsed_gt: PT31H}", "inject_unreachable", "id: i7"),
    ('id: i4, trigger: {at: "+02:00"}', "id: i4, trigger: {after: i4, delay: PT1M}", "inject_cycle", "id: i4"),
    ("fire: i10, delay: PT9H", "fire: i10, delay: PT23H", "inject_unreachable", "id: i10"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "at"), CASES, ids=[f"{one[2]}: {one[3]}" for one in CASES])
def test_refused(old: str, new: str, code: str | None, at: str) -> None:
    assert old in build.source()
    report = lint(build.source().replace(old, new, 1), seeds=0)
    found = {(fault.code, fault.line) for fault in report.faults if not fault.warning}
    if code is None:
        assert found == set()
    else:
        assert (code, line_of(at)) in found
        for fault in report.faults:
            assert re.search(r"[.!?]$", fault_sentence(fault, "cs")), "an answer is a sentence"


def test_chains_that_wait_for_each_other_are_a_cycle() -> None:
    text = build.source()
    text = text.replace('id: i2, trigger: {at: "+00:45"}', "id: i2, trigger: {after: i4}")
    text = text.replace('id: i4, trigger: {at: "+02:00"}', "id: i4, trigger: {after: i2, delay: PT1H}")
    assert [fault.code for fault in lint(text, seeds=0).faults if not fault.warning] == ["inject_cycle"] * 2


def test_a_decision_that_only_its_own_consequence_raises_is_a_cycle() -> None:
    text = build.source().replace("    at: i9\n", "    at: i10\n")
    codes = [fault.code for fault in lint(text, seeds=0).faults if not fault.warning]
    assert codes == ["inject_cycle"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (", care, exec]", ", exec]", "care_missing"),
        ("worth: 1, seen_by", "worth: 0.9, seen_by", "no_best_option"),
        ('cs: "Prosím o vyjádření."', 'cs: "Please comment now."', None),
        ('{cs: "Výrobce mlčí", en: "Maker silent"}', '{cs: "Maker is silent", en: "Maker is silent"}', "untranslated"),
        ("format: full", "format: drill", "drill_length"),
    ],
)
def test_advice_stops_nobody(old: str, new: str, code: str | None) -> None:
    text = build.source().replace("crisis_kind:", "format: full\ncrisis_kind:")
    report = lint(text.replace(old, new, 1), seeds=0)
    assert report.usable
    assert {fault.code for fault in report.faults} == {"crowd_small"} | ({code} if code else set())


def test_the_example_passes_with_its_runs() -> None:
    report = lint(build.source(), seeds=2)
    assert report.usable
    assert report.trials is not None
    assert report.trials.reference[0] >= 90
    assert report.trials.nothing[1] <= 35
    assert report.trials.ratio <= 0.8
    assert report.trials.between == 2


def faults_of(data: Any) -> set[str]:
    return {fault.code for fault in lint(json.dumps(data, ensure_ascii=False), seeds=2).faults}


@pytest.mark.slow
def test_runs_show_a_reference_that_is_none() -> None:
    data = build.data()
    data["reference_run"] = [one for one in data["reference_run"] if one["do"] != "statement.published"]
    data["reference_run"].append(build.step("+08:20", "reply.posted", to="i2", claims=["f_complaints_before"]))
    assert {"reference_weak", "volume_alike"} <= faults_of(data)


def test_runs_show_a_rubric_that_rewards_silence() -> None:
    data = build.data()
    data["rubric"]["weights"] = {**dict.fromkeys(data["rubric"]["weights"], 0), "accuracy": 60, "timeliness": 40}
    assert "nothing_strong" in faults_of(data)


def test_runs_show_a_clumsy_plan_that_is_the_reference() -> None:
    data = build.data()
    data["clumsy_run"] = data["reference_run"]
    assert "clumsy_outside" in faults_of(data)


def test_a_plan_of_its_own_is_checked_against_its_scenario() -> None:
    good = "plan:\n  - {at: '+00:10', do: case.severity_set, level: 2}\n"
    assert lint_plan(good, build.data()).faults == []
    bad = "plan:\n  - {at: '+00:10', do: reply.posted, to: i77}\n  - {at: 00:10, do: x}\n"
    assert [fault.code for fault in lint_plan(bad, build.data()).faults] == ["bare_time"]
    bad = bad.replace("00:10, do: x", "'+00:10', do: case.taken, level: 1")
    assert [(fault.code, fault.line) for fault in lint_plan(bad, build.data()).faults] == [
        ("unknown_name", 2), ("field_not_of_deed", 3),
    ]  # fmt: skip
    assert [fault.code for fault in lint_plan("[]", build.data()).faults] == ["wrong_type"]
