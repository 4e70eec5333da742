"""Scores of a run, 0–100 each, by published formulas; every score carries what it was counted from.

Evidence is a list of ids: `event:12` (seq of the log), `inject:i4`, `fact:f_cards`. A score whose ground is missing
(nobody rated the values, the reference calms nothing) is None and its weight goes to the others. The same state and the
same later notes give the same scores, whoever counts again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from training.engine.effects import Effects
from training.engine.events import AFTERWARDS
from training.engine.mood import fit, need, strategy_of
from training.engine.scenarios import ANSWER_WITHIN, Scenario
from training.engine.times import minutes

SUB_SCORES = ("timeliness", "accuracy", "empathy", "strategy", "consistency", "process", "values", "engagement",
              "outcome")  # fmt: skip
# The base every crisis needs (what to do, what we feel); a stance is what goes beyond it.
BASE_STANCES = frozenset({"inform", "concern"})


@dataclass
class Score:
    """One sub-score: `value` 0–100 or None, `parts` for “how it is counted”, `evidence` ids."""

    value: float | None
    parts: dict[str, float] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)


@dataclass
class Scores:
    """All of it: `total` after the cap, `formula` the version, `bands` the words a trainee sees first."""

    formula: str
    total: float
    passed: bool
    sub: dict[str, Score]
    bands: dict[str, str]
    knockouts: list[Any]

    def as_json(self) -> dict[str, Any]:
        """For storing and comparing."""
        return {
            "formula": self.formula, "total": self.total, "passed": self.passed, "bands": self.bands,
            "knockouts": self.knockouts,
            "sub": {name: {"value": one.value, "parts": one.parts, "evidence": one.evidence}
                    for name, one in self.sub.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Volumes:
    """Negative volume of the run, of doing nothing and of the reference run, with the same seed."""

    run: float
    nothing: float
    reference: float


def on_time(minute: float | None, limit: float) -> float:
    """100 until the limit, then halved with every further limit; 0 for never."""
    if minute is None:
        return 0.0
    return 100.0 if minute <= limit else 100.0 * 2.0 ** (-(minute - limit) / limit)


def score(
    scenario: Scenario, effects: Effects, scoring: Effects, state: Any, volumes: Volumes | None,
    later: Iterable[Any] = (),
) -> Scores:  # fmt: skip
    """The scores of a run as far as it got. `later` are ratings noted after the end."""
    counted = _Counting(scenario, effects, scoring, state, [one for one in later if one["kind"] in AFTERWARDS])
    sub = {name: getattr(counted, name)() for name in SUB_SCORES if name != "outcome"}
    sub["outcome"] = outcome(volumes)
    weights = scenario.data["rubric"]["weights"]
    known = {name: one.value for name, one in sub.items() if one.value is not None}
    whole = sum(weights[name] for name in known)
    total = sum(weights[name] * value for name, value in known.items()) / whole if whole else 0.0
    if state["knockouts"]:
        total = min(total, scoring.data["knockout_cap"])
    silent = not state["statements"] and not state["said"]
    for one in sub.values():
        one.value = None if one.value is None else round(one.value, 4)
    return Scores(
        formula=f"{scoring.name} {effects.name}", total=round(total, 4),
        passed=not state["knockouts"] and total >= scenario.data["rubric"]["pass"],
        sub=sub, bands=_bands(scoring, weights, known, silent=silent), knockouts=list(state["knockouts"]),
    )  # fmt: skip


def outcome(volumes: Volumes | None) -> Score:
    """clip 100·(L₀ − L)/(L₀ − L*): how much of what the reference run spared people this run spared them."""
    if volumes is None or volumes.nothing <= volumes.reference:
        return Score(None)
    share = (volumes.nothing - volumes.run) / (volumes.nothing - volumes.reference)
    parts = {"run": volumes.run, "nothing": volumes.nothing, "reference": volumes.reference}
    return Score(max(0.0, min(100.0, 100.0 * share)), {name: round(value, 4) for name, value in parts.items()})


def band(scoring: Effects, value: float) -> str:
    """The word for a score."""
    reached = {name: least for name, least in scoring.data["bands"].items() if value >= least}
    return max(reached, key=lambda name: reached[name])


def _bands(scoring: Effects, weights: Any, known: dict[str, float], *, silent: bool) -> dict[str, str]:
    found = {}
    for word, names in scoring.data["words"].items():
        # Who said nothing said nothing untrue, and is not praised for it.
        if word == "truth" and silent:
            continue
        there = [name for name in names if name in known]
        # Two scores of weight 0 still have a word: then they weigh the same.
        shares = {name: weights[name] for name in there}
        if not any(shares.values()):
            shares = dict.fromkeys(there, 1)
        if there:
            mean = sum(known[name] * share for name, share in shares.items()) / sum(shares.values())
            found[word] = band(scoring, mean)
    return found


class _Counting:
    """The sub-scores of one run, one method each."""

    def __init__(self, scenario: Scenario, effects: Effects, scoring: Effects, state: Any, later: list[Any]) -> None:
        self.scenario, self.effects, self.state, self.later = scenario, effects, state, later
        self.rules = scoring.data
        self.rubric = scenario.data["rubric"]
        self.log = state["log"]

    def of(self, *kinds: str) -> list[Any]:
        """The events of these kinds, in order."""
        return [event for event in self.log if event["kind"] in kinds]

    @property
    def statements(self) -> list[Any]:
        """What was published."""
        return self.of("statement.published")

    # -- speed

    def timeliness(self) -> Score:
        """.5·A + .2·T + .15·E + .15·C."""
        rules = self.rules["timeliness"]
        first = self.statements[0] if self.statements else None
        acknowledged = on_time(first["minute"] if first else None, self.rubric["golden_minutes"])
        level, owner = (next(iter(self.of(kind)), None) for kind in ("case.severity_set", "case.owner_set"))
        both = max(level["minute"], owner["minute"]) if level and owner else None
        told = {name: self._told(name) for name in self.rubric["tell"]}
        limit = rules["told_minutes"]
        escalated = sum(on_time(one["minute"] if one else None, limit) for one in told.values()) / len(told)
        parts = {"acknowledged": acknowledged, "severity": on_time(both, rules["severity_minutes"]),
                 "escalated": escalated, "promises": self._promises(rules)}  # fmt: skip
        value = sum(rules["weights"][name] * part for name, part in parts.items())
        return Score(value, _rounded(parts), _ids([first, level, owner, *told.values()]))

    def _told(self, name: str) -> Any:
        """The first event by which somebody was told."""
        for event in self.of("people.told", "case.escalated"):
            names = event.get("who", event.get("to", []))
            if name == names or (isinstance(names, list) and name in names):
                return event
        return None

    def _promises(self, rules: Any) -> float:
        """Of the promises of further information, those kept by a later statement; at least one every four hours."""
        made = [one for one in self.statements if "next_at" in one and minutes(one["next_at"]) <= self.state["minute"]]
        kept = sum(
            any(other["seq"] > one["seq"] and other["minute"] <= minutes(one["next_at"]) for other in self.statements)
            for one in made
        )
        hours = min(self.scenario.length, rules["promise_hours"] * 60)
        expected = max(1, hours // rules["promise_every_minutes"])
        return 100.0 * kept / max(len(made), expected)

    # -- truth

    def accuracy(self) -> Score:
        """max(0, 100 − 40·false − 20·premature − 15·uncorrected rumours + 10·“we do not know yet”), at most 100."""
        rules = self.rules["accuracy"]
        false, premature, evidence = 0, 0, []
        for said in self.state["said"]:
            truth = self.scenario.facts[said["fact"]]["truth"]
            if said["how"] == "unknown":
                continue
            if truth is not None and (said["how"] == "claims") != truth:
                false += 1
            elif not said["known"]:
                premature += 1
            else:
                continue
            evidence.append(said["evidence"])
        rumours = self._open_rumours()
        honest = [said["evidence"] for said in self.state["said"] if said["how"] == "unknown"][:1]
        parts = {"false_claims": false, "premature": premature, "rumours": len(rumours), "honest": len(honest)}
        value = (
            100 - rules["false_claim"] * false - rules["premature"] * premature - rules["rumour"] * len(rumours)
            + rules["honest"] * len(honest)
        )  # fmt: skip
        evidence += [f"inject:{self.state['rumours'][fact]}" for fact in rumours] + honest
        return Score(float(max(0, min(100, value))), _rounded(parts), evidence)

    def _open_rumours(self) -> list[str]:
        """Rumours going round that could be refuted and were not."""
        denied = {said["fact"] for said in self.state["said"] if said["how"] == "denies"}
        return [
            fact for fact in self.state["rumours"]
            if self.scenario.facts[fact]["truth"] is False and fact in self.state["facts"] and fact not in denied
        ]  # fmt: skip

    def consistency(self) -> Score:
        """100 − 25·contradictions − 10·channels without the key message − 10·staff not informed."""
        rules = self.rules["consistency"]
        carriers = [one for one in self.statements if one.get("key_message")]
        reached = {channel for one in carriers for channel in one.get("channels", [])}
        missing = [channel for channel in self.rubric["channels"] if channel not in reached]
        staff = self._told("staff")
        contradictions = self.state["contradictions"]
        parts = {"contradictions": len(contradictions), "channels": len(missing), "staff": 0 if staff else 1}
        value = (
            100 - rules["contradiction"] * parts["contradictions"] - rules["channel"] * parts["channels"]
            - rules["staff"] * parts["staff"]
        )  # fmt: skip
        evidence = [one for found in contradictions for one in found["evidence"]]
        return Score(float(max(0, value)), _rounded(parts), evidence + _ids([*carriers, staff]))

    # -- tone

    def empathy(self) -> Score:
        """The elements of the scenario's list that the statements hold together; a person's word wins over the form."""
        which = self.rubric.get("empathy", "apology")
        weights = self.effects.data["elements"][which]
        confirmed = {one["anchor"]: one["elements"] for one in self.of("elements.confirmed") + self._rated(
            "elements.confirmed")}  # fmt: skip
        found: dict[str, str] = {}
        for one in self.statements:
            for element in confirmed.get(one["seq"], one.get("elements", [])):
                if element in weights:
                    found.setdefault(element, f"event:{one['seq']}")
        parts = {name: 100 * weight for name, weight in weights.items() if name in found}
        return Score(min(100.0, sum(parts.values())), _rounded(parts), sorted(set(found.values())))

    def strategy(self) -> Score:
        """100·fit to what people expect in the end, the mean over statements that took a stance beyond the base."""
        needed = need(self.effects, self.state["cluster"], history=bool(self.scenario.data.get("history")))
        fits = [(one, fit(self.effects, strategy_of(one), needed)) for one in self.statements]
        beyond = [(one, value) for one, value in fits if strategy_of(one) not in BASE_STANCES]
        if beyond:
            value = sum(found for _, found in beyond) / len(beyond)
        else:
            beyond = sorted(fits, key=lambda pair: -pair[1])[:1]
            value = beyond[0][1] if beyond else 0.0
        return Score(max(0.0, 100 * value), {"need": needed}, _ids([one for one, _ in beyond]))

    # -- process, values, engagement

    def process(self) -> Score:
        """Done of required: items of the procedure, and decisions by the worth of what was chosen."""
        done = [item for item in self.rubric["process"] if item["id"] in self.state["tasks"]]
        raised = {name: row for name, row in self.state["decisions"].items() if row["open"] is not None}
        worth = {
            name: self.scenario.decisions[name].worth[row["option"]] if row["option"] else 0.0
            for name, row in raised.items()
        }
        required = len(self.rubric["process"]) + len(raised)
        parts = {f"task:{item['id']}": 1.0 if item in done else 0.0 for item in self.rubric["process"]}
        parts |= {f"decision:{name}": value for name, value in worth.items()}
        evidence = [row["evidence"] or f"inject:{self.scenario.decisions[name].at}" for name, row in raised.items()]
        return Score(100.0 * (len(done) + sum(worth.values())) / required, _rounded(parts), evidence)

    def _rated(self, kind: str) -> list[Any]:
        return [one for one in self.later if one["kind"] == kind]

    def values(self) -> Score:
        """Share of the brand's values kept, as rated; an evaluator's word counts before a peer's, before one's own."""
        rank = {"evaluator": 0, "peer": 1, "self": 2}
        ratings = self.of("value.rated") + self._rated("value.rated")
        found: dict[str, Any] = {}
        for one in sorted(ratings, key=lambda one: -rank[one.get("by", "evaluator")]):
            found[one["value"]] = one
        if not found:
            return Score(None)
        parts = {name: 1.0 if one["kept"] else 0.0 for name, one in found.items()}
        return Score(100.0 * sum(parts.values()) / len(parts), parts, _ids(found.values()))

    def engagement(self) -> Score:
        """.6·priority posts answered in time + .2·moved into a private talk where due + .2·no criticism deleted."""
        rules = self.rules["engagement"]
        injects, posts = self.scenario.injects, self.state["posts"]
        asked = [(name, row) for name, row in posts.items() if row["priority"]]
        answered, private, personal, evidence = 0, 0, 0, []
        for _, row in asked:
            data = injects[row["inject"]].data
            within = minutes(data["answer_within"]) if "answer_within" in data else ANSWER_WITHIN
            reply = row["answered"]
            answered += bool(reply) and reply["minute"] <= row["minute"] + within
            if self.scenario.personas.get(row["persona"] or "", {}).get("private_first"):
                personal += 1
                private += bool(reply) and reply["private"]
            evidence.append(f"event:{reply['seq']}" if reply else f"inject:{row['inject']}")
        gone = [row for row in posts.values() if row["gone"] and not row["gone"]["moderated"]]
        evidence += [f"event:{row['gone']['seq']}" for row in gone]
        parts = {"answered": answered / len(asked) if asked else 1.0,
                 "private": private / personal if personal else 1.0,
                 "undeleted": 0.0 if gone else 1.0}  # fmt: skip
        return Score(100.0 * sum(rules[name] * part for name, part in parts.items()), _rounded(parts), evidence)


def _ids(events: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(f"event:{event['seq']}" for event in events if event is not None))


def _rounded(parts: dict[str, Any]) -> dict[str, float]:
    return {name: round(float(part), 4) for name, part in parts.items()}
