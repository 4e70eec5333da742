"""The shipped scenarios: what an author has to keep true of them, and what happens to a trainee who errs."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from training.engine.effects import shipped, shipped_scoring
from training.engine.judging import Course, course
from training.engine.linting import Report, lint
from training.engine.plans import plan_events
from training.engine.scenarios import Scenario
from training.engine.scoring import Scores, Volumes, score
from training.engine.trials import NOTHING_MOST, REFERENCE_LEAST, VOLUME_MOST, tried

FOLDER = Path(settings.BASE_DIR) / "training" / "scenarios"
NAMES = ("data-leak", "employee-post", "negative-reviews", "product-backlash")
SEED = 7

# People and authorities without whom the crisis would not be the one it is; among stakeholders or roles.
CAST = {
    "data-leak": {"uoou", "nukib", "insurer", "police", "gateway", "hotline", "sellers", "care", "dpo"},
    "employee-post": {"agency", "hr", "author", "ambassador", "partner", "hotline", "care"},
    "negative-reviews": {"platforms", "carrier", "ukzuz", "coi", "hotline", "customers", "care"},
    "product-backlash": {"szpi", "khs", "chains", "shops", "hotline", "care", "quality"},
}
# English words in Czech clothes, and words that mean something else in a newspaper (docs/glossary.md).
TRAPS = re.compile(
    r"\beskal|aktualizac|výcvik|vyčkávac|\bzástup\b|krizov\w+ manažer|zájmov\w+ skupin|potvrdit krizi|\bdůkaz|holding",
    re.IGNORECASE,
)
# What people in the scenario write keeps its ordinary spaces; what the desk says to the trainee ends no line in „v“.
VOICES = ("personas", "crowd", "injects", "colleagues")
LOOSE = re.compile(r"(?:^|[\s(„–])[kvszouai] (?=\S)", re.IGNORECASE)


@cache
def report(name: str) -> Report:
    """The shipped file, checked without the runs."""
    return lint((FOLDER / f"{name}.yaml").read_bytes(), seeds=0)


@cache
def scenario(name: str) -> Scenario:
    """The shipped file, ready to run."""
    return Scenario.from_data(report(name).data)


@cache
def planned(name: str, plan: str) -> Course:
    """A run of one of the scenario's own plans."""
    return played(name, scenario(name).data.get(f"{plan}_run", []))


def played(name: str, steps: list[Any]) -> Course:
    """A run of these steps."""
    return course(scenario(name), shipped(), SEED, plan_events(steps))


@cache
def scored(name: str, plan: str) -> Scores:
    """What one of the scenario's own plans is worth."""
    run, nothing, reference = (planned(name, one) for one in (plan, "nothing", "reference"))
    volumes = Volumes(run.volume, nothing.volume, reference.volume)
    return score(scenario(name), shipped(), shipped_scoring(), run.state, volumes)


def czech(value: Any, *, without: tuple[str, ...] = ()) -> Iterator[str]:
    """Every Czech text in a part of the scenario."""
    if isinstance(value, dict):
        if set(value) == {"cs", "en"}:
            yield value["cs"]
            return
        for key, inner in value.items():
            if key not in without:
                yield from czech(inner, without=without)
    elif isinstance(value, list):
        for inner in value:
            yield from czech(inner, without=without)


def delivered(run: Course) -> set[str]:
    """The injects that reached the exercise."""
    return {one["id"] for one in run.outputs if one["kind"] == "inject"}


def knocked_out(run: Course) -> set[str]:
    """What capped the result."""
    return {one["code"] for one in run.state["knockouts"]}


