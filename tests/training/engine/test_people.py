"""Named people answer to what is done to them; colleagues object to the claim that is not confirmed."""

from typing import Any

import pytest

from tests.training.engine import build
from tests.training.engine.build import came, scenario, statement, step
from training.engine.judging import Course

WARM = {"elements": ["empathy"]}


def says(course: Course, persona: str) -> list[tuple[str, str]]:
    """What a persona wrote after the injects: how, and in Czech."""
    return [(one["how"], one["text"]["cs"]) for one in came(course, "post", persona=persona)]


@pytest.mark.parametrize(
    ("steps", "how"),
    [
        ([step("+00:10", "reply.posted", to="i1", **WARM)], "answered"),
        ([step("+00:10", "reply.posted", to="i1")], "dismissed"),
        ([step("+00:10", "reply.posted", to="i1", copy_paste=True, **WARM)], "dismissed"),
        ([step("+00:10", "reply.posted", to="i1", strategy="attack", **WARM)], "dismissed"),
        ([step("+00:10", "reply.posted", to="i1", denies=["f_video_real"], **WARM)], "dismissed"),
        ([step("+05:00", "reply.posted", to="i1", denies=["f_children_ill"], **WARM)], "ignored"),
        ([step("+00:10", "post.hidden", post="i1")], "hidden"),
        ([step("+00:10", "post.deleted", post="i1")], "deleted"),
        ([], "ignored"),
        ([statement("+00:30")], "ignored"),  # asked personally, a statement to all is no answer
    ],
)
def test_the_next_post_says_what_was_done(steps: list[Any], how: str) -> None:
    course = build.run(scenario(), *steps, until=280)
    persona = next(one for one in build.data()["personas"] if one["id"] == "p_parent")
    assert says(course, "p_parent")[0] == (how, persona["says"][how]["cs"])


def test_whoever_was_not_asked_for_waits_for_a_word_to_all() -> None:
    assert ("ignored", "Pořád mlčí.") in says(build.run(scenario(), until=300), "p_influencer")
    assert says(build.run(scenario(), statement("+00:50"), until=300), "p_influencer") == []


def test_a_rumour_may_be_denied_once_it_is_refuted() -> None:
    early, late = (
        [step(at, "reply.posted", to="i4", denies=["f_children_ill"], **WARM)] for at in ("+02:30", "+04:10")
    )
    assert says(build.run(scenario(), statement("+00:10"), *early, until=400), "p_troll")[0][0] == "dismissed"
    assert says(build.run(scenario(), statement("+00:10"), *late, until=400), "p_troll")[0][0] == "answered"


def test_moderation_with_a_word_is_no_censorship() -> None:
    steps = [statement("+00:30"), step("+02:10", "post.deleted", post="i4", announced=True)]
    course = build.run(scenario(without=("i8",)), *steps, until=300)
    assert says(course, "p_troll") == []
    (gone,) = [row["gone"] for row in course.state["posts"].values() if row["gone"]]
    assert gone["moderated"]


def test_nobody_writes_without_end() -> None:
    most = build.EFFECTS.data["personas"]["most_reactions"]
    steps = [step(f"+{hour:02d}:00", "reply.posted", to="i1" if hour == 1 else f"p_parent.{hour - 1}") for hour in
             range(1, 12)]  # fmt: skip
    assert len(says(build.run(scenario(), *steps), "p_parent")) == most


def test_a_thankful_voice_stirs_up_nobody() -> None:
    course = build.run(scenario(), step("+00:10", "reply.posted", to="i1", **WARM), until=60)
    (post,) = came(course, "post")
    assert post["sentiment"] > 0
    assert course.state["spoken"][0]["kind"] == "reply"


BASE = [statement("+00:20"), statement("+02:00", "update")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([], [step("+00:30", "reply.posted", to="i1", **WARM)]),
        ([step("+00:30", "reply.posted", to="i1")], [step("+00:30", "reply.posted", to="i1", **WARM)]),
        ([], [step("+01:00", "post.deleted", post="i2")]),
        ([], [step("+01:00", "post.hidden", post="i2")]),
        ([step("+01:00", "post.hidden", post="i2")], [step("+01:00", "post.deleted", post="i2")]),
        ([step("+01:20", "reply.posted", to="i1", **WARM)], [step("+02:20", "reply.posted", to="i1", **WARM)]),
    ],
    ids=["one reply", "one warm word", "one deletion", "one hiding", "hidden or deleted", "one hour of silence"],
)
def test_one_deed_changes_what_the_named_people_write_and_the_curve(one: list[Any], other: list[Any]) -> None:
    first, second = (build.run(scenario(), *BASE, *steps, until=600) for steps in (one, other))
    posts = [[(post["minute"], post["persona"], post["text"]["en"]) for post in came(run, "post")]
             for run in (first, second)]  # fmt: skip
    assert posts[0] != posts[1]
    assert first.posts_a_minute() != second.posts_a_minute()


def test_an_hour_of_public_silence_changes_what_people_write() -> None:
    steps = [step("+00:30", "reply.posted", to="i1", **WARM)]
    soon, late = (build.run(scenario(), *steps, statement(at), until=400) for at in ("+02:00", "+03:00"))
    assert came(soon, "post", persona="p_influencer") == []
    assert came(late, "post", persona="p_influencer") != []


# -- colleagues


def submitted(at: str, **fields: Any) -> Any:
    return step(at, "statement.submitted", statement="s1", purpose="update", **fields)


@pytest.mark.parametrize(
    ("fields", "verdict", "fact"),
    [
        ({"at": "+00:30", "claims": ["f_video_real"]}, "objected", "f_video_real"),
        ({"at": "+00:45", "claims": ["f_video_real"]}, "approved", None),  # confirmed while she reads
        ({"at": "+01:00", "claims": ["f_video_real", "f_cause_seal"]}, "objected", "f_cause_seal"),
        ({"at": "+05:00", "claims": ["f_children_ill"]}, "objected", "f_children_ill"),
        ({"at": "+01:00", "denies": ["f_children_ill"]}, "objected", "f_children_ill"),
        ({"at": "+05:00", "denies": ["f_children_ill"]}, "approved", None),
        ({"at": "+00:30", "unknown": ["f_video_real"]}, "approved", None),
    ],
)
def test_a_colleague_answers_in_time_and_to_the_point(fields: Any, verdict: str, fact: str | None) -> None:
    of = scenario()
    course = build.run(of, submitted(**fields), until=400)
    (answer,) = came(course, "colleague")
    assert (answer["verdict"], answer["fact"]) == (verdict, fact)
    assert answer["minute"] == came(course, "deed")[0]["minute"] + 8
    if fact is not None:
        assert of.facts[fact]["text"]["cs"] in answer["text"]["cs"]
        assert of.facts[fact]["text"]["en"] in answer["text"]["en"]
    assert course.state["statements"] == 0, "what is submitted has not been said"
