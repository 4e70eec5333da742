"""A run told in lines: what came out minute by minute, and the scores with what they were counted from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from training.engine.curves import event_name
from training.engine.judging import Course, Judged
from training.engine.scenarios import Scenario
from training.engine.scoring import SUB_SCORES, Score
from training.engine.times import offset
from training.engine.wording import sentence

HOUR = 60


def course_lines(scenario: Scenario, course: Course, language: str) -> Iterator[str]:
    """One line for everything that happened, and one for the crowd of each hour."""
    crowd: dict[str, int] = dict.fromkeys(scenario.networks, 0)
    hour = 0
    for one in course.outputs:
        while one["minute"] >= (hour + 1) * HOUR:
            yield from _crowd_line(hour, crowd, language)
            hour += 1
        if one["kind"] == "crowd":
            for network, number in one["counts"].items():
                crowd[network] += number
        elif line := _line(scenario, course, one, language):
            yield f"{offset(one['minute'])}  {line}"
    yield from _crowd_line(hour, crowd, language)


def _crowd_line(hour: int, crowd: dict[str, int], language: str) -> Iterator[str]:
    if any(crowd.values()):
        posts = ", ".join(f"{network} {number}" for network, number in crowd.items() if number)
        yield f"{offset((hour + 1) * HOUR)}  {sentence('told.crowd', language, {'posts': posts})}"
    crowd.update(dict.fromkeys(crowd, 0))


def _line(scenario: Scenario, course: Course, one: Any, language: str) -> str:
    kind = one["kind"]
    if kind in ("deed", "command"):
        name = event_name(one.get("deed") or one["command"], language)
        return sentence("told.event", language, {"seq": one["seq"], "name": name})
    values: dict[str, Any] = {**one}
    if "text" in one:
        values["text"] = one["text"][language]
    if one.get("persona"):
        name = scenario.personas[one["persona"]]["name"]
        values["who"] = name if isinstance(name, str) else name[language]
    elif kind in ("inject", "post"):
        values["who"] = "–"
    if kind == "colleague":
        values["who"] = next(person["name"] for person in scenario.colleagues if person["id"] == one["id"])
    if kind in ("fact", "contradiction"):
        values["text"] = scenario.facts[one.get("id") or one["fact"]]["text"][language]
    if kind == "decision":
        values["text"] = scenario.decisions[one["id"]].data["ask"][language]
    if kind == "decided":
        options = scenario.decisions[one["id"]].data["options"]
        values["text"] = next(option["text"][language] for option in options if option["id"] == one["option"])
    for key in ("why", "by", "code"):
        if key in one:
            values[key] = sentence(f"{kind}.{one[key]}", language)
    untrue = kind == "fact" and scenario.facts[one["id"]]["truth"] is False
    return sentence("told.fact_untrue" if untrue else f"told.{kind}", language, values)


def score_lines(judged: Judged, language: str) -> Iterator[str]:
    """The total, the words, and every score with its parts, evidence and formula."""
    scores = judged.scores
    yield sentence("scores.total", language, {"value": round(scores.total)})
    yield sentence("scores.passed" if scores.passed else "scores.failed", language)
    for one in scores.knockouts:
        code = sentence(f"knockout.{one['code']}", language)
        yield sentence("scores.knockout", language, {"code": code, "evidence": ", ".join(one["evidence"])})
    for word, name in scores.bands.items():
        yield f"  {sentence(f'word.{word}', language)}: {sentence(f'band.{name}', language)}"
    for name in SUB_SCORES:
        yield from _score_line(name, scores.sub[name], language)
    yield sentence("scores.formula", language, {"formula": scores.formula})


def _score_line(name: str, one: Score, language: str) -> Iterator[str]:
    title = sentence(f"score.{name}", language)
    value = "–" if one.value is None else str(round(one.value))
    parts = "  ".join(f"{part} {number:g}" for part, number in one.parts.items())
    yield f"  {title:<24} {value:>4}   {parts}"
    if one.evidence:
        yield f"  {'':<24}        {sentence('scores.evidence', language)}: {', '.join(dict.fromkeys(one.evidence))}"