def test_these_are_the_shipped_scenarios() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_linter_has_nothing_to_say(name: str) -> None:
    assert [fault.code for fault in report(name).faults] == []
    assert report(name).data["id"] == name


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_twenty_seeds_tell_good_work_from_bad(name: str) -> None:
    trials = tried(scenario(name), shipped(), shipped_scoring())
    assert trials.seeds == 20
    assert trials.reference[0] >= REFERENCE_LEAST
    assert trials.nothing[1] <= NOTHING_MOST
    assert trials.ratio <= VOLUME_MOST
    assert trials.between == trials.seeds
    assert trials.clumsy is not None
    assert trials.clumsy[1] < scenario(name).data["rubric"]["pass"]


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_tells_good_work_from_bad(name: str) -> None:
    reference, clumsy, nothing = (scored(name, plan) for plan in ("reference", "clumsy", "nothing"))
    assert reference.passed
    assert reference.total >= REFERENCE_LEAST
    assert nothing.total <= NOTHING_MOST
    assert nothing.total + 10 < clumsy.total < reference.total - 30
    assert planned(name, "reference").volume <= VOLUME_MOST * planned(name, "nothing").volume


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_run_decides_everything_well_and_answers_everybody(name: str) -> None:
    scores = scored(name, "reference")
    assert {part for part, value in scores.sub["process"].parts.items() if value < 1} == set()
    assert scores.sub["engagement"].parts == {"answered": 1.0, "private": 1.0, "undeleted": 1.0}
    assert scores.knockouts == []


@pytest.mark.parametrize("name", NAMES)
def test_silence_pays_nowhere(name: str) -> None:
    """Letting every decision pass never earns what a good choice earns."""
    parts = scored(name, "nothing").sub["process"].parts
    decisions = {part: value for part, value in parts.items() if part.startswith("decision:")}
    assert len(decisions) >= 7
    assert max(decisions.values()) <= 0.5


@pytest.mark.parametrize("name", NAMES)
def test_everybody_who_belongs_to_the_crisis_is_there(name: str) -> None:
    data = scenario(name).data
    cast = {one["id"] for one in data["stakeholders"]} | set(data["roles"])
    assert CAST[name] - cast == set()
    assert {"care", "legal"} <= {one["role"] for one in data["colleagues"]} | {data["plays"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_decision_has_several_defensible_options_with_feedback(name: str) -> None:
    for decision in scenario(name).data["decisions"]:
        worth = sorted(option["worth"] for option in decision["options"])
        assert len(worth) >= 3, decision["id"]
        assert worth[-1] == 1
        assert 0 < worth[-2] < 1, decision["id"]
        assert all("feedback" in option for option in decision["options"]), decision["id"]


@pytest.mark.parametrize("name", NAMES)
def test_the_best_option_is_not_known_by_its_place(name: str) -> None:
    decisions = scenario(name).data["decisions"]
    places = Counter(
        max(range(len(one["options"])), key=lambda index: one["options"][index]["worth"]) for one in decisions
    )
    assert len(places) >= 3
    assert max(places.values()) <= len(decisions) / 2


@pytest.mark.parametrize("plan", ["reference", "clumsy", "nothing"])
@pytest.mark.parametrize("name", NAMES)
def test_nobody_says_the_same_sentence_twice(name: str, plan: str) -> None:
    said = Counter((one["persona"], one["text"]["cs"]) for one in planned(name, plan).outputs if one["kind"] == "post")
    assert [spoken for spoken, times in said.items() if times > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_two_people_share_a_sentence(name: str) -> None:
    data = scenario(name).data
    for language in ("cs", "en"):
        lines = [text[language] for persona in data["personas"] for text in persona.get("says", {}).values()]
        lines += [line["text"][language] for line in data["crowd"]]
        lines += [inject["text"][language] for inject in data["injects"]]
        assert [line for line, times in Counter(lines).items() if times > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_czech_avoids_the_traps_of_the_glossary(name: str) -> None:
    assert [text for text in czech(scenario(name).data) if TRAPS.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_the_desk_says_in_czech_ends_no_line_in_a_preposition(name: str) -> None:
    assert [text for text in czech(scenario(name).data, without=VOICES) if LOOSE.search(text)] == []


# What a bad idea brings about: the steps, the inject it calls forth, the knock-out if there is one.
MISSTEPS: list[tuple[str, str, list[Any], str, str | None]] = [
    (
        "employee-post", "blaming hackers",
        [{"at": "+01:00", "do": "statement.published", "purpose": "acknowledge", "claims": ["f_hacked"]}],
        "i_hack_leak", "confirmed_fact_denied",
    ),
    (
        "employee-post", "blaming the agency",
        [{"at": "+01:10", "do": "statement.published", "purpose": "acknowledge", "claims": ["f_agency_did"]}],
        "i_agency_answers", None,
    ),
    (
        "employee-post", "naming the author",
        [{"at": "+02:00", "do": "statement.published", "purpose": "update", "names_employee": True}],
        "i_under_the_bus", "employee_named",
    ),
    (
        "employee-post", "deleting without a word",
        [{"at": "+00:05", "do": "post.deleted", "post": "i_joke"}],
        "i_silent_delete", None,
    ),
    (
        "employee-post", "half an apology",
        [{"at": "+01:00", "do": "statement.published", "purpose": "apology", "elements": ["regret"]}],
        "i_no_apology", None,
    ),
    (
        "product-backlash", "hiding the complaints",
        [{"at": "+08:10", "do": "choice.made", "decision": "d_disclose", "option": "conceal"}],
        "i_leak", "fact_concealed",
    ),
    (
        "product-backlash", "waiting for the morning",
        [{"at": "+10:40", "do": "choice.made", "decision": "d_extend", "option": "morning"}],
        "i_l2208_seen", None,
    ),
    (
        "product-backlash", "deleting a mother",
        [{"at": "+00:30", "do": "post.deleted", "post": "i_video"}],
        "i_deleting", None,
    ),
    (
        "data-leak", "confirming somebody's data",
        [{"at": "+05:30", "do": "reply.posted", "to": "i_cards", "personal_data": True}],
        "i_exposed", "personal_data_published",
    ),
    ("data-leak", "forgetting the authority", [], "i_deadline", "regulator_deadline_missed"),
    (
        "negative-reviews", "calling customers a raid",
        [{"at": "+00:55", "do": "choice.made", "decision": "d_raid", "option": "report_all"}],
        "i_accused", None,
    ),
    (
        "negative-reviews", "copying replies",
        [{"at": "+00:30", "do": "reply.posted", "to": ["i_blazena", "i_marek"], "copy_paste": True}],
        "i_pasted", None,
    ),
    (
        "negative-reviews", "hiding behind the carrier",
        [{"at": "+07:05", "do": "choice.made", "decision": "d_disclose", "option": "carrier_only"}],
        "i_driver", "fact_concealed",
    ),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "what", "steps", "inject", "knockout"), MISSTEPS, ids=[row[1] for row in MISSTEPS])
def test_a_bad_idea_comes_back(name: str, what: str, steps: list[Any], inject: str, knockout: str | None) -> None:
    run = played(name, steps)
    assert inject in delivered(run)
    assert inject not in delivered(planned(name, "reference"))
    assert knockout is None or knockout in knocked_out(run)


# The advert that goes out if nobody stops it.
ADVERTS = {"data-leak": "i_newsletter", "employee-post": "i_promo", "negative-reviews": "i_request",
           "product-backlash": "i_campaign"}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_held_advert_stays_in_and_a_forgotten_one_goes_out(name: str) -> None:
    assert ADVERTS[name] in delivered(planned(name, "nothing"))
    held = played(name, [{"at": "+00:05", "do": "campaign.held"}])
    assert ADVERTS[name] not in delivered(held)
    assert held.volume < planned(name, "nothing").volume


@pytest.mark.parametrize("name", NAMES)
def test_feeding_a_red_herring_costs_and_leaving_it_does_not(name: str) -> None:
    data = scenario(name).data
    herrings = [inject for inject in data["injects"] if inject.get("red_herring")]
    assert herrings
    public = {inject["id"] for inject in herrings if inject["kind"] != "email"}
    for herring in public:
        at = next(inject["trigger"]["at"] for inject in herrings if inject["id"] == herring)
        late = f"+{int(at[1:].split(':')[0]) + 1:02}:30"
        fed = played(name, [{"at": late, "do": "reply.posted", "to": herring, "elements": ["known"]}])
        assert fed.volume > planned(name, "nothing").volume
    assert all(not inject.get("priority") for inject in herrings)
